import { describe, expect, it } from 'vitest';
import {
  combine,
  configure,
  createStage2,
  type Stage2,
  Stage2Cache,
  Stage2TableReader,
  walkStage2,
} from '../../../src/emu/mmu/stage2';
import { MEMORY, PERMISSION, SHAREABLE, Translation } from '../../../src/emu/mmu/translation';
import { walk } from '../../../src/emu/mmu/walk';
import { BASE, regime, rights, Tables } from './tables';

const AF = 1 << 10;
const RW = 3 << 6;
/** Normal, Write-Back, Inner Shareable. */
const NORMAL = (0xf << 2) | (3 << 8);
const LEAF = AF | RW | NORMAL;
const XN = 1 << 22;
/** T0SZ as a signed number, and the level of the first table. */
const vtcr = (size: number, level: number): number => 0x80000000 | (size & 0xf) | (size < 0 ? 0x10 : 0) | ((2 - level) << 6); // prettier-ignore
function stage2(fields: Partial<Stage2> = {}): Stage2 {
  const s2 = { ...createStage2(), enabled: true, vtcr: vtcr(0, 1), base: BASE, ...fields };
  configure(s2);
  return s2;
}
function translate(m: Tables, s2: Stage2, ipa: number): Translation {
  const out = new Translation();
  walkStage2(s2, ipa, m.reader, out);
  return out;
}

describe('walks of stage 2', () => {
  it('40 bits begin with two tables in a row; blocks and pages', () => {
    const m = new Tables();
    const s2 = stage2({ vtcr: vtcr(-8, 1) });
    m.setLong(BASE + 8 * 1023, 0x40000000 | LEAF | 1, 0x12);
    m.setLong(BASE + 8, (BASE + 0x2000) | 3);
    m.setLong(BASE + 0x2000, 0x00e00000 | LEAF | 1, 0x34);
    m.setLong(BASE + 0x2008, (BASE + 0x3000) | 3);
    m.setLong(BASE + 0x3000 + 5 * 8, 0x0abcd000 | LEAF | 3, 0x56);
    expect(translate(m, s2, 2 ** 40 - 4)).toMatchObject({ pa: 0x12_7ffffffc, sizeShift: 30, level: 1 });
    expect(translate(m, s2, 0x40012345)).toMatchObject({ pa: 0x34_00e12345, sizeShift: 21, level: 2 });
    expect(translate(m, s2, 0x40205678)).toMatchObject({ pa: 0x56_0abcd678, sizeShift: 12, level: 3 });
    expect(translate(m, s2, 0x40206000)).toMatchObject({ fault: 'translation', level: 3 });
    expect(translate(m, s2, 0)).toMatchObject({ fault: 'translation', level: 1 });
  });

  it.each([
    // T0SZ, level of the first table, the largest input, where its entry lies
    [-8, 1, 2 ** 40, 1023],
    [-1, 1, 2 ** 33, 7],
    [0, 1, 2 ** 32, 3],
    [1, 1, 2 ** 31, 1],
    [-2, 2, 2 ** 34, 8191],
    [0, 2, 2 ** 32, 2047],
    [7, 2, 2 ** 25, 15],
  ])('T0SZ %d from level %d', (size, level, limit, index) => {
    const m = new Tables();
    const s2 = stage2({ vtcr: vtcr(size, level) });
    m.setLong(BASE + 8 * index, 0x40000000 | LEAF | 1);
    expect(translate(m, s2, limit - 4).fault).toBe('');
    expect(translate(m, s2, limit)).toMatchObject({ fault: 'translation', level: 1 });
  });

  it.each([
    [2, 1],
    [-3, 2],
    [0, 0],
  ])('T0SZ %d from level %d is no configuration: a translation fault', (size, level) => {
    expect(translate(new Tables(), stage2({ vtcr: vtcr(size, level) }), 0)).toMatchObject({
      fault: 'translation',
      level: 1,
    });
  });

  it('access flag, external aborts, big-endian tables', () => {
    const m = new Tables();
    m.setLong(BASE, 0x40000000 | RW | NORMAL | 1);
    m.setLong(BASE + 8, 0x10000000 | 3);
    expect(translate(m, stage2(), 0)).toMatchObject({ fault: 'accessFlag', level: 1 });
    expect(translate(m, stage2(), 0x40000000)).toMatchObject({ fault: 'externalOnWalk', level: 2 });
    m.set(BASE, 0x12000000);
    m.set(BASE + 4, 0xfd070080); // 80 00 07 fd
    expect(translate(m, stage2({ bigEndian: true }), 0x3456)).toMatchObject({ pa: 0x12_80003456 });
  });

  it.each([
    [0, 0, '--- ---'],
    [1, 0, 'r-x r-x'],
    [2, 0, '-w- -w-'],
    [3, 0, 'rwx rwx'],
    [3, XN, 'rw- rw-'],
  ])('S2AP %d, upper word 0x%s: %s', (ap, high, expected) => {
    const m = new Tables();
    m.setLong(BASE, AF | NORMAL | 1 | (ap << 6), high);
    expect(rights(translate(m, stage2(), 0))).toBe(expected);
  });
});

describe('both stages', () => {
  const combined = (first: Partial<Translation>, second: Partial<Translation>): Translation => {
    const out = Object.assign(new Translation(), first);
    combine(out, Object.assign(new Translation(), second));
    return out;
  };

  it.each([
    // types of stage 1 and stage 2, and both
    [MEMORY.STRONGLY_ORDERED, 0xff, MEMORY.STRONGLY_ORDERED],
    [MEMORY.DEVICE, 0xff, MEMORY.DEVICE],
    [0xff, MEMORY.DEVICE, MEMORY.DEVICE],
    [MEMORY.DEVICE, MEMORY.STRONGLY_ORDERED, MEMORY.STRONGLY_ORDERED],
    [0xff, 0xee, 0xff], // allocation hints are those of stage 1
    [0xee, 0xaa, 0xaa],
    [0xbb, 0xee, 0xbb],
    [0x44, 0xee, 0x44],
    [0xff, 0x44, 0x44],
    [0x4f, 0xe4, 0x44],
    [0xf4, 0xae, 0xb4],
  ])('memory 0x%s and 0x%s', (first, second, expected) => {
    expect(combined({ memory: first }, { memory: second }).memory).toBe(expected);
  });

  it('shareability is the wider of the two, permissions what both grant', () => {
    const share = (a: number, b: number): number =>
      combined({ memory: 0xff, shareability: a }, { memory: 0xff, shareability: b }).shareability;
    expect(share(SHAREABLE.NON, SHAREABLE.INNER)).toBe(SHAREABLE.INNER);
    expect(share(SHAREABLE.INNER, SHAREABLE.OUTER)).toBe(SHAREABLE.OUTER);
    expect(share(SHAREABLE.NON, SHAREABLE.NON)).toBe(SHAREABLE.NON);
    expect(combined({ memory: 0xff }, { memory: MEMORY.DEVICE }).shareability).toBe(SHAREABLE.OUTER);
    expect(combined({ permissions: 0b011011 }, { permissions: 0b101101 }).permissions).toBe(0b001001);
  });

  /** Stage 1 with one level-1 section table at 0x40000000, which stage 2 maps to BASE + 0x10000. */
  function nested(leaf: number): { m: Tables; s2: Stage2; first: () => Translation } {
    const m = new Tables();
    const s2 = stage2();
    m.setLong(BASE + 8, (BASE + 0x1000) | 3);
    m.setLong(BASE + 0x1000, (BASE + 0x2000) | 3);
    m.setLong(BASE + 0x2000, (BASE + 0x10000) | leaf | 3);
    m.set(BASE + 0x10000 + 4 * 5, 0x12300402);
    const reader = new Stage2TableReader(s2, new Stage2Cache(s2, m.reader), m.reader);
    return {
      m,
      s2,
      first: () => {
        const out = new Translation();
        walk(regime({ ttbr0: 0x40000000 }), 0x00512345, reader, out);
        return out;
      },
    };
  }

  it('tables of stage 1 lie where stage 2 says', () => {
    expect(nested(LEAF).first()).toMatchObject({ fault: '', pa: 0x12312345 });
  });

  it.each([
    ['translation', { m: 0 }, 3],
    ['accessFlag', { leaf: RW | NORMAL }, 3],
    ['permission', { leaf: AF | NORMAL | (2 << 6) }, 3],
    ['permission', { leaf: AF | RW | (1 << 2), protect: true }, 3],
  ] as const)('%s fault on a descriptor', (fault, how, level) => {
    const n = nested('leaf' in how ? how.leaf : LEAF);
    if ('m' in how) n.m.setLong(BASE + 0x2000, 0);
    n.s2.protectTables = 'protect' in how;
    expect(n.first()).toMatchObject({ fault, level, stage2: true, onWalk: true, ipa: 0x40000000 + 4 * 5 });
  });

  it('what was found is remembered until it is flushed, but not what a fault was for', () => {
    const m = new Tables();
    const s2 = stage2();
    const cache = new Stage2Cache(s2, m.reader);
    const at = (needed: number): Translation => {
      const out = new Translation();
      if (!cache.translate(0x1234, needed, out)) out.pa = -1;
      return out;
    };
    expect(at(0)).toMatchObject({ pa: -1, fault: 'translation', level: 1 });
    m.setLong(BASE, 0x40000000 | AF | NORMAL | (1 << 6) | 1);
    const first = at(PERMISSION.R0);
    expect(first).toMatchObject({ pa: 0x40001234, fault: '', level: 1, memory: 0xee, shareability: 3, sizeShift: 12 });
    expect(at(PERMISSION.R0)).toEqual(first);
    m.setLong(BASE, 0x80000000 | LEAF | 1);
    expect(at(PERMISSION.R0).pa).toBe(0x40001234);
    expect(at(PERMISSION.W0).pa).toBe(0x80001234);
    m.setLong(BASE, 0);
    cache.flush();
    expect(at(0).pa).toBe(-1);
  });

  it('HCR.PTW has nothing against Normal memory, nor against Device memory while it is clear', () => {
    const normal = nested(LEAF);
    normal.s2.protectTables = true;
    expect(normal.first().fault).toBe('');
    expect(nested(AF | RW | (1 << 2)).first().fault).toBe('');
  });

  it('an external abort of the descriptor itself is none of stage 2', () => {
    const n = nested(LEAF);
    n.m.setLong(BASE + 0x2000, 0x10000000 | LEAF | 3);
    expect(n.first()).toMatchObject({ fault: 'externalOnWalk', level: 1, stage2: false });
  });
});
