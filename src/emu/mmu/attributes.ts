// Memory attributes of short descriptors: TEX, C, B and S to a memory type and shareability (ARM DDI 0406C, B3.8).
import type { Regime } from './regime';
import { MEMORY, SHAREABLE, type Translation } from './translation';

/** Cacheability by TEX[1:0] or C:B in `TEX = 0b1BB`, and by the IRn and ORn fields of NMRR: one nibble as in MAIR. */
const CACHEABILITY = [0x4, 0xf, 0xa, 0xe] as const;

const shareable = (s: boolean): number => (s ? SHAREABLE.INNER : SHAREABLE.NON);

/** TEX[2:0]:C:B when SCTLR.TRE is 0 (table B3-10). The caller deals with TEX[2]; other rows are reserved. */
const WITHOUT_REMAP: readonly number[] = [
  MEMORY.STRONGLY_ORDERED,
  MEMORY.DEVICE,
  MEMORY.WRITE_THROUGH,
  MEMORY.WRITE_BACK,
  MEMORY.NON_CACHEABLE,
  MEMORY.STRONGLY_ORDERED, // reserved
  MEMORY.NON_CACHEABLE, // IMPLEMENTATION DEFINED
  MEMORY.WRITE_BACK_ALLOCATE,
  MEMORY.DEVICE,
];

/** @param texcb TEX[2:0]:C:B of the descriptor. @param s its S bit. */
export function shortAttributes(regime: Regime, texcb: number, s: boolean, out: Translation): void {
  if (regime.remap) remapped(regime, texcb & 7, s, out);
  else {
    out.memory =
      texcb & 0x10
        ? (CACHEABILITY[(texcb >> 2) & 3]! << 4) | CACHEABILITY[texcb & 3]!
        : (WITHOUT_REMAP[texcb] ?? MEMORY.STRONGLY_ORDERED);
    // Device and Strongly-ordered memory is shareable in an implementation with LPAE, whatever S says.
    out.shareability = out.memory <= 0x0f ? SHAREABLE.OUTER : shareable(s);
  }
}

/** TEX remap: PRRR gives type and shareability, NMRR the cacheability of Normal memory. */
function remapped({ mair0: prrr, mair1: nmrr }: Regime, n: number, s: boolean, out: Translation): void {
  switch ((prrr >>> (2 * n)) & 3) {
    case 2: {
      out.memory = (CACHEABILITY[(nmrr >>> (2 * n + 16)) & 3]! << 4) | CACHEABILITY[(nmrr >>> (2 * n)) & 3]!;
      const shared = (prrr >>> (s ? 19 : 18)) & 1;
      const notOuter = (prrr >>> (24 + n)) & 1;
      out.shareability = shared ? (notOuter ? SHAREABLE.INNER : SHAREABLE.OUTER) : SHAREABLE.NON;
      break;
    }
    case 1:
      out.memory = MEMORY.DEVICE;
      out.shareability = SHAREABLE.OUTER;
      break;
    default:
      out.memory = MEMORY.STRONGLY_ORDERED;
      out.shareability = SHAREABLE.OUTER;
  }
}

/** Memory type that MAIR0 and MAIR1 give to AttrIndx[2:0] of a long descriptor. */
export function longAttributes(regime: Regime, index: number): number {
  return ((index & 4 ? regime.mair1 : regime.mair0) >>> ((index & 3) * 8)) & 0xff;
}
