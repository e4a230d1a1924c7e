// Transfers between registers: extension registers, core registers, FPSCR (ARM DDI 0406C A7.5, A7.8, A7.9). All are of
// integers: a floating-point value of WebAssembly would not keep the bits of a NaN.
import { CPU } from '../layout';
import { operation, type Semantics } from '../semantics';
import { add, and, and64, c, c64, extu, load16s, load16u, load8s, load8u, or, shl64, type Value, xor, xor64 } from '../value'; // prettier-ignore

const SIGN = 0x80000000;

/** VMOV (register), VABS, VNEG: `sign` is `keep`, `clear` or `flip`. */
export const vmov = operation({
  name: 'vmov',
  early: ['double', 'sign'],
  late: { d: 's', m: 's' },
  fp: 'vfpData',
  emit: x => {
    const sign = x.earlyText('sign');
    if (x.early('double')) {
      const v = x.fpBits('m', true);
      const result = sign === 'keep' ? v : sign === 'clear' ? and64(v, c64(-1, ~SIGN)) : xor64(v, c64(0, SIGN));
      x.setFpBits('d', true, result);
    } else {
      const v = x.fpBits('m', false);
      x.setFpBits('d', false, sign === 'keep' ? v : sign === 'clear' ? and(v, c(~SIGN)) : xor(v, c(SIGN)));
    }
  },
});

/** VMOV (immediate): a single, or the upper word of a double whose lower word is zero. */
export const vmovImmediate = operation({
  name: 'vmovi',
  early: ['double'],
  late: { d: 's', imm: 'imm' },
  fp: 'vfpData',
  emit: x => {
    if (x.early('double')) x.setFpBits('d', true, shl64(extu(x.n('imm')), c64(32)));
    else x.setFpBits('d', false, x.n('imm'));
  },
});

/** VMOV between a core register and a word of the extension registers. */
export const vmovCore = operation({
  name: 'vmovr',
  early: ['toCore'],
  late: { rt: 'reg', s: 's' },
  fp: 'vfp',
  emit: x => {
    if (x.early('toCore')) x.w('rt', x.fpWord('s'));
    else x.setFpWord('s', x.r('rt'));
  },
});

/** VMOV between two core registers and two words that follow each other. */
export const vmovCorePair = operation({
  name: 'vmovrr',
  early: ['toCore'],
  late: { rt: 'reg', rt2: 'reg', s: 's' },
  fp: 'vfp',
  emit: x => {
    if (x.early('toCore')) {
      x.w('rt', x.fpWord('s'));
      x.w('rt2', x.fpWord('s', 1));
    } else {
      x.setFpWord('s', x.r('rt'));
      x.setFpWord('s', x.r('rt2'), 1);
    }
  },
});

const LANE_LOADS: Readonly<Record<string, (address: Value) => Value>> = { u8: load8u, s8: load8s, u16: load16u, s16: load16s }; // prettier-ignore

/** VMOV between a core register and a lane of 8 or 16 bits, which lies `at` bytes from D0. */
export const vmovLane = operation({
  name: 'vmovl',
  early: ['access', 'toCore'],
  late: { rt: 'reg', at: 'byte' },
  fp: 'simd',
  emit: x => {
    const access = x.earlyText('access');
    const lane = (): Value => add(add(x.cpu, x.n('at')), c(CPU.V));
    if (x.early('toCore')) x.w('rt', LANE_LOADS[access]!(lane()));
    else if (access === 'u8') x.code.store8(lane(), x.r('rt'));
    else x.code.store16(lane(), x.r('rt'));
  },
});

const fpscr = (x: Semantics): Value => or(x.state(CPU.FPSCR), x.state(CPU.FP_NZCV));

/** VMRS of FPSCR. Other registers, and VMSR, go through `system`. */
export const readFpscr = operation({
  name: 'vmrs',
  early: [],
  late: { rt: 'reg' },
  fp: 'vfp',
  emit: x => x.w('rt', fpscr(x)),
});

/** VMRS APSR_nzcv, FPSCR: the flags of a comparison for the conditions of what follows. */
export const readFlags = operation({
  name: 'vmrsf',
  early: [],
  late: {},
  fp: 'vfp',
  emit: x => x.setNZCV(x.tmp(x.state(CPU.FP_NZCV))),
});
