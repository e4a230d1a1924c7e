// Floating-point conversions (ARM DDI 0406C A8.8.305 to A8.8.310). Fixed point and half precision are left to helpers.
import { demote, doubleOf, integerOf, precision, promote } from '../float';
import { HELPER_OPTION, helperArgument } from '../helpers';
import { CPU } from '../layout';
import { FPSCR, operation } from '../semantics';
import { and, c, eq, eqz, f64c, or, type Value } from '../value';
import { orHelp } from './vfp-arithmetic';

const twoRegisters = { d: 's', m: 's' } as const;
const single = precision(false);
const double = precision(true);

/** VCVT from the precision of `double` to the other one. */
export const vcvtPrecision = operation({
  name: 'vcvtfd',
  early: ['double'],
  late: twoRegisters,
  fp: 'vfp',
  emit: x => {
    const narrows = x.early('double') !== 0;
    orHelp(
      x,
      giveUp => {
        if (narrows) {
          const m = x.tmp(double.read(x, 'm'));
          const result = x.tmp(demote(m));
          const magnitude = x.tmp(single.abs(result));
          const normal = and(single.lt(single.smallest, magnitude), single.lt(magnitude, single.infinity));
          // What is exact is so in every mode, but for denormal results, which may have to be flushed.
          const whole = or(single.le(single.smallest, magnitude), single.eq(magnitude, single.zero));
          giveUp(eqz(or(and(x.ordinary(), normal), and(double.eq(promote(result), m), whole))));
          single.write(x, 'd', result);
        } else {
          const m = x.tmp(single.read(x, 'm'));
          // Flushing to zero concerns denormal operands; signaling NaNs become quiet ones.
          giveUp(or(single.ne(m, m), and(x.state(CPU.FPSCR), c(FPSCR.FZ))));
          double.write(x, 'd', promote(m));
        }
      },
      'convertPrecision',
      () => helperArgument(narrows ? HELPER_OPTION.DOUBLE : 0, x.vNumber('d'), c(0), x.vNumber('m')),
    );
  },
});

/** Where integers end, as doubles. */
const LIMITS = { signed: [-(2 ** 31), 2 ** 31 - 1], unsigned: [0, 2 ** 32 - 1] } as const;

/** VCVT to a 32-bit integer, towards zero; VCVTR with `round`: by FPSCR.RMode. */
export const vcvtToInteger = operation({
  name: 'vcvti',
  early: ['double', 'unsigned', 'round'],
  late: twoRegisters,
  fp: 'vfp',
  emit: x => {
    const isDouble = x.early('double') !== 0;
    const unsigned = x.early('unsigned') !== 0;
    const round = x.early('round') !== 0;
    const option =
      (isDouble ? HELPER_OPTION.DOUBLE : 0) |
      (unsigned ? HELPER_OPTION.UNSIGNED : 0) |
      (round ? HELPER_OPTION.ROUND : 0);
    orHelp(
      x,
      giveUp => {
        const m = x.tmp(isDouble ? double.read(x, 'm') : promote(single.read(x, 'm')));
        const whole = x.tmp(round ? double.nearest(m) : double.trunc(m));
        const [least, most] = LIMITS[unsigned ? 'unsigned' : 'signed'];
        const inRange = and(double.le(f64c(least), whole), double.le(whole, f64c(most)));
        const noticed = round ? x.ordinary() : eq(and(x.state(CPU.FPSCR), c(FPSCR.FZ | FPSCR.IXC)), c(FPSCR.IXC));
        giveUp(eqz(and(inRange, or(double.eq(whole, m), noticed))));
        x.setFpWord('d', integerOf(whole, unsigned));
      },
      'toInteger',
      () => helperArgument(option, x.vNumber('d'), c(0), x.vNumber('m')),
    );
  },
});

/** VCVT from a 32-bit integer; every one is exact in double precision. */
export const vcvtFromInteger = operation({
  name: 'vcvtf',
  early: ['double', 'unsigned'],
  late: twoRegisters,
  fp: 'vfp',
  emit: x => {
    const unsigned = x.early('unsigned') !== 0;
    const exact = doubleOf(x.fpWord('m'), unsigned);
    if (x.early('double')) {
      double.write(x, 'd', exact);
      return;
    }
    orHelp(
      x,
      giveUp => {
        const m = x.tmp(exact);
        const result = x.tmp(demote(m));
        const unnoticed = eq(and(x.state(CPU.FPSCR), c(FPSCR.RMODE | FPSCR.IXC)), c(FPSCR.IXC));
        giveUp(eqz(or(unnoticed, double.eq(promote(result), m))));
        single.write(x, 'd', result);
      },
      'fromInteger',
      () => helperArgument(unsigned ? HELPER_OPTION.UNSIGNED : 0, x.vNumber('d'), c(0), x.vNumber('m')),
    );
  },
});

/** VCVT between floating point and fixed point, in place; `fraction` bits. */
export const vcvtFixed = operation({
  name: 'vcvtx',
  early: ['double', 'unsigned', 'word', 'toFixed'],
  late: { d: 's', fraction: 'byte' },
  fp: 'vfp',
  emit: x => {
    const option =
      (x.early('double') ? HELPER_OPTION.DOUBLE : 0) |
      (x.early('unsigned') ? HELPER_OPTION.UNSIGNED : 0) |
      (x.early('word') ? HELPER_OPTION.WORD : 0);
    x.helper(x.early('toFixed') ? 'toFixed' : 'fromFixed', helperArgument(option, x.vNumber('d'), x.n('fraction')));
  },
});

/** VCVTB, VCVTT (`top`): between single and half precision. */
export const vcvtHalf = operation({
  name: 'vcvth',
  early: ['top', 'toHalf'],
  late: twoRegisters,
  fp: 'vfp',
  emit: x => {
    const option = x.early('top') ? HELPER_OPTION.TOP : 0;
    const argument: Value = helperArgument(option, x.vNumber('d'), c(0), x.vNumber('m'));
    x.helper(x.early('toHalf') ? 'toHalf' : 'fromHalf', argument);
  },
});
