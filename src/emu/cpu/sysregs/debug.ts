// CP14: debug registers of v7.1 Debug, and the remains of Jazelle and ThumbEE (ARM DDI 0406C, chapters C6, C11 and
// A2.9 on; ARM DDI 0438I, chapter 10). Breakpoints and watchpoints are stored; they do not act.
import { PSR } from '../psr';
import type { Core } from '../core';
import { SLOT, type StoredName } from './storage';
import type { SystemRegister } from './table';

const BREAKPOINTS = 6;
const CONTEXT_BREAKPOINTS = [4, 5];
const WATCHPOINTS = 4;
/** Unlocks the OS lock when anything else is written. */
const OS_LOCK_KEY = 0xc5acce55;
const OSLSR_OSLK = 2;
const DSCR_UDCCDIS = 1 << 12;
/** ExtDCCmode, MDBGen, HDBGen, ITRen, UDCCdis, INTdis, DBGack and MOE. */
const DSCR_WRITABLE = 0x0030fc3c;
const TEECR_XED = 1;

const row = (name: string, at: string, about: string, more: Partial<SystemRegister>): SystemRegister => ({
  name,
  at: `p14,${at}`,
  about,
  group: 'Debug',
  ...more,
});

/** PL0 reaches the debug communication channel unless UDCCdis forbids it. */
const userChannel = (core: Core): boolean => core.privileged || !(core.sys[SLOT.DBGDSCR]! & DSCR_UDCCDIS);

const numbered = (
  name: StoredName,
  at: (n: number) => string,
  about: string,
  numbers: readonly number[],
  mask = -1,
): SystemRegister[] => numbers.map(n => row(`${name}${n}`, at(n), `${about} ${n}`, { store: name, n, mask }));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

function writeOsLock(core: Core, value: number): void {
  const locked = value >>> 0 === OS_LOCK_KEY;
  core.sys[SLOT.DBGOSLSR] = (core.sys[SLOT.DBGOSLSR]! & ~OSLSR_OSLK) | (locked ? OSLSR_OSLK : 0);
}

/** With all debug authentication signals high: monitor debug of both states, invasive and not. */
const AUTHENTICATION = 0x000000ff;

const DEBUG_CONTROL: readonly SystemRegister[] = [
  row('DBGDIDR', '0,c0,c0,0', 'Debug ID: v7.1, 6 breakpoints (2 context), 4 watchpoints', {
    rights: 'ro',
    user: 'ro',
    permit: userChannel,
    value: 0x3515f040,
  }),
  row('DBGDSCRint', '0,c0,c1,0', 'Debug status and control, internal view', {
    rights: 'ro',
    user: 'ro',
    permit: userChannel,
    store: 'DBGDSCR',
  }),
  row('DBGDSCRext', '0,c0,c2,2', 'Debug status and control, external view', {
    store: 'DBGDSCR',
    mask: DSCR_WRITABLE,
  }),
  row('DBGDTRRXint/TXint', '0,c0,c5,0', 'Debug communication channel; nobody is at the other end', {
    user: 'rw',
    permit: userChannel,
    read: core => core.sys[SLOT.DBGDTRRX]!,
    write: (core, value) => void (core.sys[SLOT.DBGDTRTX] = value),
  }),
  row('DBGDTRRXext', '0,c0,c0,2', 'Debug communication channel, external view of host to target', {
    store: 'DBGDTRRX',
  }),
  row('DBGDTRTXext', '0,c0,c3,2', 'Debug communication channel, external view of target to host', {
    store: 'DBGDTRTX',
  }),
  row('DBGWFAR', '0,c0,c6,0', 'Watchpoint fault address', { store: 'DBGWFAR' }),
  row('DBGVCR', '0,c0,c7,0', 'Vector catch', { store: 'DBGVCR' }),
  row('DBGDRAR', '0,c1,c0,0', 'Debug ROM address: none', { rights: 'ro', user: 'ro', permit: userChannel, value: 0 }),
  row('DBGDRAR (64 bits)', '0,c1', 'Debug ROM address: none', {
    rights: 'ro',
    user: 'ro',
    permit: userChannel,
    value: 0,
  }),
  row('DBGDSAR', '0,c2,c0,0', 'Debug self address offset: none', {
    rights: 'ro',
    user: 'ro',
    permit: userChannel,
    value: 0,
  }),
  row('DBGDSAR (64 bits)', '0,c2', 'Debug self address offset: none', {
    rights: 'ro',
    user: 'ro',
    permit: userChannel,
    value: 0,
  }),
  row('DBGOSLAR', '0,c1,c0,4', 'OS lock access', { rights: 'wo', volatile: true, write: writeOsLock }),
  row('DBGOSLSR', '0,c1,c1,4', 'OS lock status', { rights: 'ro', store: 'DBGOSLSR' }),
  row('DBGOSDLR', '0,c1,c3,4', 'OS double lock', { store: 'DBGOSDLR', mask: 1 }),
  row('DBGPRCR', '0,c1,c4,4', 'Power-down and reset control', { store: 'DBGPRCR', mask: 1 }),
  row('DBGPRSR', '0,c1,c5,4', 'Power-down and reset status: powered up', { rights: 'ro', value: 1 }),
  row('DBGCLAIMSET', '0,c7,c8,6', 'Claim tags: set', {
    read: () => 0xff,
    write: (core, value) => void (core.sys[SLOT.DBGCLAIM]! |= value & 0xff),
  }),
  row('DBGCLAIMCLR', '0,c7,c9,6', 'Claim tags: clear', {
    read: core => core.sys[SLOT.DBGCLAIM]!,
    write: (core, value) => void (core.sys[SLOT.DBGCLAIM]! &= ~value),
  }),
  row('DBGAUTHSTATUS', '0,c7,c14,6', 'Debug authentication: everything permitted', {
    rights: 'ro',
    value: AUTHENTICATION,
  }),
  row('DBGDEVID2', '0,c7,c0,7', 'Debug device ID 2', { rights: 'ro', value: 0 }),
  row('DBGDEVID1', '0,c7,c1,7', 'Debug device ID 1', { rights: 'ro', value: 0 }),
  row('DBGDEVID', '0,c7,c2,7', 'Debug device ID: double lock, virtualization, address masks', {
    rights: 'ro',
    value: 0x01110f13,
  }),
];

const BREAK_AND_WATCH: readonly SystemRegister[] = [
  ...numbered('DBGBVR', n => `0,c0,c${n},4`, 'Breakpoint value', upTo(BREAKPOINTS)),
  ...numbered('DBGBCR', n => `0,c0,c${n},5`, 'Breakpoint control', upTo(BREAKPOINTS), 0x1fffe1e7),
  ...numbered('DBGWVR', n => `0,c0,c${n},6`, 'Watchpoint value', upTo(WATCHPOINTS), ~3),
  ...numbered('DBGWCR', n => `0,c0,c${n},7`, 'Watchpoint control', upTo(WATCHPOINTS), 0x1f1fffff),
  ...numbered('DBGBXVR', n => `0,c1,c${n},1`, 'Breakpoint extended value (VMID)', CONTEXT_BREAKPOINTS, 0xff),
];

/** Jazelle is trivial: BXJ is BX, nothing else exists. */
const JAZELLE: readonly SystemRegister[] = [
  row('JIDR', '7,c0,c0,0', 'Jazelle ID: trivial implementation', { rights: 'ro', value: 0 }),
  row('JOSCR', '7,c1,c0,0', 'Jazelle OS control: none', { value: 0 }),
  row('JMCR', '7,c2,c0,0', 'Jazelle main configuration: none', { value: 0 }),
];

const THUMB_EE: readonly SystemRegister[] = [
  row('TEECR', '6,c0,c0,0', 'ThumbEE configuration', { user: 'ro', store: 'TEECR', mask: TEECR_XED }),
  row('TEEHBR', '6,c1,c0,0', 'ThumbEE handler base', {
    user: 'rw',
    permit: core => core.privileged || !(core.sys[SLOT.TEECR]! & TEECR_XED),
    store: 'TEEHBR',
    mask: ~3,
  }),
];

export const DEBUG: readonly SystemRegister[] = [...DEBUG_CONTROL, ...BREAK_AND_WATCH, ...JAZELLE, ...THUMB_EE];

/** What MRC of DBGDSCRint with Rt = 15 puts into the flags: bits 31:28. */
export const debugFlags = (core: Core): number => core.sys[SLOT.DBGDSCR]! & (PSR.N | PSR.Z | PSR.C | PSR.V);
