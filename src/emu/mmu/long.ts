// Walks of long-descriptor translation tables, stage 1 (ARM DDI 0406C, B3.6).
import { longAttributes } from './attributes';
import { simplePermissions, withExecute } from './permissions';
import type { Regime } from './regime';
import { SHAREABLE, type Translation } from './translation';
import type { TableReader, Trace } from './walk';

const TTBCR_EPD0 = 1 << 7;
const TTBCR_EPD1 = 1 << 23;
/** Attributes of the upper word of a descriptor. */
const HIGH = {
  NS_TABLE: 1 << 31,
  /** APTable[1]: nothing below is writable. */
  READ_ONLY_TABLE: 1 << 30,
  /** APTable[0]: nothing below is accessible at PL0. */
  PRIVILEGED_TABLE: 1 << 29,
  XN_TABLE: 1 << 28,
  PXN_TABLE: 1 << 27,
  XN: 1 << 22,
  PXN: 1 << 21,
} as const;
const LOW = { NS: 1 << 5, AF: 1 << 10, NG: 1 << 11 } as const;
const TWO_32 = 2 ** 32;
const AP_READ_ONLY = 2;
const AP_PL0 = 1;

/**
 * Which table translates a virtual address (B3.6.4).
 * @returns 0 or 1 for TTBR0 or TTBR1, −1 when the address is in neither's range.
 */
function selectTable(ttbcr: number, va: number): number {
  const t0 = ttbcr & 7;
  const t1 = (ttbcr >>> 16) & 7;
  if (t1 > 0 ? va >>> (32 - t1) === (1 << t1) - 1 : t0 > 0 && va >>> (32 - t0) !== 0) return 1;
  return t0 === 0 || va >>> (32 - t0) === 0 ? 0 : -1;
}

/** @returns whether the translation succeeded. */
export function walkLong(regime: Regime, va: number, reader: TableReader, out: Translation, trace?: Trace): boolean {
  const hyp = regime.name === 'hyp';
  out.domain = 0;
  const select = hyp ? 0 : selectTable(regime.ttbcr, va);
  if (select < 0 || (!hyp && regime.ttbcr & (select ? TTBCR_EPD1 : TTBCR_EPD0))) return out.fail('translation', 1);
  const inputBits = 32 - ((regime.ttbcr >>> (select ? 16 : 0)) & 7);
  let level = inputBits > 30 ? 1 : 2;
  const tableBytes = 8 << (inputBits - (level === 1 ? 30 : 21));
  const low = select ? regime.ttbr1 : regime.ttbr0;
  const high = (select ? regime.ttbr1High : regime.ttbr0High) & 0xff;
  let table = high * TWO_32 + ((low & -tableBytes) >>> 0);
  const input = (va << (32 - inputBits)) >>> (32 - inputBits);
  let index = level === 1 ? input >>> 30 : input >>> 21;
  let inherited = 0;
  let base: 'TTBR0' | 'TTBR1' | 'HTTBR' | '' = hyp ? 'HTTBR' : select ? 'TTBR1' : 'TTBR0';
  for (;;) {
    const address = table + index * 8;
    const first = reader.word(regime.bigEndian ? address + 4 : address, regime.bigEndian);
    const second = reader.word(regime.bigEndian ? address : address + 4, regime.bigEndian);
    if (first < 0 || second < 0) return reader.fail(out, level);
    const isTable = level < 3 && (first & 3) === 3;
    const isLeaf = (first & 3) === (level < 3 ? 1 : 3);
    trace?.push({
      level,
      base,
      address,
      low: first,
      high: second,
      kind: isTable ? 'table' : !isLeaf ? 'invalid' : level < 3 ? 'block' : 'page',
    });
    if (isTable) {
      inherited |= second;
      table = (second & 0xff) * TWO_32 + ((first & ~0xfff) >>> 0);
      index = level === 1 ? (va >>> 21) & 0x1ff : (va >>> 12) & 0x1ff;
      level++;
      base = '';
    } else if (isLeaf) return leaf(regime, va, level, first, second, inherited, out);
    else return out.fail('translation', level);
  }
}

/** @param inherited the upper words of all table descriptors on the way, or-ed. */
function leaf(
  regime: Regime,
  va: number,
  level: number,
  low: number,
  high: number,
  inherited: number,
  out: Translation,
): boolean {
  if (!(low & LOW.AF)) return out.fail('accessFlag', level);
  const hyp = regime.name === 'hyp';
  out.level = level;
  const sizeShift = 39 - 9 * level;
  const offsetMask = (1 << sizeShift) - 1;
  out.sizeShift = sizeShift;
  out.pa = (high & 0xff) * TWO_32 + ((low & ~offsetMask & ~0xfff) >>> 0) + (va & offsetMask);
  const nonSecureTable = (inherited & HIGH.NS_TABLE) !== 0;
  out.nonSecure = regime.name !== 'secure' || nonSecureTable || (low & LOW.NS) !== 0;
  // A Secure walk through a Non-secure table cannot make global entries.
  out.global = hyp || !(low & LOW.NG || (nonSecureTable && regime.name === 'secure'));
  let ap = (low >>> 6) & 3;
  if (inherited & HIGH.READ_ONLY_TABLE) ap |= AP_READ_ONLY;
  if (inherited & HIGH.PRIVILEGED_TABLE && !hyp) ap &= ~AP_PL0;
  const xn = ((high & HIGH.XN) | (inherited & HIGH.XN_TABLE)) !== 0;
  const pxn = !hyp && ((high & HIGH.PXN) | (inherited & HIGH.PXN_TABLE)) !== 0;
  out.permissions = withExecute(regime, simplePermissions(ap), xn, pxn, out.nonSecure);
  out.memory = longAttributes(regime, (low >>> 2) & 7);
  out.shareability = out.memory <= 0x0f ? SHAREABLE.OUTER : (low >>> 8) & 3;
  out.fault = '';
  return true;
}
