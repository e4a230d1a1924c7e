import { describe, expect, it } from 'vitest';
import { CPU } from '../../../src/emu/codegen/layout';
import type { Core } from '../../../src/emu/cpu/core';
import { MODE } from '../../../src/emu/cpu/modes';
import { ABORT, mcr, mcrr, mrc, mrrc, SYSTEM_REGISTERS, UNDEFINED } from '../../../src/emu/cpu/sysregs';
import { vmrs, vmsr } from '../../../src/emu/cpu/sysregs/floating-point';
import { RAM, testCores, withMmu } from './fixture-core';

/** MRRC of a register that can be read, as one number. */
function wide(core: Core, cp: number, opc1: number, crm: number): bigint {
  const low = mrrc(core, cp, opc1, crm);
  expect(low).toBeGreaterThanOrEqual(0);
  return (BigInt(core.high) << 32n) | BigInt(low);
}

/** `p15,0,c1,c0,0` or `p15,0,c2` to the arguments of mrc, mcr, mrrc and mcrr. */
const encoding = (at: string): number[] => at.replaceAll(/[pc]/g, '').split(',').map(Number);
const read = (core: Core, at: string): number => {
  const [cp, opc1, crn, crm, opc2] = encoding(at);
  return mrc(core, cp!, opc1!, crn!, crm!, opc2!);
};
const write = (core: Core, at: string, value: number): number => {
  const [cp, opc1, crn, crm, opc2] = encoding(at);
  return mcr(core, cp!, opc1!, crn!, crm!, opc2!, value);
};
const SCR = 'p15,0,c1,c1,0';
const NSACR = 'p15,0,c1,c1,2';

/** A core in Non-secure Supervisor mode. */
function nonSecure(setup: (core: Core) => void = () => {}): Core {
  const { core } = testCores(1, { cpsr: MODE.mon });
  setup(core);
  write(core, SCR, 1);
  core.setCpsr(MODE.svc);
  return core;
}

describe('the table', () => {
  it('describes every row, in words and with an encoding of its own', () => {
    expect(SYSTEM_REGISTERS.rows.length).toBeGreaterThan(180);
    expect(new Set(SYSTEM_REGISTERS.rows.map(r => r.key)).size).toBe(SYSTEM_REGISTERS.rows.length);
    for (const row of SYSTEM_REGISTERS.rows) expect(row.about).not.toBe('');
  });

  it('nothing but what is meant for it answers in User mode', () => {
    const { core } = testCores(1, { cpsr: MODE.usr });
    const readable = SYSTEM_REGISTERS.rows
      .filter(
        r => (r.wide ? mrrc(core, ...(encoding(r.at) as [number, number, number])) : read(core, r.at)) !== UNDEFINED,
      )
      .map(r => r.name);
    const channel = ['DBGDIDR', 'DBGDSCRint', 'DBGDTRRXint/TXint', 'DBGDRAR', 'DBGDRAR (64 bits)', 'DBGDSAR'];
    const others = ['TPIDRURW', 'TPIDRURO', 'DBGDSAR (64 bits)', 'TEECR', 'TEEHBR', 'PMUSERENR'];
    expect(new Set(readable)).toEqual(new Set([...channel, ...others]));
    const writable = SYSTEM_REGISTERS.rows.filter(r => !r.wide && write(core, r.at, 0) === 0).map(r => r.name);
    expect(new Set(writable)).toEqual(
      new Set(['CP15ISB', 'CP15DSB', 'CP15DMB', 'TPIDRURW', 'DBGDTRRXint/TXint', 'TEEHBR']),
    );
  });

  it('read-only registers are UNDEFINED to write, write-only ones to read', () => {
    const { core } = testCores();
    expect(write(core, 'p15,0,c0,c0,0', 1)).toBe(UNDEFINED);
    expect(read(core, 'p15,0,c8,c7,0')).toBe(UNDEFINED);
  });

  it('says once what a guest asked for in vain', () => {
    const t = testCores();
    expect(read(t.core, 'p15,3,c4,c5,6')).toBe(UNDEFINED);
    expect(t.log).toEqual([expect.stringContaining('p15,3,c4,c5,6')]);
  });

  it('every register survives reads and writes of extremes', () => {
    for (const value of [0, 0xffffffff, 0xaaaaaaaa, 0x55555555]) {
      const { core } = testCores();
      for (const row of SYSTEM_REGISTERS.rows) {
        if (row.name === 'SCR') continue;
        if (row.wide) {
          const at = encoding(row.at) as [number, number, number];
          expect([0, UNDEFINED]).toContain(mcrr(core, ...at, value, value));
          const answer = mrrc(core, ...at);
          expect(answer === UNDEFINED || (answer >= 0 && answer <= 0xffffffff)).toBe(true);
          expect(core.high >= 0 && core.high <= 0xffffffff).toBe(true);
        } else {
          expect([0, UNDEFINED, ABORT]).toContain(write(core, row.at, value));
          const answer = read(core, row.at);
          expect(answer === UNDEFINED || (answer >= 0 && answer <= 0xffffffff)).toBe(true);
        }
      }
    }
  });
});

describe('identification', () => {
  it('tells the cores apart, and how many there are', () => {
    const { cores } = testCores(2);
    expect(cores.map(c => read(c, 'p15,0,c0,c0,5'))).toEqual([0x80000000, 0x80000001]);
    expect(read(cores[0]!, 'p15,1,c9,c0,2') >>> 24).toBe(1);
    expect(read(cores[0]!, 'p15,4,c15,c0,0')).toBe(0x2c000000);
  });

  it('cache sizes follow CSSELR', () => {
    const { core } = testCores();
    const size = (select: number): number => {
      write(core, 'p15,2,c0,c0,0', select);
      const ccsidr = read(core, 'p15,1,c0,c0,0');
      return (16 << (ccsidr & 7)) * (((ccsidr >>> 3) & 0x3ff) + 1) * (((ccsidr >>> 13) & 0x7fff) + 1);
    };
    expect([0, 1, 2].map(size)).toEqual([32768, 32768, 1048576]);
  });
});

describe('security', () => {
  it('banked registers have a copy for each state, reached through SCR.NS in Monitor mode', () => {
    const banked = [
      'p15,0,c2,c0,0',
      'p15,0,c3,c0,0',
      'p15,0,c6,c0,2',
      'p15,0,c6,c0,0',
      'p15,0,c12,c0,0',
      'p15,0,c13,c0,1',
    ];
    const threads = ['p15,0,c13,c0,2', 'p15,0,c13,c0,3', 'p15,0,c13,c0,4'];
    const { core } = testCores(1, { cpsr: MODE.mon });
    for (const at of [...banked, ...threads]) {
      write(core, SCR, 0);
      write(core, at, 0x20);
      write(core, SCR, 1);
      write(core, at, 0x40);
      expect(read(core, at)).toBe(0x40);
      write(core, SCR, 0);
      expect(read(core, at)).toBe(0x20);
    }
    write(core, SCR, 1);
    expect(core.field(CPU.TPIDRURO)).toBe(0x40);
  });

  it('SCR, SDER and MVBAR do not exist in Non-secure state; NSACR is read-only there', () => {
    const core = nonSecure();
    for (const at of [SCR, 'p15,0,c1,c1,1', 'p15,0,c12,c0,1']) {
      expect(read(core, at)).toBe(UNDEFINED);
      expect(write(core, at, 0)).toBe(UNDEFINED);
    }
    expect(read(core, NSACR)).toBe(0);
    expect(write(core, NSACR, 0xc00)).toBe(UNDEFINED);
  });

  it('CPACR hides what NSACR keeps', () => {
    const hidden = nonSecure(c => void write(c, 'p15,0,c1,c0,2', 0x00f00000));
    expect(read(hidden, 'p15,0,c1,c0,2')).toBe(0);
    write(hidden, 'p15,0,c1,c0,2', 0);
    hidden.setCpsr(MODE.mon);
    expect(read(hidden, 'p15,0,c1,c0,2')).toBe(0x00f00000);
    const granted = nonSecure(c => void write(c, NSACR, 0x8c00));
    write(granted, 'p15,0,c1,c0,2', 0x00f00000);
    expect(read(granted, 'p15,0,c1,c0,2')).toBe(0x80f00000); // ASEDIS fixed by NSASEDIS
  });

  it('ACTLR and level 2 controls from Non-secure state', () => {
    const locked = nonSecure();
    write(locked, 'p15,0,c1,c0,1', 0xffffffff);
    write(locked, 'p15,1,c15,c0,0', 0xffffffff);
    expect([read(locked, 'p15,0,c1,c0,1'), read(locked, 'p15,1,c15,c0,0')]).toEqual([0, 0]);
    const smp = nonSecure(c => void write(c, NSACR, 1 << 18));
    write(smp, 'p15,0,c1,c0,1', 0xffffffff);
    expect(read(smp, 'p15,0,c1,c0,1')).toBe(0x40);
  });
});

describe('control and translation registers', () => {
  it('SCTLR keeps its fixed bits', () => {
    const { core } = testCores();
    write(core, 'p15,0,c1,c0,0', 0);
    expect(read(core, 'p15,0,c1,c0,0')).toBe(0x00c50058);
    write(core, 'p15,0,c1,c0,0', 0xffffffff);
    expect(read(core, 'p15,0,c1,c0,0')).toBe(0x72dd3c7f);
  });

  it('TTBCR has the fields of its format', () => {
    const { core } = testCores();
    write(core, 'p15,0,c2,c0,2', 0x7fffffff);
    expect(read(core, 'p15,0,c2,c0,2')).toBe(0x37);
    write(core, 'p15,0,c2,c0,2', 0xffffffff);
    expect(read(core, 'p15,0,c2,c0,2')).toBe(0xbfc73f87);
  });

  it('TTBR0 by halves and whole', () => {
    const { core } = testCores();
    mcrr(core, 15, 0, 2, 0x12345678, 0xffffffff);
    expect(wide(core, 15, 0, 2)).toBe(0x00ff00ff_12345678n);
    write(core, 'p15,0,c2,c0,0', 0x9abcdef0);
    expect(wide(core, 15, 0, 2)).toBe(0x00ff00ff_9abcdef0n);
  });

  it('ISR shows the lines', () => {
    const { core } = testCores();
    core.lines.irq = true;
    expect(read(core, 'p15,0,c12,c1,0')).toBe(0x80);
    core.lines.fiq = true;
    expect(read(core, 'p15,0,c12,c1,0')).toBe(0xc0);
  });

  it('CP15 barriers go away with CP15BEN', () => {
    const { core } = testCores();
    expect(write(core, 'p15,0,c7,c10,5', 0)).toBe(0);
    write(core, 'p15,0,c1,c0,0', 0x00c50058);
    expect(write(core, 'p15,0,c7,c10,5', 0)).toBe(UNDEFINED);
  });
});

describe('cache operations by address', () => {
  it('abort where nothing is mapped, and say so', () => {
    const { core } = withMmu();
    expect(write(core, 'p15,0,c7,c10,1', RAM)).toBe(0);
    for (const at of ['p15,0,c7,c10,1', 'p15,0,c7,c11,1', 'p15,0,c7,c14,1', 'p15,0,c7,c6,1', 'p15,0,c7,c5,1']) {
      expect(write(core, at, 0x40000000)).toBe(ABORT);
      expect(core.fault).toMatchObject({ type: 'translation', level: 1, address: 0x40000000, maintenance: true });
    }
  });
});

describe('address translation operations', () => {
  const par = 'p15,0,c7,c4,0';

  it('short format', () => {
    const { core } = withMmu();
    write(core, 'p15,0,c7,c8,0', RAM + 0x12345);
    expect(read(core, par)).toBe(RAM + 0x12000 + (1 << 4) + (1 << 7)); // Strongly-ordered, shareable
    write(core, 'p15,0,c7,c8,2', RAM + 0x12345);
    expect(read(core, par)).toBe((0xd << 1) | 1); // no permission at PL0
    write(core, 'p15,0,c7,c8,3', 0x00100000);
    expect(read(core, par) & 1).toBe(0);
    write(core, 'p15,0,c7,c8,1', 0x40000000);
    expect(read(core, par)).toBe((5 << 1) | 1);
  });

  it('long format', () => {
    const t = testCores();
    const { core } = t;
    t.set(RAM + 0x4000, 0xc0000701 | (2 << 2), 0x12); // 1 GiB block at 0x12c0000000, AttrIndx 2, inner shareable
    write(core, 'p15,0,c10,c2,0', 0x00ff0400);
    mcrr(core, 15, 0, 2, RAM + 0x4000, 0);
    write(core, 'p15,0,c2,c0,2', 0x80000000);
    write(core, 'p15,0,c1,c0,0', 0x00c50079);
    write(core, 'p15,0,c7,c8,0', 0x12345678);
    expect(wide(core, 15, 0, 7)).toBe(0xff000012_d2345980n);
    write(core, 'p15,0,c7,c8,0', 0x40000000);
    expect(wide(core, 15, 0, 7)).toBe(BigInt((1 << 11) | (5 << 1) | 1));
  });

  it('of the Non-secure state from Secure state', () => {
    const { core } = withMmu();
    write(core, 'p15,0,c7,c8,4', 0x12345678); // Non-secure MMU is off
    expect(read(core, par)).toBe(0x12345000 + (1 << 9) + (1 << 7) + (1 << 4));
    expect(write(nonSecure(), 'p15,0,c7,c8,4', 0)).toBe(UNDEFINED);
  });

  it('abort when the table cannot be read', () => {
    const { core } = withMmu();
    write(core, 'p15,0,c2,c0,0', 0x10000000);
    expect(write(core, 'p15,0,c7,c8,0', 0)).toBe(ABORT);
    expect(core.fault).toMatchObject({ type: 'externalOnWalk', level: 1, maintenance: true });
  });
});

describe('Generic Timer', () => {
  it('CNTP registers are banked, CNTKCTL opens registers to PL0', () => {
    const t = testCores(1, { cpsr: MODE.mon });
    write(t.core, 'p15,0,c14,c2,1', 1);
    write(t.core, SCR, 1);
    write(t.core, 'p15,0,c14,c2,1', 2);
    mcrr(t.core, 15, 3, 14, 0x89abcdef, 0x01234567);
    expect(Object.fromEntries(t.timer)).toEqual({
      'CNTP_CTL.secure': 1n,
      CNTP_CTL: 2n,
      CNTV_CVAL: 0x01234567_89abcdefn,
    });
    t.timer.set('CNTVCT', 0xf_00000001n);
    t.core.setCpsr(MODE.usr);
    expect(mrrc(t.core, 15, 1, 14)).toBe(UNDEFINED);
    t.timer.set('CNTKCTL', 2n);
    expect(wide(t.core, 15, 1, 14)).toBe(0xf_00000001n);
    expect(mrrc(t.core, 15, 0, 14)).toBe(UNDEFINED);
    expect(read(t.core, 'p15,0,c14,c0,0')).toBe(0);
  });

  it('CNTFRQ is written in Secure state only', () => {
    expect(write(nonSecure(), 'p15,0,c14,c0,0', 1)).toBe(UNDEFINED);
  });
});

describe('performance monitors', () => {
  const PMCR = 'p15,0,c9,c12,0';
  const CYCLES = 'p15,0,c9,c13,0';

  it('the cycle counter counts instructions while enabled, or 64ths of them', () => {
    const t = testCores();
    const { core } = t;
    t.now = 1000;
    write(core, 'p15,0,c9,c12,1', 0x80000000);
    write(core, PMCR, 5);
    t.now = 1500;
    expect(read(core, CYCLES)).toBe(500);
    write(core, PMCR, 0);
    t.now = 9999;
    expect(read(core, CYCLES)).toBe(500);
    write(core, CYCLES, 0xffffffff);
    write(core, PMCR, 1);
    t.now += 11;
    expect(read(core, CYCLES)).toBe(10);
    write(core, PMCR, 0xd);
    t.now += 640;
    expect(read(core, CYCLES)).toBeGreaterThanOrEqual(9);
    expect(read(core, CYCLES)).toBeLessThanOrEqual(11);
  });

  it('event counters count instructions, and software increments', () => {
    const t = testCores();
    const { core } = t;
    write(core, PMCR, 1);
    write(core, 'p15,0,c9,c12,1', 0x3f);
    write(core, 'p15,0,c9,c12,5', 2);
    write(core, 'p15,0,c9,c13,1', 8);
    t.now = 77;
    expect(read(core, 'p15,0,c9,c13,2')).toBe(77);
    write(core, 'p15,0,c9,c12,5', 3);
    write(core, 'p15,0,c9,c12,4', 1 << 3);
    write(core, 'p15,0,c9,c12,4', 1 << 3);
    expect(read(core, 'p15,0,c9,c13,2')).toBe(2);
    expect(read(core, PMCR) >>> 11).toBe((0x410f3000 >>> 11) | 0);
  });

  it('PMUSERENR opens them to PL0', () => {
    const { core } = testCores();
    core.setCpsr(MODE.usr);
    expect(read(core, CYCLES)).toBe(UNDEFINED);
    core.setCpsr(MODE.svc);
    write(core, 'p15,0,c9,c14,0', 1);
    core.setCpsr(MODE.usr);
    expect(read(core, CYCLES)).toBe(0);
    expect(write(core, 'p15,0,c9,c14,1', 1)).toBe(UNDEFINED);
  });
});

describe('debug registers', () => {
  it('breakpoints and watchpoints are stored, as many as DBGDIDR says', () => {
    const { core } = testCores();
    const didr = read(core, 'p14,0,c0,c0,0');
    const count = (opc2: number): number =>
      Array.from({ length: 16 }, (_, n) => write(core, `p14,0,c0,c${n},${opc2}`, 0xfffffffc)).filter(a => a === 0)
        .length;
    expect([count(4), count(5)]).toEqual([((didr >>> 24) & 15) + 1, ((didr >>> 24) & 15) + 1]);
    expect([count(6), count(7)]).toEqual([(didr >>> 28) + 1, (didr >>> 28) + 1]);
    write(core, 'p14,0,c0,c0,7', (0xff << 5) | 1);
    expect((read(core, 'p14,0,c0,c0,7') >>> 5) & 0xff).toBe(0xff); // 8-byte watchpoints
  });

  it('monitor mode can be enabled, the OS lock taken and released', () => {
    const { core } = testCores();
    write(core, 'p14,0,c0,c2,2', 1 << 15);
    expect(read(core, 'p14,0,c0,c1,0') & (1 << 15)).not.toBe(0);
    write(core, 'p14,0,c1,c0,4', 0xc5acce55);
    expect(read(core, 'p14,0,c1,c1,4') & 2).toBe(2);
    write(core, 'p14,0,c1,c0,4', 0);
    expect(read(core, 'p14,0,c1,c1,4') & 2).toBe(0);
  });
});

describe('floating-point system registers', () => {
  it('need CPACR, privilege and FPEXC.EN, each its own', () => {
    const { core } = testCores();
    const answers = (): number[] => [0, 1, 6, 7, 8, 5].map(reg => vmrs(core, reg));
    expect(answers()).toEqual([-1, -1, -1, -1, -1, -1]);
    write(core, 'p15,0,c1,c0,2', 0x00f00000);
    expect(answers()).toEqual([0x410430f0, -1, 0x11111111, 0x10110222, 0, -1]);
    expect(vmsr(core, 8, 0xffffffff)).toBe(0);
    expect(answers()).toEqual([0x410430f0, 0, 0x11111111, 0x10110222, 0x40000000, -1]);
    core.setCpsr(MODE.usr);
    expect(answers()).toEqual([-1, 0, -1, -1, -1, -1]);
  });

  it('FPSCR keeps its flags apart', () => {
    const { core } = testCores();
    write(core, 'p15,0,c1,c0,2', 0x00f00000);
    vmsr(core, 8, 0x40000000);
    expect(vmsr(core, 1, 0xffffffff)).toBe(0);
    expect(vmrs(core, 1)).toBe(0xfff7009f);
    expect([core.field(CPU.FP_NZCV), core.field(CPU.FPSCR)]).toEqual([0xf0000000, 0x0ff7009f]);
  });
});
