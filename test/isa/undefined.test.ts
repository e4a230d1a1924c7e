import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/emu/codegen/layout';
import { decode } from '../../src/emu/isa';
import { verdicts } from './vectors';

describe('undefined space against qemu-arm', () => {
  for (const set of ['a32', 't32', 't16'] as const)
    it(set, () => {
      const wrong: string[] = [];
      let count = 0;
      for (const v of verdicts(set)) {
        if (v.unpredictable !== undefined) continue;
        count++;
        const found = decode(v.encoding, set !== 'a32');
        const action = found?.row.execute(found.fields, false);
        const isUndefined = action === undefined || action.operands['exit'] === EXIT.UNDEFINED;
        if (isUndefined !== v.undefined)
          wrong.push(`${v.encoding.toString(16)} ${found?.row.name ?? 'no row'}: ${isUndefined}`);
      }
      expect(wrong.slice(0, 20), `${wrong.length} of ${count}`).toEqual([]);
    });
});
