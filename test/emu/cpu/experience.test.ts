// What a run learns about hot code and the next one begins with: sooner translated, and the same machine.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBoard } from '../../../src/emu/boards';
import { Experience, pageKey } from '../../../src/emu/cpu/experience';
import { TRANSLATION } from '../../../src/emu/cpu/translator';
import { Machine } from '../../../src/emu/machine';
import { parseElf } from '../../../src/image';

const ELF = path.join(import.meta.dirname, '../../../guests/bench/crc32-a32.elf');
const MIB = 1 << 20;
const INSTRUCTIONS = 3e6;
const HINTS = { entries: [0, 64], calls: [8], alone: [12], hotAt: 5e6 };

describe('experience', () => {
  it('is a text in which nothing gets lost', () => {
    const first = Experience.from(undefined);
    first.learnPage('a-ba', HINTS);
    first.learnVariant('mov||1');
    const second = Experience.from(first.text());
    expect(second.page('a-ba')).toEqual(HINTS);
    expect(second.page('a-bt')).toBeUndefined();
    expect(second.variants()).toEqual(['mov||1']);
    expect(second.changed).toBe(false);
  });

  it('forgets what two dozen runs did not use', () => {
    let experience = Experience.from(undefined);
    experience.learnPage('used', HINTS);
    experience.learnPage('unused', HINTS);
    for (let run = 0; run < 24; run++) {
      experience = Experience.from(experience.text());
      experience.page('used');
    }
    experience = Experience.from(experience.text());
    expect([experience.page('used'), experience.page('unused')]).toEqual([HINTS, undefined]);
  });

  it.each([
    ['half a file', '{"version":2,"run":1,"lengths":[],"pages":[["k",1,1,[0]'],
    ['no object', '7'],
    ['another version', '{"version":1,"run":1,"lengths":[],"pages":[["k",1,1,[0],[],[]]],"variants":[]}'],
    ['offsets outside of a page', '{"version":2,"run":1,"lengths":[],"pages":[["k",1,1,[4096],[],[]]],"variants":[]}'],
    ['negative ones', '{"version":2,"run":1,"lengths":[],"pages":[["k",1,1,[-4],[],[]]],"variants":[]}'],
    ['text where numbers are', '{"version":2,"run":1,"lengths":[],"pages":[["k",1,1,["0"],[],[]]],"variants":[[1,1]]}'],
  ])('is nothing when it comes as %s', (_what, text) => {
    const experience = Experience.from(text);
    expect([experience.page('k'), experience.variants()]).toEqual([undefined, []]);
  });

  it('knows how long a run is that begins with a page, as a rule', () => {
    let text: string | undefined;
    for (const length of [1e6, 9e6, 2e6]) {
      const experience = Experience.from(text);
      experience.page('first');
      experience.page('second');
      experience.ended(length / 2);
      experience.ended(length);
      text = experience.text();
    }
    const [same, other] = [Experience.from(text), Experience.from(text)];
    expect(same.usualLength).toBe(Infinity); // it has not begun
    same.page('first');
    other.page('second');
    expect([same.usualLength, other.usualLength]).toEqual([2e6, Infinity]);
  });

  it('takes the run in which a page was hot soonest', () => {
    const experience = Experience.from(undefined);
    for (const hotAt of [7, 3, 5]) experience.learnPage('k', { ...HINTS, hotAt });
    expect(Experience.from(experience.text()).page('k')?.hotAt).toBe(3);
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
function run(experience: Experience) {
  const elf = parseElf(readFileSync(ELF), ELF);
  const machine = new Machine({
    ...{ board: findBoard('vexpress-v2p-ca15-tc1')!, cpus: 1, memoryBytes: 128 * MIB, baseSeconds: 0 },
    ...{ output: () => {}, log: () => {}, translation: { ...TRANSLATION, experience } },
  });
  const images = elf.segments.map(({ physicalAddress, data }) => ({ address: Number(physicalAddress), bytes: data }));
  machine.start({ images, entry: { pc: Number(elf.entry) } });
  machine.run(INSTRUCTIONS);
  const core = machine.cores[0]!;
  return {
    translation: machine.translation!,
    state: [...Array.from({ length: 15 }, (_, n) => core.r(n)), core.pc],
    cpsr: core.cpsr,
  };
}

describe('a run with experience', () => {
  it('translates sooner, less often, and executes the same', () => {
    const first = Experience.from(undefined);
    const before = run(first);
    expect(first.changed).toBe(true);
    const after = run(Experience.from(first.text()));
    expect(after.translation.share).toBeGreaterThan(before.translation.share + 0.1);
    expect(after.translation.modules).toBeLessThanOrEqual(before.translation.modules);
    expect([after.state, after.cpsr]).toEqual([before.state, before.cpsr]);
  });

  it('takes hints that are wrong', () => {
    const first = Experience.from(undefined);
    const before = run(first);
    const all = Array.from({ length: 1024 }, (_, i) => i * 4);
    const made = Experience.from(
      first.text().replaceAll(/\[[\d,]*\],\[[\d,]*\],\[[\d,]*\]/g, `[${all.join()},2],[${all.join()}],[${all.join()}]`),
    );
    made.learnVariant('nothing|of|this');
    const after = run(made);
    expect([after.state, after.cpsr]).toEqual([before.state, before.cpsr]);
  });
});
