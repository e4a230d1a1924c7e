// What a profile counts, on programs whose counts are known.
import { describe, expect, it } from 'vitest';
import { LEAVES } from '../../../src/emu/cpu/translator';
import type { PlaceCount, ProfileSnapshot } from '../../../src/emu/cpu/profile';
import { type BareCore, bareCore, RAM } from '../bare-core';
import { CODE_BASE, Random, randomProgram, VECTOR_BASE, vectors } from '../random-programs';
import { SLOT } from '../../../src/emu/cpu/sysregs/storage';

const CODE = RAM + 0x1000;
const TIMES = 3000;
const TRANSLATION = { threshold: 10, capacity: 200, limit: 600 };

/** r1 times: a count in r0, and a load from r3; then a branch to itself. */
const LOOP = [
  0xe3a00000, // mov r0, #0
  0xe2800001, // loop: add r0, r0, #1
  0xe5932000, // ldr r2, [r3]
  0xe2511001, // subs r1, r1, #1
  0x1afffffb, // bne loop
  0xeafffffe, // b .
];
/** Instructions until the branch to itself. */
const LENGTH = 1 + 4 * TIMES;

function machine(program: readonly number[], { r3 = RAM + 0x8000, translated = true } = {}): BareCore {
  const m = bareCore(1 << 18, () => {}, translated ? TRANSLATION : undefined, true);
  m.write32(CODE, ...program);
  m.start({ pc: CODE, registers: [0, TIMES, 0, r3] });
  return m;
}

function profileOf(m: BareCore): ProfileSnapshot {
  const profile = m.processor.profile();
  if (!profile) throw new Error('nothing was counted');
  return profile;
}

const at = (places: readonly PlaceCount[], index: number): PlaceCount => {
  const found = places.find(place => place.address === CODE + 4 * index);
  if (!found) throw new Error(`instruction ${index} was not executed`);
  return found;
};
const total = (place: PlaceCount): number => place.interpreted + place.translated;

describe('a profile', () => {
  it('counts every instruction once, in the tier that executed it', () => {
    const m = machine(LOOP);
    expect(m.processor.run(0, LENGTH).executed).toBe(LENGTH);
    const profile = profileOf(m);
    const places = profile.places();
    expect([0, 1, 2, 3, 4].map(i => total(at(places, i)))).toEqual([1, TIMES, TIMES, TIMES, TIMES]);
    expect(profile.interpreted + profile.translated).toBe(LENGTH);
    expect(profile.translated).toBe(m.processor.translated);
    expect(profile.translated).toBeGreaterThan(LENGTH * 0.9);
  });

  it('tells of a region what it executed, where it was left, and why', () => {
    const m = machine(LOOP);
    m.processor.run(0, LENGTH + 100);
    const [region, ...others] = profileOf(m).regions();
    expect(others).toEqual([]);
    expect(region).toMatchObject({ address: CODE + 4, thumb: false, page: CODE, dropped: undefined });
    expect(region).toMatchObject({ entered: 1, exits: [{ reason: 'outside', address: CODE + 16, count: 1 }] });
    expect(region!.executed).toBe(m.processor.translated);
  });

  it('counts loads that are not at hand, until they get a call', () => {
    // The word lies in two pages, so it is never at hand.
    const m = machine(LOOP, { r3: RAM + 0x8ffe });
    m.processor.run(0, LENGTH);
    const profile = profileOf(m);
    const [first, second] = profile.regions();
    expect(first).toMatchObject({ dropped: 'calls', entered: LEAVES, executed: LEAVES });
    expect(first!.exits).toEqual([{ reason: 'memory', address: CODE + 8, count: LEAVES }]);
    expect(second!.exits.filter(({ reason }) => reason === 'memory')).toEqual([]);
    const load = at(profile.places(), 2);
    expect(profile.instruction(load)).toEqual({ text: 'ldr r2, [r3]', length: 4 });
    expect(profile.explain(load)).toMatchObject({ why: 'left', exits: { memory: LEAVES } });
  });

  it('tells why an instruction stayed with the interpreter', () => {
    const interpreted = machine(LOOP, { translated: false });
    interpreted.processor.run(0, LENGTH);
    const off = profileOf(interpreted);
    expect(off.translated).toBe(0);
    expect(off.explain(at(off.places(), 1))).toEqual({ why: 'off' });

    const hot = machine(LOOP);
    hot.processor.run(0, LENGTH);
    const seldom = profileOf(hot);
    expect(seldom.explain(at(seldom.places(), 0))).toMatchObject({ why: expect.stringMatching(/cold|patience/) });

    const changed = machine(LOOP);
    changed.processor.run(0, LENGTH - 40);
    changed.write32(CODE + 4, 0xe2800002); // add r0, r0, #2
    changed.processor.run(0, 40);
    const written = profileOf(changed);
    expect(written.regions()[0]!.dropped).toBe('written');
    expect(written.explain(at(written.places(), 3))).toEqual({ why: 'written', times: 1 });
  });

  it('counts what ends in an exception, and what cannot be fetched', () => {
    // ldr pc, [r3] to an address without memory; its vector has none either.
    const m = machine([0xe593f000]);
    m.write32(RAM + 0x8000, 0x10000000);
    m.processor.run(0, 4);
    const profile = profileOf(m);
    expect(profile.interpreted).toBe(1);
    expect(profile.prefetchAborts).toBe(3);
  });

  it('counts instructions that lie in two pages, and keeps its counts when all code is dropped', () => {
    const m = bareCore(1 << 18, () => {}, TRANSLATION, true);
    const end = CODE + 0xffe;
    // loop: add.w r0, r0, #1 (in two pages); subs r1, #1; bne loop; b .
    m.write16(end, 0xf100, 0x0001, 0x3901, 0xd1fb, 0xe7fe);
    m.start({ pc: end, cpsr: 0x1f3, registers: [0, TIMES] });
    const half = 3 * (TIMES / 2);
    m.processor.run(0, half);
    m.processor.code.flush();
    m.processor.run(0, half);
    const profile = profileOf(m);
    const places = profile.places().filter(({ interpreted, translated }) => interpreted + translated > 1);
    expect(places.map(place => [place.address, total(place)])).toEqual([
      [end, TIMES],
      [end + 4, TIMES],
      [end + 6, TIMES],
    ]);
    expect(profile.explain(places[0]!)).toEqual({ why: 'twoPages' });
    expect(profile.instruction(places[0]!).text).toBe('(in two pages)');
    expect(profile.interpreted + profile.translated).toBe(2 * half);
  });

  it('is undefined where nothing is counted', () => {
    const m = bareCore(1 << 18, () => {}, TRANSLATION);
    expect(m.processor.profile()).toBeUndefined();
  });
});

describe('random programs while they are counted', () => {
  it('go the same way, and every instruction is counted', { timeout: 60_000 }, () => {
    const random = new Random(5);
    const counted = bareCore(1 << 18, () => {}, TRANSLATION, true);
    const plain = bareCore(1 << 18, () => {}, TRANSLATION);
    let executed = 0;
    for (let seed = 0; seed < 60; seed++) {
      const program = randomProgram(seed);
      for (const m of [counted, plain]) {
        m.ram.set(vectors(), VECTOR_BASE - RAM);
        m.ram.fill(0, CODE_BASE - RAM, CODE_BASE - RAM + 0x3000);
        m.ram.set(program.code, CODE_BASE - RAM);
        m.processor.written(m.ram.byteOffset, m.ram.length);
        m.start({ pc: CODE_BASE, cpsr: 0x1d3 | (program.thumb ? 0x20 : 0), registers: program.registers });
        m.core.sys[SLOT.VBAR] = VECTOR_BASE;
        m.core.sys[SLOT.VBAR + 1] = VECTOR_BASE;
      }
      for (let slice = 0; slice < 10; slice++) {
        const n = 1 + random.below(900);
        executed += counted.processor.run(0, n).executed;
        plain.processor.run(0, n);
      }
      const state = ({ core }: BareCore) => [...Array.from({ length: 15 }, (_, i) => core.r(i)), core.pc, core.cpsr];
      expect(state(counted), `seed ${seed}`).toEqual(state(plain));
      const { interpreted, translated, prefetchAborts } = profileOf(counted);
      expect(interpreted + translated + prefetchAborts, `seed ${seed}`).toBe(executed);
      expect(translated).toBe(counted.processor.translated);
    }
    expect(counted.processor.translated).toBe(plain.processor.translated);
    expect(Buffer.from(counted.ram).equals(Buffer.from(plain.ram))).toBe(true);
  });
});
