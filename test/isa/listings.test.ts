// The disassembler against what objdump says of samples of every row.
import { describe, expect, it } from 'vitest';
import { listings, ROWS } from './listings';
import { intended } from './objdump/intended';
import { disassemble } from './objdump/ours';

describe('text of every row against objdump', () => {
  for (const set of ['a32', 't32', 't16'] as const)
    it(set, () => {
      const thumb = set !== 'a32';
      const wrong: string[] = [];
      for (const row of ROWS.filter(r => r.set === set))
        for (const { encoding, address, it: condition, text } of listings(row)) {
          const ours = disassemble(encoding, address, thumb, condition);
          if (ours !== text && intended({ encoding, text, ours }, thumb) === undefined)
            wrong.push(`${row.name} ${encoding.toString(16)}: '${ours}', not '${text}'`);
        }
      expect(wrong.slice(0, 20), `${wrong.length} differences`).toEqual([]);
    });
});
