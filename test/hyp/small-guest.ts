// A domain of a few instructions, and the instructions that such guests are made of.
import type { Hypervisor } from '../../src/hyp';
import { Domain } from '../../src/hyp/domain';

export const CODE = 0x40000000;
const PAGES_ORDER = 4;

/** A domain with a page of code at CODE, and more memory behind it; it runs. Number 0 controls the others. */
export function guest(xen: Hypervisor, id: number, code: readonly number[], vcpus = 1): Domain {
  const domain = new Domain(xen, {
    ...{ id, vcpus, interrupts: 64, eventIrq: 31, privileged: id === 0 },
    ...{ gicd: 0x03001000, gicc: 0x03002000, grantFrames: 4 },
  });
  domain.maxPages = 1 << PAGES_ORDER;
  domain.createVcpus();
  const mfn = domain.populate(CODE >>> 12, PAGES_ORDER);
  xen.memory.copyIn(mfn * 4096, new Uint8Array(Uint32Array.from(code).buffer));
  xen.addDomain(domain);
  domain.vcpus[0]!.start(CODE, []);
  if (domain.controllerPauses > 0) domain.unpauseByController();
  return domain;
}

/** HVC #0xEA1 with a number in r12. */
export const HYPERCALL = 0xe140ea71;
export const movR12 = (n: number): number => 0xe3a0c000 | n;
export const MOV_R0 = (n: number): number => 0xe3a00000 | n;
export const MOV_R1 = (n: number): number => 0xe3a01000 | n;
export const LOOP = 0xeafffffe;
export const WFI = 0xe320f003;
