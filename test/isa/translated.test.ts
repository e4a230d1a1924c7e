import { describe, expect, it } from 'vitest';
import { difference } from './difference';
import { executor } from './execute';
import { leftOut, ROWS, vectors } from './vectors';

/** Cases of each row: a module is compiled for every one. */
const SAMPLE = 12;

describe('every row on tier 1 against qemu-arm', () => {
  const { execute, processor } = executor(true);
  const rows = ROWS.filter(row => leftOut(row) === undefined);
  for (const set of ['a32', 't32', 't16'] as const)
    it(`${set}`, () => {
      const wrong: string[] = [];
      for (const row of rows.filter(r => r.set === set)) {
        const all = vectors(row);
        const step = Math.max(1, Math.floor(all.length / SAMPLE));
        for (let i = 0; i < all.length; i += step) {
          const { case: c, answer } = all[i]!;
          const d = difference(c, answer, execute(c));
          if (d !== undefined) wrong.push(`${row.name}: ${d}`);
        }
      }
      expect(wrong.slice(0, 10), `${wrong.length}`).toEqual([]);
    });

  it('ran in regions', () => {
    expect(processor.translated).toBeGreaterThan(rows.length * 4);
  });
});
