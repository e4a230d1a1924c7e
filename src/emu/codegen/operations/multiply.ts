// Multiplication and division (ARM DDI 0406C A4.4.3, A4.4.8).
import { operation, type Semantics } from '../semantics';
import {
  add, add64, and, c, c64, divs, divu, eqz, exts, extu, hi64, mul, mul64, ne, or64, sar, sar64, select, shl64, sext16, sub,
  sub64, type Value, wrap,
} from '../value'; // prettier-ignore

const three = { rd: 'reg', rn: 'reg', rm: 'reg', ra: 'reg' } as const;
const long = { rdlo: 'reg', rdhi: 'reg', rn: 'reg', rm: 'reg' } as const;

const top = (v: Value): Value => sar(v, c(16));
const half = (v: Value, isTop: number): Value => (isTop ? top(v) : sext16(v));
/** RdHi:RdLo as one 64-bit value. */
const pair = (x: Semantics): Value => or64(shl64(extu(x.r('rdhi')), c64(32)), extu(x.r('rdlo')));

function writeLong(x: Semantics, v: Value): void {
  const r = x.tmp(v);
  const lo = x.tmp(wrap(r));
  const hi = x.tmp(hi64(r));
  x.w('rdlo', lo);
  x.w('rdhi', hi);
}

/** Sets Q when a signed 64-bit sum does not fit in 32 bits; writes the low word. */
function writeWithQ(x: Semantics, sum: Value): void {
  const r = x.tmp(sum);
  x.setQ(ne(hi64(r), sar(wrap(r), c(31))));
  x.w('rd', wrap(r));
}

export const mulOp = operation({
  name: 'mul',
  early: ['acc', 's'], // acc: 0 MUL, 1 MLA, 2 MLS
  late: three,
  emit: x => {
    const product = mul(x.r('rn'), x.r('rm'));
    const acc = x.early('acc');
    let r = acc === 0 ? product : acc === 1 ? add(x.r('ra'), product) : sub(x.r('ra'), product);
    if (x.early('s')) {
      r = x.tmp(r);
      x.setNZ(r);
    }
    x.w('rd', r);
  },
});

export const mulLong = operation({
  name: 'mull',
  early: ['signed', 'acc', 's'],
  late: long,
  emit: x => {
    const ext = x.early('signed') ? exts : extu;
    let r = mul64(ext(x.r('rn')), ext(x.r('rm')));
    if (x.early('acc')) r = add64(pair(x), r);
    r = x.tmp(r);
    if (x.early('s')) x.setNZ64(wrap(r), hi64(r));
    writeLong(x, r);
  },
});

export const umaal = operation({
  name: 'umaal',
  early: [],
  late: long,
  emit: x => writeLong(x, add64(add64(mul64(extu(x.r('rn')), extu(x.r('rm'))), extu(x.r('rdlo'))), extu(x.r('rdhi')))),
});

/** SMULxy, SMLAxy. */
export const mulHalf = operation({
  name: 'mulh',
  early: ['acc', 'n', 'm'],
  late: three,
  emit: x => {
    const product = mul(half(x.r('rn'), x.early('n')), half(x.r('rm'), x.early('m')));
    if (x.early('acc')) writeWithQ(x, add64(exts(product), exts(x.r('ra'))));
    else x.w('rd', product);
  },
});

/** SMULWy, SMLAWy: the high 32 bits of a 48-bit product. */
export const mulWide = operation({
  name: 'mulw',
  early: ['acc', 'm'],
  late: three,
  emit: x => {
    const product = sar64(mul64(exts(x.r('rn')), exts(half(x.r('rm'), x.early('m')))), c64(16));
    if (x.early('acc')) writeWithQ(x, add64(product, exts(x.r('ra'))));
    else x.w('rd', wrap(product));
  },
});

/** SMLALxy. */
export const mulHalfLong = operation({
  name: 'mulhl',
  early: ['n', 'm'],
  late: long,
  emit: x => writeLong(x, add64(pair(x), exts(mul(half(x.r('rn'), x.early('n')), half(x.r('rm'), x.early('m')))))),
});

/** Both halfword products as 64-bit values; `swap` exchanges the halves of Rm. */
function dual(x: Semantics): [Value, Value] {
  const n = x.tmp(x.r('rn'));
  const m = x.tmp(x.r('rm'));
  const [lo, hi] = x.early('swap') ? [top(m), sext16(m)] : [sext16(m), top(m)];
  return [exts(mul(sext16(n), lo)), exts(mul(top(n), hi))];
}

/** SMUAD, SMUSD, SMLAD, SMLSD. */
export const mulDual = operation({
  name: 'muld',
  early: ['subtract', 'swap', 'acc'],
  late: three,
  emit: x => {
    const [a, b] = dual(x);
    const sum = x.early('subtract') ? sub64(a, b) : add64(a, b);
    writeWithQ(x, x.early('acc') ? add64(sum, exts(x.r('ra'))) : sum);
  },
});

/** SMLALD, SMLSLD. */
export const mulDualLong = operation({
  name: 'muldl',
  early: ['subtract', 'swap'],
  late: long,
  emit: x => {
    const [a, b] = dual(x);
    writeLong(x, add64(pair(x), x.early('subtract') ? sub64(a, b) : add64(a, b)));
  },
});

/** SMMUL, SMMLA, SMMLS: the high word, optionally rounded. acc: 0 none, 1 add, 2 subtract. */
export const mulHigh = operation({
  name: 'mulhi',
  early: ['acc', 'round'],
  late: three,
  emit: x => {
    const product = mul64(exts(x.r('rn')), exts(x.r('rm')));
    const base = shl64(extu(x.r('ra')), c64(32));
    const acc = x.early('acc');
    let r = acc === 0 ? product : acc === 1 ? add64(base, product) : sub64(base, product);
    if (x.early('round')) r = add64(r, c64(0x80000000 | 0, 0));
    x.w('rd', hi64(r));
  },
});

/** SDIV, UDIV: division by zero gives zero, as with ARMv7-A where no trap exists; -2^31 / -1 gives -2^31. */
export const divide = operation({
  name: 'div',
  early: ['signed'],
  late: { rd: 'reg', rn: 'reg', rm: 'reg' },
  emit: x => {
    const n = x.tmp(x.r('rn'));
    const m = x.tmp(x.r('rm'));
    x.code.if(
      eqz(m),
      () => x.w('rd', c(0)),
      () => {
        if (!x.early('signed')) return x.w('rd', divu(n, m));
        // Division by -1 is negation: it cannot trap.
        x.code.if(
          eqz(add(m, c(1))),
          () => x.w('rd', sub(c(0), n)),
          () => x.w('rd', divs(n, m)),
        );
      },
    );
  },
});

/** USAD8, USADA8. */
export const absoluteDifferences = operation({
  name: 'usad8',
  early: ['acc'],
  late: three,
  emit: x => {
    const n = x.tmp(x.r('rn'));
    const m = x.tmp(x.r('rm'));
    let sum = x.early('acc') ? x.r('ra') : c(0);
    for (const s of [0, 8, 16, 24]) {
      const d = x.tmp(sub(byte(n, s), byte(m, s)));
      sum = add(sum, select(sar(d, c(31)), sub(c(0), d), d));
    }
    x.w('rd', sum);
  },
});
const byte = (v: Value, s: number): Value => and(sar(v, c(s)), c(255));
