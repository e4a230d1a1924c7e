// Address translation operations: ATS1C** and ATS12NSO** write PAR (ARM DDI 0406C, B4.2.4 and B4.1.112).
import { longStatus, shortStatus } from '../../mmu/faults';
import type { Regime } from '../../mmu/regime';
import { type Access, SHAREABLE, Translation } from '../../mmu/translation';
import { walk } from '../../mmu/walk';
import type { Core } from '../core';
import { HIGH_WORD, SLOT } from './storage';
import { ABORT, type SystemRegister } from './table';

const PAR = { F: 1, SUPERSECTION: 1 << 1, NS: 1 << 9, NOS: 1 << 10, LPAE: 1 << 11 } as const;

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

function report(core: Core, regime: Regime, t: Translation, permitted: boolean): void {
  const at = SLOT.PAR + core.bank;
  let low: number;
  let high = 0;
  if (t.fault || !permitted) {
    const type = t.fault || 'permission';
    low = regime.long ? PAR.LPAE | (longStatus(type, t.level) << 1) | PAR.F : (shortStatus(type, t.level) << 1) | PAR.F;
  } else if (regime.long) {
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

function translate(core: Core, regime: Regime, va: number, access: Access, privileged: boolean): void | typeof ABORT {
  const t = new Translation();
  const valid = walk(regime, va, core.reader, t);
  if (t.fault === 'externalOnWalk') {
    core.fault.set('externalOnWalk', t.level, t.domain, va >>> 0);
    core.fault.write = true;
    core.fault.maintenance = true;
    return ABORT;
  }
  report(core, regime, t, valid && t.allows(access, privileged));
  return undefined;
}

const row = (name: string, opc2: number, access: Access, privileged: boolean, nonSecure: boolean): SystemRegister => ({
  name,
  at: `p15,0,c7,c8,${opc2}`,
  group: 'Cache and TLB operations',
  about: `Translate for ${access} at PL${privileged ? 1 : 0}${nonSecure ? ', Non-secure, both stages' : ', stage 1'}`,
  rights: 'wo',
  volatile: true,
  // From Non-secure PL1 the second set does not exist: it is for Secure software and hypervisors.
  ...(nonSecure && { permit: (core: Core) => core.secure || core.mode.privilege === 2 }),
  write: (core, va) => {
    const regime = nonSecure ? core.regimes.nonsecure : core.bank ? core.regimes.secure : core.regimes.nonsecure;
    return translate(core, regime, va, access, privileged);
  },
});

export const ADDRESS_TRANSLATION: readonly SystemRegister[] = [
  row('ATS1CPR', 0, 'read', true, false),
  row('ATS1CPW', 1, 'write', true, false),
  row('ATS1CUR', 2, 'read', false, false),
  row('ATS1CUW', 3, 'write', false, false),
  row('ATS12NSOPR', 4, 'read', true, true),
  row('ATS12NSOPW', 5, 'write', true, true),
  row('ATS12NSOUR', 6, 'read', false, true),
  row('ATS12NSOUW', 7, 'write', false, true),
];
