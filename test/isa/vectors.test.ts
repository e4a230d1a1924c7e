import { describe, expect, it } from 'vitest';
import { difference } from './difference';
import { execute } from './execute';
import { leftOut, ROWS, vectors } from './vectors';

describe('every row against qemu-arm', () => {
  for (const row of ROWS) {
    if (leftOut(row) !== undefined) continue;
    it(`${row.name} (${row.set})`, () => {
      const all = vectors(row);
      const wrong: string[] = [];
      for (const v of all) {
        const d = difference(v.case, v.answer, execute(v.case));
        if (d !== undefined) wrong.push(d);
      }
      expect(wrong.slice(0, 3), `${wrong.length} of ${all.length}`).toEqual([]);
    });
  }
});
