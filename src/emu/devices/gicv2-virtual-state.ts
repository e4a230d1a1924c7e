// State of the virtual interfaces of a GICv2, and the bits of its registers (ARM IHI 0048B chapter 5, ARM DDI 0438I 8.3.5).
import type { StateRecord } from './state';

/** List registers of a core. */
export const LIST_REGISTERS = 4;
/** GICH_VTR: five priority bits, five preemption bits, four list registers. */
export const VTR = 0x90000003;

/** Bits of GICH_HCR. Those above `EN` enable maintenance interrupts, and are what a GICH_MISR bit needs besides. */
export const HCR = {
  EN: 1 << 0,
  UIE: 1 << 1,
  LRENPIE: 1 << 2,
  NPIE: 1 << 3,
  VGRP0EIE: 1 << 4,
  VGRP0DIE: 1 << 5,
  VGRP1EIE: 1 << 6,
  VGRP1DIE: 1 << 7,
} as const;
export const HCR_BITS = 0xf80000ff;
export const ONE_EOI = 1 << 27;
export const MISR_EOI = 1 << 0;

/** Bits of GICH_LRn. */
export const LR = { HW: 1 << 31, GROUP1: 1 << 30, ACTIVE: 1 << 29, PENDING: 1 << 28, EOI: 1 << 19 } as const;
export const LR_STATE = LR.ACTIVE | LR.PENDING;
export const LR_BITS = 0xff8fffff;

/** GICV_CTLR, which is also the low half of GICH_VMCR. */
export const VM_CONTROL = {
  ENABLE_GROUP0: 1 << 0,
  ENABLE_GROUP1: 1 << 1,
  ACK_CTL: 1 << 2,
  FIQ_ENABLE: 1 << 3,
  COMMON_BPR: 1 << 4,
  EOI_MODE: 1 << 9,
} as const;
export const VM_CONTROL_BITS = 0x21f;
/** Least binary points with five preemption bits: 7 - 5, and one more for Group 1. */
export const LEAST_BPR = 2;
export const LEAST_ABPR = 3;

/** Priority of a list register, 0 (highest) .. 0xf8. */
export const priorityOf = (lr: number): number => (lr >>> 20) & 0xf8;

export interface VirtualState extends StateRecord {
  /** GICH_HCR, GICH_VMCR and GICH_APR by core. */
  hypervisorControl: Uint32Array;
  machineControl: Uint32Array;
  activePriorities: Uint32Array;
  /** GICH_LRn: {@link LIST_REGISTERS} per core. */
  list: Uint32Array;
}

/** After reset (DDI 0438I tables 8-12 and 8-14). */
export function initialVirtualState(cores: number): VirtualState {
  return {
    hypervisorControl: new Uint32Array(cores),
    machineControl: new Uint32Array(cores).fill((LEAST_BPR << 21) | (LEAST_ABPR << 18)),
    activePriorities: new Uint32Array(cores),
    list: new Uint32Array(cores * LIST_REGISTERS),
  };
}
