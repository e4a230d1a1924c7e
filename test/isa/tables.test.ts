import { describe, expect, it } from 'vitest';
import { A32, T16, T32 } from '../../src/emu/isa';

describe('instruction tables', () => {
  for (const [name, decoder] of Object.entries({ A32, T32, T16 }))
    it(`${name}: no two rows overlap unless one is a special case of the other`, () => {
      expect(decoder.overlaps().map(([a, b, e]) => `${a.name} / ${b.name}: ${e.toString(16)}`)).toEqual([]);
    });
});
