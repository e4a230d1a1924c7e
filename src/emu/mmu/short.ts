// Walks of short-descriptor translation tables (ARM DDI 0406C, B3.5).
import { shortAttributes } from './attributes';
import { dataPermissions, withExecute } from './permissions';
import type { Regime } from './regime';
import { PERMISSION, type Translation } from './translation';
import type { TableReader, Trace } from './walk';

const TTBCR_PD0 = 1 << 4;
const TTBCR_PD1 = 1 << 5;

/** The two permission layouts of short descriptors, brought to one: AP[2:0], TEX[2:0]:C:B, S, nG, XN. */
interface Leaf {
  readonly ap: number;
  readonly texcb: number;
  readonly s: boolean;
  readonly ng: boolean;
  readonly xn: boolean;
}

const cb = (d: number): number => (d >>> 2) & 3;
const sectionLeaf = (d: number): Leaf => ({
  ap: ((d >>> 13) & 4) | ((d >>> 10) & 3),
  texcb: ((d >>> 10) & 0x1c) | cb(d),
  s: (d & (1 << 16)) !== 0,
  ng: (d & (1 << 17)) !== 0,
  xn: (d & (1 << 4)) !== 0,
});
const pageLeaf = (d: number, large: boolean): Leaf => ({
  ap: ((d >>> 7) & 4) | ((d >>> 4) & 3),
  texcb: ((d >>> (large ? 10 : 4)) & 0x1c) | cb(d),
  s: (d & (1 << 10)) !== 0,
  ng: (d & (1 << 11)) !== 0,
  xn: (d & (large ? 1 << 15 : 1)) !== 0,
});

/** @returns whether the translation succeeded. */
export function walkShort(regime: Regime, va: number, reader: TableReader, out: Translation, trace?: Trace): boolean {
  const n = regime.ttbcr & 7;
  const upper = n > 0 && va >>> (32 - n) !== 0;
  out.domain = 0;
  if (regime.ttbcr & (upper ? TTBCR_PD1 : TTBCR_PD0)) return out.fail('translation', 1);
  const base = upper ? (regime.ttbr1 & ~0x3fff) >>> 0 : (regime.ttbr0 & (-1 << (14 - n))) >>> 0;
  const address = base + ((upper ? va >>> 20 : (va << n) >>> (20 + n)) << 2);
  const first = reader.word(address, regime.bigEndian);
  if (first < 0) return reader.fail(out, 1);
  const start = upper ? 'TTBR1' : 'TTBR0';
  switch (first & 3) {
    case 0:
      trace?.push({ level: 1, base: start, address, low: first, high: 0, kind: 'invalid' });
      return out.fail('translation', 1);
    case 1:
      trace?.push({ level: 1, base: start, address, low: first, high: 0, kind: 'table' });
      return secondLevel(regime, va, first, reader, out, trace);
    default: {
      const supersection = (first & (1 << 18)) !== 0;
      trace?.push({
        level: 1,
        base: start,
        address,
        low: first,
        high: 0,
        kind: supersection ? 'supersection' : 'section',
      });
      if (supersection) {
        out.sizeShift = 24;
        out.pa = ((first & 0xff000000) >>> 0) + (va & 0x00ffffff);
        out.pa += ((first >>> 20) & 0xf) * 2 ** 32 + ((first >>> 5) & 0xf) * 2 ** 36;
      } else {
        out.domain = (first >>> 5) & 0xf;
        out.sizeShift = 20;
        out.pa = ((first & 0xfff00000) >>> 0) + (va & 0x000fffff);
      }
      out.nonSecure = regime.name !== 'secure' || (first & (1 << 19)) !== 0;
      return finish(regime, 1, sectionLeaf(first), (first & 1) !== 0, out);
    }
  }
}

function secondLevel(
  regime: Regime,
  va: number,
  table: number,
  reader: TableReader,
  out: Translation,
  trace: Trace | undefined,
): boolean {
  out.domain = (table >>> 5) & 0xf;
  const address = ((table & ~0x3ff) >>> 0) + ((va >>> 10) & 0x3fc);
  const d = reader.word(address, regime.bigEndian);
  if (d < 0) return reader.fail(out, 2);
  const kind = d & 3;
  const large = kind === 1;
  trace?.push({
    level: 2,
    base: '',
    address,
    low: d,
    high: 0,
    kind: kind === 0 ? 'invalid' : large ? 'large page' : 'small page',
  });
  if (kind === 0) return out.fail('translation', 2);
  out.sizeShift = large ? 16 : 12;
  out.pa = large ? ((d & 0xffff0000) >>> 0) + (va & 0xffff) : ((d & 0xfffff000) >>> 0) + (va & 0xfff);
  out.nonSecure = regime.name !== 'secure' || (table & (1 << 3)) !== 0;
  return finish(regime, 2, pageLeaf(d, large), (table & (1 << 2)) !== 0, out);
}

/** What sections and pages have in common: access flag, domain, permissions, attributes; faults in that order (B3.12.1). */
function finish(regime: Regime, level: number, leaf: Leaf, pxn: boolean, out: Translation): boolean {
  if (regime.accessFlag && !(leaf.ap & 1)) return out.fail('accessFlag', level);
  out.level = level;
  out.global = !leaf.ng;
  shortAttributes(regime, leaf.texcb, leaf.s, out);
  switch ((regime.dacr >>> (out.domain * 2)) & 3) {
    case 1:
      out.permissions = withExecute(regime, dataPermissions(regime, leaf.ap), leaf.xn, pxn, out.nonSecure);
      break;
    case 3: // manager: nothing is checked, not even XN
      out.permissions = PERMISSION.ALL;
      break;
    default:
      return out.fail('domain', level);
  }
  out.fault = '';
  return true;
}
