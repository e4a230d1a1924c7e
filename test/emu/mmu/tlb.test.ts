import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TLB } from '../../../src/emu/codegen/layout';
import { HOST_PAGE, TlbTable } from '../../../src/emu/mmu/tlb';
import { PERMISSION, Translation } from '../../../src/emu/mmu/translation';

const table = (): TlbTable => new TlbTable(new Int32Array(TLB.BYTES / 4 + 1024), 4096, { first: 0, pages: 4096 });

const page = (fields: Partial<Translation> = {}): Translation =>
  Object.assign(new Translation(), { permissions: PERMISSION.ALL, ...fields });

const hits = (t: TlbTable, va: number): boolean => t.lookup(va, TLB.READ) >= 0 || t.device(va, false) >= 0;

describe('TLB', () => {
  it('misses everywhere at first, also at address 0', () => {
    const t = table();
    for (const va of [0, 0xfff, 0x1000, 0xfffff000, 0xffffffff]) expect(hits(t, va)).toBe(false);
  });

  it('leads to the byte, above and below 2 GiB of linear memory', () => {
    const t = table();
    for (const host of [0x10000, 0x7ffff000, 0x80000000, 0xfffff000])
      for (const va of [0, 0x7fffe123, 0x80000fff, 0xffffffff]) {
        t.insert(va, page(), true, host, 0);
        expect(t.lookup(va, TLB.READ)).toBe(host + (va & 0xfff));
      }
  });

  it('tags follow the permissions of the privilege, and what the host page allows', () => {
    const t = table();
    const words = [TLB.READ, TLB.WRITE, TLB.EXEC];
    const rights = (): string => words.map((w, i) => (t.lookup(0x5000, w) >= 0 ? 'rwx'[i] : '-')).join('');
    const translation = page({ permissions: PERMISSION.R0 | PERMISSION.X0 | PERMISSION.R1 | PERMISSION.W1 });
    t.insert(0x5000, translation, false, 0x8000, 0);
    expect(rights()).toBe('r-x');
    t.insert(0x5000, translation, true, 0x8000, 0);
    expect(rights()).toBe('rw-');
    t.insert(0x5000, page(), true, 0x8000, HOST_PAGE.READ_ONLY);
    expect(rights()).toBe('r-x');
    t.insert(0x5000, page(), true, 0x8000, HOST_PAGE.CODE);
    expect(rights()).toBe('r-x');
    t.insert(0x5000, page(), true, 0x8000, HOST_PAGE.NO_DATA);
    expect(rights()).toBe('--x');
  });

  it('remembers where devices are, for data accesses that are permitted', () => {
    const t = table();
    const translation = page({ pa: 0x12_1c090123, permissions: PERMISSION.R0 | PERMISSION.R1 | PERMISSION.W1 });
    t.insert(0x01605000, page(), true, 0x8000, 0);
    t.insertDevice(0x00605123, translation, true);
    expect([t.device(0x00605456, false), t.device(0x00605456, true)]).toEqual([0x12_1c090456, 0x12_1c090456]);
    expect([hits(t, 0x01605000), t.lookup(0x00605000, TLB.READ)]).toEqual([false, -1]);
    t.insertDevice(0x00605123, translation, false);
    expect([t.device(0x00605000, false), t.device(0x00605000, true)]).toEqual([0x12_1c090000, -1]);
    t.insert(0x00605000, page(), true, 0x8000, 0);
    expect(t.device(0x00605000, false)).toBe(-1);
  });

  it('protects a page that comes to hold code, under every address it has', () => {
    const t = table();
    t.insert(0x5000, page(), true, 0x8000, 0);
    t.insert(0x123000, page(), true, 0x8000, 0);
    t.insert(0x6000, page(), true, 0x9000, 0);
    t.protect(0x8000);
    const words = (va: number): boolean[] => [TLB.READ, TLB.WRITE].map(w => t.lookup(va, w) >= 0);
    expect(words(0x5000)).toEqual([true, false]);
    expect(words(0x123000)).toEqual([true, false]);
    expect(words(0x6000)).toEqual([true, true]);
  });

  it('a change of mark empties the table', () => {
    const t = table();
    t.claim(0);
    t.insert(0x5000, page(), true, 0x8000, 0);
    t.claim(0);
    expect(hits(t, 0x5000)).toBe(true);
    t.claim(1);
    expect(hits(t, 0x5000)).toBe(false);
  });

  it.each([
    [12, 0x1000],
    [16, 0x10000],
    [20, 0x100000],
    [21, 0x200000],
    [24, 0x1000000],
    [30, 0x40000000],
  ])('maintenance by address drops all of a mapping of 2^%d bytes, and little else', (sizeShift, size) => {
    const t = table();
    const base = 0x80000000;
    const mapped = [0, size - 0x1000, Math.floor(size / 2) & ~0xfff].map(o => base + o);
    for (const va of mapped) t.insert(va, page({ sizeShift }), true, 0x8000, 0);
    t.insert(0x40155000, page(), true, 0x9000, 0);
    const survivors = mapped.filter(va => hits(t, va)); // some may share an index
    expect(survivors.length).toBeGreaterThan(0);
    t.flushPage(base + size - 0x800);
    for (const va of mapped) expect(hits(t, va)).toBe(false);
    if (sizeShift < 20) expect(hits(t, 0x40155000)).toBe(true);
  });

  it('drops entries of an ASID and of domains, and keeps the others', () => {
    const t = table();
    t.insert(0x1000, page({ global: false, domain: 1 }), true, 0x8000, 0);
    t.insert(0x2000, page({ global: true, domain: 1 }), true, 0x8000, 0);
    t.insert(0x3000, page({ global: true, domain: 2 }), true, 0x8000, 0);
    t.insert(0x4000, page({ global: false, domain: 2 }), true, 0x8000, 0);
    const present = (): boolean[] => [0x1000, 0x2000, 0x3000, 0x4000].map(va => hits(t, va));
    t.flushNonGlobal();
    expect(present()).toEqual([false, true, true, false]);
    t.insert(0x4000, page({ global: false, domain: 2 }), true, 0x8000, 0);
    t.flushDomains(1 << 1);
    expect(present()).toEqual([false, false, true, true]);
    t.flushDomains(1 << 2);
    expect(present()).toEqual([false, false, false, false]);
  });

  // A model that remembers every mapping checks that no operation leaves an entry that must go.
  it('never keeps what maintenance must drop', () => {
    const va = fc.integer({ min: 0, max: 0xfffff }).map(n => (n << 12) >>> 0);
    const near = fc.integer({ min: 0, max: 0x3ff }).map(n => 0x80000000 + (n << 12));
    const address = fc.oneof(near, near, va);
    const insert = fc.record({
      op: fc.constant('insert' as const),
      va: address,
      sizeShift: fc.constantFrom(12, 12, 16, 20, 21, 24),
      domain: fc.integer({ min: 0, max: 15 }),
      global: fc.boolean(),
      device: fc.boolean(),
    });
    const flush = fc.oneof(
      fc.record({ op: fc.constant('page' as const), va: address }),
      fc.record({ op: fc.constant('nonGlobal' as const) }),
      fc.record({ op: fc.constant('domains' as const), mask: fc.integer({ min: 0, max: 0xffff }) }),
      fc.record({ op: fc.constant('all' as const) }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: insert }, { weight: 1, arbitrary: flush }), { maxLength: 120 }),
        steps => {
          const t = table();
          let model: { va: number; sizeShift: number; domain: number; global: boolean }[] = [];
          const keep = (f: (m: (typeof model)[0]) => boolean): void => void (model = model.filter(f));
          const dropped = new Set<number>();
          for (const s of steps) {
            const before = model;
            switch (s.op) {
              case 'insert':
                if (s.device) t.insertDevice(s.va, page({ ...s, pa: 0x1c000000 }), true);
                else t.insert(s.va, page(s), true, 0x8000, 0);
                keep(m => m.va !== s.va);
                model.push(s);
                dropped.delete(s.va);
                break;
              case 'page':
                t.flushPage(s.va);
                keep(m => m.va >>> m.sizeShift !== s.va >>> m.sizeShift);
                break;
              case 'nonGlobal':
                t.flushNonGlobal();
                keep(m => m.global);
                break;
              case 'domains':
                t.flushDomains(s.mask);
                keep(m => ((s.mask >>> m.domain) & 1) === 0);
                break;
              case 'all':
                t.flush();
                keep(() => false);
            }
            for (const m of before) if (!model.includes(m) && !model.some(x => x.va === m.va)) dropped.add(m.va);
            for (const d of dropped) expect(hits(t, d)).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('stays right when entries change class more often than a list holds', () => {
    const t = table();
    for (let i = 0; i < 5000; i++) t.insert(0x1000, page({ domain: i & 1 }), true, 0x8000, 0);
    t.insert(0x2000, page({ domain: 0 }), true, 0x8000, 0);
    t.flushDomains(1 << 0);
    expect([hits(t, 0x1000), hits(t, 0x2000)]).toEqual([true, false]);
    t.flushDomains(1 << 1);
    expect(hits(t, 0x1000)).toBe(false);
  });
});
