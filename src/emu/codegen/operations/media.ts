// Saturation, packing, extension, bit fields, parallel addition (ARM DDI 0406C A4.4.4 to A4.4.7).
import { CPU } from '../layout';
import { operation, type Semantics } from '../semantics';
import {
  add, add64, and, c, clz, exts, ge, gt, hi64, lt, ne, or, rotr, sar, select, sext16, sext8, shl, shr, sub,
  sub64, type Value, wrap, xor, not, mul,
} from '../value'; // prettier-ignore
import { shifted } from './alu';

const rdm = { rd: 'reg', rm: 'reg' } as const;
const rdnm = { rd: 'reg', rn: 'reg', rm: 'reg' } as const;

export const countZeros = operation({ name: 'clz', early: [], late: rdm, emit: x => x.w('rd', clz(x.r('rm'))) });

/** REV, REV16, REVSH, RBIT. */
export const reverse = operation({
  name: 'rev',
  early: ['kind'],
  late: rdm,
  emit: x => {
    const m = x.tmp(x.r('rm'));
    const swapBytes = (v: Value): Value => or(and(shr(v, c(8)), c(0x00ff00ff)), shl(and(v, c(0x00ff00ff)), c(8)));
    const kind = x.earlyText('kind');
    if (kind === 'rev16') return x.w('rd', swapBytes(m));
    if (kind === 'revsh') return x.w('rd', or(shl(sext8(m), c(8)), and(shr(m, c(8)), c(255))));
    if (kind === 'rev') return x.w('rd', rotr(x.tmp(swapBytes(m)), c(16)));
    let v = m;
    for (const [mask, by] of [
      [0x55555555, 1],
      [0x33333333, 2],
      [0x0f0f0f0f, 4],
    ] as const)
      // prettier-ignore
      v = x.tmp(or(and(shr(v, c(by)), c(mask)), shl(and(v, c(mask)), c(by))));
    x.w('rd', rotr(x.tmp(swapBytes(v)), c(16)));
  },
});

/** QADD, QSUB, QDADD, QDSUB: Rd = saturate(Rm +/- (double) Rn). */
export const saturatingAdd = operation({
  name: 'qadd',
  early: ['subtract', 'double'],
  late: rdnm,
  emit: x => {
    let n = x.tmp(x.r('rn'));
    if (x.early('double')) n = saturate64(x, add64(exts(n), exts(n)));
    const m = exts(x.r('rm'));
    x.w('rd', saturate64(x, x.early('subtract') ? sub64(m, exts(n)) : add64(m, exts(n))));
  },
});

/** Saturates a 64-bit sum to a signed word, setting Q; pinned. */
function saturate64(x: Semantics, sum: Value): Value {
  const s = x.tmp(sum);
  const lo = x.tmp(wrap(s));
  const out = x.tmp(ne(hi64(s), sar(lo, c(31))));
  x.setQ(out);
  return x.tmp(select(out, xor(sar(hi64(s), c(31)), c(0x7fffffff)), lo));
}

/** SSAT, USAT: the operand shifted by an immediate, saturated to `sat` bits (USAT: 0..31, SSAT: 1..32). */
export const saturate = operation({
  name: 'sat',
  early: ['signed', 'form'],
  late: { rd: 'reg', rm: 'reg', sh: 'byte', sat: 'byte' },
  emit: x => {
    const { value } = shifted(x, x.earlyText('form'), false);
    const bits = x.n('sat');
    const max = x.tmp(x.early('signed') ? sub(shl(c(1), sub(bits, c(1))), c(1)) : sub(shl(c(1), bits), c(1)));
    const min = x.early('signed') ? not(max) : c(0);
    const high = x.tmp(gt(value, max));
    const low = x.tmp(lt(value, x.tmp(min)));
    x.setQ(or(high, low));
    x.w('rd', select(high, max, select(low, min, value)));
  },
});

/** SSAT16, USAT16. */
export const saturate16 = operation({
  name: 'sat16',
  early: ['signed'],
  late: { rd: 'reg', rm: 'reg', sat: 'byte' },
  emit: x => {
    const m = x.tmp(x.r('rm'));
    const bits = x.n('sat');
    const max = x.tmp(x.early('signed') ? sub(shl(c(1), sub(bits, c(1))), c(1)) : sub(shl(c(1), bits), c(1)));
    const min = x.tmp(x.early('signed') ? not(max) : c(0));
    const clamp = (v: Value): Value => {
      const high = x.tmp(gt(v, max));
      const low = x.tmp(lt(v, min));
      x.setQ(or(high, low));
      return x.tmp(select(high, max, select(low, min, v)));
    };
    const lo = clamp(x.tmp(sext16(m)));
    const hi = clamp(x.tmp(sar(m, c(16))));
    x.w('rd', or(and(lo, c(0xffff)), shl(hi, c(16))));
  },
});

/** SXTB, UXTH, SXTAB16, ...: Rm rotated right by `rot` (0, 8, 16, 24), extended, added to Rn when `acc`. */
export const extend = operation({
  name: 'ext',
  early: ['kind', 'signed', 'acc', 'rot'],
  late: rdnm,
  emit: x => {
    const m = x.early('rot') ? x.tmp(rotr(x.r('rm'), c(x.early('rot')))) : x.r('rm');
    const signed = x.early('signed') !== 0;
    const kind = x.earlyText('kind');
    if (kind === 'b' || kind === 'h') {
      const v = kind === 'b' ? (signed ? sext8(m) : and(m, c(255))) : signed ? sext16(m) : and(m, c(0xffff));
      return x.w('rd', x.early('acc') ? add(x.r('rn'), v) : v);
    }
    const p = x.tmp(m);
    const lo = signed ? sext8(p) : and(p, c(255));
    const hi = signed ? sext8(shr(p, c(16))) : and(shr(p, c(16)), c(255));
    if (!x.early('acc')) return x.w('rd', or(and(lo, c(0xffff)), shl(hi, c(16))));
    const n = x.tmp(x.r('rn'));
    x.w('rd', or(and(add(n, lo), c(0xffff)), shl(add(shr(n, c(16)), hi), c(16))));
  },
});

/** PKHBT, PKHTB. */
export const pack = operation({
  name: 'pkh',
  early: ['tb', 'form'],
  late: { rd: 'reg', rn: 'reg', rm: 'reg', sh: 'byte' },
  emit: x => {
    const { value } = shifted(x, x.earlyText('form'), false);
    const n = x.r('rn');
    const [lo, hi] = x.early('tb') ? [value, n] : [n, value];
    x.w('rd', or(and(lo, c(0xffff)), and(hi, c(0xffff0000))));
  },
});

/** BFI; BFC inserts zero. `msb` and `lsb` as in the encoding, `width` 1..32. */
export const bitFieldInsert = operation({
  name: 'bfi',
  early: ['clear'],
  late: { rd: 'reg', rn: 'reg', lsb: 'byte', imm: 'imm' }, // imm: the mask in place
  emit: x => {
    const kept = and(x.r('rd'), not(x.n('imm')));
    x.w('rd', x.early('clear') ? kept : or(kept, and(shl(x.r('rn'), x.n('lsb')), x.n('imm'))));
  },
});

/** SBFX, UBFX: shifted left by `left`, then right by `right`. */
export const bitFieldExtract = operation({
  name: 'bfx',
  early: ['signed'],
  late: { rd: 'reg', rn: 'reg', left: 'byte', right: 'byte' },
  emit: x => {
    const v = shl(x.r('rn'), x.n('left'));
    x.w('rd', x.early('signed') ? sar(v, x.n('right')) : shr(v, x.n('right')));
  },
});

/** SEL: bytes of Rn where GE is set, else of Rm. */
export const selectBytes = operation({
  name: 'sel',
  early: [],
  late: rdnm,
  emit: x => {
    // GE[3:0] spread to a byte mask: bit i goes to bit 8i, then times 255.
    const g = x.tmp(x.state(CPU.GE));
    const spread = and(mul(g, c(0x00204081)), c(0x01010101));
    const mask = x.tmp(mul(spread, c(255)));
    x.w('rd', or(and(x.r('rn'), mask), and(x.r('rm'), not(mask))));
  },
});

/** SADD16 ... UHSUB8: `kind` s, q, sh, u, uq, uh; `what` add16, asx, sax, sub16, add8, sub8. */
export const parallel = operation({
  name: 'par',
  early: ['kind', 'what'],
  late: rdnm,
  emit: x => {
    const kind = x.earlyText('kind');
    const what = x.earlyText('what');
    const unsigned = kind.startsWith('u');
    const bytes = what.endsWith('8');
    const width = bytes ? 8 : 16;
    const n = x.tmp(x.r('rn'));
    const m = x.tmp(x.r('rm'));
    const lane = (v: Value, i: number): Value => {
      const s = shr(v, c(i * width));
      if (bytes) return unsigned ? and(s, c(255)) : sext8(s);
      return unsigned ? and(s, c(0xffff)) : sext16(s);
    };
    const exchange = what === 'asx' || what === 'sax';
    let result: Value = c(0);
    let flags: Value = c(0);
    const lanes = bytes ? 4 : 2;
    for (let i = 0; i < lanes; i++) {
      const subtract = what.startsWith('sub') || (what === 'asx' && i === 0) || (what === 'sax' && i === 1);
      const b = lane(m, exchange ? 1 - i : i);
      const r = x.tmp(subtract ? sub(lane(n, i), b) : add(lane(n, i), b));
      let v: Value = r;
      if (kind === 'q') v = clampTo(x, r, -(1 << (width - 1)), (1 << (width - 1)) - 1);
      else if (kind === 'uq') v = clampTo(x, r, 0, (1 << width) - 1);
      else if (kind === 'sh' || kind === 'uh') v = sar(r, c(1));
      else {
        // GE: a signed result not negative; an unsigned sum with carry, an unsigned difference without borrow.
        const g = unsigned && !subtract ? ge(r, c(1 << width)) : ge(r, c(0));
        flags = or(flags, bytes ? shl(g, c(i)) : mul(g, c(3 << (2 * i))));
      }
      const masked = and(v, c(bytes ? 255 : 0xffff));
      result = x.tmp(or(result, shl(masked, c(i * width))));
    }
    if (kind === 's' || kind === 'u') x.setState(CPU.GE, flags);
    x.w('rd', result);
  },
});

function clampTo(x: Semantics, v: Value, min: number, max: number): Value {
  return x.tmp(select(gt(v, c(max)), c(max), select(lt(v, c(min)), c(min), v)));
}
