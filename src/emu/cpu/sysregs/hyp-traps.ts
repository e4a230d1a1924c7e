// Which accesses of Non-secure PL1 and PL0 to system registers are trapped to Hyp mode (ARM DDI 0406C, B1.14): by HSTR and
// HCR.TIDCP whole regions, by other bits of HCR, HDCR, HCPTR and CNTHCTL single registers.
import { HCPTR, HCR, HDCR, HSTR } from '../control-bits';
import type { Core } from '../core';
import { SLOT } from './storage';

/** Bit that marks keys of 64-bit registers, see `packWideKey`. */
const WIDE = 1 << 20;

/** CRm of what HCR.TIDCP traps, by CRn: lockdown, DMA and TCM operations. */
const LOCKDOWN: Readonly<Record<number, number>> = { 9: 0x01e7, 10: 0x0113, 11: 0x81ff };

/** Whether HSTR.Tn or HCR.TIDCP traps the encoding, whatever it is. @param key of `packKey` or `packWideKey` */
export function regionTrapped(core: Core, key: number): boolean {
  if (((key >> 14) & 15) !== 15) return false;
  const wide = (key & WIDE) !== 0;
  const primary = wide ? key & 15 : (key >> 7) & 15;
  if ((core.sys[SLOT.HSTR]! >>> primary) & 1) return true;
  if (wide || !(core.sys[SLOT.HCR]! & HCR.TIDCP)) return false;
  return (((LOCKDOWN[primary] ?? 0) >>> ((key >> 3) & 15)) & 1) !== 0;
}

type Control = 'HCR' | 'HDCR' | 'HCPTR' | 'HSTR';
interface Rule {
  readonly control: Control;
  readonly bit: number;
  /** Of accesses: reads, writes or both. */
  readonly of: 'r' | 'w' | 'rw';
  readonly registers: readonly string[];
}
const rule = (control: Control, bit: number, of: Rule['of'], registers: string): Rule => ({
  control,
  bit,
  of,
  registers: registers.split(' '),
});

const RULES: readonly Rule[] = [
  rule('HCR', HCR.TID0, 'r', 'JIDR'),
  rule('HCR', HCR.TID1, 'r', 'TCMTR TLBTR REVIDR AIDR'),
  rule('HCR', HCR.TID2, 'rw', 'CTR CCSIDR CLIDR CSSELR'),
  // ID_PFR0 to ID_ISAR5 and the reserved feature registers: see `isFeature`.
  rule('HCR', HCR.TAC, 'rw', 'ACTLR'),
  rule('HCR', HCR.TSW, 'w', 'DCISW DCCSW DCCISW'),
  rule('HCR', HCR.TPC, 'w', 'DCIMVAC DCCMVAC DCCIMVAC'),
  rule('HCR', HCR.TPU, 'w', 'ICIMVAU ICIALLU ICIALLUIS DCCMVAU'),
  rule(
    'HCR',
    HCR.TTLB,
    'w',
    'TLBIALLIS TLBIMVAIS TLBIASIDIS TLBIMVAAIS ITLBIALL ITLBIMVA ITLBIASID DTLBIALL DTLBIMVA DTLBIASID TLBIALL TLBIMVA TLBIASID TLBIMVAA',
  ),
  rule(
    'HCR',
    HCR.TVM,
    'w',
    'SCTLR TTBR0 TTBR1 TTBCR TTBR0_64 TTBR1_64 DACR DFSR IFSR DFAR IFAR ADFSR AIFSR PRRR/MAIR0 NMRR/MAIR1 AMAIR0 AMAIR1 CONTEXTIDR',
  ),
  rule('HCPTR', HCPTR.TCPAC, 'rw', 'CPACR'),
  rule('HDCR', HDCR.TDRA, 'rw', 'DBGDRAR DBGDSAR DBGDRAR_64 DBGDSAR_64'),
  rule('HDCR', HDCR.TDOSA, 'rw', 'DBGOSLAR DBGOSLSR DBGOSDLR DBGPRCR'),
  rule('HDCR', HDCR.TPMCR, 'rw', 'PMCR'),
  rule('HSTR', HSTR.TTEE, 'rw', 'TEECR TEEHBR'),
  rule('HSTR', HSTR.TJDBX, 'rw', 'JOSCR JMCR'),
];

/** TDRA and TDOSA have their own registers of CP14; TDA traps the other debug registers. */
const NOT_TDA = new Set(RULES.filter(r => r.bit === HDCR.TDRA || r.bit === HDCR.TDOSA).flatMap(r => r.registers));

const BY_NAME = new Map<string, readonly Rule[]>();
for (const r of RULES) for (const name of r.registers) BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), r]);

/** Name of a row as rules have it. */
const ruleName = (name: string): string => name.replace(' (64 bits)', '_64');

/** HDCR, in which TDE lets the other traps of debug registers behave as set. */
function debugControl(core: Core): number {
  const hdcr = core.sys[SLOT.HDCR]!;
  return hdcr & HDCR.TDE ? hdcr | HDCR.TDA | HDCR.TDOSA | HDCR.TDRA : hdcr;
}

/** c0, c1 to c7 with opc1 0: the identification registers of HCR.TID3. */
const isFeature = (key: number): boolean =>
  key >> 14 === 15 && ((key >> 7) & 0x7f) === 0 && ((key >> 3) & 15) >= 1 && ((key >> 3) & 15) <= 7;
const isDebug = (key: number): boolean =>
  ((key >> 14) & 15) === 14 && (key & WIDE ? ((key >> 4) & 15) === 0 : ((key >> 11) & 7) === 0);
/** c9, c12 to c14: performance monitors. */
const isMonitor = (key: number): boolean =>
  key >> 14 === 15 && ((key >> 7) & 0x7f) === 9 && ((key >> 3) & 15) >= 12 && ((key >> 3) & 15) <= 14;

/** CNTHCTL.PL1PCTEN and PL1PCEN: what they open to Non-secure PL1 and PL0. */
const COUNTER = 1;
const TIMER = 2;
const PHYSICAL_TIMER: Readonly<Record<string, number>> = {
  CNTPCT: COUNTER, CNTP_TVAL: TIMER, CNTP_CTL: TIMER, CNTP_CVAL: TIMER,
}; // prettier-ignore

/**
 * Whether an access that the mode may make is trapped because of the register.
 * @param name of the register's row. @param key its encoding
 */
export function registerTrapped(core: Core, name: string, key: number, write: boolean): boolean {
  const { sys } = core;
  const timer = PHYSICAL_TIMER[name];
  if (timer !== undefined) return (sys[SLOT.CNTHCTL]! & timer) === 0;
  if (isFeature(key)) return (sys[SLOT.HCR]! & HCR.TID3) !== 0;
  if (isMonitor(key) && sys[SLOT.HDCR]! & HDCR.TPM) return true;
  if (isDebug(key) && debugControl(core) & HDCR.TDA && !NOT_TDA.has(ruleName(name))) return true;
  for (const { control, bit, of } of BY_NAME.get(ruleName(name)) ?? NO_RULES) {
    const value = control === 'HDCR' ? debugControl(core) : sys[SLOT[control]]!;
    if (value & bit && of.includes(write ? 'w' : 'r')) return true;
  }
  return false;
}
const NO_RULES: readonly Rule[] = [];
