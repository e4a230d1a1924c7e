// System control, translation, fault and thread registers (ARM DDI 0406C, B4.1; ARM DDI 0438I, 4.3).
import { CPU } from '../../codegen/layout';
import { CPACR_ASEDIS, HCR, NSACR, SCR, SCTLR, TTBCR_EAE } from '../control-bits';
import type { Core } from '../core';
import { PSR } from '../psr';
import { HIGH_WORD, SLOT } from './storage';
import type { SystemRegister } from './table';

const SCTLR_FLUSH = SCTLR.M | SCTLR.AFE | SCTLR.TRE | SCTLR.WXN | SCTLR.UWXN | SCTLR.EE;
/** Writable bits on the Cortex-A15: TE AFE TRE EE UWXN WXN V I Z SW CP15BEN C A M. The others are fixed. */
const SCTLR_WRITABLE = 0x72183c27;
const CPACR_CP = 0x00f00000;
const ACTLR_SMP = 1 << 6;

/** Rebuilds the regime that the current bank describes and drops what was translated by the old one. */
function translationWritten(core: Core): void {
  core.translationChanged(core.bank);
  core.tlbFlush();
}

/**
 * After a change of the table base or the ASID. Entries of other ASIDs are not kept; global ones stay, as they may in
 * hardware. Hypervisors write back what was there when they return to the machine that ran last.
 */
function contextWritten(core: Core): void {
  const { regimes, bank, sys } = core;
  const { ttbr0, ttbr0High, ttbr1, ttbr1High } = bank ? regimes.secure : regimes.nonsecure;
  if (
    ttbr0 === sys[SLOT.TTBR0 + bank] &&
    ttbr0High === sys[SLOT.TTBR0 + HIGH_WORD + bank] &&
    ttbr1 === sys[SLOT.TTBR1 + bank] &&
    ttbr1High === sys[SLOT.TTBR1 + HIGH_WORD + bank]
  )
    return;
  core.translationChanged(core.bank);
  core.tlbFlushNonGlobal();
}

function writeSctlr(core: Core, value: number): void {
  const at = SLOT.SCTLR + core.bank;
  const old = core.sys[at]!;
  const fresh = (old & ~SCTLR_WRITABLE) | (value & SCTLR_WRITABLE);
  core.sys[at] = fresh;
  if ((old ^ fresh) & SCTLR_FLUSH) translationWritten(core);
  if ((old ^ fresh) & SCTLR.A) core.regimeChanged();
}

function writeScr(core: Core, value: number): void {
  const old = core.sys[SLOT.SCR]!;
  core.sys[SLOT.SCR] = value & 0x3bf;
  if ((old ^ value) & SCR.SIF) {
    core.translationChanged(1);
    core.tlbFlush();
  }
  core.regimeChanged();
}

/** Non-secure software sees as absent what NSACR does not grant it. */
function readCpacr(core: Core): number {
  const value = core.sys[SLOT.CPACR]!;
  if (core.secure) return value;
  const nsacr = core.sys[SLOT.NSACR]!;
  return (nsacr & NSACR.CP10 ? value : value & ~CPACR_CP) | (nsacr & NSACR.NSASEDIS ? CPACR_ASEDIS : 0);
}

function writeCpacr(core: Core, value: number): void {
  let mask = CPACR_CP | CPACR_ASEDIS;
  const nsacr = core.sys[SLOT.NSACR]!;
  if (!core.secure && !(nsacr & NSACR.CP10)) mask &= ~CPACR_CP;
  if (!core.secure && nsacr & NSACR.NSASEDIS) mask &= ~CPACR_ASEDIS;
  core.sys[SLOT.CPACR] = (core.sys[SLOT.CPACR]! & ~mask) | (value & mask);
  core.regimeChanged();
}

/** Non-secure software may write ACTLR.SMP alone, and that only when NSACR.NS_SMP is set. */
function writeActlr(core: Core, value: number): void {
  const mask = core.owner ? -1 : core.sys[SLOT.NSACR]! & NSACR.NS_SMP ? ACTLR_SMP : 0;
  core.sys[SLOT.ACTLR] = (core.sys[SLOT.ACTLR]! & ~mask) | (value & mask);
}

function writeTtbcr(core: Core, value: number): void {
  const at = SLOT.TTBCR + core.bank;
  const old = core.sys[at]!;
  // Without EAE only the fields of the short-descriptor format exist: PD1, PD0, N.
  core.sys[at] = value & TTBCR_EAE ? value & 0xbfc73f87 : value & 0x37;
  if (core.sys[at] !== old) translationWritten(core);
}

/** Only entries of domains whose access changes go: Linux closes and opens the user's domain at every kernel entry. */
function writeDacr(core: Core, value: number): void {
  const at = SLOT.DACR + core.bank;
  const changed = core.sys[at]! ^ value;
  if (changed === 0) return;
  core.sys[at] = value;
  core.translationChanged(core.bank);
  let domains = 0;
  for (let d = 0; d < 16; d++) if ((changed >>> (2 * d)) & 3) domains |= 1 << d;
  core.tables.pl0.flushDomains(domains);
  core.tables.pl1.flushDomains(domains);
}

/** ISR: the interrupts that the current mode could take, virtual ones where HCR says that these are its interrupts. */
function readIsr(core: Core): number {
  const { irq, fiq, virq, vfiq } = core.lines;
  const hcr = core.trappable ? core.sys[SLOT.HCR]! : 0;
  const pendingIrq = hcr & HCR.IMO ? virq || (hcr & HCR.VI) !== 0 : irq;
  const pendingFiq = hcr & HCR.FMO ? vfiq || (hcr & HCR.VF) !== 0 : fiq;
  const pendingAbort = (hcr & HCR.AMO) !== 0 && (hcr & HCR.VA) !== 0;
  return (pendingAbort ? PSR.A : 0) | (pendingIrq ? PSR.I : 0) | (pendingFiq ? PSR.F : 0);
}

/** TPIDR registers of the current bank live in the core's state words. */
const thread = (
  name: 'TPIDRURW' | 'TPIDRURO' | 'TPIDRPRW',
  opc2: number,
  user: 'rw' | 'ro' | undefined,
): SystemRegister => ({
  name,
  at: `p15,0,c13,c0,${opc2}`,
  group: 'Threads',
  about: 'Software thread ID',
  ...(user && { user }),
  read: core => core.field(CPU[name]),
  write: (core, value) => core.setField(CPU[name], value),
});

export const CONTROL: readonly SystemRegister[] = [
  {
    name: 'SCTLR',
    at: 'p15,0,c1,c0,0',
    group: 'Control',
    about: 'System control: MMU, caches, alignment, vectors, endianness of exceptions',
    store: 'SCTLR',
    write: writeSctlr,
  },
  {
    name: 'ACTLR',
    at: 'p15,0,c1,c0,1',
    group: 'Control',
    about: 'Auxiliary control of the Cortex-A15: SMP and prediction',
    store: 'ACTLR',
    write: writeActlr,
  },
  {
    name: 'CPACR',
    at: 'p15,0,c1,c0,2',
    group: 'Control',
    about: 'Access to floating point and Advanced SIMD',
    read: readCpacr,
    write: writeCpacr,
  },
  {
    name: 'SCR',
    at: 'p15,0,c1,c1,0',
    group: 'Control',
    about: 'Secure configuration: security state, routing to Monitor mode',
    secureOnly: 'all',
    store: 'SCR',
    write: writeScr,
  },
  {
    name: 'SDER',
    at: 'p15,0,c1,c1,1',
    group: 'Control',
    about: 'Secure debug enable',
    secureOnly: 'all',
    store: 'SDER',
    mask: 3,
  },
  {
    name: 'NSACR',
    at: 'p15,0,c1,c1,2',
    group: 'Control',
    about: 'What Non-secure software may access',
    secureOnly: 'write',
    // Part of the Security Extensions.
    permit: ({ env }) => env.virtualization ?? true,
    store: 'NSACR',
    mask: 0x00068c00,
    written: core => core.regimeChanged(),
  },
  {
    name: 'TTBR0',
    at: 'p15,0,c2,c0,0',
    group: 'Translation',
    about: 'Translation table base 0',
    store: 'TTBR0',
    written: contextWritten,
  },
  {
    name: 'TTBR1',
    at: 'p15,0,c2,c0,1',
    group: 'Translation',
    about: 'Translation table base 1',
    store: 'TTBR1',
    written: contextWritten,
  },
  {
    name: 'TTBCR',
    at: 'p15,0,c2,c0,2',
    group: 'Translation',
    about: 'Translation table control: format, split of the address space',
    store: 'TTBCR',
    write: writeTtbcr,
  },
  {
    name: 'TTBR0 (64 bits)',
    at: 'p15,0,c2',
    group: 'Translation',
    about: 'Translation table base 0 with ASID',
    store: 'TTBR0',
    highMask: 0x00ff00ff,
    written: contextWritten,
  },
  {
    name: 'TTBR1 (64 bits)',
    at: 'p15,1,c2',
    group: 'Translation',
    about: 'Translation table base 1 with ASID',
    store: 'TTBR1',
    highMask: 0x00ff00ff,
    written: contextWritten,
  },
  {
    name: 'DACR',
    at: 'p15,0,c3,c0,0',
    group: 'Translation',
    about: 'Access of the 16 domains',
    store: 'DACR',
    write: writeDacr,
  },
  {
    name: 'DFSR',
    at: 'p15,0,c5,c0,0',
    group: 'Faults',
    about: 'Status of the last Data Abort',
    store: 'DFSR',
    mask: 0x3eff,
  },
  {
    name: 'IFSR',
    at: 'p15,0,c5,c0,1',
    group: 'Faults',
    about: 'Status of the last Prefetch Abort',
    store: 'IFSR',
    mask: 0x163f,
  },
  { name: 'ADFSR', at: 'p15,0,c5,c1,0', group: 'Faults', about: 'Auxiliary data fault status', store: 'ADFSR' },
  { name: 'AIFSR', at: 'p15,0,c5,c1,1', group: 'Faults', about: 'Auxiliary instruction fault status', store: 'AIFSR' },
  { name: 'DFAR', at: 'p15,0,c6,c0,0', group: 'Faults', about: 'Address of the last Data Abort', store: 'DFAR' },
  { name: 'IFAR', at: 'p15,0,c6,c0,2', group: 'Faults', about: 'Address of the last Prefetch Abort', store: 'IFAR' },
  { name: 'PAR', at: 'p15,0,c7,c4,0', group: 'Translation', about: 'Result of an address translation', store: 'PAR' },
  {
    name: 'PAR (64 bits)',
    at: 'p15,0,c7',
    group: 'Translation',
    about: 'Result of an address translation',
    store: 'PAR',
  },
  {
    name: 'PRRR/MAIR0',
    at: 'p15,0,c10,c2,0',
    group: 'Translation',
    about: 'Memory attributes 0 to 3 (or primary region remap)',
    store: 'MAIR0',
    written: core => core.translationChanged(core.bank),
  },
  {
    name: 'NMRR/MAIR1',
    at: 'p15,0,c10,c2,1',
    group: 'Translation',
    about: 'Memory attributes 4 to 7 (or normal memory remap)',
    store: 'MAIR1',
    written: core => core.translationChanged(core.bank),
  },
  { name: 'AMAIR0', at: 'p15,0,c10,c3,0', group: 'Translation', about: 'Auxiliary memory attributes, none', value: 0 },
  { name: 'AMAIR1', at: 'p15,0,c10,c3,1', group: 'Translation', about: 'Auxiliary memory attributes, none', value: 0 },
  {
    name: 'VBAR',
    at: 'p15,0,c12,c0,0',
    group: 'Exceptions',
    about: 'Vector base of the security state',
    store: 'VBAR',
    mask: ~0x1f,
  },
  {
    name: 'MVBAR',
    at: 'p15,0,c12,c0,1',
    group: 'Exceptions',
    about: 'Vector base of Monitor mode',
    secureOnly: 'all',
    store: 'MVBAR',
    mask: ~0x1f,
  },
  { name: 'ISR', at: 'p15,0,c12,c1,0', group: 'Exceptions', about: 'Pending interrupts', rights: 'ro', read: readIsr },
  { name: 'FCSEIDR', at: 'p15,0,c13,c0,0', group: 'Threads', about: 'FCSE process ID, not implemented', value: 0 },
  {
    name: 'CONTEXTIDR',
    at: 'p15,0,c13,c0,1',
    group: 'Threads',
    about: 'Context ID, and the ASID with short descriptors',
    store: 'CONTEXTIDR',
    write: writeContextId,
  },
  thread('TPIDRURW', 2, 'rw'),
  thread('TPIDRURO', 3, 'ro'),
  thread('TPIDRPRW', 4, undefined),
];

function writeContextId(core: Core, value: number): void {
  const at = SLOT.CONTEXTIDR + core.bank;
  const asid = core.asid();
  core.sys[at] = value;
  if (core.asid() !== asid) core.tlbFlushNonGlobal();
}
