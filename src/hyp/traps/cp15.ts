// Coprocessor registers that guests do not reach by themselves (Xen, arch/arm/vcpreg.c), by the key of their access.
import type { Core } from '../../emu/cpu/core';
import { MODE } from '../../emu/cpu/modes';
import { PSR } from '../../emu/cpu/psr';
import type { Vcpu } from '../vcpu';
import { guestR, injectUndefined, setGuestR } from './guest-registers';
import type { RegisterAccess, WideAccess } from './syndrome';

const TWO_32 = 2 ** 32;

interface Emulated {
  readonly name: string;
  readonly read?: (vcpu: Vcpu, now: number) => number;
  readonly write?: (vcpu: Vcpu, value: number, now: number) => void;
}
const zero = (name: string): Emulated => ({ name, read: () => 0, write: () => {} });

const CP15: Readonly<Record<string, Emulated>> = {
  'c1,0,c0,1': zero('ACTLR'),
  'c14,0,c2,0': {
    name: 'CNTP_TVAL',
    read: (v, now) => v.vtimer.readTimerValue(now),
    write: (v, value, now) => v.vtimer.writeTimerValue(now, value),
  },
  'c14,0,c2,1': {
    name: 'CNTP_CTL',
    read: (v, now) => v.vtimer.readControl(now),
    write: (v, value) => v.vtimer.writeControl(value),
  },
  // Performance monitors: no counters.
  'c9,0,c12,0': zero('PMCR'),
  'c9,0,c12,1': zero('PMCNTENSET'),
  'c9,0,c12,2': zero('PMCNTENCLR'),
  'c9,0,c12,3': zero('PMOVSR'),
  'c9,0,c12,4': zero('PMSWINC'),
  'c9,0,c12,5': zero('PMSELR'),
  'c9,0,c12,6': zero('PMCEID0'),
  'c9,0,c12,7': zero('PMCEID1'),
  'c9,0,c13,0': zero('PMCCNTR'),
  'c9,0,c13,1': zero('PMXEVTYPER'),
  'c9,0,c13,2': zero('PMXEVCNTR'),
  'c9,0,c14,0': zero('PMUSERENR'),
  'c9,0,c14,1': zero('PMINTENSET'),
  'c9,0,c14,2': zero('PMINTENCLR'),
  'c9,0,c14,3': zero('PMOVSSET'),
};

/** Two breakpoints, one watchpoint, v7.1. */
const DBGDIDR = (1 << 24) | (5 << 16);
const CP14: Readonly<Record<string, Emulated>> = {
  'c0,0,c0,0': { name: 'DBGDIDR', read: () => DBGDIDR },
  'c0,0,c1,0': { name: 'DBGDSCRint', read: () => 0 },
  'c0,0,c2,2': zero('DBGDSCRext'),
  'c0,0,c7,0': zero('DBGVCR'),
  'c0,0,c0,4': zero('DBGBVR0'),
  'c0,0,c0,5': zero('DBGBCR0'),
  'c0,0,c0,6': zero('DBGWVR0'),
  'c0,0,c0,7': zero('DBGWCR0'),
  'c0,0,c1,4': zero('DBGBVR1'),
  'c0,0,c1,5': zero('DBGBCR1'),
  'c1,0,c0,4': zero('DBGOSLAR'),
  'c1,0,c1,4': { name: 'DBGOSLSR', read: () => 1 << 3 },
  'c1,0,c3,4': zero('DBGOSDLR'),
};

const inUserMode = (core: Core): boolean => (core.spsr & PSR.M) === MODE.usr;

/** @returns whether the access has been done; else the guest takes an Undefined Instruction exception */
function perform(core: Core, vcpu: Vcpu, found: Emulated | undefined, { rt, read }: RegisterAccess): boolean {
  const act = read ? found?.read : found?.write;
  if (!act || inUserMode(core)) {
    injectUndefined(core);
    return false;
  }
  const { now } = vcpu.domain.host.timersOf(core.index);
  if (read) setGuestR(core, rt, found!.read!(vcpu, now));
  else found!.write!(vcpu, guestR(core, rt), now);
  return true;
}

export const accessCp15 = (core: Core, vcpu: Vcpu, access: RegisterAccess): boolean =>
  perform(core, vcpu, CP15[access.key], access);
export const accessCp14 = (core: Core, vcpu: Vcpu, access: RegisterAccess): boolean =>
  perform(core, vcpu, CP14[access.key], access);

/** MCRR and MRRC: the compare value of the physical timer. */
export function accessCp15Wide(core: Core, vcpu: Vcpu, { key, rt, rt2, read }: WideAccess): boolean {
  if (key !== '2,c14' || inUserMode(core)) {
    injectUndefined(core);
    return false;
  }
  if (read) {
    setGuestR(core, rt, vcpu.vtimer.compare >>> 0);
    setGuestR(core, rt2, Math.floor(vcpu.vtimer.compare / TWO_32));
  } else vcpu.vtimer.compare = guestR(core, rt) + guestR(core, rt2) * TWO_32;
  return true;
}
