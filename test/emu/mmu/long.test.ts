import { describe, expect, it } from 'vitest';
import type { Regime } from '../../../src/emu/mmu/regime';
import { MEMORY } from '../../../src/emu/mmu/translation';
import { BASE, regime, rights, Tables } from './tables';

const AF = 1 << 10;
const ap = (bits: number): number => bits << 6;
const long = (fields: Partial<Regime> = {}, name: Regime['name'] = 'nonsecure'): Regime =>
  regime({ long: true, mair0: 0xff440400, ...fields }, name);

/** Level 1 at BASE, level 2 at +0x1000 (for 1 GiB at 0x40000000), level 3 at +0x2000 (2 MiB at 0x40200000). */
function threeLevels(): Tables {
  const m = new Tables();
  m.setLong(BASE, 0x80000000 | AF | 1 | ap(1), 0x12);
  m.setLong(BASE + 8, (BASE + 0x1000) | 3);
  m.setLong(BASE + 0x1000, 0x00e00000 | AF | 1 | ap(1), 0x34);
  m.setLong(BASE + 0x1008, (BASE + 0x2000) | 3);
  m.setLong(BASE + 0x2000 + 5 * 8, 0x0abcd000 | AF | 3 | ap(1), 0x56);
  return m;
}

describe('long descriptors: what maps where', () => {
  it('blocks of level 1 and 2, pages of level 3', () => {
    const m = threeLevels();
    expect(m.walk(long(), 0x12345678)).toMatchObject({ pa: 0x12_92345678, sizeShift: 30, level: 1 });
    expect(m.walk(long(), 0x40012345)).toMatchObject({ pa: 0x34_00e12345, sizeShift: 21, level: 2 });
    const steps: Parameters<Tables['walk']>[2] = [];
    expect(m.walk(long(), 0x40205678, steps)).toMatchObject({ pa: 0x56_0abcd678, sizeShift: 12, level: 3 });
    expect(steps.map(s => [s.level, s.base, s.address, s.kind])).toEqual([
      [1, 'TTBR0', BASE + 8, 'table'],
      [2, '', BASE + 0x1008, 'table'],
      [3, '', BASE + 0x2028, 'page'],
    ]);
  });

  it('faults by level', () => {
    const m = threeLevels();
    m.setLong(BASE + 0x2000 + 6 * 8, AF | 1); // reserved at level 3
    m.setLong(BASE + 0x2000 + 7 * 8, 3); // no access flag
    m.setLong(BASE + 0x1010, 0x40000000 | 3); // table where no memory is
    m.setLong(BASE + 0x1018, 1); // block without access flag
    expect(m.walk(long(), 0x80000000)).toMatchObject({ fault: 'translation', level: 1 });
    expect(m.walk(long(), 0x40800000)).toMatchObject({ fault: 'translation', level: 2 });
    expect(m.walk(long(), 0x40200000)).toMatchObject({ fault: 'translation', level: 3 });
    expect(m.walk(long(), 0x40206000)).toMatchObject({ fault: 'translation', level: 3 });
    expect(m.walk(long(), 0x40207000)).toMatchObject({ fault: 'accessFlag', level: 3 });
    expect(m.walk(long(), 0x40600000)).toMatchObject({ fault: 'accessFlag', level: 2 });
    expect(m.walk(long(), 0x40400000)).toMatchObject({ fault: 'externalOnWalk', level: 3 });
    expect(m.walk(long({ ttbr0High: 1 }), 0)).toMatchObject({ fault: 'externalOnWalk', level: 1 });
  });

  it.each([
    // T0SZ, T1SZ, address, table
    [0, 0, 0xffffffff, 0],
    [1, 0, 0x7fffffff, 0],
    [1, 0, 0x80000000, 1],
    [3, 0, 0x1fffffff, 0],
    [3, 0, 0x20000000, 1],
    [0, 1, 0x7fffffff, 0],
    [0, 1, 0x80000000, 1],
    [0, 3, 0xdfffffff, 0],
    [0, 3, 0xe0000000, 1],
    [2, 2, 0x3fffffff, 0],
    [2, 2, 0x40000000, -1],
    [2, 2, 0xbfffffff, -1],
    [2, 2, 0xc0000000, 1],
    [7, 7, 0x01ffffff, 0],
    [7, 7, 0xfe000000, 1],
  ])('T0SZ %d, T1SZ %d: 0x%s is in range of TTBR%d', (t0, t1, va, table) => {
    const m = new Tables();
    const r = long({ ttbcr: (t1 << 16) | t0, ttbr0: BASE + 0x10000, ttbr1: BASE + 0x20000 });
    // Fill both tables so that every index leads to a block; the address tells which table it was.
    for (let i = 0; i < 512; i++) {
      m.setLong(BASE + 0x10000 + i * 8, AF | 1 | ap(1), 1);
      m.setLong(BASE + 0x20000 + i * 8, AF | 1 | ap(1), 2);
    }
    const t = m.walk(r, va);
    if (table < 0) expect(t).toMatchObject({ fault: 'translation', level: 1 });
    else expect(Math.floor(t.pa / 2 ** 32)).toBe(table + 1);
    const epd = m.walk({ ...r, ttbcr: r.ttbcr | (table === 1 ? 1 << 23 : 1 << 7) }, va);
    expect(epd).toMatchObject({ fault: 'translation', level: 1 });
  });

  it('a start at level 2 uses the index bits that TxSZ leaves', () => {
    const m = new Tables();
    const r = long({ ttbcr: 4, ttbr0: BASE + 0x10400 }); // 28 bits: 128 entries, aligned to 1 KiB
    m.setLong(BASE + 0x10400 + 127 * 8, 0x00200000 | AF | 1 | ap(1));
    expect(m.walk(r, 0x0fe12345)).toMatchObject({ pa: 0x00212345, level: 2 });
  });

  it('big-endian tables', () => {
    const m = new Tables();
    m.set(BASE, 0x12000000); // high word first: 00 00 00 12
    m.set(BASE + 4, 0x41040080); // 80 00 04 41
    expect(m.walk(long({ bigEndian: true }), 0x3456)).toMatchObject({ pa: 0x12_80003456 });
  });
});

describe('long descriptors: permissions', () => {
  it.each([
    [0, '--- rwx'],
    [1, 'rwx rwx'],
    [2, '--- r-x'],
    [3, 'r-x r-x'],
  ])('AP[2:1] %d: %s', (bits, expected) => {
    const m = new Tables();
    m.setLong(BASE, AF | 1 | ap(bits));
    expect(rights(m.walk(long(), 0))).toBe(expected);
    m.setLong(BASE, AF | 1 | ap(bits), 1 << 21);
    expect(rights(m.walk(long(), 0))).toBe(expected.slice(0, 6) + '-');
    m.setLong(BASE, AF | 1 | ap(bits), 1 << 22);
    expect(rights(m.walk(long(), 0))).toBe(expected.replaceAll('x', '-'));
  });

  it('restrictions of tables add up', () => {
    const m = threeLevels();
    const at = (first: number, second: number): string => {
      m.setLong(BASE + 8, (BASE + 0x1000) | 3, first);
      m.setLong(BASE + 0x1008, (BASE + 0x2000) | 3, second);
      return rights(m.walk(long(), 0x40205000));
    };
    expect(at(0, 0)).toBe('rwx rwx');
    expect(at(1 << 29, 0)).toBe('--- rwx'); // APTable[0]
    expect(at(0, 1 << 30)).toBe('r-x r-x'); // APTable[1]
    expect(at(1 << 29, 1 << 30)).toBe('--- r-x');
    expect(at(1 << 28, 0)).toBe('rw- rw-'); // XNTable
    expect(at(0, 1 << 27)).toBe('rwx rw-'); // PXNTable
  });

  it('NSTable makes everything below Non-secure and not global', () => {
    const m = threeLevels();
    const before = m.walk(long({}, 'secure'), 0x40205000);
    expect(before).toMatchObject({ nonSecure: false, global: true });
    m.setLong(BASE + 8, (BASE + 0x1000) | 3, 1 << 31);
    expect(m.walk(long({}, 'secure'), 0x40205000)).toMatchObject({ nonSecure: true, global: false });
    expect(m.walk(long(), 0x40205000)).toMatchObject({ nonSecure: true, global: true });
  });

  it('memory types through MAIR, shareability from the descriptor', () => {
    const m = new Tables();
    const type = (index: number, sh: number): [number, number] => {
      m.setLong(BASE, AF | 1 | ap(1) | (index << 2) | (sh << 8));
      const t = m.walk(long({ mair0: 0xff440400, mair1: 0x000000aa }), 0);
      return [t.memory, t.shareability];
    };
    expect(type(0, 0)).toEqual([MEMORY.STRONGLY_ORDERED, 2]);
    expect(type(1, 0)).toEqual([MEMORY.DEVICE, 2]);
    expect(type(2, 0)).toEqual([MEMORY.NON_CACHEABLE, 0]);
    expect(type(3, 3)).toEqual([MEMORY.WRITE_BACK_ALLOCATE, 3]);
    expect(type(4, 2)).toEqual([MEMORY.WRITE_THROUGH, 2]);
  });
});
