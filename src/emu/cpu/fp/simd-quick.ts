// The common cases of single-precision vectors on the host's numbers (see quick.ts): normal operands and results, so that
// the standard FPSCR's flushing and default NaN change nothing. All else is left to exact arithmetic.
import type { SIMD_FLOAT_HELPERS } from '../../codegen/helpers';
import type { Helper } from './helpers';
import { Lanes } from './lanes';
import { QuickSingle, SMALLEST_SINGLE } from './quick';
import { FPSCR } from './softfloat/format';

type Compute = (a: number, b: number, acc: number) => number;

const q = new QuickSingle();
const results = new Float32Array(4);
/** Denormals, which would be flushed. */
const flushed = (v: number): boolean => v !== 0 && Math.abs(v) < SMALLEST_SINGLE;

/** Tries `compute` in all lanes, and leaves everything to `exact` when one of them is not ordinary. */
const quick =
  (compute: Compute, exact: Helper): Helper =>
  (x, argument) => {
    const { d, n, m, quad, scalar } = new Lanes(x, argument);
    const lanes = quad ? 4 : 2;
    q.inexact = false;
    for (let i = 0; i < lanes; i++) {
      const a = x.singles[n + i]!;
      const b = x.singles[scalar ? m : m + i]!;
      const acc = x.singles[d + i]!;
      if (flushed(a) || flushed(b) || flushed(acc)) return exact(x, argument);
      const r = compute(a, b, acc);
      if (Number.isNaN(r)) return exact(x, argument);
      results[i] = r;
    }
    for (let i = 0; i < lanes; i++) x.singles[d + i] = results[i]!;
    if (q.inexact) x.raise(FPSCR.IXC);
    return 0;
  };

const QUICK: Readonly<Partial<Record<(typeof SIMD_FLOAT_HELPERS)[number], Compute>>> = {
  vaddf: (a, b) => q.add(a, b),
  vsubf: (a, b) => q.add(a, -b),
  vmulf: (a, b) => q.multiply(a, b),
  vmlaf: (a, b, acc) => q.add(acc, q.multiply(a, b)),
  vmlsf: (a, b, acc) => q.add(acc, -q.multiply(a, b)),
  vfmaf: (a, b, acc) => q.multiplyAdd(a, b, acc),
  vfmsf: (a, b, acc) => q.multiplyAdd(-a, b, acc),
};

/** The same helpers, those that have a quick way with it. */
export const withQuick = <T extends Readonly<Record<(typeof SIMD_FLOAT_HELPERS)[number], Helper>>>(exact: T): T =>
  Object.fromEntries(
    Object.entries(exact).map(([name, helper]) => {
      const compute = QUICK[name as keyof typeof QUICK];
      return [name, compute ? quick(compute, helper) : helper];
    }),
  ) as T;
