// Address translation operations: ATS1C**, ATS12NSO** and ATS1H* write PAR (ARM DDI 0406C, B4.2.4 and B4.1.112).
import { longStatus, shortStatus } from '../../mmu/faults';
import type { Regime } from '../../mmu/regime';
import { type Access, SHAREABLE, Translation } from '../../mmu/translation';
import type { Core } from '../core';
import { HIGH_WORD, SLOT } from './storage';
import { ABORT, type SystemRegister } from './table';

const PAR = { F: 1, SUPERSECTION: 1 << 1, NS: 1 << 9, NOS: 1 << 10, LPAE: 1 << 11 } as const;
/** Of faults in the long format: found while stage 1 read its tables, and found by stage 2. */
const PAR_FAULT = { S2WLK: 1 << 8, FSTAGE: 1 << 9 } as const;

/** Inner[6:4] of the 32-bit PAR by the inner nibble of the memory type; Outer[3:2] of its outer nibble. */
const INNER: Readonly<Record<number, number>> = { 0x4: 0, 0xa: 6, 0xe: 7, 0xf: 5 };
const OUTER: Readonly<Record<number, number>> = { 0x4: 0, 0xa: 2, 0xe: 3, 0xf: 1 };

/** PAR[11:1] of a successful translation in the short format. */
function shortAttributes(t: Translation): number {
  const inner = t.isNormal ? (INNER[t.memory & 0xf] ?? 0) : t.memory === 0 ? 1 : 3;
  const outer = t.isNormal ? (OUTER[t.memory >> 4] ?? 0) : 0;
  return (
    (t.shareability === SHAREABLE.NON ? 0 : 1 << 7) |
    (t.shareability === SHAREABLE.INNER ? PAR.NOS : 0) |
    (t.nonSecure ? PAR.NS : 0) |
    (inner << 4) |
    (outer << 2)
  );
}

function faultReport(t: Translation, long: boolean): number {
  const type = t.fault || 'translation';
  if (!long) return (shortStatus(type, t.level) << 1) | PAR.F;
  const stage2 = t.stage2 ? PAR_FAULT.FSTAGE | (t.onWalk ? PAR_FAULT.S2WLK : 0) : 0;
  return PAR.LPAE | stage2 | (longStatus(type, t.level) << 1) | PAR.F;
}

function report(core: Core, t: Translation, long: boolean): void {
  const at = SLOT.PAR + core.bank;
  let low: number;
  let high = 0;
  if (t.fault) low = faultReport(t, long);
  else if (long) {
    const page = t.pa - (t.pa % 4096);
    low = page | 0 | PAR.LPAE | (t.nonSecure ? PAR.NS : 0) | (t.shareability << 7);
    high = Math.floor(page / 2 ** 32) | (t.memory << 24);
  } else if (t.sizeShift === 24) {
    // A supersection: PA[31:24], and PA[39:32] in bits 23:16.
    low = (t.pa & 0xff000000) | ((Math.floor(t.pa / 2 ** 32) & 0xff) << 16) | PAR.SUPERSECTION | shortAttributes(t);
  } else low = (t.pa & 0xfffff000) | shortAttributes(t);
  core.sys[at] = low;
  core.sys[at + HIGH_WORD] = high;
}

/** @param long the format of PAR */
function finish(core: Core, t: Translation, va: number, long: boolean): void | typeof ABORT {
  // What stage 2 has against the tables of stage 1 is no business of PL1: it is an abort taken to Hyp mode.
  if (t.fault === 'externalOnWalk' || (t.fault && t.stage2 && core.trappable)) {
    core.fault.copy(t, va >>> 0);
    core.fault.write = true;
    core.fault.maintenance = true;
    return ABORT;
  }
  report(core, t, long);
  return undefined;
}

function stage1(core: Core, regime: Regime, va: number, access: Access, privileged: boolean): Translation {
  const t = new Translation();
  if (core.walkStage1(regime, va, t) && !t.allows(access, privileged)) t.fail('permission', t.level);
  return t;
}

const operation = (name: string, at: string, about: string, rest: Partial<SystemRegister>): SystemRegister => ({
  name,
  at,
  group: 'Cache and TLB operations',
  about,
  rights: 'wo',
  volatile: true,
  ...rest,
});

const current = (name: string, opc2: number, access: Access, privileged: boolean): SystemRegister =>
  operation(name, `p15,0,c7,c8,${opc2}`, `Translate for ${access} at PL${privileged ? 1 : 0}, stage 1`, {
    write: (core, va) => {
      const regime = core.bank ? core.regimes.secure : core.regimes.nonsecure;
      const long = regime.long || core.mode.privilege === 2;
      return finish(core, stage1(core, regime, va, access, privileged), va, long);
    },
  });

const both = (name: string, opc2: number, access: Access, privileged: boolean): SystemRegister =>
  operation(
    name,
    `p15,0,c7,c8,${opc2}`,
    `Translate for ${access} at PL${privileged ? 1 : 0}, Non-secure, both stages`,
    {
      // At Non-secure PL1 this does not exist: it is for Secure software and hypervisors.
      permit: core => core.secure || core.mode.privilege === 2,
      write: (core, va) => {
        const t = new Translation();
        const { nonsecure } = core.regimes;
        core.walkAll(nonsecure, va, access, privileged, t);
        return finish(core, t, va, nonsecure.long || core.stage2.enabled);
      },
    },
  );

const ofHyp = (name: string, opc2: number, access: Access): SystemRegister =>
  operation(name, `p15,4,c7,c8,${opc2}`, `Translate for ${access} in Hyp mode`, {
    hypOnly: true,
    write: (core, va) => finish(core, stage1(core, core.regimes.hyp, va, access, true), va, true),
  });

export const ADDRESS_TRANSLATION: readonly SystemRegister[] = [
  current('ATS1CPR', 0, 'read', true),
  current('ATS1CPW', 1, 'write', true),
  current('ATS1CUR', 2, 'read', false),
  current('ATS1CUW', 3, 'write', false),
  both('ATS12NSOPR', 4, 'read', true),
  both('ATS12NSOPW', 5, 'write', true),
  both('ATS12NSOUR', 6, 'read', false),
  both('ATS12NSOUW', 7, 'write', false),
  ofHyp('ATS1HR', 0, 'read'),
  ofHyp('ATS1HW', 1, 'write'),
];
