// Translation tables in a made-up physical memory, for tests of walks.
import type { PhysicalMemory } from '../../../src/emu/mmu/physical';
import { createRegime, type Regime, type RegimeName } from '../../../src/emu/mmu/regime';
import { Translation } from '../../../src/emu/mmu/translation';
import { PhysicalTableReader, walk, type Trace } from '../../../src/emu/mmu/walk';

/** Physical memory from 0x80000000; linear address 0x1000 is its first byte. */
export const BASE = 0x80000000;
const LINEAR = 0x1000;

export class Tables implements PhysicalMemory {
  readonly words: Uint32Array;
  readonly reader: PhysicalTableReader;

  constructor(readonly bytes = 1 << 20) {
    this.words = new Uint32Array((LINEAR + bytes) >> 2);
    this.reader = new PhysicalTableReader(this, this.words);
  }

  hostOf(pa: number): number {
    return pa >= BASE && pa < BASE + this.bytes ? pa - BASE + LINEAR : 0;
  }

  isWritable(): boolean {
    return true;
  }

  hasCode(): boolean {
    return false;
  }

  set(pa: number, word: number): void {
    this.words[this.hostOf(pa) >> 2] = word;
  }

  /** A long descriptor; `high` is bits 63:32. */
  setLong(pa: number, low: number, high = 0): void {
    this.set(pa, low);
    this.set(pa + 4, high);
  }

  walk(regime: Regime, va: number, trace?: Trace): Translation {
    const out = new Translation();
    walk(regime, va, this.reader, out, trace);
    return out;
  }
}

export const regime = (fields: Partial<Regime> = {}, name: RegimeName = 'nonsecure'): Regime => ({
  ...createRegime(name),
  enabled: true,
  ttbr0: BASE,
  dacr: 0x55555555,
  ...fields,
});

/** `r`, `w` and `x` at PL0, then at PL1, for example `r-- rw-`. */
export function rights(t: Translation): string {
  const level = (privileged: boolean): string =>
    (t.allows('read', privileged) ? 'r' : '-') +
    (t.allows('write', privileged) ? 'w' : '-') +
    (t.allows('execute', privileged) ? 'x' : '-');
  return `${level(false)} ${level(true)}`;
}
