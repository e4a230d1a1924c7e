import { describe, expect, it } from 'vitest';
import { CPU } from '../../../src/emu/codegen/layout';
import type { Core } from '../../../src/emu/cpu/core';
import {
  type ExceptionKind, exceptionReturn, takeBreakpoint, takeDataAbort, takeException, takePrefetchAbort,
  takeSecureMonitorCall,
} from '../../../src/emu/cpu/exceptions'; // prettier-ignore
import { MODE, MODES } from '../../../src/emu/cpu/modes';
import { itBits, PSR } from '../../../src/emu/cpu/psr';
import { mcr } from '../../../src/emu/cpu/sysregs';
import { SLOT } from '../../../src/emu/cpu/sysregs/storage';
import { testCores } from './fixture-core';

const SCTLR = 0x00c50078;
const VBAR = 0x8000_1000;
const MVBAR = 0x8000_2000;
const AT = 0x8000_4000;

interface Setup {
  readonly mode?: number;
  readonly psr?: number;
  readonly scr?: number;
  readonly sctlr?: number;
}

function core({ mode = MODE.usr, psr = 0, scr = 0, sctlr = SCTLR }: Setup): Core {
  const { core } = testCores(1, { cpsr: MODE.mon });
  mcr(core, 15, 0, 12, 0, 1, MVBAR);
  for (const ns of [1, 0]) {
    mcr(core, 15, 0, 1, 1, 0, ns);
    mcr(core, 15, 0, 12, 0, 0, VBAR + ns * 0x100);
    mcr(core, 15, 0, 1, 0, 0, sctlr);
  }
  mcr(core, 15, 0, 1, 1, 0, scr);
  core.setCpsr(mode | psr);
  return core;
}

// ARM DDI 0406C: table B1-3 (vectors), B1-6 (masks), B1-7 (link): offset, mode, masks, LR - instruction in A32 and T32.
const KINDS: readonly [ExceptionKind, number, keyof typeof MODE, number, number, number][] = [
  ['undefined', 0x04, 'und', PSR.I, 4, 2],
  ['supervisorCall', 0x08, 'svc', PSR.I, 4, 2],
  ['prefetchAbort', 0x0c, 'abt', PSR.I | PSR.A, 4, 4],
  ['dataAbort', 0x10, 'abt', PSR.I | PSR.A, 8, 8],
  ['irq', 0x18, 'irq', PSR.I | PSR.A, 4, 4],
  ['fiq', 0x1c, 'fiq', PSR.I | PSR.A | PSR.F, 4, 4],
];
const MODES_OF_PL1 = MODES.filter(m => m && m.name !== 'hyp').map(m => m!);

describe.each(KINDS)('%s', (kind, vector, mode, masks, a32, t32) => {
  it('from every mode, in both instruction sets and security states', () => {
    for (const from of MODES_OF_PL1)
      for (const psr of [0, PSR.T, PSR.N | PSR.V | PSR.E, PSR.T | PSR.C | PSR.GE, PSR.F, PSR.A | PSR.I])
        for (const ns of [0, 1]) {
          const c = core({ mode: from.number, psr, scr: ns });
          const secure = ns === 0 || from.name === 'mon';
          c.fault.set('translation', 1, 0, 0);
          takeException(c, kind, AT);
          expect(c.pc).toBe((secure ? VBAR : VBAR + 0x100) + vector);
          expect(c.mode.name).toBe(mode);
          expect(c.spsr).toBe((from.number | psr) >>> 0);
          expect(c.r(14)).toBe(AT + (psr & PSR.T ? t32 : a32));
          const kept = psr & ~(PSR.T | PSR.E);
          expect(c.cpsr).toBe((kept | masks | MODE[mode]) >>> 0);
          // From Monitor mode the Secure state goes on: SCR.NS is cleared.
          expect(c.secure).toBe(secure);
        }
  });

  it('takes T and E from SCTLR, and the high vectors', () => {
    const c = core({ sctlr: SCTLR | (1 << 30) | (1 << 25) | (1 << 13) });
    takeException(c, kind, AT);
    expect(c.pc).toBe(0xffff0000 + vector);
    expect(c.cpsr & (PSR.T | PSR.E)).toBe(PSR.T | PSR.E);
    expect(c.field(CPU.BIG_ENDIAN)).toBe(1);
  });

  it('saves and clears ITSTATE; SVC saves that of the next instruction', () => {
    const c = core({ psr: PSR.T | itBits(0x06) });
    takeException(c, kind, AT);
    expect(c.spsr).toBe(PSR.T | itBits(kind === 'supervisorCall' ? 0x0c : 0x06) | MODE.usr);
    expect(c.field(CPU.IT)).toBe(0);
  });
});

describe('routing to Monitor mode', () => {
  const taken = (c: Core): [string, number] => [c.mode.name, c.pc - MVBAR];

  it('IRQ, FIQ and external aborts, each by its bit of SCR', () => {
    for (const ns of [0, 1]) {
      const irq = core({ scr: 2 | ns });
      takeException(irq, 'irq', AT);
      expect(taken(irq)).toEqual(['mon', 0x18]);
      expect([irq.spsr, irq.r(14)]).toEqual([MODE.usr, AT + 4]);
      expect(irq.cpsr).toBe(PSR.A | PSR.I | PSR.F | MODE.mon);
      expect([irq.secure, irq.bank]).toEqual([true, ns ? 0 : 1]);
      const fiq = core({ scr: 4 | ns });
      takeException(fiq, 'fiq', AT);
      expect(taken(fiq)).toEqual(['mon', 0x1c]);
      const abort = core({ scr: 8 | ns });
      abort.fault.set('external', 0, 0, 0x1234);
      takeDataAbort(abort, AT);
      expect(taken(abort)).toEqual(['mon', 0x10]);
      // The Secure copies report it.
      expect([abort.sys[SLOT.DFSR + 1], abort.sys[SLOT.DFAR + 1], abort.r(14)]).toEqual([8, 0x1234, AT + 8]);
    }
  });

  it('other aborts stay', () => {
    const c = core({ scr: 0xf });
    c.fault.set('translation', 2, 0, 0x1234);
    takePrefetchAbort(c, AT);
    expect(c.mode.name).toBe('abt');
  });

  it('SMC, its link, and where it does not exist', () => {
    for (const psr of [0, PSR.T]) {
      const c = core({ mode: MODE.svc, psr, scr: 1 });
      takeSecureMonitorCall(c, AT);
      expect(taken(c)).toEqual(['mon', 0x08]);
      expect(c.r(14)).toBe(AT + 4);
    }
    const disabled = core({ mode: MODE.svc, scr: 1 | 128 });
    takeSecureMonitorCall(disabled, AT);
    expect(disabled.mode.name).toBe('und');
    const secure = core({ mode: MODE.svc, scr: 128 });
    takeSecureMonitorCall(secure, AT);
    expect(secure.mode.name).toBe('mon');
    const user = core({ mode: MODE.usr });
    takeSecureMonitorCall(user, AT);
    expect(user.mode.name).toBe('und');
  });

  it('an exception in Monitor mode clears SCR.NS', () => {
    const c = core({ mode: MODE.mon, scr: 1 });
    takeException(c, 'undefined', AT);
    expect([c.mode.name, c.secure, c.bank]).toEqual(['und', true, 1]);
  });
});

describe('fault registers', () => {
  it('data: status and address in the copy of the state', () => {
    for (const ns of [0, 1]) {
      const c = core({ scr: ns });
      c.fault.set('permission', 2, 3, 0xdeadbeef);
      c.fault.write = true;
      takeDataAbort(c, AT);
      expect([c.system('DFSR'), c.system('DFAR')]).toEqual([0x83f, 0xdeadbeef]);
      expect([c.system('IFSR'), c.system('IFAR')]).toEqual([0, 0]);
    }
  });

  it('instructions, with the format of long descriptors', () => {
    const c = core({ mode: MODE.svc });
    mcr(c, 15, 0, 2, 0, 2, 0x80000000);
    c.fault.set('translation', 3, 0, 0x4000);
    takePrefetchAbort(c, AT);
    expect([c.system('IFSR'), c.system('IFAR')]).toEqual([0x207, 0x4000]);
  });

  it('BKPT', () => {
    const c = core({ psr: PSR.T });
    takeBreakpoint(c, AT);
    expect([c.mode.name, c.system('IFSR'), c.r(14)]).toEqual(['abt', 2, AT + 4]);
  });
});

describe('exception return', () => {
  it('restores CPSR and goes to an address aligned for the state', () => {
    const c = core({ mode: MODE.irq });
    exceptionReturn(c, AT + 3, PSR.Z | PSR.T | itBits(0x14) | MODE.usr);
    expect([c.cpsr, c.pc]).toEqual([PSR.Z | PSR.T | itBits(0x14) | MODE.usr, AT + 2]);
    c.setCpsr(MODE.svc);
    exceptionReturn(c, AT + 3, MODE.fiq);
    expect([c.mode.name, c.pc]).toEqual(['fiq', AT]);
  });

  it('every exception returns to where it came from', () => {
    for (const [kind] of KINDS)
      for (const psr of [0, PSR.T | itBits(0x06), PSR.E | PSR.GE | PSR.Q]) {
        const c = core({ psr });
        c.setR(13, 0x1111);
        c.setR(14, 0x2222);
        const before = c.save();
        takeException(c, kind, AT);
        exceptionReturn(c, AT, kind === 'supervisorCall' ? psr | MODE.usr : c.spsr);
        expect([c.cpsr, c.r(13), c.r(14)]).toEqual([(psr | MODE.usr) >>> 0, 0x1111, 0x2222]);
        expect(c.save().words.slice(0, 8)).toEqual(before.words.slice(0, 8));
      }
  });

  it('to Non-secure state from Monitor mode', () => {
    const c = core({ mode: MODE.mon, scr: 1 });
    exceptionReturn(c, AT, MODE.svc);
    expect([c.mode.name, c.secure]).toEqual(['svc', false]);
  });
});
