// Where the counts of exceptions and of accesses to devices until the shell of dom0 differ from those of qemu-system-arm 7.2,
// and why. Three files of its counts are here: what a run on a real clock took (-exceptions-, -mmio-), and one in which an
// instruction takes a nanosecond and the counter has the frequency of this board, as here (-paced-; see count-trace.mjs).
import type { MachineActivity } from '../../../src/emu/machine';

/** What only this machine does. Its share is taken off before counts are compared. */
export interface Extra {
  readonly why: string;
  /** Of `rows`, and of syndromes by themselves. */
  readonly hsr: (hsr: number) => boolean;
  /** How often qemu has these syndromes nevertheless. */
  readonly there: number;
  readonly rows: readonly string[];
}

const classOf = (hsr: number): number => hsr >>> 26;
/** ISS of MCR and MRC, and of the wide ones (ARM DDI 0406C, B3.13.6). */
const registers = (hsr: number) => ({
  crn: (hsr >>> 10) & 15,
  crm: (hsr >>> 1) & 15,
  opc2: (hsr >>> 17) & 7,
  read: (hsr & 1) !== 0,
});
const cp15 = (hsr: number): boolean => classOf(hsr) === 3;

const SET_AND_WAY = (hsr: number): boolean => {
  const { crn, crm, opc2 } = registers(hsr);
  return cp15(hsr) && crn === 7 && opc2 === 2 && [6, 10, 14].includes(crm);
};
const FEATURES = (hsr: number): boolean => {
  const { crn, crm, read } = registers(hsr);
  return cp15(hsr) && read && crn === 0 && crm >= 1 && crm <= 7;
};
/** Writes of HCR.TVM: SCTLR, TTBCR, DACR, fault registers, MAIR, CONTEXTIDR; MCRR of TTBR0 and TTBR1. */
const MEMORY_CONTROL = (hsr: number): boolean => {
  const { crn, opc2, read } = registers(hsr);
  if (classOf(hsr) === 4) return !read;
  return cp15(hsr) && !read && ([2, 3, 5, 6, 10, 13].includes(crn) || (crn === 1 && opc2 === 0));
};
/** Stage 2 translation faults of fetches. */
const FETCH = (hsr: number): boolean => classOf(hsr) === 0x20;

const TRAPS = ['EXC 1 [Undefined Instruction]', 'FROM ...from EL1 to EL2'];
/** Xen reads and writes GICH once on the way in and out. */
const INTERFACE = ["read 'gic_viface'", "write 'gic_viface'"];
const WATCHED =
  'Xen answers an operation by set and way by cleaning all of the memory of the domain, which it makes invalid ' +
  'in stage 2 to see what is used again, and watches for the MMU to be switched';

export const EXTRAS: readonly Extra[] = [
  {
    why:
      'HCR.TSW: the decompressor of Linux cleans both caches by set and way; qemu has that trap for ARMv8 only, ' +
      'see test/emu/cpu/hyp-oracle.test.ts',
    hsr: SET_AND_WAY,
    there: 0,
    rows: [...TRAPS, ...INTERFACE],
  },
  {
    why: 'HCR.TID3: Linux reads ID registers; qemu has that trap for ARMv8 only, see there',
    hsr: FEATURES,
    there: 0,
    rows: [...TRAPS, ...INTERFACE],
  },
  { why: WATCHED, hsr: MEMORY_CONTROL, there: 0, rows: [...TRAPS, ...INTERFACE] },
  {
    why: WATCHED,
    hsr: FETCH,
    there: 2,
    rows: ['EXC 3 [Prefetch Abort]', 'FROM ...from EL1 to EL2', ...INTERFACE],
  },
];

/** Syndromes that come more often here, besides. */
export const SYNDROME_DIFFERENCES: readonly { readonly hsr: RegExp; readonly why: string }[] = [
  {
    hsr: /^0x(93030047|93810047|93830007)$/,
    why: 'accesses to the distributor for the five interrupts of the PL330, which qemu does not model',
  },
];

const TIME =
  'that run took 3 s of guest time, this one 1.4: more ticks, some of them while programs ran, and more changes ' +
  'between tasks, with which the FPU is handed over; compared with the paced run instead';
interface RowDifference {
  readonly row: string;
  readonly why: string;
  /** Does not fit the run on a real clock; it has to fit the paced one. */
  readonly paced?: true;
  /** So many are only here. */
  readonly more?: number;
}
export const ROW_DIFFERENCES: readonly RowDifference[] = [
  { row: 'EXC 1 [Undefined Instruction]', why: `WFI: ${TIME}`, paced: true },
  { row: 'EXC 12 [Hypervisor Trap]', why: TIME, paced: true },
  { row: 'FROM ...from EL0 to EL2', why: TIME, paced: true },
  { row: "read 'gic_vcpu'", why: TIME, paced: true },
  { row: "write 'gic_vcpu'", why: TIME, paced: true },
  {
    row: "read 'gic_dist'",
    why: 'two for each of the five interrupts of the PL330, which qemu does not model; without it in the tree they are gone',
    more: 10,
  },
];

/** Devices by their names in qemu. What has none here is not modelled there. */
export const DEVICES: Readonly<Record<string, RegExp>> = {
  pl011: /^uart\d$/,
  gic_dist: /^gic distributor$/,
  gic_cpu: /^gic cpu-interface$/,
  gic_viface: /^gic hypervisor$/,
  gic_vcpu: /^gic virtual-cpu$/,
  'arm-sysctl': /^sysreg$/,
  pl031: /^rtc$/,
  pl041: /^aaci$/,
  pl050: /^kmi\d$/,
  pl110: /^clcd$/,
  pl181: /^mmc$/,
  sp804: /^timer\d\d$/,
};
export const NOT_IN_QEMU = ['dma', 'dmc', 'smc', 'sysctl', 'wdt'];

/** Names of exceptions in qemu's log. Traps of VMRS have one of their own there. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  undefined: '1 [Undefined Instruction]',
  supervisorCall: '2 [SVC]',
  prefetchAbort: '3 [Prefetch Abort]',
  dataAbort: '4 [Data Abort]',
  irq: '5 [IRQ]',
  hypervisorCall: '11 [Hypervisor Call]',
  virtualIrq: '14 [Virtual IRQ]',
  hypTrap: '1 [Undefined Instruction]',
};
const HYP_TRAP = 'EXC 12 [Hypervisor Trap]';
const VMRS = 8;
const LEVELS: Readonly<Record<string, number>> = { usr: 0, hyp: 2 };

/** The counts of a machine in the words of qemu's log. */
export function rowsOf({ exceptions, syndromes, devices }: MachineActivity): Map<string, number> {
  const rows = new Map<string, number>();
  const add = (row: string, count: number): void => void rows.set(row, (rows.get(row) ?? 0) + count);
  for (const { exception, from, to, count } of exceptions) {
    add(`EXC ${EXCEPTIONS[exception] ?? exception}`, count);
    add(`FROM ...from EL${LEVELS[from] ?? 1} to EL${LEVELS[to] ?? 1}`, count);
  }
  for (const { hsr, count } of syndromes) {
    if (classOf(hsr) !== VMRS) continue;
    add(HYP_TRAP, count);
    add('EXC 1 [Undefined Instruction]', -count);
  }
  for (const { name, reads, writes } of devices) {
    const [theirs = name] = Object.entries(DEVICES).find(([, ours]) => ours.test(name)) ?? [];
    if (reads > 0) add(`read '${theirs}'`, reads);
    if (writes > 0) add(`write '${theirs}'`, writes);
  }
  return rows;
}
