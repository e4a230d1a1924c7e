// What a run learns about hot code and the next one begins with: sooner translated, and the same machine.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBoard } from '../../../src/emu/boards';
import { Experience, pageKey } from '../../../src/emu/cpu/experience';
import { packExperience, unpackExperience } from '../../../src/emu/cpu/experience-file';
import { I32, ModuleWriter } from '../../../src/emu/codegen/wasm';
import { TRANSLATION } from '../../../src/emu/cpu/translator';
import { Machine } from '../../../src/emu/machine';
import { parseElf } from '../../../src/image';

const ELF = path.join(import.meta.dirname, '../../../guests/bench/crc32-a32.elf');
const MIB = 1 << 20;
const INSTRUCTIONS = 3e6;
const HINTS = { entries: [0, 64], calls: [8], alone: [12] };
const HEADER = { version: 2, run: 1, pages: [], variants: [], environments: [], codes: [] };
const CODE = {
  environment: 'here',
  page: new Uint8Array(4096).fill(7),
  code: { bytes: Uint8Array.of(1, 2, 3), entries: [4], places: [{ offset: 4, length: 2, it: 8 }] },
};

const TRAP = (() => {
  const writer = new ModuleWriter();
  writer.function(writer.type([I32, I32, I32, I32], [I32]), [], Uint8Array.of(0x00, 0x0b), '0');
  return writer.finish();
})();

/** A file with this header, and so many bytes behind it. */
function file(header: string, more = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(4 + text.length + more);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  return bytes;
}
const packed = (more: object, bytes = 0): Uint8Array => file(JSON.stringify({ ...HEADER, ...more }), bytes);

describe('experience', () => {
  it('is a text in which nothing gets lost', () => {
    const first = Experience.from(undefined);
    first.learnPage('a-ba', HINTS);
    first.learnVariant('mov||1');
    for (const key of ['c', 'd']) first.learnCode(key, CODE);
    const second = Experience.from(first.bytes());
    expect(second.page('a-ba')).toEqual(HINTS);
    expect(second.page('a-bt')).toBeUndefined();
    expect(second.variants()).toEqual(['mov||1']);
    expect([second.code('c'), second.code('d'), second.code('e')]).toEqual([CODE, CODE, undefined]);
    expect(second.changed).toBe(false);
  });

  it('forgets what two dozen runs did not use', () => {
    let experience = Experience.from(undefined);
    experience.learnPage('used', HINTS);
    experience.learnPage('unused', HINTS);
    for (let run = 0; run < 24; run++) {
      experience = Experience.from(experience.bytes());
      experience.page('used');
    }
    experience = Experience.from(experience.bytes());
    expect([experience.page('used'), experience.page('unused')]).toEqual([HINTS, undefined]);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['three bytes', new Uint8Array(3)],
    ['half a file', packed({}).subarray(0, 40)],
    ['a length beyond the file', new Uint8Array([255, 255, 255, 255, 123, 125])],
    ['no object', file('7')],
    ['another version', file(JSON.stringify({ ...HEADER, version: 1 }))],
    ['lists that are none', file(JSON.stringify({ ...HEADER, pages: {} }))],
    ['offsets outside of a page', packed({ pages: [['k', 1, [4096], [], []]] })],
    ['negative ones', packed({ pages: [['k', 1, [-4], [], []]] })],
    ['text where numbers are', packed({ pages: [['k', 1, ['0'], [], []]], variants: [[1, 1]] })],
    ['code that is not there', packed({ environments: ['e'], codes: [['k', 1, 0, 10, [0], [0, 4, 0]]] })],
    ['code without its environment', packed({ codes: [['k', 1, 0, 0, [0], [0, 4, 0]]] }, 4096)],
  ])('is nothing when it comes as %s', (_what, bytes) => {
    const experience = Experience.from(bytes);
    expect([experience.page('k'), experience.variants(), experience.code('k')]).toEqual([undefined, [], undefined]);
  });

  it('knows a page by each of its words, and by the instruction set', () => {
    const words = new Uint32Array(2048);
    const keys = new Set([pageKey(words, 1024, false), pageKey(words, 1024, true)]);
    for (let i = 1024; i < 2048; i += 33) {
      words[i] = 1;
      keys.add(pageKey(words, 1024, false));
      words[i] = 0;
    }
    expect(keys.size).toBe(2 + 32);
  });
});

/** Runs a program for a while. */
function run(experience: Experience, build?: string) {
  const elf = parseElf(readFileSync(ELF), ELF);
  const machine = new Machine({
    ...{ board: findBoard('vexpress-v2p-ca15-tc1')!, cpus: 1, memoryBytes: 128 * MIB, baseSeconds: 0 },
    ...{ output: () => {}, log: () => {}, translation: { ...TRANSLATION, experience, build } },
  });
  const images = elf.segments.map(({ physicalAddress, data }) => ({ address: Number(physicalAddress), bytes: data }));
  machine.start({ images, entry: { pc: Number(elf.entry) } });
  machine.run(INSTRUCTIONS);
  const core = machine.cores[0]!;
  const registers = [...Array.from({ length: 15 }, (_, n) => core.r(n)), core.pc, core.cpsr];
  return { translation: machine.translation!, state: registers };
}

describe('a run with experience', () => {
  it('translates sooner, less often, and executes the same', () => {
    const first = Experience.from(undefined);
    const before = run(first);
    expect(first.changed).toBe(true);
    const after = run(Experience.from(first.bytes()));
    expect(after.translation.share).toBeGreaterThan(before.translation.share + 0.1);
    expect(after.translation.modules).toBeLessThanOrEqual(before.translation.modules);
    expect(after.state).toEqual(before.state);
  });

  it('takes hints that are wrong', () => {
    const first = Experience.from(undefined);
    const before = run(first);
    const all = Array.from({ length: 1024 }, (_, i) => i * 4);
    const { pages } = unpackExperience(first.bytes())!;
    const wrong = Experience.from(undefined);
    for (const [key] of pages) wrong.learnPage(key, { entries: [...all, 2], calls: all, alone: all });
    wrong.learnVariant('nothing|of|this');
    expect(pages.length).toBeGreaterThan(0);
    expect(run(wrong).state).toEqual(before.state);
  });

  it('uses the code that the same build made of the same page, and that alone', () => {
    const first = Experience.from(undefined);
    const before = run(first, 'this');
    const marked = (): Experience => {
      const parts = unpackExperience(first.bytes())!;
      expect(parts.codes.length).toBeGreaterThan(0);
      // A region that traps: whoever runs it is found out.
      const codes = parts.codes.map(one => ({ ...one, code: { ...one.code, bytes: TRAP } }));
      return Experience.from(packExperience({ ...parts, codes }));
    };
    expect(() => run(marked(), 'this')).toThrow(WebAssembly.RuntimeError);
    expect(run(marked(), 'another').state).toEqual(before.state);
    expect(run(marked()).state).toEqual(before.state);
    const after = run(Experience.from(first.bytes()), 'this');
    expect(after.state).toEqual(before.state);
    expect(after.translation.share).toBeGreaterThan(before.translation.share + 0.1);
  });
});
