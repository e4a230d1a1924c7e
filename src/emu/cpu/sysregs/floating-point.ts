// System registers of VFP and Advanced SIMD, reached by VMRS and VMSR (ARM DDI 0406C, B6.1.14 and B4.1.58 on).
import { CPU } from '../../codegen/layout';
import type { Core } from '../core';
import { SLOT } from './storage';
import { UNDEFINED } from './table';

export const FPEXC_EN = 1 << 30;
const NZCV = 0xf0000000;
/**
 * Writable bits of FPSCR below NZCV: QC, AHP, DN, FZ, RMode, Stride, Len and the cumulative flags. The Cortex-A15 has no
 * trap enables.
 */
const FPSCR_WRITABLE = 0x0ff7009f;
/**
 * FPSCR.Stride and Len, which can be written although the Cortex-A15 has no short vectors: VFP data processing is
 * UNDEFINED while they are not zero.
 */
export const VFP_VECTORS = 0x00370000;

interface FloatingPointRegister {
  readonly name: string;
  /** The `reg` field of VMRS and VMSR. */
  readonly number: number;
  readonly about: string;
  /** Accessible at PL0. */
  readonly user?: true;
  /** Accessible only while FPEXC.EN is set. */
  readonly needsEnable?: true;
  readonly read: (core: Core) => number;
  /** Writes of registers without this are ignored. */
  readonly write?: (core: Core, value: number) => void;
}

export const readFpscr = (core: Core): number => (core.field(CPU.FPSCR) | core.field(CPU.FP_NZCV)) >>> 0;

export function writeFpscr(core: Core, value: number): void {
  core.setField(CPU.FPSCR, value & FPSCR_WRITABLE);
  core.setField(CPU.FP_NZCV, value & NZCV);
  core.updateFpEnabled();
}

function writeFpexc(core: Core, value: number): void {
  core.sys[SLOT.FPEXC] = value & FPEXC_EN;
  core.regimeChanged();
}

/** Values of the Cortex-A15 r4p0 (ARM DDI 0438I, chapter 14). */
export const FLOATING_POINT: readonly FloatingPointRegister[] = [
  { name: 'FPSID', number: 0, about: 'Floating-point system ID: VFPv4, Cortex-A15', read: () => 0x410430f0 },
  {
    name: 'FPSCR',
    number: 1,
    about: 'Floating-point status and control: flags, rounding, exceptions',
    user: true,
    needsEnable: true,
    read: readFpscr,
    write: writeFpscr,
  },
  {
    name: 'MVFR1',
    number: 6,
    about: 'Media and VFP features: half precision, fused multiply-add',
    read: () => 0x11111111,
  },
  {
    name: 'MVFR0',
    number: 7,
    about: 'Media and VFP features: 32 registers, single and double precision',
    read: () => 0x10110222,
  },
  {
    name: 'FPEXC',
    number: 8,
    about: 'Floating-point exception control: EN',
    read: core => core.sys[SLOT.FPEXC]!,
    write: writeFpexc,
  },
];

/**
 * Whether CPACR and NSACR let the current mode reach coprocessors 10 and 11, whatever FPEXC.EN says. Without that,
 * every VFP and Advanced SIMD instruction is UNDEFINED.
 */
export function floatingPointPermitted(core: Core): boolean {
  if (!core.secure && !(core.sys[SLOT.NSACR]! & (1 << 10))) return false;
  const cp10 = (core.sys[SLOT.CPACR]! >>> 20) & 3;
  return core.mode.privilege === 2 || cp10 === 3 || (cp10 === 1 && core.privileged);
}

function accessible(core: Core, reg: number): FloatingPointRegister | undefined {
  const row = FLOATING_POINT.find(r => r.number === reg);
  if (!row || !floatingPointPermitted(core) || (!row.user && !core.privileged)) return undefined;
  return row.needsEnable && !(core.sys[SLOT.FPEXC]! & FPEXC_EN) ? undefined : row;
}

/** VMRS. @returns the value, unsigned, or UNDEFINED. With Rt = 15 the flags are FPSCR[31:28]. */
export function vmrs(core: Core, reg: number): number {
  const row = accessible(core, reg);
  return row ? row.read(core) >>> 0 : UNDEFINED;
}

/** VMSR. @returns 0 or UNDEFINED */
export function vmsr(core: Core, reg: number, value: number): number {
  const row = accessible(core, reg);
  if (!row) return UNDEFINED;
  row.write?.(core, value);
  return 0;
}
