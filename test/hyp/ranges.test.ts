// Ranges beside a set of numbers.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ranges } from '../../src/hyp/memory/ranges';

const MOST = 30;

it('is a set of numbers', () => {
  const step = fc.record({ add: fc.boolean(), from: fc.nat(MOST), length: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), steps => {
      const ranges = new Ranges();
      const set = new Set<number>();
      for (const { add, from, length } of steps) {
        if (add) ranges.add(from, from + length);
        else ranges.remove(from, from + length);
        for (let i = from; i <= from + length; i++) if (add) set.add(i);
          else set.delete(i); // prettier-ignore
      }
      for (let from = 0; from < MOST; from++)
        for (let to = from; to < MOST; to++) {
          const all = Array.from({ length: to - from + 1 }, (_, i) => set.has(from + i)).every(Boolean);
          expect(ranges.contains(from, to)).toBe(all);
        }
    }),
  );
});
