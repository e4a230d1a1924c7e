// The comparison with objdump itself; what the disassembler says is held against the listings elsewhere.
import { describe, expect, it } from 'vitest';
import { listings } from './listings';
import { compare, report } from './objdump/compare';
import { sampleImage, samples } from './objdump/samples';
import type { Row } from './oracle/case';

const line = (address: number, text: string) => ({
  address,
  encoding: 0xe1a00000 + address,
  text,
  unpredictable: false,
});

describe('comparison', () => {
  it('groups what differs by mnemonic, the largest group first', () => {
    const lines = [line(0, 'add\tr0, r1'), line(4, 'mov\tr0, r1'), line(8, 'mov\tr2, r3'), line(12, 'nop')];
    const groups = compare(lines, (_, address) => (address === 12 ? 'nop' : 'udf'));
    expect(groups.map(g => [g.mnemonic, g.differences.length])).toEqual([
      ['mov', 2],
      ['add', 1],
    ]);
    expect(
      compare(
        lines,
        () => 'udf',
        d => d.address > 0,
      ).map(g => g.mnemonic),
    ).toEqual(['add']);
    expect(report(groups, 1)).toBe(
      "mov: 2\n  4: e1a00004  objdump 'mov r0, r1'  ours 'udf'\nadd: 1\n  0: e1a00000  objdump 'add r0, r1'  ours 'udf'",
    );
  });
});

describe('samples', () => {
  const row: Row = { name: 'LSL', set: 't16', pattern: '000 00 imm5:5 Rm:3 Rd:3' };

  it('lie in slots filled up with NOPs, behind the IT that governs them', () => {
    const all = samples(row);
    const view = new DataView(sampleImage(all, true).buffer);
    const governed = all.findIndex(s => s.it !== undefined);
    const { encoding, it } = all[governed]!;
    expect([0, 2, 4].map(at => view.getUint16(governed * 16 + at, true))).toEqual([
      0xbf08 | (it! << 4),
      encoding,
      0xbf00,
    ]);
  });

  it('are refused for rows that no listing was made of', () => {
    expect(() => listings({ ...row, name: 'no such row' })).toThrow(/npm run vectors/);
  });
});
