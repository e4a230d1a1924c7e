// Integer operations of Advanced SIMD on vectors (ARM DDI 0406C A7.4) in v128 instructions, and the call of a helper for
// all others.
import { type HelperName, helperArgument, SIMD_OPTION } from '../helpers';
import { CPU } from '../layout';
import { operation, type Semantics } from '../semantics';
import { fastVector, hasFastWay } from './simd-float';
import { orHelp } from './vfp-arithmetic';
import { add, c, or, shr, shuffle, type Value } from '../value';
import {
  lanesOf, LOWER_HALF, ONES, vAbs, vAdd, vAnd, vAndNot, vAny, vBit, vCompare, vExtend, vMax, vMin, vMul, vMulLong, vNarrow, vNeg, vNot, vOr,
  vPopcnt, vRead, vSelect, vShl, vShr, vSplatAt, vSub, vWrite, vXor, ZERO,
} from '../vector'; // prettier-ignore

/** What a vector operation knows beside its operands. `size`: log2 of the bytes of an element. */
interface Shape {
  readonly x: Semantics;
  readonly size: number;
  readonly unsigned: boolean;
}
/** Operands are pinned, but the old value of the destination. */
type Binary = (s: Shape, a: Value, b: Value, old: Value) => Value;

const shapeEarly = ['what', 'size', 'unsigned', 'quad'] as const;
const shape = (x: Semantics): Shape => ({ x, size: x.early('size'), unsigned: x.early('unsigned') !== 0 });

/** Sets FPSCR.QC when a bit of the mask is set: those are the lanes that saturated. */
function saturated(x: Semantics, mask: Value): Value {
  const pinned = x.tmp(mask);
  const QC = 1 << 27;
  x.code.if(vAny(pinned), () => x.setState(CPU.FPSCR, or(x.state(CPU.FPSCR), c(QC))));
  return pinned;
}
/** All ones in lanes whose sign bit is set. */
const signs = (s: Shape, v: Value): Value => vShr(s.size, false, v, c((8 << s.size) - 1));
/** The saturated result of a signed operation, for lanes in which it went beyond the sign of `a`. */
const extreme = (s: Shape, a: Value): Value => vXor(signs(s, a), vNot(vBit(s.size, (8 << s.size) - 1)));

function saturatingAdd(s: Shape, a: Value, b: Value): Value {
  const sum = s.x.tmp(vAdd(s.size, a, b));
  if (s.unsigned) return vOr(sum, saturated(s.x, signs(s, vOr(vAnd(a, b), vAndNot(vOr(a, b), sum)))));
  return vSelect(saturated(s.x, signs(s, vAnd(vXor(a, sum), vXor(b, sum)))), extreme(s, a), sum);
}
function saturatingSub(s: Shape, a: Value, b: Value): Value {
  const difference = s.x.tmp(vSub(s.size, a, b));
  if (s.unsigned) {
    const borrow = signs(s, vOr(vAndNot(b, a), vAndNot(difference, vXor(a, b))));
    return vAndNot(difference, saturated(s.x, borrow));
  }
  return vSelect(saturated(s.x, signs(s, vAnd(vXor(a, b), vXor(a, difference)))), extreme(s, a), difference);
}

const compare =
  (what: 'gt' | 'ge' | 'lt' | 'le'): Binary =>
  (s, a, b) =>
    vCompare(`${what}${s.unsigned ? 'U' : 'S'}`, s.size, a, b);
const difference: Binary = (s, a, b) => vSub(s.size, vMax(s.size, s.unsigned, a, b), vMin(s.size, s.unsigned, a, b));

/** Vd = f(Vn, Vm, Vd), lane by lane. */
export const SAME = {
  vand: (_, a, b) => vAnd(a, b),
  vbic: (_, a, b) => vAndNot(a, b),
  vorr: (_, a, b) => vOr(a, b),
  vorn: (_, a, b) => vOr(a, vNot(b)),
  veor: (_, a, b) => vXor(a, b),
  vbsl: (_, a, b, old) => vSelect(old, a, b),
  vbit: (_, a, b, old) => vSelect(b, a, old),
  vbif: (_, a, b, old) => vSelect(b, old, a),
  vadd: (s, a, b) => vAdd(s.size, a, b),
  vsub: (s, a, b) => vSub(s.size, a, b),
  vmul: (s, a, b) => vMul(s.size, a, b),
  vmla: (s, a, b, old) => vAdd(s.size, old, vMul(s.size, a, b)),
  vmls: (s, a, b, old) => vSub(s.size, old, vMul(s.size, a, b)),
  vhadd: (s, a, b) => vAdd(s.size, vAnd(a, b), vShr(s.size, s.unsigned, vXor(a, b), c(1))),
  vrhadd: (s, a, b) => vSub(s.size, vOr(a, b), vShr(s.size, s.unsigned, vXor(a, b), c(1))),
  vhsub: (s, a, b) => vSub(s.size, vShr(s.size, s.unsigned, vXor(a, b), c(1)), vAndNot(b, a)),
  vqadd: saturatingAdd,
  vqsub: saturatingSub,
  vceq: (s, a, b) => vCompare('eq', s.size, a, b),
  vcgt: compare('gt'),
  vcge: compare('ge'),
  vtst: (s, a, b) => vCompare('ne', s.size, vAnd(a, b), ZERO),
  vmax: (s, a, b) => vMax(s.size, s.unsigned, a, b),
  vmin: (s, a, b) => vMin(s.size, s.unsigned, a, b),
  vabd: difference,
  vaba: (s, a, b, old) => vAdd(s.size, old, difference(s, a, b, old)),
} as const satisfies Record<string, Binary>;

export const simdSame = operation({
  name: 'v3',
  early: shapeEarly,
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    const [a, b] = [x.tmp(vRead(x, 'n', quad)), x.tmp(vRead(x, 'm', quad))];
    vWrite(x, 'd', quad, SAME[x.earlyText('what') as keyof typeof SAME](shape(x), a, b, vRead(x, 'd', quad)));
  },
});

/** The same with an element for all lanes; `at` is its distance in bytes from D0. */
const element = (x: Semantics, size: number): Value => vSplatAt(size, add(x.cpu, x.n('at')), CPU.V);
export const simdScalar = operation({
  name: 'v3s',
  early: shapeEarly,
  late: { d: 'd', n: 'd', at: 'byte' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    const s = shape(x);
    const [a, b] = [x.tmp(vRead(x, 'n', quad)), x.tmp(element(x, s.size))];
    vWrite(x, 'd', quad, SAME[x.earlyText('what') as keyof typeof SAME](s, a, b, vRead(x, 'd', quad)));
  },
});

/** f over neighbours: those of Vn, then those of Vm. */
const PAIRWISE = {
  vpadd: SAME.vadd,
  vpmax: SAME.vmax,
  vpmin: SAME.vmin,
} as const satisfies Record<string, Binary>;
export const simdPairwise = operation({
  name: 'vp',
  early: ['what', 'size', 'unsigned'],
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const s = shape(x);
    const lowHalves = Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8));
    const both = x.tmp(shuffle(vRead(x, 'n', false), vRead(x, 'm', false), lowHalves));
    const [even, odd] = [vNarrow(s.size, both), vNarrow(s.size, both, true)];
    vWrite(x, 'd', false, PAIRWISE[x.earlyText('what') as keyof typeof PAIRWISE](s, even, odd));
  },
});

/** Quadword of lanes of `size` + 1 = f(lanes of both operands, made as wide). */
const LONG = {
  vaddl: (s, a, b) => vAdd(s.size, a, b),
  vsubl: (s, a, b) => vSub(s.size, a, b),
  vabdl: (s, a, b) => vAbs(s.size, vSub(s.size, a, b)),
  vabal: (s, a, b, old) => vAdd(s.size, old, vAbs(s.size, vSub(s.size, a, b))),
} as const satisfies Record<string, Binary>;
/** The same of the products of lanes. */
const PRODUCT = {
  vmull: (_s, product) => product,
  vmlal: (s, product, old) => vAdd(s.size, old, product),
  vmlsl: (s, product, old) => vSub(s.size, old, product),
} as const satisfies Record<string, (s: Shape, product: Value, old: Value) => Value>;

const isProduct = (what: string): what is keyof typeof PRODUCT => what in PRODUCT;
function long(x: Semantics, m: (size: number) => Value): void {
  const what = x.earlyText('what');
  const { size: narrow, unsigned } = shape(x);
  const s: Shape = { x, size: narrow + 1, unsigned };
  const n = vRead(x, 'n', false);
  const old = vRead(x, 'd', true);
  const result = isProduct(what)
    ? PRODUCT[what](s, vMulLong(s.size, unsigned, n, m(narrow)), old)
    : LONG[what as keyof typeof LONG](s, vExtend(s.size, unsigned, n), vExtend(s.size, unsigned, m(narrow)), old);
  vWrite(x, 'd', true, result);
}
const longEarly = ['what', 'size', 'unsigned'] as const;
export const simdLong = operation({
  name: 'vl',
  early: longEarly,
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => long(x, () => vRead(x, 'm', false)),
});
export const simdLongScalar = operation({
  name: 'vls',
  early: longEarly,
  late: { d: 'd', n: 'd', at: 'byte' },
  fp: 'simd',
  emit: x => long(x, size => element(x, size)),
});

/** VADDW, VSUBW: the first operand is wide already. */
export const simdWide = operation({
  name: 'vw',
  early: ['subtract', 'size', 'unsigned'],
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const { size, unsigned } = shape(x);
    const f = x.early('subtract') ? vSub : vAdd;
    vWrite(x, 'd', true, f(size + 1, vRead(x, 'n', true), vExtend(size + 1, unsigned, vRead(x, 'm', false))));
  },
});

/** VADDHN, VSUBHN, VRADDHN, VRSUBHN: the upper halves of wide lanes; `size` is that of the result. */
export const simdHighNarrow = operation({
  name: 'vhn',
  early: ['subtract', 'size', 'round'],
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const size = x.early('size');
    const f = x.early('subtract') ? vSub : vAdd;
    const exact = f(size + 1, vRead(x, 'n', true), vRead(x, 'm', true));
    const wide = x.early('round') ? vAdd(size + 1, exact, vBit(size + 1, (8 << size) - 1)) : exact;
    vWrite(x, 'd', false, vNarrow(size, x.tmp(wide), true));
  },
});

type Unary = (s: Shape, m: Value, old: Value) => Value;
/** Sums of neighbours, twice as wide. */
const pairsLong = (s: Shape, m: Value): Value => {
  const bits = 8 << s.size;
  const low = vShr(s.size + 1, s.unsigned, vShl(s.size + 1, m, c(bits)), c(bits));
  return vAdd(s.size + 1, low, vShr(s.size + 1, s.unsigned, m, c(bits)));
};
/** Lanes of `size` in the opposite order within groups of `1 << group` bytes. */
const reversed =
  (group: number): Unary =>
  (s, m) => {
    const flip = ((1 << group) - 1) & ~((1 << s.size) - 1);
    return shuffle(m, m, lanesOf(0, 1, 0).map(i => i ^ flip)); // prettier-ignore
  };
/** Vd = f(Vm, Vd), lane by lane. */
const MISC = {
  vrev64: reversed(3),
  vrev32: reversed(2),
  vrev16: reversed(1),
  vpaddl: pairsLong,
  vpadal: (s, m, old) => vAdd(s.size + 1, old, pairsLong(s, m)),
  vcnt: (_, m) => vPopcnt(m),
  vmvn: (_, m) => vNot(m),
  vabs: (s, m) => vAbs(s.size, m),
  vneg: (s, m) => vNeg(s.size, m),
  vabsf: (_, m) => vAndNot(m, vBit(2, 31)),
  vnegf: (_, m) => vXor(m, vBit(2, 31)),
  vcgt0: (s, m) => vCompare('gtS', s.size, m, ZERO),
  vcge0: (s, m) => vCompare('geS', s.size, m, ZERO),
  vceq0: (s, m) => vCompare('eq', s.size, m, ZERO),
  vcle0: (s, m) => vCompare('leS', s.size, m, ZERO),
  vclt0: (s, m) => vCompare('ltS', s.size, m, ZERO),
} as const satisfies Record<string, Unary>;
export const simdMisc = operation({
  name: 'v2',
  early: shapeEarly,
  late: { d: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    const m = x.tmp(vRead(x, 'm', quad));
    vWrite(x, 'd', quad, MISC[x.earlyText('what') as keyof typeof MISC](shape(x), m, vRead(x, 'd', quad)));
  },
});

type Shift = (s: Shape, m: Value, by: Value, old: Value) => Value;
const rounded: Shift = (s, m, by) => {
  const half = vAnd(vShr(s.size, true, m, add(by, c(-1))), vBit(s.size, 0));
  return vAdd(s.size, vShr(s.size, s.unsigned, m, by), half);
};
/** Vd = f(Vm, amount, Vd); the amount is below the bits of a lane. */
const SHIFT = {
  vshr: (s, m, by) => vShr(s.size, s.unsigned, m, by),
  vsra: (s, m, by, old) => vAdd(s.size, old, vShr(s.size, s.unsigned, m, by)),
  vrshr: rounded,
  vrsra: (s, m, by, old) => vAdd(s.size, old, rounded(s, m, by, old)),
  vshl: (s, m, by) => vShl(s.size, m, by),
  vsri: (s, m, by, old) => vOr(vShr(s.size, true, m, by), vAndNot(old, vShr(s.size, true, ONES, by))),
  vsli: (s, m, by, old) => vOr(vShl(s.size, m, by), vAndNot(old, vShl(s.size, ONES, by))),
} as const satisfies Record<string, Shift>;
export const simdShift = operation({
  name: 'vsh',
  early: shapeEarly,
  late: { d: 'd', m: 'd', by: 'byte' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    const m = x.tmp(vRead(x, 'm', quad));
    vWrite(x, 'd', quad, SHIFT[x.earlyText('what') as keyof typeof SHIFT](shape(x), m, x.n('by'), vRead(x, 'd', quad)));
  },
});

/** VSHLL, VMOVL: `size` is that of the operand. */
export const simdShiftLong = operation({
  name: 'vshll',
  early: ['size', 'unsigned'],
  late: { d: 'd', m: 'd', by: 'byte' },
  fp: 'simd',
  emit: x => {
    const { size, unsigned } = shape(x);
    vWrite(x, 'd', true, vShl(size + 1, vExtend(size + 1, unsigned, vRead(x, 'm', false)), x.n('by')));
  },
});

/** VSHRN, VRSHRN, VMOVN: `size` is that of the result. */
export const simdShiftNarrow = operation({
  name: 'vshrn',
  early: ['size', 'round'],
  late: { d: 'd', m: 'd', by: 'byte' },
  fp: 'simd',
  emit: x => {
    const size = x.early('size');
    const s: Shape = { x, size: size + 1, unsigned: true };
    const m = x.tmp(vRead(x, 'm', true));
    const shifted = x.early('round') ? rounded(s, m, x.n('by'), m) : vShr(s.size, true, m, x.n('by'));
    vWrite(x, 'd', false, vNarrow(size, x.tmp(shifted)));
  },
});

/**
 * VQSHRN, VQRSHRN, VQSHRUN, VQRSHRUN, VQMOVN, VQMOVUN with results of at most 16 bits. `size` and `unsigned` are those of
 * the result, `from` is whether the operand is unsigned.
 */
export const simdSaturatingNarrow = operation({
  name: 'vqshrn',
  early: ['size', 'unsigned', 'from', 'round'],
  late: { d: 'd', m: 'd', by: 'byte' },
  fp: 'simd',
  emit: x => {
    const { size, unsigned } = shape(x);
    const wide = size + 1;
    const s: Shape = { x, size: wide, unsigned: x.early('from') !== 0 };
    const m = x.tmp(vRead(x, 'm', true));
    const shifted = x.tmp(x.early('round') ? rounded(s, m, x.n('by'), m) : vShr(wide, s.unsigned, m, x.n('by')));
    // The limits are one bit, and what has all the bits below: a negative number is its complement.
    const most = vSub(wide, vBit(wide, (8 << size) - (unsigned ? 0 : 1)), vBit(wide, 0));
    const below = vMin(wide, s.unsigned, shifted, most);
    const limited = x.tmp(s.unsigned ? below : vMax(wide, false, below, unsigned ? ZERO : vNot(most)));
    saturated(x, vXor(limited, shifted));
    vWrite(x, 'd', false, vNarrow(size, limited));
  },
});

const helperEarly = ['helper', 'options'] as const;
const help = (x: Semantics, n: Value, m: Value): void => {
  x.helper(x.earlyText('helper') as HelperName, helperArgument(x.early('options'), x.vNumber('d'), n, m));
};
/** The same, in v128 instructions where these compute what the helper does. */
function fastOrHelp(x: Semantics, second: (quad: boolean) => Value, n: Value, m: Value): void {
  const helper = x.earlyText('helper') as HelperName;
  if (!hasFastWay(helper)) return help(x, n, m);
  const quad = (x.early('options') & SIMD_OPTION.QUAD) !== 0;
  const argument = (): Value => helperArgument(x.early('options'), x.vNumber('d'), n, m);
  orHelp(
    x,
    giveUp => {
      const a = x.tmp(vRead(x, 'n', quad));
      const b = x.tmp(second(quad));
      vWrite(x, 'd', quad, fastVector(x, helper, a, b, vRead(x, 'd', quad), giveUp));
    },
    helper,
    argument,
  );
}
/** An operation on registers that a helper computes; `options` are SIMD_OPTION bits. */
export const simdHelper = operation({
  name: 'vh',
  early: helperEarly,
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => fastOrHelp(x, quad => vRead(x, 'm', quad), x.vNumber('n'), x.vNumber('m')),
});
/** One element for all lanes; of doublewords the upper lanes are zero, as everywhere. */
const scalarOperand = (x: Semantics, quad: boolean): Value => {
  const all = element(x, x.early('size'));
  return quad ? all : vAnd(all, LOWER_HALF);
};
/** The same with an element as second operand. */
export const simdHelperScalar = operation({
  name: 'vhs',
  early: [...helperEarly, 'size'],
  late: { d: 'd', n: 'd', at: 'byte' },
  fp: 'simd',
  emit: x => fastOrHelp(x, quad => scalarOperand(x, quad), x.vNumber('n'), shr(x.n('at'), c(x.early('size')))),
});
/** The same with a number (shift amount, fraction bits) in place of the first operand. */
export const simdHelperShift = operation({
  name: 'vhi',
  early: helperEarly,
  late: { d: 'd', m: 'd', by: 'byte' },
  fp: 'simd',
  emit: x => help(x, x.n('by'), x.vNumber('m')),
});
