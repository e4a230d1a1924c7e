// State of a GICv2: distributor and CPU interfaces. The rules that change it are in gicv2.ts.
import type { StateRecord } from './state';

/** INTIDs 0..15, software generated interrupts. */
export const SGIS = 0xffff;

export interface GicState extends StateRecord {
  /** GICD_CTLR, Secure view. */
  distributorControl: number;
  /** One bit per INTID, private words first (one per core); see `Gicv2.word`. */
  group: Uint32Array;
  enabled: Uint32Array;
  /** Pending by an edge or by software. */
  latched: Uint32Array;
  /** Input lines. */
  level: Uint32Array;
  active: Uint32Array;
  /** Edge-triggered (GICD_ICFGR). */
  edge: Uint32Array;
  priority: Uint8Array;
  targets: Uint8Array;
  /** By core and SGI: a bit per requesting core. */
  sgiSources: Uint8Array;
  control: Uint32Array;
  priorityMask: Uint32Array;
  binaryPoint: Uint32Array;
  /** GICC_ABPR, the Non-secure GICC_BPR. */
  aliasedBinaryPoint: Uint32Array;
  /** GICC_APR0 and GICC_NSAPR0: a bit per active group priority of Group 0 and of Group 1. */
  activePriorities: Uint32Array;
  activePriorities1: Uint32Array;
}

/** After reset (DDI 0438I tables 8-3 and 8-9): SGIs are enabled for good, everything else is off and in Group 0. */
export function initialState(cores: number, words: number): GicState {
  const bits = cores + words - 1;
  const perCore = (value = 0): Uint32Array => new Uint32Array(cores).fill(value);
  return {
    distributorControl: 0,
    group: new Uint32Array(bits),
    enabled: new Uint32Array(bits).fill(SGIS, 0, cores),
    latched: new Uint32Array(bits),
    level: new Uint32Array(bits),
    active: new Uint32Array(bits),
    edge: new Uint32Array(bits).fill(SGIS, 0, cores),
    priority: new Uint8Array((cores + words - 1) * 32),
    targets: new Uint8Array(words * 32),
    sgiSources: new Uint8Array(cores * 16),
    control: perCore(),
    priorityMask: perCore(),
    binaryPoint: perCore(2),
    aliasedBinaryPoint: perCore(3),
    activePriorities: perCore(),
    activePriorities1: perCore(),
  };
}
