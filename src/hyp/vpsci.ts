// Calls of guests that follow the SMC Calling Convention, by HVC #0 or SMC: PSCI 1.1 and what goes with it (ARM DEN 0022,
// DEN 0028; Xen, arch/arm/vpsci.c and vsmc.c).
import { type Domain, SHUTDOWN } from './domain';
import type { Vcpu } from './vcpu';

export const PSCI = {
  VERSION: 0x84000000,
  CPU_SUSPEND: 0x84000001,
  CPU_OFF: 0x84000002,
  CPU_ON: 0x84000003,
  AFFINITY_INFO: 0x84000004,
  MIGRATE_INFO_TYPE: 0x84000006,
  SYSTEM_OFF: 0x84000008,
  SYSTEM_RESET: 0x84000009,
  FEATURES: 0x8400000a,
} as const;
/** PSCI 0.1, as trees of older kernels name them. */
export const PSCI_0_1 = { CPU_OFF: 1, CPU_ON: 2 } as const;
const SMCCC = { VERSION: 0x80000000, ARCH_FEATURES: 0x80000001 } as const;
/** Answers of SMCCC_OWNER_HYPERVISOR and of the standard service about themselves. */
const UID = { HYPERVISOR: 0x8500ff01, STANDARD: 0x8400ff01 } as const;
const REVISION = { HYPERVISOR: 0x8500ff03, STANDARD: 0x8400ff03 } as const;

const RETURN = { SUCCESS: 0, NOT_SUPPORTED: -1, INVALID_PARAMETERS: -2, ALREADY_ON: -4, DISABLED: -8 } as const;
const PSCI_1_1 = 0x10001;
const SMCCC_1_1 = 0x10001;
/** Migration is not needed. */
const NO_MIGRATION = 2;
const AFFINITY_ON = 0;
const AFFINITY_OFF = 1;

/** A call that is not known is told, and answered so. */
export interface CallOutcome {
  readonly r0: number;
  readonly unknown?: true;
}

function cpuOn(domain: Domain, target: number, entry: number, context: number): number {
  const vcpu = domain.vcpus[target & 0xff];
  if (!vcpu || target & 0x00ffff00) return RETURN.INVALID_PARAMETERS;
  if (!vcpu.down) return RETURN.ALREADY_ON;
  vcpu.start(entry, [context, 0, 0], (entry & 1) !== 0);
  return RETURN.SUCCESS;
}

function affinity(domain: Domain, target: number, level: number): number {
  const vcpu = domain.vcpus[target & 0xff];
  if (level > 3 || !vcpu) return RETURN.INVALID_PARAMETERS;
  if (level > 0) return AFFINITY_ON;
  return vcpu.down ? AFFINITY_OFF : AFFINITY_ON;
}

/** @param args r0 to r3 */
export function smccc(vcpu: Vcpu, args: readonly number[]): CallOutcome {
  const { domain } = vcpu;
  const [id, a1, a2, a3] = args as [number, number, number, number];
  switch (id >>> 0) {
    case SMCCC.VERSION:
      return { r0: SMCCC_1_1 };
    case SMCCC.ARCH_FEATURES:
      return { r0: RETURN.NOT_SUPPORTED };
    case UID.HYPERVISOR:
    case UID.STANDARD:
      return { r0: RETURN.NOT_SUPPORTED };
    case REVISION.HYPERVISOR:
    case REVISION.STANDARD:
      return { r0: 1 };
    case PSCI.VERSION:
      return { r0: PSCI_1_1 };
    case PSCI.CPU_SUSPEND:
      domain.host.block(vcpu);
      return { r0: RETURN.SUCCESS };
    case PSCI.CPU_OFF:
    case PSCI_0_1.CPU_OFF:
      vcpu.down = true;
      return { r0: RETURN.SUCCESS };
    case PSCI.CPU_ON:
    case PSCI_0_1.CPU_ON:
      return { r0: cpuOn(domain, a1, a2, a3) };
    case PSCI.AFFINITY_INFO:
      return { r0: affinity(domain, a1, a2) };
    case PSCI.MIGRATE_INFO_TYPE:
      return { r0: NO_MIGRATION };
    case PSCI.SYSTEM_OFF:
      domain.shutdown(SHUTDOWN.POWEROFF);
      return { r0: RETURN.SUCCESS };
    case PSCI.SYSTEM_RESET:
      domain.shutdown(SHUTDOWN.REBOOT);
      return { r0: RETURN.SUCCESS };
    case PSCI.FEATURES: {
      const known: readonly number[] = [...Object.values(PSCI), SMCCC.VERSION];
      return { r0: known.includes(a1 >>> 0) ? RETURN.SUCCESS : RETURN.NOT_SUPPORTED };
    }
    default:
      return { r0: RETURN.NOT_SUPPORTED, unknown: true };
  }
}
