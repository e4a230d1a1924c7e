import { describe, expect, it } from 'vitest';
import { MEMORY, SHAREABLE } from '../../../src/emu/mmu/translation';
import { BASE, regime, rights, Tables } from './tables';

const SECTION = 2;
const TABLE = 1;
const SMALL = 2;
const LARGE = 1;
const ap = (bits: number): number => ((bits & 4) << 13) | ((bits & 3) << 10);
const pageAp = (bits: number): number => ((bits & 4) << 7) | ((bits & 3) << 4);

describe('short descriptors: what maps where', () => {
  it('section', () => {
    const m = new Tables();
    m.set(BASE + 0x123 * 4, 0x45600000 | SECTION | ap(3) | (7 << 5));
    const t = m.walk(regime(), 0x123abcde);
    expect(t).toMatchObject({ fault: '', pa: 0x456abcde, sizeShift: 20, level: 1, domain: 7, global: true });
  });

  it('supersection with a 40-bit address, always of domain 0', () => {
    const m = new Tables();
    for (let i = 0; i < 16; i++) m.set(BASE + (0x120 + i) * 4, 0x45a00000 | SECTION | (1 << 18) | (0xb << 5) | ap(3));
    const t = m.walk(regime(), 0x123abcde);
    expect(t).toMatchObject({ pa: 0xba_453abcde, sizeShift: 24, domain: 0 });
  });

  it('small page, large page and their tables, as a trace', () => {
    const m = new Tables();
    m.set(BASE + 0x123 * 4, (BASE + 0x8400) | TABLE | (5 << 5));
    m.set(BASE + 0x8400 + 0xab * 4, 0x77777000 | SMALL | pageAp(3));
    for (let i = 0; i < 16; i++) m.set(BASE + 0x8400 + (0xc0 + i) * 4, 0x88880000 | LARGE | pageAp(3));
    const steps: Parameters<Tables['walk']>[2] = [];
    expect(m.walk(regime(), 0x123abcde, steps)).toMatchObject({ pa: 0x77777cde, sizeShift: 12, level: 2, domain: 5 });
    expect(steps.map(s => [s.level, s.base, s.address, s.kind])).toEqual([
      [1, 'TTBR0', BASE + 0x48c, 'table'],
      [2, '', BASE + 0x86ac, 'small page'],
    ]);
    expect(m.walk(regime(), 0x123cbcde)).toMatchObject({ pa: 0x8888bcde, sizeShift: 16, level: 2 });
  });

  it('TTBCR.N splits the address space and shrinks the first table', () => {
    for (let n = 1; n <= 7; n++) {
      const m = new Tables();
      const r = regime({ ttbcr: n, ttbr0: BASE + 0x10000 + (1 << (14 - n)), ttbr1: BASE });
      const boundary = 2 ** (32 - n);
      const last = boundary - 0x100000;
      m.set(r.ttbr0 + (last / 0x100000) * 4, 0x11100000 | SECTION | ap(3));
      m.set(BASE + (boundary / 0x100000) * 4, 0x22200000 | SECTION | ap(3));
      expect(m.walk(r, last + 0x1234).pa).toBe(0x11101234);
      expect(m.walk(r, boundary + 0x1234).pa).toBe(0x22201234);
      expect(m.walk({ ...r, ttbcr: n | 0x10 }, last)).toMatchObject({ fault: 'translation', level: 1 });
      expect(m.walk({ ...r, ttbcr: n | 0x10 }, boundary).fault).toBe('');
      expect(m.walk({ ...r, ttbcr: n | 0x20 }, boundary)).toMatchObject({ fault: 'translation', level: 1 });
    }
  });

  it('big-endian tables', () => {
    const m = new Tables();
    m.set(BASE + 0x123 * 4, 0x020c1045); // bytes 45 10 0c 02: the descriptor 0x45100c02
    expect(m.walk(regime({ bigEndian: true }), 0x12300000).pa).toBe(0x45100000);
  });

  it('the Secure regime follows NS; the Non-secure one never leaves its space', () => {
    const m = new Tables();
    m.set(BASE, SECTION | ap(3));
    m.set(BASE + 4, SECTION | ap(3) | (1 << 19));
    expect([0, 0x100000].map(va => m.walk(regime({}, 'secure'), va).nonSecure)).toEqual([false, true]);
    expect([0, 0x100000].map(va => m.walk(regime(), va).nonSecure)).toEqual([true, true]);
  });
});

describe('short descriptors: faults', () => {
  const section = (bits: number, domain = 0): Tables => {
    const m = new Tables();
    m.set(BASE, SECTION | bits | (domain << 5));
    m.set(BASE + 4, (BASE + 0x8000) | TABLE | (domain << 5));
    m.set(BASE + 0x8000, SMALL | pageAp(3));
    m.set(BASE + 8, 0x40000000 | TABLE | (domain << 5)); // no memory there
    return m;
  };

  it('translation faults of both levels, and aborts of the walk', () => {
    const m = section(ap(3), 3);
    expect(m.walk(regime(), 0x00300000)).toMatchObject({ fault: 'translation', level: 1 });
    expect(m.walk(regime(), 0x00101000)).toMatchObject({ fault: 'translation', level: 2, domain: 3 });
    expect(m.walk(regime(), 0x00200000)).toMatchObject({ fault: 'externalOnWalk', level: 2, domain: 3 });
    expect(m.walk(regime({ ttbr0: 0x40000000 }), 0)).toMatchObject({ fault: 'externalOnWalk', level: 1 });
  });

  it.each([
    [0, 'domain'],
    [1, ''],
    [2, 'domain'],
    [3, ''],
  ])('domain access %d', (access, fault) => {
    const m = section(ap(0), 9);
    const r = regime({ dacr: access << 18 });
    expect(m.walk(r, 0)).toMatchObject({ fault, level: 1, domain: 9 });
    expect(m.walk(r, 0x100000)).toMatchObject({ fault, level: 2, domain: 9 });
    if (access === 1) expect(rights(m.walk(r, 0))).toBe('--- ---');
    if (access === 3) expect(rights(m.walk(r, 0))).toBe('rwx rwx');
  });

  it('the access flag comes before the domain', () => {
    const m = section(ap(2));
    expect(m.walk(regime({ accessFlag: true, dacr: 0 }), 0)).toMatchObject({ fault: 'accessFlag', level: 1 });
    m.set(BASE + 0x8000, SMALL | pageAp(2));
    expect(m.walk(regime({ accessFlag: true, dacr: 0 }), 0x100000)).toMatchObject({ fault: 'accessFlag', level: 2 });
  });
});

describe('short descriptors: permissions', () => {
  // ARM DDI 0406C table B3-8, written out: PL0 and PL1 rights by AP[2:0].
  const FULL = ['--- ---', '--- rwx', 'r-x rwx', 'rwx rwx', '--- ---', '--- r-x', 'r-x r-x', 'r-x r-x'];
  it.each(FULL.map((expected, bits) => [bits, expected] as const))(
    'AP %d: %s, for sections and pages',
    (bits, expected) => {
      const m = new Tables();
      m.set(BASE, SECTION | ap(bits));
      m.set(BASE + 4, (BASE + 0x8000) | TABLE);
      m.set(BASE + 0x8000, SMALL | pageAp(bits));
      m.set(BASE + 0x8040, LARGE | pageAp(bits));
      for (const va of [0, 0x100000, 0x110000]) expect(rights(m.walk(regime(), va))).toBe(expected);
    },
  );

  it.each([
    [1, '--- rwx'],
    [3, 'rwx rwx'],
    [5, '--- r-x'],
    [7, 'r-x r-x'],
  ])('AP %d with the access flag: %s', (bits, expected) => {
    const m = new Tables();
    m.set(BASE, SECTION | ap(bits));
    expect(rights(m.walk(regime({ accessFlag: true }), 0))).toBe(expected);
  });

  it('XN, PXN, WXN, UWXN and SIF', () => {
    const m = new Tables();
    m.set(BASE, SECTION | ap(3) | (1 << 4)); // XN
    m.set(BASE + 4, SECTION | ap(3) | 1); // PXN
    m.set(BASE + 8, SECTION | ap(3));
    m.set(BASE + 12, SECTION | ap(2));
    m.set(BASE + 16, SECTION | ap(6) | (1 << 19)); // NS
    m.set(BASE + 20, (BASE + 0x8000) | TABLE | 4); // PXN of a table
    m.set(BASE + 0x8000, SMALL | pageAp(7));
    m.set(BASE + 0x8004, SMALL | 1 | pageAp(7)); // XN
    m.set(BASE + 0x8040, LARGE | (1 << 15) | pageAp(7)); // XN
    const at = (va: number, fields: object = {}): string => rights(m.walk(regime(fields, 'secure'), va));
    expect(at(0)).toBe('rw- rw-');
    expect(at(0x100000)).toBe('rwx rw-');
    expect(at(0x200000, { writeNeverExecute: true })).toBe('rw- rw-');
    expect(at(0x300000, { writeNeverExecute: true })).toBe('r-x rw-');
    expect(at(0x200000, { userWriteNeverExecute: true })).toBe('rwx rw-');
    expect(at(0x300000, { userWriteNeverExecute: true })).toBe('r-x rwx');
    expect(at(0x400000, { secureFetchOnly: true })).toBe('r-- r--');
    expect(at(0x300000, { secureFetchOnly: true })).toBe('r-x rwx');
    expect(at(0x500000)).toBe('r-x r--');
    expect(at(0x501000)).toBe('r-- r--');
    expect(at(0x510000)).toBe('r-- r--');
  });
});

describe('short descriptors: attributes', () => {
  const attributes = (texcb: number, s: boolean, fields: object = {}): [number, number] => {
    const m = new Tables();
    m.set(BASE, SECTION | ap(3) | ((texcb & 0x1c) << 10) | ((texcb & 3) << 2) | (s ? 1 << 16 : 0));
    m.set(BASE + 4, (BASE + 0x8000) | TABLE);
    m.set(BASE + 0x8000, SMALL | pageAp(3) | ((texcb & 0x1c) << 4) | ((texcb & 3) << 2) | (s ? 1 << 10 : 0));
    m.set(BASE + 0x8040, LARGE | pageAp(3) | ((texcb & 0x1c) << 10) | ((texcb & 3) << 2) | (s ? 1 << 10 : 0));
    const [first, ...others] = [0, 0x100000, 0x110000].map(va => m.walk(regime(fields), va));
    for (const t of others) expect([t.memory, t.shareability]).toEqual([first!.memory, first!.shareability]);
    return [first!.memory, first!.shareability];
  };

  it('without remap (table B3-10)', () => {
    expect(attributes(0b00000, false)[0]).toBe(MEMORY.STRONGLY_ORDERED);
    expect(attributes(0b00001, false)[0]).toBe(MEMORY.DEVICE);
    expect(attributes(0b00010, false)).toEqual([MEMORY.WRITE_THROUGH, SHAREABLE.NON]);
    expect(attributes(0b00011, true)).toEqual([MEMORY.WRITE_BACK, SHAREABLE.INNER]);
    expect(attributes(0b00100, true)).toEqual([MEMORY.NON_CACHEABLE, SHAREABLE.INNER]);
    expect(attributes(0b00111, true)).toEqual([MEMORY.WRITE_BACK_ALLOCATE, SHAREABLE.INNER]);
    expect(attributes(0b01000, false)[0]).toBe(MEMORY.DEVICE);
    expect(attributes(0b10110, false)[0]).toBe(0xfa); // outer WBWA, inner WT
    expect(attributes(0b11101, false)[0]).toBe(0xef); // outer WB, inner WBWA
  });

  it('with remap, as Linux sets it up', () => {
    const linux = { remap: true, mair0: 0xff0a81a8, mair1: 0x40e040e0 };
    expect(attributes(0b00000, false, linux)[0]).toBe(MEMORY.STRONGLY_ORDERED);
    expect(attributes(0b00001, true, linux)).toEqual([0x44, SHAREABLE.INNER]); // BUFFERABLE: non-cacheable
    expect(attributes(0b00010, false, linux)).toEqual([0xaa, SHAREABLE.NON]); // WRITETHROUGH
    expect(attributes(0b00111, true, linux)).toEqual([0xff, SHAREABLE.INNER]); // WRITEALLOC
    expect(attributes(0b00100, true, linux)[0]).toBe(MEMORY.DEVICE); // DEV_SHARED
  });
});
