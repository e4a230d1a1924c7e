// Operations of Advanced SIMD that move lanes and bytes: VDUP, VEXT, VTBL, VTRN, VUZP, VZIP, VSWP, and immediates.
import { CPU } from '../layout';
import { operation } from '../semantics';
import { add, c, load64Zero, loadV128, shuffle, unaligned, v128c, type Value } from '../value';
import { vAnd, vAndNot, vCompare, vOr, vRead, vSelect, vSplat, vSplatAt, vSub, vSwizzle, vWrite, ZERO } from '../vector'; // prettier-ignore

/** VDUP (scalar); `at` is the distance of the element from D0 in bytes. */
export const duplicateElement = operation({
  name: 'vdup',
  early: ['size', 'quad'],
  late: { d: 'd', at: 'byte' },
  fp: 'simd',
  emit: x => vWrite(x, 'd', x.early('quad') !== 0, vSplatAt(x.early('size'), add(x.cpu, x.n('at')), CPU.V)),
});

/** VDUP (ARM core register). */
export const duplicateRegister = operation({
  name: 'vdupr',
  early: ['size', 'quad'],
  late: { d: 'd', rt: 'reg' },
  fp: 'simd',
  emit: x => vWrite(x, 'd', x.early('quad') !== 0, vSplat(x.early('size'), x.r('rt'))),
});

/** VEXT: bytes from `from` on out of Vm:Vn. */
export const extract = operation({
  name: 'vext',
  early: ['from', 'quad'],
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    // The second doubleword begins at byte 16 of what is shuffled.
    const place = (i: number): number => (quad || i < 8 ? i : i + 8) & 31;
    const bytes = Array.from({ length: 16 }, (_, i) => place(x.early('from') + i));
    vWrite(x, 'd', quad, shuffle(vRead(x, 'n', quad), vRead(x, 'm', quad), bytes));
  },
});

/** VTBL; VTBX (`keep`) leaves what no byte of the table answers for. */
export const tableLookup = operation({
  name: 'vtbl',
  early: ['registers', 'keep'],
  late: { d: 'd', n: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const registers = x.early('registers');
    const table = (from: number): Value => {
      const at = add(x.v('n'), c(8 * from));
      return from + 1 < registers ? unaligned(loadV128(at)) : load64Zero(at);
    };
    const indices = x.tmp(vRead(x, 'm', false));
    const first = vSwizzle(table(0), indices);
    const found =
      registers > 2 ? vOr(first, vSwizzle(table(2), vSub(0, indices, v128c(new Array<number>(16).fill(16))))) : first;
    const outside = vCompare('geU', 0, indices, v128c(new Array<number>(16).fill(8 * registers)));
    vWrite(x, 'd', false, x.early('keep') ? vSelect(outside, vRead(x, 'd', false), found) : found);
  },
});

/** VSWP, VTRN, VUZP, VZIP: both registers change. */
export const exchange = operation({
  name: 'vxchg',
  early: ['what', 'size', 'quad'],
  late: { d: 'd', m: 'd' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    const size = x.early('size');
    const lanes = (quad ? 16 : 8) >> size;
    const d = x.tmp(vRead(x, 'd', quad));
    const m = x.tmp(vRead(x, 'm', quad));
    const { from, to } = EXCHANGE[x.earlyText('what') as keyof typeof EXCHANGE];
    // Lane numbers count Vd's lanes and then Vm's.
    const gather = (lane: (i: number) => number): Value =>
      shuffle(
        d,
        m,
        Array.from({ length: 16 }, (_, i) => {
          const n = lane(i >> size) % (2 * lanes);
          return ((n < lanes ? n : n - lanes + (16 >> size)) << size) + (i & ((1 << size) - 1));
        }),
      );
    const first = x.tmp(gather(i => from(i, lanes)));
    vWrite(x, 'm', quad, gather(i => to(i, lanes))); // prettier-ignore
    vWrite(x, 'd', quad, first);
  },
});
type Lane = (i: number, lanes: number) => number;
/** Where lane i of the new Vd and of the new Vm come from. */
const EXCHANGE: Readonly<Record<'vswp' | 'vtrn' | 'vuzp' | 'vzip', { from: Lane; to: Lane }>> = {
  vswp: { from: (i, n) => n + i, to: i => i },
  vtrn: { from: (i, n) => (i & 1 ? n + i - 1 : i), to: (i, n) => (i & 1 ? n + i : i + 1) },
  vuzp: { from: i => 2 * i, to: i => 2 * i + 1 },
  vzip: { from: (i, n) => (i & 1 ? n : 0) + (i >> 1), to: (i, n) => (i & 1 ? n : 0) + ((n + i) >> 1) },
};

/** VMOV, VMVN, VORR, VBIC (immediate); `imm` in all words. `bytes`: each of its bits says what a byte is. */
export const immediate = operation({
  name: 'vimm',
  early: ['what', 'bytes', 'quad'],
  late: { d: 'd', imm: 'imm' },
  fp: 'simd',
  emit: x => {
    const quad = x.early('quad') !== 0;
    const value = x.early('bytes')
      ? vCompare('ne', 0, vAnd(vSplat(0, x.n('imm')), v128c(Array.from({ length: 16 }, (_, i) => 1 << (i & 7)))), ZERO)
      : vSplat(2, x.n('imm'));
    const what = x.earlyText('what');
    const old = vRead(x, 'd', quad);
    vWrite(x, 'd', quad, what === 'vorr' ? vOr(old, value) : what === 'vbic' ? vAndNot(old, value) : value);
  },
});
