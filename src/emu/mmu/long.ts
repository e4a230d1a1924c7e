// Walks of long-descriptor translation tables, stage 1 (ARM DDI 0406C, B3.6).
import { longAttributes } from './attributes';
import { descend, LeafDescriptor, tableAddress } from './long-tables';
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
  const level = inputBits > 30 ? 1 : 2;
  const tableBytes = 8 << (inputBits - (level === 1 ? 30 : 21));
  const low = select ? regime.ttbr1 : regime.ttbr0;
  const high = (select ? regime.ttbr1High : regime.ttbr0High) & 0xff;
  const table = tableAddress(low & -tableBytes, high);
  const input = (va << (32 - inputBits)) >>> (32 - inputBits);
  const index = level === 1 ? input >>> 30 : input >>> 21;
  const base = hyp ? 'HTTBR' : select ? 'TTBR1' : 'TTBR0';
  return (
    descend(level, table, index, va, regime.bigEndian, reader, base, found, out, trace) && leaf(regime, va, found, out)
  );
}

const found = new LeafDescriptor();

function leaf(regime: Regime, va: number, descriptor: LeafDescriptor, out: Translation): boolean {
  const { level, low, high, inherited } = descriptor;
  if (!(low & LOW.AF)) return out.fail('accessFlag', level);
  const hyp = regime.name === 'hyp';
  descriptor.place(va, out);
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
