// The oracle's own machinery, on rows made up here: these tests need neither qemu-arm nor the instruction tables.
import { describe, expect, it } from 'vitest';
import { type Answer, type Case, codeImage, type Row, SLOT, startOf, WINDOW, windowImage } from './oracle/case';
import { decodeAnswers, encodeAnswers } from './oracle/codec';
import { digestOf, packFixture, unpackFixture } from './oracle/fixture';
import { generate, NothingToAsk } from './oracle/generate';
import { assemble, extract, matches, parsePattern } from './oracle/pattern';
import { probes } from './oracle/probes';
import { Random } from './oracle/random';
import { readOutcomes, writeTests } from './oracle/records';
import { inspect, type InstructionSet } from './oracle/rules';

const ADD: Row = { name: 'ADD', set: 'a32', pattern: 'cond:4 000 0100 S:1 Rn:4 Rd:4 imm5:5 type:2 0 Rm:4' };
const STR: Row = { name: 'STR', set: 't32', pattern: '111110000100 Rn:4 Rt:4 1 P:1 U:1 W:1 imm8:8' };
const STREX: Row = { name: 'STREX', set: 'a32', pattern: 'cond:4 00011000 Rn:4 Rd:4 (1111) 1001 Rt:4' };
const VADD: Row = { name: 'VADD', set: 'a32', pattern: '1111 00100 D:1 0 sz:1 Vn:4 Vd:4 1101 N:1 Q:1 M:1 0 Vm:4' };

const some = (row: Row, count: number): Case[] => {
  const source = generate(row);
  return Array.from({ length: count }, () => source.next().value);
};

describe('patterns', () => {
  it('take encodings apart and put them together', () => {
    const p = parsePattern(ADD.pattern);
    const fields = extract(p, 0xe0912203);
    expect(fields).toEqual({ cond: 14, S: 1, Rn: 1, Rd: 2, imm5: 4, type: 0, Rm: 3 });
    expect(assemble(p, fields)).toBe(0xe0912203);
    expect(matches(p, 0xe0912213)).toBe(false);
  });

  it('join a field that comes in pieces', () => {
    const p = parsePattern('01000100 D:1 Rm:4 D:3');
    expect(extract(p, 0x4485)).toEqual({ D: 13, Rm: 0 });
    expect(assemble(p, { D: 13, Rm: 0 })).toBe(0x4485);
  });

  it.each(['cond:4 000', '1111 (2) 000 00000000', 'x:16 y'])('refuse %s', text => {
    expect(() => parsePattern(text)).toThrow(SyntaxError);
  });
});

describe('the generator', () => {
  it('has random numbers that never change', () => {
    const rnd = new Random('seed');
    expect([rnd.word(), rnd.word(), rnd.word()]).toEqual([3289456184, 874400411, 2138251735]);
  });

  it('makes the same cases each time, and no UNPREDICTABLE ones', () => {
    for (const row of [ADD, STR, STREX, VADD]) {
      const cases = some(row, 300);
      expect(digestOf(some(row, 300))).toBe(digestOf(cases));
      for (const c of cases) expect(inspect(c.set, c.encoding)).not.toHaveProperty('unpredictable');
    }
  });

  it('asks nothing where there is nothing to ask', () => {
    expect(() => some({ name: 'SVC', set: 'a32', pattern: 'cond:4 1111 imm24:24' }, 1)).toThrow(NothingToAsk);
    expect(() => some({ ...ADD, predictable: () => false }, 1)).toThrow(NothingToAsk);
  });

  it('points bases into the window', () => {
    const inside = some(STR, 300).filter(({ encoding, before }) => {
      const address = before.r[(encoding >>> 16) & 15]!;
      return address >= WINDOW + 0x1000 && address < WINDOW + 0x3000;
    });
    // Rn = 15 is UNDEFINED and has no base; a few bases are unmapped on purpose.
    expect(inside.length).toBeGreaterThan(260);
    expect(windowImage(some(STR, 1)[0]!).some(byte => byte !== 0)).toBe(true);
  });

  it('arms most exclusive stores with the load that belongs to them', () => {
    const armed = some(STREX, 300).filter(c => c.lead.length === 1 && (c.lead[0]! & 0x0ff00fff) === 0x01900f9f);
    expect(armed.length).toBeGreaterThan(180);
    for (const c of armed) {
      expect((c.lead[0]! >>> 16) & 15).toBe((c.encoding >>> 16) & 15);
      expect(startOf(c)).toBe(SLOT - 4);
      expect(new DataView(codeImage(c).buffer).getUint32(0x17fc, true)).toBe(c.lead[0]);
    }
  });
});

describe('the rules', () => {
  const table: readonly [InstructionSet, number, string][] = [
    ['a32', 0xe0810312, 'predictable'],
    ['a32', 0xe081f312, 'PC as Rd'],
    ['a32', 0xe1a0f00e, 'predictable'],
    ['a32', 0xe1811f92, 'Rd equals Rn'],
    ['a32', 0xe8b10006, 'base written back and loaded'],
    ['a32', 0xe1600074, 'outside: call to Monitor mode'],
    ['a32', 0xe7df021f, 'predictable'],
    ['a32', 0xe7f001f0, 'outside: a breakpoint of Linux'],
    ['a32', 0xe7f000f0, 'predictable'],
    ['a32', 0xf3b00800, 'predictable'],
    ['a32', 0xf3b0fb80, 'predictable'],
    ['a32', 0xf3b2f18f, 'a register exchanged with itself'],
    ['a32', 0xecbffb22, 'PC as base'],
    ['t32', 0xea4f0d0d, 'SP to SP'],
    ['t32', 0xeb0d0d42, 'predictable'],
    ['t32', 0xeb0d1d02, 'SP from SP with a shift other than LSL #0-3'],
    ['t32', 0xf04f1000, 'replicated zero byte'],
    ['t32', 0xe8d1f002, 'predictable'],
    ['t32', 0xfa91f182, 'the two copies of Rm differ'],
    ['t16', 0x4487, 'predictable'],
    ['t16', 0x4500, 'both registers are low'],
    ['t16', 0xbfe3, 'AL with an Else'],
  ];
  const named = table.map(([set, encoding, verdict]) => [set, encoding.toString(16), verdict, encoding] as const);
  it.each(named)('%s %s: %s', (set, _, verdict, encoding) => {
    const { outside, unpredictable } = inspect(set, encoding);
    expect(unpredictable ?? (outside === undefined ? 'predictable' : `outside: ${outside}`)).toBe(verdict);
  });

  it('keep every probe away from what a user program cannot be asked', () => {
    for (const set of ['a32', 't32', 't16'] as const) {
      const all = probes(set);
      expect(all.length).toBeGreaterThanOrEqual(20_000);
      expect(all.some(({ encoding }) => inspect(set, encoding).outside !== undefined)).toBe(false);
    }
    expect(probes('a32').some(({ encoding }) => encoding >>> 24 === 0xef)).toBe(false);
  });
});

describe('stored answers', () => {
  const cases = [...some(ADD, 20), ...some(STR, 20), ...some(VADD, 20)];
  const answers = cases.map((c, i): Answer => {
    const after = { ...c.before, r: c.before.r.slice(), d: c.before.d.slice() };
    if (i % 4 === 0) return { kind: 'fault', fault: 0x1234, pc: c.address, after, memory: [] };
    after.r[i % 15] = i;
    after.d[i] = ~i;
    return {
      kind: 'done',
      fault: 0,
      pc: i % 3 ? c.address + 4 : 0x12345678,
      after: { ...after, cpsr: (c.before.cpsr ^ 0xf0000000) >>> 0, fpscr: i % 2 ? c.before.fpscr : 0x9f },
      memory: i % 5 ? [] : [[WINDOW + 0x3ffc, 0xffffffff]],
    };
  });

  it('come back as they were', () => {
    const bytes = encodeAnswers(cases, answers);
    expect(decodeAnswers(bytes, cases)).toEqual(answers);
    expect(bytes.length).toBeLessThan(cases.length * 30);
  });

  it('come back from a file, with what was skipped', () => {
    const rows = [
      { name: 'A', digest: 7, skips: [0, 0, 0, 5, 0, 12, 0, 0], answers: Uint8Array.of(1, 2, 3) },
      { name: 'B (x)', digest: 8, skips: [10], answers: Uint8Array.of(4) },
    ];
    const file = unpackFixture(packFixture(rows, new Map([['C', 'system call']])));
    for (const row of rows) expect(file.rows.get(row.name)).toEqual({ ...row, answers: expect.anything() as unknown });
    expect([...file.rows.get('B (x)')!.answers]).toEqual([4]);
    expect(file.leftOut.get('C')).toBe('system call');
  });
});

describe('outcomes of the harness', () => {
  const c = some(ADD, 1)[0]!;
  const outcome = (signal: number, pc: number): Uint8Array => {
    const words = new Uint32Array(6 + 15 + 64);
    words.set([signal, 0xbad, pc, 0x10, 0, 0]);
    return new Uint8Array(words.buffer);
  };
  const read = (signal: number, pc: number) => readOutcomes(outcome(signal, pc), [c])[0];

  it('are told apart by signal and PC', () => {
    expect(writeTests([c]).length).toBe(352);
    expect(read(4, c.address)).toMatchObject({ kind: 'undefined', fault: 0 });
    expect(read(4, c.address + 4)).toMatchObject({ kind: 'done', pc: c.address + 4 });
    expect(read(11, c.address)).toMatchObject({ kind: 'fault', fault: 0xbad });
    expect(read(7, c.address)).toMatchObject({ kind: 'alignment', fault: 0xbad });
    expect(read(11, 0x12345678)).toMatchObject({ kind: 'done', pc: 0x12345678 });
    expect(read(14, c.address)).toHaveProperty('unusable');
    expect(read(11, 0x1234567a)).toHaveProperty('unusable');
  });

  it('must be as many as the cases', () => {
    expect(() => readOutcomes(new Uint8Array(8), [c])).toThrow(RangeError);
    expect(() => readOutcomes(outcome(4, 0), [])).toThrow(RangeError);
  });
});
