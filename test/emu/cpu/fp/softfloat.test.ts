import { describe, expect, it } from 'vitest';
import { add, divide, multiply, multiplyAdd, squareRoot } from '../../../../src/emu/cpu/fp/softfloat/arithmetic';
import { compare, extreme } from '../../../../src/emu/cpu/fp/softfloat/compare';
import { convert, fromFixed, toFixed } from '../../../../src/emu/cpu/fp/softfloat/convert';
import {
  type Context, contextOf, F16, F16_ALTERNATIVE, F32, F64, type Format, FPSCR, ROUND, standardContext,
} from '../../../../src/emu/cpu/fp/softfloat/format'; // prettier-ignore
import { bits32, bits64, number32, number64, operands } from './numbers';

const context = (rounding: number = ROUND.NEAREST, fpscr = 0): Context => contextOf((rounding << 22) | fpscr);
const [IOC, DZC, OFC, UFC, IXC, IDC] = [FPSCR.IOC, FPSCR.DZC, FPSCR.OFC, FPSCR.UFC, FPSCR.IXC, FPSCR.IDC];

type Binary = (x: Context, f: Format, a: bigint, b: bigint) => bigint;
const OPERATIONS: readonly (readonly [string, Binary, (a: number, b: number) => number])[] = [
  ['sums', add, (a, b) => a + b],
  ['differences', (x, f, a, b) => add(x, f, a, b, true), (a, b) => a - b],
  ['products', multiply, (a, b) => a * b],
  ['quotients', divide, (a, b) => a / b],
  ['square roots', (x, f, a) => squareRoot(x, f, a), a => Math.sqrt(a)],
];
const PRECISIONS = [
  { name: 'single', f: F32, number: number32, bits: (v: number) => bits32(Math.fround(v)) },
  { name: 'double', f: F64, number: number64, bits: bits64 },
] as const;

describe('values are those of the host', () => {
  for (const { name, f, number, bits } of PRECISIONS)
    for (const [what, operation, host] of OPERATIONS)
      it(`${what} in ${name} precision`, () => {
        const all = operands(`${what} ${name}`, f === F64, 3000);
        const wrong: string[] = [];
        for (let i = 0; i + 1 < all.length; i++) {
          const [a, b] = [all[i]!, all[i + 1]!];
          const want = host(number(a), number(b));
          const got = operation(context(), f, a, b);
          if (Number.isNaN(want) ? !Number.isNaN(number(got)) : got !== bits(want)) wrong.push(`${a} ${b}: ${got}`);
        }
        expect(wrong).toEqual([]);
      });

  it('conversions', () => {
    for (const a of operands('conversions', true, 2000)) {
      const v = number64(a);
      if (Number.isNaN(v)) continue;
      expect([a, convert(context(), F64, F32, a)]).toEqual([a, bits32(v)]);
      const whole = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(v)));
      expect([a, toFixed(context(), F64, a, 32n, false, 0n, ROUND.ZERO)]).toEqual([a, BigInt(whole)]);
      expect(fromFixed(context(), F64, BigInt(whole), 0n)).toBe(bits64(whole + 0));
      expect(fromFixed(context(), F32, BigInt(whole), 4n)).toBe(bits32(whole / 16 + 0));
    }
  });

  it('comparisons', () => {
    const all = operands('comparisons', false, 2000);
    for (let i = 0; i + 1 < all.length; i++) {
      const [a, b] = [number32(all[i]!), number32(all[i + 1]!)];
      const want = a === b ? 0b0110 : a < b ? 0b1000 : a > b ? 0b0010 : 0b0011;
      expect(compare(context(), F32, all[i]!, all[i + 1]!, false)).toBe(want);
    }
  });
});

describe('rounding', () => {
  const tie = bits64(2 ** -53);
  it.each([
    [ROUND.NEAREST, 1, -1],
    [ROUND.UP, 1 + 2 ** -52, -1],
    [ROUND.DOWN, 1, -1 - 2 ** -52],
    [ROUND.ZERO, 1, -1],
  ])('mode %i', (mode, positive, negative) => {
    const x = context(mode);
    expect(number64(add(x, F64, bits64(1), tie))).toBe(positive);
    expect(number64(add(x, F64, bits64(-1), tie, true))).toBe(negative);
    expect(x.flags).toBe(IXC);
  });

  it('a sum that is zero is negative only when rounding down', () => {
    for (const mode of [ROUND.NEAREST, ROUND.UP, ROUND.ZERO])
      expect(add(context(mode), F32, bits32(1), bits32(-1))).toBe(0n);
    expect(add(context(ROUND.DOWN), F32, bits32(1), bits32(-1))).toBe(0x80000000n);
    expect(multiplyAdd(context(ROUND.DOWN), F32, bits32(1), bits32(-1), bits32(1))).toBe(0x80000000n);
  });

  it('overflows to infinity or to the largest number', () => {
    const most = 0x7f7fffffn;
    const results = [ROUND.NEAREST, ROUND.UP, ROUND.DOWN, ROUND.ZERO].map(mode => {
      const x = context(mode);
      const pair = [multiply(x, F32, most, bits32(2)), multiply(x, F32, most, bits32(-2))];
      expect(x.flags).toBe(OFC | IXC);
      return pair;
    });
    expect(results).toEqual([
      [0x7f800000n, 0xff800000n],
      [0x7f800000n, 0xff7fffffn],
      [0x7f7fffffn, 0xff800000n],
      [0x7f7fffffn, 0xff7fffffn],
    ]);
  });
});

describe('flags', () => {
  const flagsOf = (fpscr: number, run: (x: Context) => bigint): [bigint, number] => {
    const x = context(0, fpscr);
    return [run(x), x.flags];
  };

  it('underflow is found before rounding, and only where digits are lost', () => {
    // (1 - 2^-24) * 2^-126 rounds up to the smallest normal number.
    expect(flagsOf(0, x => multiply(x, F32, 0x3f7fffffn, 0x00800000n))).toEqual([0x00800000n, UFC | IXC]);
    expect(flagsOf(0, x => multiply(x, F32, bits32(0.5), 0x00800000n))).toEqual([0x00400000n, 0]);
    expect(flagsOf(0, x => multiply(x, F32, bits32(0.5), 1n))).toEqual([0n, UFC | IXC]);
  });

  it('flush to zero: operands raise IDC, results UFC alone', () => {
    expect(flagsOf(FPSCR.FZ, x => add(x, F32, 1n, bits32(1)))).toEqual([bits32(1), IDC]);
    expect(flagsOf(FPSCR.FZ, x => multiply(x, F32, bits32(-0.5), 0x00800000n))).toEqual([0x80000000n, UFC]);
    expect(flagsOf(FPSCR.FZ, x => convert(x, F32, F16, bits32(2 ** -24)))).toEqual([1n, 0]);
  });

  it('invalid operations and division by zero', () => {
    const [inf, nan] = [0x7f800000n, 0x7fc00000n];
    expect(flagsOf(0, x => add(x, F32, inf, inf, true))).toEqual([nan, IOC]);
    expect(flagsOf(0, x => multiply(x, F32, inf, 0n))).toEqual([nan, IOC]);
    expect(flagsOf(0, x => divide(x, F32, 0n, 0n))).toEqual([nan, IOC]);
    expect(flagsOf(0, x => divide(x, F32, inf, inf))).toEqual([nan, IOC]);
    expect(flagsOf(0, x => divide(x, F32, bits32(-3), 0n))).toEqual([0xff800000n, DZC]);
    expect(flagsOf(0, x => divide(x, F32, inf, 0n))).toEqual([inf, 0]);
    expect(flagsOf(0, x => squareRoot(x, F32, bits32(-4)))).toEqual([nan, IOC]);
    expect(flagsOf(0, x => squareRoot(x, F32, 0x80000000n))).toEqual([0x80000000n, 0]);
  });

  it('NaNs: the first signaling one, else the first quiet one, made quiet', () => {
    const [quiet, signaling] = [0xffc00001n, 0x7f800002n];
    expect(flagsOf(0, x => add(x, F32, quiet, signaling))).toEqual([0x7fc00002n, IOC]);
    expect(flagsOf(0, x => add(x, F32, quiet, bits32(1)))).toEqual([quiet, 0]);
    expect(flagsOf(FPSCR.DN, x => add(x, F32, quiet, bits32(1)))).toEqual([0x7fc00000n, 0]);
    // The addend comes first, but does not hide an invalid product.
    expect(flagsOf(0, x => multiplyAdd(x, F32, 0x7fc00003n, bits32(1), quiet))).toEqual([quiet, 0]);
    expect(flagsOf(0, x => multiplyAdd(x, F32, 0x7f800000n, 0n, quiet))).toEqual([0x7fc00000n, IOC]);
  });

  it('comparison: quiet NaNs are invalid for VCMPE only', () => {
    const raised = (b: bigint, signal: boolean): number => {
      const x = context();
      expect(compare(x, F32, bits32(1), b, signal)).toBe(0b0011);
      return x.flags;
    };
    expect([raised(0x7fc00000n, false), raised(0x7fc00000n, true), raised(0x7f800001n, false)]).toEqual([0, IOC, IOC]);
  });

  it('integers and fixed point saturate', () => {
    const to = (v: number, bits: bigint, unsigned: boolean, fraction: bigint, rounding: number) =>
      flagsOf(0, x => toFixed(x, F64, bits64(v), bits, unsigned, fraction, rounding));
    expect(to(2.5, 32n, false, 0n, ROUND.NEAREST)).toEqual([2n, IXC]);
    expect(to(-2.5, 32n, false, 0n, ROUND.DOWN)).toEqual([-3n, IXC]);
    expect(to(-0.5, 32n, true, 0n, ROUND.ZERO)).toEqual([0n, IXC]);
    expect(to(-1, 32n, true, 0n, ROUND.ZERO)).toEqual([0n, IOC]);
    expect(to(2 ** 31, 32n, false, 0n, ROUND.ZERO)).toEqual([2n ** 31n - 1n, IOC]);
    expect(to(NaN, 16n, false, 3n, ROUND.ZERO)).toEqual([0n, IOC]);
    expect(to(1.5, 16n, false, 15n, ROUND.ZERO)).toEqual([0x7fffn, IOC]);
    expect(to(1e300, 16n, true, 15n, ROUND.ZERO)).toEqual([0xffffn, IOC]);
  });

  it('half precision, with and without infinities', () => {
    const half = (v: number, f: Format) => flagsOf(0, x => convert(x, F32, f, bits32(v)));
    expect(half(65520, F16)).toEqual([0x7c00n, OFC | IXC]);
    expect(half(65520, F16_ALTERNATIVE)).toEqual([0x7c00n, IXC]);
    expect(half(131040, F16_ALTERNATIVE)).toEqual([0x7fffn, IOC]);
    expect(half(Infinity, F16_ALTERNATIVE)).toEqual([0x7fffn, IOC]);
    expect(half(NaN, F16_ALTERNATIVE)).toEqual([0n, IOC]);
    expect(flagsOf(0, x => convert(x, F16_ALTERNATIVE, F32, 0x7fffn))).toEqual([bits32(131008), 0]);
    expect(flagsOf(0, x => convert(x, F16, F32, 0xfd01n))).toEqual([0xffe02000n, IOC]);
  });

  it('maximum and minimum order zeros', () => {
    const x = standardContext();
    expect(extreme(x, F32, 0x80000000n, 0n, true)).toBe(0n);
    expect(extreme(x, F32, 0n, 0x80000000n, false)).toBe(0x80000000n);
    expect(extreme(x, F32, bits32(-2), bits32(3), false)).toBe(bits32(-2));
    expect(x.flags).toBe(0);
  });
});

it('a fused multiplication rounds once', () => {
  const v = 1 + 2 ** -30;
  const x = context();
  const error = multiplyAdd(x, F64, bits64(v), bits64(v), bits64(-(v * v)));
  expect(number64(error)).toBe(2 ** -60);
  expect(x.flags).toBe(0);
  expect(multiplyAdd(x, F32, 0x00800000n, 0x00800000n, bits32(1))).toBe(bits32(1));
  expect(x.flags).toBe(IXC);
});
