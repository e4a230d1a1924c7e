// Records of branches by their kind are those that predecoding makes of each.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECORD } from '../../../src/emu/codegen/layout';
import { BranchTemplates } from '../../../src/emu/cpu/branch-templates';
import { predecode, writeRecord } from '../../../src/emu/isa/predecode';

const RECORDS = 1024;
const NUMBER = 77;

function record(encoding: number, index: number): { words: number[]; near: boolean } {
  const words = new Uint32Array(RECORD.SIZE / 4);
  const p = predecode(encoding, false, 0, index, RECORDS);
  writeRecord(new Uint8Array(words.buffer), 0, p, NUMBER, 0);
  return { words: [...words], near: p.operands.near === 1 };
}

const branch = fc
  .tuple(
    fc.nat(14),
    fc.boolean(),
    fc.oneof(fc.integer({ min: -1100, max: 1100 }), fc.integer({ min: -0x800000, max: 0x7fffff })),
  )
  .map(([cond, link, distance]) => ((cond << 28) | (link ? 0x0b000000 : 0x0a000000) | (distance & 0xffffff)) >>> 0);

describe('templates of branches', () => {
  it('give the record of every branch, once one of its kind was seen', () => {
    const templates = new BranchTemplates();
    fc.assert(
      fc.property(branch, fc.nat(RECORDS - 1), (encoding, index) => {
        const expected = record(encoding, index);
        const memory = new Uint32Array(RECORD.SIZE / 4);
        if (templates.copy(encoding, index, RECORDS, memory, 0)) expect([...memory]).toEqual(expected.words);
        else templates.add(encoding, expected.near, Uint32Array.from(expected.words), 0);
        expect(templates.copy(encoding, index, RECORDS, memory, 0)).toBe(true);
        expect([...memory]).toEqual(expected.words);
      }),
      { numRuns: 2000 },
    );
  });

  it('are for B and BL alone', () => {
    const templates = new BranchTemplates();
    const memory = new Uint32Array(RECORD.SIZE / 4);
    for (const other of [0xfa000000, 0xe12fff1e, 0xe1a00000, 0xef000000]) {
      templates.add(other, false, memory, 0);
      expect(templates.copy(other, 0, RECORDS, memory, 0)).toBe(false);
    }
    templates.add(0xea000000, true, memory, 0);
    templates.clear();
    expect(templates.copy(0xea000000, 0, RECORDS, memory, 0)).toBe(false);
  });
});
