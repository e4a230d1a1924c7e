// One door to all stage-1 walks: by the state of the regime to a flat map, short or long descriptors.
import { walkLong } from './long';
import type { PhysicalMemory } from './physical';
import type { Regime } from './regime';
import { walkShort } from './short';
import { MEMORY, PERMISSION, SHAREABLE, type Translation, type WalkStep } from './translation';

/** Where a walk leaves its steps, for people to read. */
export type Trace = WalkStep[];

/**
 * How walks read translation tables. Stage 2 comes in here: in a Non-secure PL1&0 regime under a hypervisor the
 * addresses of tables are intermediate ones, which the reader of that regime translates first (stage2.ts).
 */
export interface TableReader {
  /** The word at a table address as an unsigned number, or −1 when it cannot be read. */
  word(address: number, bigEndian: boolean): number;
  /** Records in `out` why the last word could not be read; `level` is that of the walk. @returns false */
  fail(out: Translation, level: number): false;
}

/** Reads tables straight from physical memory. */
export class PhysicalTableReader implements TableReader {
  /** @param words the whole linear memory. */
  constructor(
    private readonly physical: PhysicalMemory,
    private readonly words: Uint32Array,
  ) {}

  word(address: number, bigEndian: boolean): number {
    const host = this.physical.hostOf(address);
    if (host === 0) return -1;
    const word = this.words[host >>> 2]!;
    return bigEndian ? swap(word) : word;
  }

  /** There is no memory: an external abort. */
  fail(out: Translation, level: number): false {
    return out.fail('externalOnWalk', level);
  }
}

const swap = (w: number): number => ((w << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24)) >>> 0;

/**
 * Translates one virtual address for all kinds of access at once; the caller checks `out.allows`.
 * @param va any 32-bit number, signed or not
 * @returns whether there is a mapping; if not, `out.fault`, `out.level` and `out.domain` say why
 */
export function walk(regime: Regime, va: number, reader: TableReader, out: Translation, trace?: Trace): boolean {
  if (!regime.enabled) return flat(va, out, regime);
  return regime.long ? walkLong(regime, va, reader, out, trace) : walkShort(regime, va, reader, out, trace);
}

/**
 * The map with the MMU off (ARM DDI 0406C, B3.2.1): everything may be done. Data is Strongly-ordered, or with
 * HCR.DC Normal, Write-Back and not shareable.
 */
function flat(va: number, out: Translation, regime: Regime): true {
  out.fault = '';
  out.pa = va >>> 0;
  out.sizeShift = 12;
  out.level = 0;
  out.permissions = PERMISSION.ALL;
  out.memory = regime.defaultCacheable ? MEMORY.WRITE_BACK_ALLOCATE : MEMORY.STRONGLY_ORDERED;
  out.shareability = regime.defaultCacheable ? SHAREABLE.NON : SHAREABLE.OUTER;
  out.domain = 0;
  out.global = true;
  out.nonSecure = regime.name !== 'secure';
  return true;
}
