import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CPU, TLB } from '../../../src/emu/codegen/layout';
import type { Core } from '../../../src/emu/cpu/core';
import { MODE } from '../../../src/emu/cpu/modes';
import { setEndianness } from '../../../src/emu/cpu/psr-write';
import { mcr, mcrr } from '../../../src/emu/cpu/sysregs';
import { RAM, testCores, withMmu } from './fixture-core';

describe('translation by a core', () => {
  it('fills the TLB of the privilege and says where the byte is', () => {
    const t = withMmu();
    const { core } = t;
    expect(core.fill(RAM + 0x123, 'read', true)).toBe(true);
    expect(core.host).toBe(t.host(RAM + 0x123));
    expect(core.tables.pl1.lookup(RAM + 0x456, TLB.WRITE)).toBe(t.host(RAM + 0x456));
    expect(core.tables.pl0.lookup(RAM + 0x456, TLB.READ)).toBe(-1);
    expect(core.fill(RAM, 'read', false)).toBe(false);
    expect(core.fault).toMatchObject({ type: 'permission', level: 1, address: RAM, write: false });
  });

  it('gives device pages no entry', () => {
    const { core } = withMmu();
    expect(core.fill(0x00290000, 'write', true)).toBe(true);
    expect([core.host, core.translation.pa]).toEqual([0, 0x1c090000]);
    expect(core.tables.pl1.lookup(0x00290000, TLB.WRITE)).toBe(-1);
  });

  it('keeps stores to code and flash, and big-endian data, on the slow path', () => {
    const t = withMmu();
    const { core } = t;
    t.code.add(t.host(RAM + 0x1000));
    t.flash.add(t.host(RAM + 0x2000));
    for (const [page, read, write] of [
      [0x1000, true, false],
      [0x2000, true, false],
      [0x3000, true, true],
    ] as const) {
      core.fill(RAM + page, 'write', true);
      expect(core.tables.pl1.lookup(RAM + page, TLB.READ) >= 0).toBe(read);
      expect(core.tables.pl1.lookup(RAM + page, TLB.WRITE) >= 0).toBe(write);
    }
    core.tlbProtect(t.host(RAM + 0x3000));
    expect(core.tables.pl1.lookup(RAM + 0x3000, TLB.WRITE)).toBe(-1);
    setEndianness(core, true);
    expect(core.tables.pl1.lookup(RAM + 0x3000, TLB.READ)).toBe(-1);
    core.fill(RAM + 0x3000, 'execute', true);
    expect(core.tables.pl1.lookup(RAM + 0x3000, TLB.READ)).toBe(-1);
    expect(core.tables.pl1.lookup(RAM + 0x3000, TLB.EXEC)).toBe(t.host(RAM + 0x3000));
  });

  it('points generated code to the TLB of the mode', () => {
    const { core } = withMmu();
    const tables = (): number[] => [core.field(CPU.TLB), core.field(CPU.TLB_USER)];
    expect(tables()).toEqual([core.tables.pl1.base, core.tables.pl0.base]);
    core.setCpsr(MODE.usr);
    expect(tables()).toEqual([core.tables.pl0.base, core.tables.pl0.base]);
    core.setCpsr(MODE.hyp);
    expect(tables()).toEqual([core.tables.hyp.base, core.tables.hyp.base]);
  });

  const cached = (core: Core, va: number): boolean => core.tables.pl1.lookup(va, TLB.READ) >= 0;

  it('a new ASID drops what is not global, and nothing else', () => {
    const { core } = withMmu();
    const refill = (): void => {
      core.fill(RAM, 'read', true);
      core.fill(0x00100000, 'read', true);
    };
    refill();
    mcr(core, 15, 0, 13, 0, 1, 0x00ffff00); // PROCID alone
    expect([cached(core, RAM), cached(core, 0x00100000)]).toEqual([true, true]);
    mcr(core, 15, 0, 13, 0, 1, 5);
    expect([cached(core, RAM), cached(core, 0x00100000)]).toEqual([true, false]);
    refill();
    mcr(core, 15, 0, 8, 7, 2, 4); // another ASID
    expect(cached(core, 0x00100000)).toBe(true);
    mcr(core, 15, 0, 8, 7, 2, 5);
    expect([cached(core, RAM), cached(core, 0x00100000)]).toEqual([true, false]);
  });

  it('DACR acts at once', () => {
    const { core } = withMmu();
    core.fill(RAM, 'read', true);
    mcr(core, 15, 0, 3, 0, 0, 0);
    expect(cached(core, RAM)).toBe(false);
    expect(core.fill(RAM, 'read', true)).toBe(false);
    expect(core.fault).toMatchObject({ type: 'domain', level: 1, domain: 0 });
  });

  it('Inner Shareable maintenance reaches the other core, local maintenance does not', () => {
    const { cores } = withMmu(2);
    const refill = (): void => cores.forEach(core => core.fill(RAM, 'read', true));
    refill();
    mcr(cores[0]!, 15, 0, 8, 7, 1, RAM);
    expect(cores.map(core => cached(core, RAM))).toEqual([false, true]);
    refill();
    mcr(cores[0]!, 15, 0, 8, 3, 1, RAM);
    expect(cores.map(core => cached(core, RAM))).toEqual([false, false]);
  });

  it('Secure and Non-secure state translate by their own registers', () => {
    const { core } = withMmu();
    core.fill(RAM, 'read', true);
    core.setCpsr(MODE.mon);
    mcr(core, 15, 0, 1, 1, 0, 1);
    core.setCpsr(MODE.svc); // Non-secure: MMU off
    expect(core.secure).toBe(false);
    expect(cached(core, RAM)).toBe(false);
    expect(core.translate(0x00100000, 'write', true)).toBe(0x00100000);
    core.setCpsr(MODE.mon);
    expect(core.translate(0x00100000, 'write', true)).toBe(RAM);
  });

  it('the ASID of long descriptors is where TTBCR.A1 says', () => {
    const { core } = testCores();
    mcr(core, 15, 0, 2, 0, 2, 0x80000000);
    mcrr(core, 15, 0, 2, 0, 0x00120000);
    mcrr(core, 15, 1, 2, 0, 0x00340000);
    expect(core.asid()).toBe(0x12);
    mcr(core, 15, 0, 2, 0, 2, 0x80400000);
    expect(core.asid()).toBe(0x34);
  });

  // The TLB must agree with the walk for every access, whatever was filled before.
  it('property: an entry leads where the walk leads', () => {
    const t = testCores();
    const { core } = t;
    const l1 = RAM + 0x4000;
    const random = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 80, maxLength: 80 });
    fc.assert(
      fc.property(random, fc.integer({ min: 0, max: 0xffffffff }), fc.boolean(), (seeds, dacr, afe) => {
        // 16 sections or tables, 64 pages; all output addresses in RAM or at a device.
        seeds.forEach((seed, i) => {
          const pa = seed & 0x80000 ? 0x1c000000 : RAM;
          if (i >= 16) t.set(RAM + 0x8000 + (i - 16) * 4, (pa + ((seed & 0xff) << 12)) | (seed >>> 20));
          else
            t.set(
              l1 + i * 4,
              seed & 1 ? (RAM + 0x8000) | (seed & 0x1fc) | 1 : pa | (seed & 0x3bffc) | ((seed >>> 1) & 3),
            );
        });
        mcr(core, 15, 0, 2, 0, 0, l1);
        mcr(core, 15, 0, 3, 0, 0, dacr);
        mcr(core, 15, 0, 1, 0, 0, 0x00c50079 | (afe ? 1 << 29 : 0));
        for (let i = 0; i < 48; i++) {
          const va = ((i % 16) << 20) + ((seeds[i]! >>> 5) % 0x40000);
          for (const privileged of [false, true])
            for (const [access, word] of [
              ['read', TLB.READ],
              ['write', TLB.WRITE],
              ['execute', TLB.EXEC],
            ] as const) {
              const pa = core.translate(va, access, privileged);
              const type = pa < 0 ? core.fault.type : '';
              expect(core.fill(va, access, privileged)).toBe(pa >= 0);
              if (pa < 0) expect(core.fault.type).toBe(type);
              const table = privileged ? core.tables.pl1 : core.tables.pl0;
              if (pa >= 0) expect(core.host).toBe(t.host(pa));
              expect(table.lookup(va, word)).toBe(pa >= 0 && t.host(pa) ? t.host(pa) : -1);
            }
        }
        core.tlbFlush();
      }),
      { numRuns: 60 },
    );
  });
});
