import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CPU } from '../../../src/emu/codegen/layout';
import type { Core } from '../../../src/emu/cpu/core';
import { explainTranslation, physicalAddress, registerGroups } from '../../../src/emu/cpu/inspect';
import { pendingInterrupt, wakesUp } from '../../../src/emu/cpu/interrupts';
import { BANK, MODE, MODES } from '../../../src/emu/cpu/modes';
import { advanceIt, itBits, itOf, PSR } from '../../../src/emu/cpu/psr';
import { mcr } from '../../../src/emu/cpu/sysregs';
import { vmsr } from '../../../src/emu/cpu/sysregs/floating-point';
import { RAM, testCores, withMmu } from './fixture-core';

const modes = MODES.filter(m => m !== undefined);

describe('core registers', () => {
  it('after reset: Secure Supervisor mode, masked, at the vector', () => {
    const { core } = testCores();
    expect(core.cpsr & ~(PSR.N | PSR.Z | PSR.C | PSR.V)).toBe(0x1d3);
    expect(core.pc).toBe(0);
    expect(core.secure).toBe(true);
    expect(core.system('SCTLR')).toBe(0x00c50078);
    core.reset({ pc: RAM, cpsr: MODE.svc | PSR.T, secure: false, registers: [0, 0x8e0, 0x82000000] });
    expect([core.pc, core.thumb, core.secure, core.r(1), core.r(2)]).toEqual([RAM, true, false, 0x8e0, 0x82000000]);
  });

  it('CPSR goes apart into words and comes together again', () => {
    const { core } = testCores();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(...modes), (bits, mode) => {
        const value = ((bits & ~(0x1f | PSR.J | 0x00f00000)) | mode.number) >>> 0;
        core.setCpsr(value);
        expect(core.cpsr).toBe(value);
        expect(core.mode.name).toBe(mode.name);
        expect(core.field(CPU.BIG_ENDIAN)).toBe((value >>> 9) & 1);
      }),
    );
  });

  it('every mode has the banks of table B1-2', () => {
    const { core } = testCores();
    const banksOf = { r8: new Map<string, number>(), sp: new Map<string, number>(), lr: new Map<string, number>() };
    // Write a value unique to the mode into r8, SP and LR; the last mode to write a shared bank wins.
    for (const mode of modes) {
      core.setCpsr(mode.number);
      core.setR(8, mode.number);
      core.setR(13, mode.number);
      core.setR(14, mode.number);
      core.spsr = mode.number;
    }
    for (const mode of modes) {
      core.setCpsr(mode.number);
      banksOf.r8.set(mode.name, core.r(8));
      banksOf.sp.set(mode.name, core.r(13));
      banksOf.lr.set(mode.name, core.r(14));
      expect(core.spsr).toBe(['usr', 'sys'].includes(mode.name) ? 0 : mode.number);
    }
    for (const mode of modes) {
      const { name } = mode;
      const shared = name === 'usr' || name === 'sys';
      expect(banksOf.r8.get(name)).toBe(name === 'fiq' ? MODE.fiq : MODE.sys);
      expect(banksOf.sp.get(name)).toBe(shared ? MODE.sys : MODE[name]);
      expect(banksOf.lr.get(name)).toBe(shared || name === 'hyp' ? MODE.sys : MODE[name]);
    }
  });

  it('reaches the registers of other modes from every mode', () => {
    const { core } = testCores();
    for (const mode of modes) {
      core.setCpsr(mode.number);
      for (let n = 0; n < 15; n++) core.setUserR(n, 0x100 + n);
      for (let n = 8; n <= 12; n++) core.setBankedHigh(n, true, 0x200 + n);
      core.setBankedSp(BANK.abt, 0x300);
      core.setBankedLr(BANK.abt, 0x301);
      core.setCpsr(MODE.sys);
      for (let n = 0; n < 15; n++) expect(core.r(n)).toBe(0x100 + n);
      core.setCpsr(MODE.fiq);
      for (let n = 8; n <= 12; n++) expect([core.r(n), core.userR(n)]).toEqual([0x200 + n, 0x100 + n]);
      core.setCpsr(MODE.abt);
      expect([core.r(13), core.r(14), core.userR(13)]).toEqual([0x300, 0x301, 0x10d]);
    }
  });

  it('ITSTATE advances as in section A2.5.2', () => {
    // ITTEE EQ: 0000 0110 1 -> condition bit moves up, the mask runs out.
    const states = [0x07];
    while (states.at(-1)) states.push(advanceIt(states.at(-1)!));
    expect(states).toEqual([0x07, 0x0e, 0x1c, 0x18, 0]);
    for (let it = 0; it < 256; it++) expect(itOf(itBits(it))).toBe(it);
  });
});

describe('floating point is enabled', () => {
  const enabled = (core: Core): string => `${core.field(CPU.FP_ENABLED)}${core.field(CPU.ASIMD_ENABLED)}`;

  it('by CPACR, FPEXC, NSACR and the mode', () => {
    const { core } = testCores();
    const cpacr = (value: number): void => void mcr(core, 15, 0, 1, 0, 2, value);
    expect(enabled(core)).toBe('00');
    cpacr(0x00500000);
    expect(enabled(core)).toBe('00');
    expect(vmsr(core, 8, 0x40000000)).toBe(0);
    expect(enabled(core)).toBe('11');
    core.setCpsr(MODE.usr);
    expect(enabled(core)).toBe('00');
    core.setCpsr(MODE.svc);
    cpacr(0x80f00000);
    core.setCpsr(MODE.usr);
    expect(enabled(core)).toBe('10');
    core.setCpsr(MODE.mon);
    cpacr(0x00f00000);
    mcr(core, 15, 0, 1, 1, 0, 1);
    core.setCpsr(MODE.svc);
    expect(enabled(core)).toBe('00');
    core.setCpsr(MODE.mon);
    mcr(core, 15, 0, 1, 1, 2, 0x00008c00);
    core.setCpsr(MODE.svc);
    expect(enabled(core)).toBe('10');
  });
});

describe('interrupts', () => {
  it.each([
    // lines, CPSR masks, SCR, secure, expected
    ['irq', 0, 0, 'irq'],
    ['irq', PSR.I, 0, undefined],
    ['fiq', 0, 0, 'fiq'],
    ['fiq', PSR.F, 0, undefined],
    ['both', 0, 0, 'fiq'],
    ['both', PSR.F, 0, 'irq'],
    ['fiq', PSR.F, 5, 'fiq'], // Non-secure, routed to Monitor mode, FW clear
    ['fiq', PSR.F, 0x15, undefined], // FW set
    ['fiq', PSR.F, 1, undefined], // not routed
    ['irq', PSR.I, 3, undefined], // CPSR.I masks IRQs even when routed to Monitor mode
  ])('%s with masks %d and SCR %d: %s', (lines, masks, scr, expected) => {
    const { core } = testCores(1, { cpsr: MODE.mon | masks });
    mcr(core, 15, 0, 1, 1, 0, scr);
    core.setCpsr(MODE.svc | masks);
    core.lines.irq = lines !== 'fiq';
    core.lines.fiq = lines !== 'irq';
    expect(pendingInterrupt(core)).toBe(expected);
    expect(wakesUp(core)).toBe(true);
  });
});

describe('save and load', () => {
  it('brings everything back, also into another core', () => {
    const a = withMmu().core;
    a.setCpsr(MODE.fiq | PSR.N | PSR.T);
    for (let n = 0; n < 15; n++) a.setR(n, 0x1000 + n);
    a.setCpsr(MODE.irq);
    a.pc = 0x1234;
    a.lines.irq = true;
    mcr(a, 15, 0, 13, 0, 3, 77);
    const b = testCores().core;
    b.setCpsr(MODE.mon);
    b.load(a.save());
    expect(b.save()).toEqual(a.save());
    expect([b.mode.name, b.pc, b.regime.enabled]).toEqual(['irq', 0x1234, true]);
    b.setCpsr(MODE.fiq);
    expect(b.r(13)).toBe(0x100d);
  });

  it('refuses what it does not know', () => {
    const { core } = testCores();
    expect(() => core.load({ ...core.save(), version: 1 as 2 })).toThrow(RangeError);
  });
});

describe('for a debugger', () => {
  it('shows registers without changing anything', () => {
    const t = withMmu();
    const before = t.core.save();
    const groups = registerGroups(t.core);
    expect(t.core.save()).toEqual(before);
    const find = (name: string): string | undefined =>
      groups.flatMap(g => g.registers).find(r => r.name === name)?.value;
    expect([find('MIDR'), find('SCTLR'), find('cpsr')]).toEqual(['0x414fc0f0', '0x00c50079', '0x000001d3']);
    expect(new Set(groups.map(g => g.name)).size).toBe(groups.length);
  });

  it('explains a translation', () => {
    const t = withMmu();
    const { translation, steps } = explainTranslation(t.core, 0x00100abc);
    expect(translation).toMatchObject({ pa: RAM + 0xabc, fault: '' });
    expect(steps).toEqual([
      { level: 1, base: 'TTBR0', address: RAM + 0x4004, low: RAM + 0x20c02, high: 0, kind: 'section' },
    ]);
    expect([physicalAddress(t.core, 0x00100abc), physicalAddress(t.core, 0x90000000)]).toEqual([RAM + 0xabc, -1]);
  });
});
