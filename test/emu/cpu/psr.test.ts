import { describe, expect, it } from 'vitest';
import { MODE } from '../../../src/emu/cpu/modes';
import { itBits, PSR } from '../../../src/emu/cpu/psr';
import { changeProcessorState, setEndianness, writeCpsr, writeSpsr } from '../../../src/emu/cpu/psr-write';
import { mcr } from '../../../src/emu/cpu/sysregs';
import { testCores } from './fixture-core';

describe('writes of the CPSR', () => {
  it('User mode changes flags, GE and E alone', () => {
    const { core } = testCores();
    core.setCpsr(MODE.usr);
    writeCpsr(core, 0xffffffff, 0xf, 'instruction');
    expect(core.cpsr).toBe(PSR.N + PSR.Z + PSR.C + PSR.V + PSR.Q + PSR.GE + PSR.E + MODE.usr);
  });

  it('takes the bytes that the mask names', () => {
    const { core } = testCores();
    const written = [1, 2, 4, 8].map(mask => {
      core.setCpsr(MODE.svc);
      writeCpsr(core, (0xffffffff & ~PSR.M) | MODE.irq, mask, 'instruction');
      return core.cpsr;
    });
    expect(written).toEqual([
      PSR.I | PSR.F | MODE.irq,
      PSR.E | PSR.A | MODE.svc,
      PSR.GE | MODE.svc,
      0xf8000000 + MODE.svc,
    ]);
  });

  it('only exception returns write T and IT', () => {
    const { core } = testCores();
    const value = PSR.T | itBits(0x5a) | MODE.svc;
    writeCpsr(core, value, 0xf, 'instruction');
    expect(core.cpsr).toBe(MODE.svc);
    writeCpsr(core, value, 0xf, 'return');
    expect(core.cpsr).toBe(value);
    writeCpsr(core, itBits(0x5a) | MODE.svc, 0xf, 'return');
    expect(core.cpsr).toBe(MODE.svc);
  });

  it.each([
    ['a number that is no mode', MODE.svc, 0x14, true],
    ['Monitor mode from Non-secure state', MODE.svc, MODE.mon, false],
    ['Hyp mode from PL1', MODE.svc, MODE.hyp, false],
    ['Hyp mode in Secure state', MODE.svc, MODE.hyp, true],
    ['leaving Hyp mode', MODE.hyp, MODE.svc, false],
  ])('%s leaves the mode alone and is logged', (_what, from, to, secure) => {
    const t = testCores(1, { secure, cpsr: from });
    writeCpsr(t.core, to | PSR.I, 0xf, 'instruction');
    expect(t.core.cpsr).toBe(from | PSR.I);
    expect(t.log).toHaveLength(1);
  });

  it('Monitor mode may enter Hyp mode on return, when SCR.NS is set', () => {
    const { core } = testCores(1, { cpsr: MODE.mon });
    mcr(core, 15, 0, 1, 1, 0, 1);
    writeCpsr(core, MODE.hyp, 0xf, 'return');
    expect([core.mode.name, core.secure]).toEqual(['hyp', false]);
  });

  it('SPSR by byte; none in System mode', () => {
    const { core } = testCores();
    expect(writeSpsr(core, 0x12345678, 0b1010)).toBe(true);
    expect(core.spsr).toBe(0x12005600);
    core.setCpsr(MODE.sys);
    expect(writeSpsr(core, 1, 0xf)).toBe(false);
  });

  it('CPS and SETEND', () => {
    const { core } = testCores();
    changeProcessorState(core, 'enable', PSR.I | PSR.A, -1);
    expect(core.cpsr).toBe(PSR.F | MODE.svc);
    changeProcessorState(core, 'disable', PSR.I, MODE.abt);
    expect(core.cpsr).toBe(PSR.F | PSR.I | MODE.abt);
    changeProcessorState(core, 'none', 0, MODE.sys);
    expect(core.cpsr).toBe(PSR.F | PSR.I | MODE.sys);
    setEndianness(core, true);
    expect(core.cpsr & PSR.E).toBe(PSR.E);
    core.setCpsr(MODE.usr);
    changeProcessorState(core, 'disable', PSR.I, MODE.svc);
    expect(core.cpsr).toBe(MODE.usr);
  });
});
