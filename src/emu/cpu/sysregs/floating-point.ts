// System registers of VFP and Advanced SIMD, reached by VMRS and VMSR (ARM DDI 0406C, B6.1.14 and B4.1.58 on).
import { CPU } from '../../codegen/layout';
import { CPACR_ASEDIS, HCPTR, HCR, NSACR } from '../control-bits';
import type { Core } from '../core';
import { conditional, EC, raiseHypTrap } from '../syndrome';
import { SLOT } from './storage';
import { TRAPPED, UNDEFINED } from './table';

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
  /** HCR bit that traps reads at Non-secure PL1. */
  readonly trap?: number;
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
  {
    name: 'FPSID',
    number: 0,
    about: 'Floating-point system ID: VFPv4, Cortex-A15',
    read: () => 0x410430f0,
    trap: HCR.TID0,
  },
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
    trap: HCR.TID3,
  },
  {
    name: 'MVFR0',
    number: 7,
    about: 'Media and VFP features: 32 registers, single and double precision',
    read: () => 0x10110222,
    trap: HCR.TID3,
  },
  {
    name: 'FPEXC',
    number: 8,
    about: 'Floating-point exception control: EN',
    read: core => core.sys[SLOT.FPEXC]!,
    write: writeFpexc,
  },
];

/** What becomes of a VFP or Advanced SIMD instruction in the current state. */
type FloatingPointAnswer = 'executes' | 'undefined' | 'trapped' | 'trapped as SIMD';

/**
 * CheckAdvSIMDOrVFPEnabled (B1.11.2): CPACR and NSACR, then FPEXC.EN, then HCPTR.
 * @param simd an Advanced SIMD instruction
 * @param needsEnable FPEXC.EN must be set, as for all but the accesses to FPEXC and the like
 */
export function floatingPointAnswer(core: Core, simd: boolean, needsEnable: boolean): FloatingPointAnswer {
  const { secure, sys } = core;
  // Non-secure software sees in CPACR and HCPTR what NSACR does not grant it.
  const nsacr = secure ? NSACR.CP10 : sys[SLOT.NSACR]!;
  const granted = (nsacr & NSACR.CP10) !== 0;
  const noSimd = (nsacr & NSACR.NSASEDIS) !== 0;
  if (core.mode.privilege < 2) {
    const cpacr = sys[SLOT.CPACR]!;
    const cp10 = granted ? (cpacr >>> 20) & 3 : 0;
    if (simd && (noSimd || (cpacr & CPACR_ASEDIS) !== 0)) return 'undefined';
    if (!(cp10 === 3 || (cp10 === 1 && core.privileged))) return 'undefined';
  }
  if (needsEnable && !(sys[SLOT.FPEXC]! & FPEXC_EN)) return 'undefined';
  if (secure) return 'executes';
  const hcptr = sys[SLOT.HCPTR]!;
  if (!granted || hcptr & HCPTR.TCP10) return 'trapped';
  return simd && (noSimd || hcptr & HCPTR.TASE) ? 'trapped as SIMD' : 'executes';
}

/** ISS of a trap by HCPTR: TA in bit 5, the coprocessor where it is not set. */
const TRAP_SIMD = 1 << 5;
const TRAP_CP10 = 10;

/** ISS of the trap that an instruction ends in, or undefined when it does not. */
export function floatingPointTrap(answer: FloatingPointAnswer): number | undefined {
  if (answer !== 'trapped' && answer !== 'trapped as SIMD') return undefined;
  return conditional(answer === 'trapped' ? TRAP_CP10 : TRAP_SIMD);
}

/** The register that VMRS and VMSR access, or why they do not: UNDEFINED, or TRAPPED with the trap prepared. */
function accessible(core: Core, number: number, rt: number, write: boolean): FloatingPointRegister | number {
  const row = FLOATING_POINT.find(r => r.number === number);
  if (!row || (!row.user && !core.privileged)) return UNDEFINED;
  const answer = floatingPointAnswer(core, false, row.needsEnable === true);
  const trap = floatingPointTrap(answer);
  if (trap !== undefined) {
    raiseHypTrap(core, EC.HCPTR, trap);
    return TRAPPED;
  }
  if (answer !== 'executes') return UNDEFINED;
  if (!write && row.trap !== undefined && core.trappable && core.sys[SLOT.HCR]! & row.trap) {
    // The syndrome is that of MRC p10, 7, Rt, c<reg>, c0, 0.
    raiseHypTrap(core, EC.VMRS, conditional((7 << 14) | (number << 10) | (rt << 5) | 1));
    return TRAPPED;
  }
  return row;
}

/**
 * VMRS. With Rt = 15 the flags are FPSCR[31:28].
 * @param rt of the instruction, for the syndrome of a trap
 * @returns the value, unsigned, UNDEFINED or TRAPPED
 */
export function vmrs(core: Core, reg: number, rt = 0): number {
  const row = accessible(core, reg, rt, false);
  return typeof row === 'number' ? row : row.read(core) >>> 0;
}

/** VMSR. @returns 0, UNDEFINED or TRAPPED */
export function vmsr(core: Core, reg: number, value: number): number {
  const row = accessible(core, reg, 0, true);
  if (typeof row === 'number') return row;
  row.write?.(core, value);
  return 0;
}
