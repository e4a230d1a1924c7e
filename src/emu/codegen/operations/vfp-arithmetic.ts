// Floating-point arithmetic (ARM DDI 0406C A7.5). WebAssembly rounds to nearest and tells no flags, so it computes where
// that cannot be noticed; a helper does everything else.
import { demote, type Precision, precision, promote } from '../float';
import { HELPER_OPTION, type HelperName, helperArgument } from '../helpers';
import { CPU } from '../layout';
import { FPSCR, type Operation, operation, type Semantics } from '../semantics';
import { and, and64, bitsF64, c, c64, eq64, eqz, or, select, type Value } from '../value';

/** Leaves a fast path for the helper when the condition holds. */
export type GiveUp = (condition: Value) => void;

/** Runs `fast`; the helper computes all when that gives up, which it must do before it changes anything. */
export function orHelp(x: Semantics, fast: (giveUp: GiveUp) => void, helper: HelperName, argument: () => Value): void {
  const done = x.code.block();
  const help = x.code.block();
  fast(condition => x.code.brIf(help, condition));
  x.code.br(done);
  x.code.end();
  x.helper(helper, argument());
  x.code.end();
}

/**
 * Gives up unless a product or quotient is normal, or zero because `zero` holds. The smallest normal number itself may
 * have been rounded up to, which is an underflow.
 */
function normalOr(p: Precision, x: Semantics, result: Value, zero: () => Value, giveUp: GiveUp): void {
  const magnitude = x.tmp(p.abs(result));
  giveUp(eqz(p.lt(magnitude, p.infinity)));
  x.code.if(p.le(magnitude, p.smallest), () => giveUp(eqz(and(p.eq(magnitude, p.zero), zero()))));
}
/** Gives up unless a sum is finite: denormal sums are exact. */
const finite = (p: Precision, result: Value, giveUp: GiveUp): void => giveUp(eqz(p.lt(p.abs(result), p.infinity)));

function product(p: Precision, x: Semantics, giveUp: GiveUp): Value {
  const n = x.tmp(p.read(x, 'n'));
  const m = x.tmp(p.read(x, 'm'));
  const result = x.tmp(p.mul(n, m));
  normalOr(p, x, result, () => or(p.eq(n, p.zero), p.eq(m, p.zero)), giveUp);
  return result;
}

/** Operands of one precision: late registers d, n, m in units of S registers. */
const three = { d: 's', n: 's', m: 's' } as const;
type Fast = (p: Precision, x: Semantics, giveUp: GiveUp) => Value;

/** An operation whose fast path yields the value of the destination. */
function arithmetic(name: string, helper: HelperName, fast: Fast, more: readonly string[] = []): Operation {
  return operation({
    name,
    early: ['double', ...more],
    late: three,
    fp: 'vfpData',
    emit: x => {
      const double = x.early('double') !== 0;
      const p = precision(double);
      orHelp(
        x,
        giveUp => {
          giveUp(eqz(x.ordinary()));
          p.write(x, 'd', fast(p, x, giveUp));
        },
        helper,
        () => helperArgument(options(x, more), x.vNumber('d'), x.vNumber('n'), x.vNumber('m')),
      );
    },
  });
}

function options(x: Semantics, more: readonly string[]): number {
  const on = (name: string, bit: number): number => (more.includes(name) && x.early(name) ? bit : 0);
  return (
    (x.early('double') ? HELPER_OPTION.DOUBLE : 0) |
    on('negateProduct', HELPER_OPTION.NEGATE_PRODUCT) |
    on('negateAddend', HELPER_OPTION.NEGATE_ADDEND)
  );
}

/** VADD, VSUB. */
const sum =
  (subtract: boolean): Fast =>
  (p, x, giveUp) => {
    const result = x.tmp((subtract ? p.sub : p.add)(p.read(x, 'n'), p.read(x, 'm')));
    finite(p, result, giveUp);
    return result;
  };
export const vadd = arithmetic('vadd', 'add', sum(false));
export const vsub = arithmetic('vsub', 'subtract', sum(true));

/** VMUL; VNMUL with `negateProduct`. */
export const vmul = arithmetic(
  'vmul',
  'multiply',
  (p, x, giveUp) => {
    const result = product(p, x, giveUp);
    return x.early('negateProduct') ? p.neg(result) : result;
  },
  ['negateProduct'],
);

export const vdiv = arithmetic('vdiv', 'divide', (p, x, giveUp) => {
  const n = x.tmp(p.read(x, 'n'));
  const result = x.tmp(p.div(n, p.read(x, 'm')));
  normalOr(p, x, result, () => p.eq(n, p.zero), giveUp);
  return result;
});

/** VSQRT of m: a root that is a number is normal, zero or infinite, and right. */
export const vsqrt = arithmetic('vsqrt', 'squareRoot', (p, x, giveUp) => {
  const result = x.tmp(p.sqrt(p.read(x, 'm')));
  giveUp(p.ne(result, result));
  return result;
});

const signs = ['negateProduct', 'negateAddend'] as const;

/** VMLA, VMLS, VNMLA, VNMLS: the product is rounded, then the sum. */
export const vmla = arithmetic(
  'vmla',
  'multiplyAccumulate',
  (p, x, giveUp) => {
    const n = product(p, x, giveUp);
    const d = p.read(x, 'd');
    const addend = x.early('negateAddend') ? p.neg(d) : d;
    const result = x.tmp((x.early('negateProduct') ? p.sub : p.add)(addend, n));
    finite(p, result, giveUp);
    return result;
  },
  signs,
);

/**
 * VFMA, VFMS, VFNMA, VFNMS: rounded once. WebAssembly cannot do that, but for single precision the product is exact in
 * double precision; rounding the sum twice differs from rounding it once only where the first result is half-way
 * between two singles. For double precision all is left to the helper.
 */
export const vfma = operation({
  name: 'vfma',
  early: ['double', ...signs],
  late: three,
  fp: 'vfpData',
  emit: x => {
    const argument = (): Value => helperArgument(options(x, signs), x.vNumber('d'), x.vNumber('n'), x.vNumber('m'));
    if (x.early('double')) {
      x.helper('fusedMultiplyAdd', argument());
      return;
    }
    const [single, double] = [precision(false), precision(true)];
    const wide = (name: string): Value => promote(single.read(x, name));
    orHelp(
      x,
      giveUp => {
        giveUp(eqz(x.ordinary()));
        const addend = x.early('negateAddend') ? double.neg(wide('d')) : wide('d');
        const n = double.mul(wide('n'), wide('m'));
        const sum = x.tmp((x.early('negateProduct') ? double.sub : double.add)(addend, n));
        giveUp(eq64(and64(bitsF64(sum), c64(HALF_WAY * 2 - 1)), c64(HALF_WAY)));
        const result = x.tmp(demote(sum));
        normalOr(single, x, result, () => double.eq(sum, double.zero), giveUp);
        single.write(x, 'd', result);
      },
      'fusedMultiplyAdd',
      argument,
    );
  },
});
/** The bits of a double below those of a single, when they are half a unit in its last place. */
const HALF_WAY = 1 << 28;

const NZCV = { LESS: 0x80000000, EQUAL: 0x60000000, GREATER: 0x20000000 } as const;

/** VCMP, and VCMPE with `signal`: d with m, or with zero. */
export const vcmp = operation({
  name: 'vcmp',
  early: ['double', 'signal', 'zero'],
  late: { d: 's', m: 's' },
  fp: 'vfp',
  emit: x => {
    const double = x.early('double') !== 0;
    const zero = x.early('zero') !== 0;
    const p = precision(double);
    const option =
      (double ? HELPER_OPTION.DOUBLE : 0) |
      (x.early('signal') ? HELPER_OPTION.SIGNAL : 0) |
      (zero ? HELPER_OPTION.WITH_ZERO : 0);
    orHelp(
      x,
      giveUp => {
        giveUp(and(x.state(CPU.FPSCR), c(FPSCR.FZ)));
        const d = x.tmp(p.read(x, 'd'));
        const m = zero ? p.zero : x.tmp(p.read(x, 'm'));
        giveUp(zero ? p.ne(d, d) : or(p.ne(d, d), p.ne(m, m)));
        const unequal = select(p.lt(d, m), c(NZCV.LESS), c(NZCV.GREATER));
        x.setState(CPU.FP_NZCV, select(p.eq(d, m), c(NZCV.EQUAL), unequal));
      },
      'compare',
      () => helperArgument(option, x.vNumber('d'), c(0), x.vNumber('m')),
    );
  },
});
