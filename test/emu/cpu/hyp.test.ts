// Hyp mode beside what the oracle answers (hyp-oracle.test.ts): physical interrupts, what TLBs keep, several cores, two
// virtual machines, entry and snapshots.
import { describe, expect, it } from 'vitest';
import { TLB } from '../../../src/emu/codegen/layout';
import { HCR, HSTR, SCR } from '../../../src/emu/cpu/control-bits';
import type { Core } from '../../../src/emu/cpu/core';
import { takeDataAbort, takeInterrupt, takeSecureMonitorCall } from '../../../src/emu/cpu/exceptions';
import { pendingInterrupt, wakesUp } from '../../../src/emu/cpu/interrupts';
import { MODE } from '../../../src/emu/cpu/modes';
import { PSR } from '../../../src/emu/cpu/psr';
import { BANKED } from '../../../src/emu/cpu/state';
import { mcr, mcrr, mrc, TRAPPED, UNDEFINED } from '../../../src/emu/cpu/sysregs';
import { SLOT } from '../../../src/emu/cpu/sysregs/storage';
import { bareCore } from '../bare-core';
import { RAM, type TestCores, testCores } from './fixture-core';

const AT = 0x8000_4000;
const ENTRY = { cpsr: 0x1da, secure: false } as const;
const HVBAR = 0x8000_0100;
const VBAR = 0x8000_0200;

function hyp(): TestCores {
  const t = testCores(1, ENTRY);
  mcr(t.core, 15, 4, 12, 0, 0, HVBAR);
  mcr(t.core, 15, 0, 12, 0, 0, VBAR);
  return t;
}
const hcr = (core: Core, value: number): number => mcr(core, 15, 4, 1, 1, 0, value);

describe('start', () => {
  it('in Hyp mode: Non-secure, with HVC let through', () => {
    const { core } = testCores(1, ENTRY);
    expect([core.mode.name, core.secure, core.sys[SLOT.SCR]]).toEqual(['hyp', false, SCR.NS | SCR.HCE]);
    expect(testCores(1, { secure: false }).core.sys[SLOT.SCR]).toBe(SCR.NS);
  });
});

describe('physical interrupts', () => {
  it.each([
    // mode, HCR, masks, where they go: entry in the table of Hyp mode or of PL1
    ['svc', HCR.IMO, 0, 'hyp'],
    ['svc', HCR.IMO, PSR.I, 'hyp'],
    ['usr', HCR.IMO, PSR.I, 'hyp'],
    ['svc', HCR.FMO, PSR.I, undefined],
    ['svc', 0, PSR.I, undefined],
    ['svc', 0, 0, 'irq'],
    ['usr', HCR.TGE, PSR.I, 'hyp'],
    ['hyp', HCR.IMO, PSR.I, undefined],
    ['hyp', 0, 0, 'hyp'],
  ] as const)('IRQ in %s mode with HCR %d and masks %d: %s', (mode, control, masks, to) => {
    const { core } = hyp();
    hcr(core, control);
    core.setCpsr(MODE[mode] | masks);
    core.lines.irq = true;
    const interrupt = pendingInterrupt(core);
    expect(interrupt).toBe(to && 'irq');
    expect(wakesUp(core)).toBe(true);
    if (!interrupt) return;
    takeInterrupt(core, interrupt, AT);
    expect(core.mode.name).toBe(to);
    expect(core.pc).toBe((to === 'hyp' ? HVBAR : VBAR) + 0x18);
    expect(core.spsr).toBe(MODE[mode] | masks);
    // A hypervisor returns to the instruction itself.
    expect(to === 'hyp' ? core.banked[BANKED.ELR_HYP] : core.r(14)).toBe(to === 'hyp' ? AT : AT + 4);
  });

  it('FIQ by FMO; what goes to Monitor mode does not go to Hyp mode, nor does that mask it', () => {
    const { core } = hyp();
    hcr(core, HCR.FMO);
    core.setCpsr(MODE.svc | PSR.F);
    core.lines.fiq = true;
    expect(pendingInterrupt(core)).toBe('fiq');
    core.sys[SLOT.SCR]! |= SCR.FIQ | SCR.FW;
    takeInterrupt(core, 'fiq', AT);
    expect(core.mode.name).toBe('mon');
    const other = hyp().core;
    other.sys[SLOT.SCR]! |= SCR.FIQ | SCR.EA;
    other.setCpsr(MODE.svc);
    hcr(other, 0);
    other.sys[SLOT.HCR] = HCR.IMO;
    takeInterrupt(other, 'irq', AT);
    expect(other.cpsr & (PSR.A | PSR.I | PSR.F)).toBe(PSR.I);
  });
});

describe('virtual interrupts', () => {
  it('lines act like HCR.VI and VF, in Non-secure PL1 and PL0 alone, and when they are enabled', () => {
    const { core } = hyp();
    core.lines.virq = true;
    const pending = (mode: number, control: number): string | undefined => {
      core.setCpsr(MODE.hyp);
      hcr(core, control);
      core.setCpsr(mode);
      return pendingInterrupt(core);
    };
    expect(pending(MODE.svc, HCR.IMO)).toBe('virtualIrq');
    expect(wakesUp(core)).toBe(true);
    expect(pending(MODE.usr | PSR.I, HCR.IMO)).toBe(undefined);
    expect(wakesUp(core)).toBe(true);
    expect(pending(MODE.svc, HCR.FMO)).toBe(undefined);
    expect(wakesUp(core)).toBe(false);
    expect(pending(MODE.usr, HCR.IMO | HCR.TGE)).toBe(undefined);
    expect(pending(MODE.hyp, HCR.IMO)).toBe(undefined);
    expect(wakesUp(core)).toBe(false);
    core.lines.vfiq = true;
    expect(pending(MODE.svc, HCR.IMO | HCR.FMO)).toBe('virtualFiq');
  });

  it('ISR shows PL1 its virtual interrupts, and Hyp mode the physical ones', () => {
    const { core } = hyp();
    const isr = (): number => mrc(core, 15, 0, 12, 1, 0);
    core.lines.irq = true;
    hcr(core, HCR.IMO | HCR.FMO | HCR.AMO | HCR.VF | HCR.VA);
    expect(isr()).toBe(PSR.I);
    core.setCpsr(MODE.svc);
    expect(isr()).toBe(PSR.F | PSR.A);
  });

  it('a virtual abort clears HCR.VA and reports an asynchronous external abort', () => {
    const { core } = hyp();
    hcr(core, HCR.AMO | HCR.VA);
    core.setCpsr(MODE.svc | PSR.A);
    expect(pendingInterrupt(core)).toBe(undefined);
    core.setCpsr(MODE.svc);
    takeInterrupt(core, pendingInterrupt(core)!, AT);
    expect([core.mode.name, core.pc, core.r(14)]).toEqual(['abt', VBAR + 0x10, AT + 8]);
    expect(core.system('DFSR')).toBe(0x406);
    expect(core.sys[SLOT.HCR]).toBe(HCR.AMO);
    expect(pendingInterrupt(core)).toBe(undefined);
  });
});

describe('asynchronous and external aborts', () => {
  const abort = (control: number, mode: number, type: 'external' | 'asynchronousExternal'): Core => {
    const { core } = hyp();
    hcr(core, control);
    core.setCpsr(mode);
    core.fault.set(type, 0, 0, 0x1234);
    core.fault.write = false;
    takeDataAbort(core, AT);
    return core;
  };

  it('go to Hyp mode by AMO, TGE, or when they happen there', () => {
    expect(abort(0, MODE.svc, 'external').mode.name).toBe('abt');
    expect(abort(HCR.AMO, MODE.svc, 'external').mode.name).toBe('abt');
    expect(abort(HCR.AMO, MODE.svc, 'asynchronousExternal').sys[SLOT.HSR]).toBe(0x90000011);
    const user = abort(HCR.TGE, MODE.usr, 'external');
    expect([user.pc, user.sys[SLOT.HSR], user.sys[SLOT.HDFAR]]).toEqual([HVBAR + 0x14, 0x90000010, 0x1234]);
    const own = abort(0, MODE.hyp, 'external');
    expect([own.pc, own.sys[SLOT.HSR]]).toEqual([HVBAR + 0x10, 0x94000010]);
  });
});

describe('SMC', () => {
  it('HCR.TSC comes before SCR.SCD', () => {
    const { core } = hyp();
    hcr(core, HCR.TSC);
    core.sys[SLOT.SCR]! |= SCR.SCD;
    core.setCpsr(MODE.svc);
    takeSecureMonitorCall(core, AT);
    expect([core.mode.name, core.sys[SLOT.HSR]! >>> 26, core.banked[BANKED.ELR_HYP]]).toEqual(['hyp', 0x13, AT]);
    // Hyp mode itself is not trapped: there is no monitor to call.
    takeSecureMonitorCall(core, AT);
    expect(core.pc).toBe(HVBAR + 0x04);
  });
});

describe('registers of Hyp mode', () => {
  it('belong to Hyp mode, and to Monitor mode while SCR.NS is set', () => {
    const { core } = testCores(1, { cpsr: MODE.mon });
    expect(mrc(core, 15, 4, 1, 1, 0)).toBe(UNDEFINED);
    mcr(core, 15, 0, 1, 1, 0, 1);
    expect(mrc(core, 15, 4, 1, 1, 0)).toBe(0);
    core.setCpsr(MODE.svc);
    expect(mrc(core, 15, 4, 1, 1, 0)).toBe(UNDEFINED);
  });

  it('what PL1 reads as MIDR and MPIDR', () => {
    const { core } = testCores(2, ENTRY);
    expect([mrc(core, 15, 4, 0, 0, 0), mrc(core, 15, 4, 0, 0, 5)]).toEqual([0x414fc0f0, 0x80000000]);
    mcr(core, 15, 4, 0, 0, 0, 0x12345678);
    mcr(core, 15, 4, 0, 0, 5, 0x80000003);
    const ids = (): number[] => [mrc(core, 15, 0, 0, 0, 0), mrc(core, 15, 0, 0, 0, 4), mrc(core, 15, 0, 0, 0, 5)];
    expect(ids()).toEqual([0x414fc0f0, 0x414fc0f0, 0x80000000]);
    core.setCpsr(MODE.svc);
    expect(ids()).toEqual([0x12345678, 0x12345678, 0x80000003]);
  });

  it('HSTR and TIDCP trap at PL1 what is no register too, at PL0 only what PL0 may access', () => {
    const { core } = hyp();
    mcr(core, 15, 4, 1, 1, 3, 0x3bfef);
    core.setCpsr(MODE.svc);
    expect(mrc(core, 15, 7, 9, 15, 7)).toBe(TRAPPED);
    expect(mrc(core, 15, 0, 4, 0, 0)).toBe(UNDEFINED);
    core.setCpsr(MODE.usr);
    expect(mrc(core, 15, 0, 13, 0, 3)).toBe(TRAPPED);
    expect(mrc(core, 15, 0, 13, 0, 4)).toBe(UNDEFINED);
  });
});

/** Two machines, whose stage 2 (40 bits from level 1) maps IPA 0 to 1 GiB to RAM, or the second half of it. */
const TABLES = [RAM + 0x10000, RAM + 0x20000] as const;
function machines(count = 1): TestCores {
  const t = testCores(count, ENTRY);
  TABLES.forEach((base, n) => {
    t.set(base, (base + 0x4000) | 3, 0);
    t.set(base + 0x4000, (base + 0x5000) | 3, 0);
    for (let page = 0; page < 16; page++) t.set(base + 0x5000 + page * 8, (RAM + 0x40000 * n + page * 4096) | 0x7ff, 0);
  });
  for (const core of t.cores) {
    mcr(core, 15, 4, 2, 1, 2, 0x58);
    hcr(core, HCR.VM);
    enter(core, 0);
  }
  return t;
}
/** Switches to a machine, as a hypervisor does, and on to its PL1. */
function enter(core: Core, machine: number, mode: number = MODE.svc): void {
  core.setCpsr(MODE.hyp);
  vttbr(core, machine);
  core.setCpsr(mode);
}
const vttbr = (core: Core, machine: number): number => mcrr(core, 15, 6, 2, TABLES[machine]!, (5 + machine) << 16);
const cached = (core: Core, va: number): boolean => core.tables.pl1.lookup(va, TLB.READ) >= 0;
const inHyp = (core: Core, run: () => void): void => {
  const { cpsr } = core;
  core.setCpsr(MODE.hyp);
  run();
  core.setCpsr(cpsr);
};

describe('stage 2 and the TLBs', () => {
  it('an entry leads through both stages', () => {
    const t = machines();
    expect(t.core.fill(0x1234, 'read', true)).toBe(true);
    expect(t.core.host).toBe(t.host(RAM + 0x1234));
    expect(t.core.tables.pl1.lookup(0x1ff0, TLB.WRITE)).toBe(t.host(RAM + 0x1ff0));
    expect(t.core.fill(0x20000, 'write', true)).toBe(false);
    expect(t.core.fault).toMatchObject({ type: 'translation', level: 3, stage2: true, onWalk: false, ipa: 0x20000 });
  });

  it('a hypervisor may look at another machine and come back: nothing is lost', () => {
    const { core } = machines();
    core.fill(0x1000, 'read', true);
    inHyp(core, () => {
      vttbr(core, 1);
      mcr(core, 15, 0, 8, 3, 0, 0); // TLBIALLIS: of VMID 6
      mcr(core, 15, 0, 8, 7, 1, 0x1000);
      vttbr(core, 0);
    });
    expect(cached(core, 0x1000)).toBe(true);
    inHyp(core, () => mcr(core, 15, 0, 8, 3, 0, 0));
    expect(cached(core, 0x1000)).toBe(false);
  });

  it('a switch of machines drops what the other one has', () => {
    const t = machines();
    const { core } = t;
    core.fill(0x1000, 'read', true);
    enter(core, 1);
    expect(cached(core, 0x1000)).toBe(false);
    core.fill(0x1000, 'read', true);
    expect(core.tables.pl1.lookup(0x1000, TLB.READ)).toBe(t.host(RAM + 0x41000));
    // The same at PL0, whose TLB was not used in between.
    enter(core, 0, MODE.usr);
    core.fill(0x1000, 'read', false);
    enter(core, 1);
    enter(core, 0, MODE.usr);
    expect(core.tables.pl0.lookup(0x1000, TLB.READ)).toBe(-1);
  });

  it('turning stage 2 off and on is such a switch', () => {
    const { core } = machines();
    core.fill(0x1000, 'read', true);
    inHyp(core, () => hcr(core, 0));
    expect(cached(core, 0x1000)).toBe(false);
    expect(core.translate(0x1000, 'read', true)).toBe(0x1000);
    inHyp(core, () => hcr(core, HCR.VM));
    expect(core.translate(0x1000, 'read', true)).toBe(RAM + 0x1000);
  });

  it('maintenance is about the machine whose VMID is current, also for AT operations', () => {
    const t = machines();
    const { core } = t;
    inHyp(core, () => {
      const translated = (): number => {
        mcr(core, 15, 0, 7, 8, 4, 0x1000);
        return core.system('PAR') >>> 0;
      };
      vttbr(core, 1);
      expect(translated() & ~0xfff).toBe((RAM + 0x41000) | 0);
      t.set(TABLES[1] + 0x5008, 0);
      mcr(core, 15, 0, 8, 7, 0, 0);
      expect(translated() & 1).toBe(1);
    });
  });

  it('other bits of HCR, and values that are there already, change nothing', () => {
    const { core } = machines();
    core.fill(0x1000, 'read', true);
    inHyp(core, () => {
      hcr(core, HCR.VM | HCR.IMO | HCR.TSC | HCR.TWI | HCR.VI);
      vttbr(core, 0);
      mcr(core, 15, 4, 2, 1, 2, 0x58);
      for (const [crn, crm, opc2] of [[2, 0, 0], [2, 0, 1], [2, 0, 2], [3, 0, 0], [13, 0, 1], [1, 0, 0]] as const)
        mcr(core, 15, 0, crn, crm, opc2, mrc(core, 15, 0, crn, crm, opc2)); // prettier-ignore
    });
    expect(cached(core, 0x1000)).toBe(true);
  });

  it('TLBIALLNSNH drops all machines, TLBIALLH and TLBIMVAH those of Hyp mode', () => {
    const { core } = machines();
    const state = (): boolean[] => [cached(core, 0x1000), core.tables.hyp.lookup(RAM, TLB.READ) >= 0];
    const both = (): void => {
      core.fill(0x1000, 'read', true);
      inHyp(core, () => core.fill(RAM, 'read', true));
    };
    both();
    expect(state()).toEqual([true, true]);
    inHyp(core, () => mcr(core, 15, 4, 8, 7, 4, 0));
    expect(state()).toEqual([false, true]);
    both();
    inHyp(core, () => mcr(core, 15, 4, 8, 7, 1, RAM));
    expect(state()).toEqual([true, false]);
    both();
    inHyp(core, () => mcr(core, 15, 4, 8, 3, 0, 0));
    expect(state()).toEqual([true, false]);
  });

  it('Inner Shareable operations reach the other core where it has the same machine; HCR.FB makes all of them so', () => {
    const { cores } = machines(2);
    const [a, b] = cores as [Core, Core];
    const fill = (): void => void cores.forEach(core => core.fill(0x1000, 'read', true));
    fill();
    mcr(a, 15, 0, 8, 7, 0, 0);
    expect(cores.map(core => cached(core, 0x1000))).toEqual([false, true]);
    fill();
    mcr(a, 15, 0, 8, 3, 0, 0);
    expect(cores.map(core => cached(core, 0x1000))).toEqual([false, false]);
    enter(b, 1);
    fill();
    mcr(a, 15, 0, 8, 3, 0, 0);
    expect(cores.map(core => cached(core, 0x1000))).toEqual([false, true]);
    enter(b, 0);
    fill();
    inHyp(a, () => hcr(a, HCR.VM | HCR.FB));
    mcr(a, 15, 0, 8, 7, 1, 0x1000);
    expect(cores.map(core => cached(core, 0x1000))).toEqual([false, false]);
  });

  it('PL1 that translates for itself gets intermediate addresses, and Hyp mode is told of its tables', () => {
    const { core } = machines();
    mcr(core, 15, 0, 7, 8, 0, 0x1234);
    expect(core.system('PAR') & ~0xfff).toBe(0x1000);
    mcr(core, 15, 0, 2, 0, 0, 0x20000); // a table that stage 2 does not map
    mcr(core, 15, 0, 1, 0, 0, 0x00c50079);
    expect(mcr(core, 15, 0, 7, 8, 0, 0x1234)).toBe(-2);
    takeDataAbort(core, AT);
    expect(core.mode.name).toBe('hyp');
    expect(core.sys[SLOT.HSR]).toBe(0x900001c7);
    expect([core.sys[SLOT.HDFAR], core.sys[SLOT.HPFAR]]).toEqual([0x1234, 0x200]);
    // Hyp mode itself finds it in PAR.
    expect(mcr(core, 15, 0, 7, 8, 0, 0x1234)).toBe(0);
    expect(core.system('PAR')).toBe(0xb0f);
  });
});

describe('what generated code does alone', () => {
  const T13 = 1 << 13;
  // mrc p15, 0, r2, c13, c0, 3; bxj r4; udf; hvc #1
  const GUEST = [0xee1d2f70, 0xe12fff24, 0xe7f000f0, 0xe1400071];

  it.each([undefined, { threshold: 1, capacity: 100, limit: 100, eager: true }])('HSTR traps it in both tiers (%o)', translation => {
    const m = bareCore(1 << 18, () => {}, translation);
    const { core, processor } = m;
    m.write32(RAM + 0x1000, ...GUEST);
    m.write32(RAM + 0x2000 + 0x14, 0xe160006e); // eret
    const guest = (hstr: number): void => {
      m.start({ ...ENTRY, pc: RAM + 0x1000 });
      mcr(core, 15, 4, 12, 0, 0, RAM + 0x2000);
      mcr(core, 15, 0, 13, 0, 3, 0x55);
      // As a hypervisor writes it: by an instruction.
      m.write32(RAM + 0x3000, 0xee910f71 & ~0x00100000, 0xe160006e); // mcr p15, 4, r0, c1, c1, 3; eret
      core.setR(0, hstr);
      core.banked[BANKED.ELR_HYP] = RAM + 0x1000;
      core.spsr = MODE.svc | 0x1c0;
      core.setR(4, RAM + 0x100c);
      core.pc = RAM + 0x3000;
      processor.run(0, 2);
    };
    guest(0);
    processor.run(0, 2);
    expect([core.r(2), core.pc]).toEqual([0x55, RAM + 0x100c]);
    guest(T13 | HSTR.TJDBX);
    processor.run(0, 1);
    expect([core.mode.name, core.sys[SLOT.HSR]]).toEqual(['hyp', 0x0fe63441]);
    core.banked[BANKED.ELR_HYP]! += 4;
    processor.run(0, 2);
    expect([core.mode.name, core.sys[SLOT.HSR]]).toEqual(['hyp', 0x2be00004]);
    guest(0);
    processor.run(0, 2);
    expect([core.r(2), core.pc]).toEqual([0x55, RAM + 0x100c]);
  }); // prettier-ignore
});

describe('LDC and STC of the debug communication channel', () => {
  it('move words, and are trapped by HDCR.TDA', () => {
    const m = bareCore();
    const { core, processor } = m;
    // ldc p14, c5, [r1], #4; stc p14, c5, [r1, #-8]
    m.write32(RAM + 0x1000, 0xecb15e01, 0xed015e02, 0xed916e00);
    m.write32(RAM + 0x2000, 0x12345678);
    m.start({ ...ENTRY, cpsr: 0x1d3, pc: RAM + 0x1000 });
    core.setR(1, RAM + 0x2000);
    core.sys[SLOT.DBGDTRRX] = 0xabcdef01;
    processor.run(0, 2);
    expect([core.sys[SLOT.DBGDTRTX], core.r(1), m.read32(RAM + 0x1ffc)]).toEqual([
      0x12345678,
      RAM + 0x2004,
      0xabcdef01,
    ]);
    processor.run(0, 1);
    expect(core.mode.name).toBe('und'); // another register
    core.sys[SLOT.HDCR] = 0x206;
    core.setCpsr(MODE.svc);
    core.pc = RAM + 0x1004;
    processor.run(0, 1);
    expect([core.mode.name, core.sys[SLOT.HSR]]).toEqual(['hyp', 0x1be02024]);
  });
});

describe('performance monitors', () => {
  const pm = (core: Core, crm: number, opc2: number, value?: number): number =>
    value === undefined ? mrc(core, 15, 0, 9, crm, opc2) : mcr(core, 15, 0, 9, crm, opc2, value);

  it('HDCR.HPMN keeps counters for Hyp mode, which HPME starts', () => {
    const t = hyp();
    const { core } = t;
    const [HPMN, HPME] = [2, 1 << 7];
    mcr(core, 15, 4, 1, 1, 1, HPMN);
    pm(core, 12, 1, 0x8000003f);
    for (const counter of [1, 4]) {
      pm(core, 12, 5, counter);
      pm(core, 13, 1, 0x08); // instructions
    }
    pm(core, 12, 0, 1);
    t.now = 100;
    const count = (n: number): number => {
      pm(core, 12, 5, n);
      return pm(core, 13, 2);
    };
    expect([(pm(core, 12, 0) >>> 11) & 31, count(1), count(4)]).toEqual([6, 100, 0]);
    mcr(core, 15, 4, 1, 1, 1, HPMN | HPME);
    t.now = 130;
    expect([count(1), count(4)]).toEqual([130, 30]);
    core.setCpsr(MODE.svc);
    expect([(pm(core, 12, 0) >>> 11) & 31, pm(core, 12, 1) >>> 0]).toEqual([2, 0x80000003]);
    expect([count(1), count(4)]).toEqual([130, 0]);
    pm(core, 12, 2, 0xffffffff);
    pm(core, 12, 0, 3);
    core.setCpsr(MODE.hyp);
    expect([pm(core, 12, 1), count(1), count(4)]).toEqual([0x3c, 0, 30]);
  });
});

describe('snapshots', () => {
  it('bring a machine in a hypervisor back', () => {
    const a = machines().core;
    inHyp(a, () => {
      hcr(a, HCR.VM | HCR.IMO | HCR.VI);
      mcr(a, 15, 4, 1, 1, 3, 1 << 13);
    });
    const t = testCores(1);
    t.core.load(structuredClone(a.save()));
    expect(t.core.save()).toEqual(a.save());
    expect(pendingInterrupt(t.core)).toBe('virtualIrq');
    expect([t.core.stage2.enabled, t.core.stage2.base, t.core.inlineTraps]).toEqual([true, TABLES[0], true]);
  });
});
