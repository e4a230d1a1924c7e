// One core's windows of the virtualization of a GICv2, for register sequences.
import { gicBench, GICH, GICV } from './gic-bench';

type Bench = ReturnType<typeof gicBench>;
export const PENDING = 1;
export const ACTIVE = 2;

interface Entry {
  id: number;
  state?: number;
  priority?: number;
  group1?: boolean;
  cpu?: number;
  eoi?: boolean;
  /** Physical INTID; sets HW. */
  hw?: number;
}

/** A value of GICH_LRn. */
export function lr({ id, state = PENDING, priority = 0, group1 = false, cpu = 0, eoi = false, hw }: Entry): number {
  const middle = hw === undefined ? (cpu << 10) | (eoi ? 1 << 19 : 0) : (hw << 10) | (1 << 31);
  return (id | middle | ((priority >>> 3) << 23) | (state << 28) | (group1 ? 1 << 30 : 0)) >>> 0;
}

/** One core's windows, with both groups on and nothing masked. */
export function ready(cores = 1, control = 0x003) {
  const g = gicBench(cores);
  const [h, v] = [g.h[0]!, g.v[0]!];
  h.write(GICH.HCR, 4, 1);
  v.write(GICV.PMR, 4, 0xff);
  v.write(GICV.CTLR, 4, control);
  const list = (n: number, entry: Entry): void => h.write(GICH.LR + 4 * n, 4, lr(entry));
  const state = (n: number): number => (h.read(GICH.LR + 4 * n, 4) >>> 28) & 3;
  return { ...g, h, v, list, state, misr: () => h.read(GICH.MISR, 4), virq: g.virq[0]!, vfiq: g.vfiq[0]! };
}

/** Whether the maintenance interrupt is an asserted input of the distributor. */
export const maintenance = (g: Pick<Bench, 'd'>, core = 0): boolean => ((g.d[core]!.read(0x200, 4) >>> 25) & 1) === 1;
