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

type Control = 'HCR' | 'HDCR' | 'HCPTR' | 'HSTR' | 'CNTHCTL';

/** One reason for a trap: any of the bits is set, or with `clear` none. */
interface Rule {
  readonly control: Control;
  readonly bits: number;
  readonly clear?: true;
  /** Of accesses: reads, writes or both. */
  readonly of: 'r' | 'w' | 'rw';
  /** Names of rows without what they have in brackets, or what encodings they have. */
  readonly registers: string | ((key: number) => boolean);
}
const rule = (control: Control, bits: number, of: Rule['of'], registers: Rule['registers']): Rule => ({
  control,
  bits,
  of,
  registers,
});

/** c0, c1 to c7 with opc1 0: the identification registers of HCR.TID3, reserved ones too. */
const isFeature = (key: number): boolean =>
  key >> 14 === 15 && ((key >> 7) & 0x7f) === 0 && ((key >> 3) & 15) >= 1 && ((key >> 3) & 15) <= 7;
/** c9, c12 to c14: performance monitors. */
const isMonitor = (key: number): boolean =>
  key >> 14 === 15 && ((key >> 7) & 0x7f) === 9 && ((key >> 3) & 15) >= 12 && ((key >> 3) & 15) <= 14;
const isDebug = (key: number): boolean =>
  ((key >> 14) & 15) === 14 && (key & WIDE ? ((key >> 4) & 15) === 0 : ((key >> 11) & 7) === 0);

const ROM = 'DBGDRAR DBGDSAR';
const OS_LOCK = 'DBGOSLAR DBGOSLSR DBGOSDLR DBGPRCR';
/** CNTHCTL.PL1PCTEN and PL1PCEN open what they are about to Non-secure PL1 and PL0. */
const COUNTER = 1;
const TIMER = 2;

const RULES: readonly Rule[] = [
  rule('HCR', HCR.TID0, 'r', 'JIDR'),
  rule('HCR', HCR.TID1, 'r', 'TCMTR TLBTR REVIDR AIDR'),
  rule('HCR', HCR.TID2, 'rw', 'CTR CCSIDR CLIDR CSSELR'),
  rule('HCR', HCR.TID3, 'r', isFeature),
  rule('HCR', HCR.TAC, 'rw', 'ACTLR'),
  rule('HCR', HCR.TSW, 'w', 'DCISW DCCSW DCCISW'),
  rule('HCR', HCR.TPC, 'w', 'DCIMVAC DCCMVAC DCCIMVAC'),
  rule('HCR', HCR.TPU, 'w', 'ICIMVAU ICIALLU ICIALLUIS DCCMVAU'),
  rule('HCR', HCR.TTLB, 'w', 'TLBIALLIS TLBIMVAIS TLBIASIDIS TLBIMVAAIS TLBIALL TLBIMVA TLBIASID TLBIMVAA'),
  rule('HCR', HCR.TTLB, 'w', 'ITLBIALL ITLBIMVA ITLBIASID DTLBIALL DTLBIMVA DTLBIASID'),
  rule('HCR', HCR.TVM, 'w', 'SCTLR TTBR0 TTBR1 TTBCR DACR DFSR IFSR DFAR IFAR ADFSR AIFSR'),
  rule('HCR', HCR.TVM, 'w', 'PRRR/MAIR0 NMRR/MAIR1 AMAIR0 AMAIR1 CONTEXTIDR'),
  rule('HCPTR', HCPTR.TCPAC, 'rw', 'CPACR'),
  // TDE lets the others behave as if they were set.
  rule('HDCR', HDCR.TDRA | HDCR.TDE, 'rw', ROM),
  rule('HDCR', HDCR.TDOSA | HDCR.TDE, 'rw', OS_LOCK),
  rule('HDCR', HDCR.TDA | HDCR.TDE, 'rw', isDebug),
  rule('HDCR', HDCR.TPMCR, 'rw', 'PMCR'),
  rule('HDCR', HDCR.TPM, 'rw', isMonitor),
  rule('HSTR', HSTR.TTEE, 'rw', 'TEECR TEEHBR'),
  rule('HSTR', HSTR.TJDBX, 'rw', 'JOSCR JMCR'),
  { ...rule('CNTHCTL', COUNTER, 'rw', 'CNTPCT'), clear: true },
  { ...rule('CNTHCTL', TIMER, 'rw', 'CNTP_TVAL CNTP_CTL CNTP_CVAL'), clear: true },
];

/** TDRA and TDOSA have their own registers; TDA traps the other debug registers. */
const NOT_TDA = new Set(`${ROM} ${OS_LOCK}`.split(' '));

/** A rule as an access looks at it. */
interface Trap {
  /** Index in `Core.sys`. */
  readonly control: number;
  readonly bits: number;
  readonly clear: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
}
export type Traps = readonly Trap[];

/** What can trap the accesses to a register. @param name of its row. @param key of its encoding */
export function trapsOf(name: string, key: number): Traps {
  const plain = name.replace(/ .*/, '');
  const about = ({ registers }: Rule): boolean => {
    if (typeof registers === 'string') return registers.split(' ').includes(plain);
    return registers(key) && !(registers === isDebug && NOT_TDA.has(plain));
  };
  return RULES.filter(about).map(({ control, bits, clear, of }) => ({
    control: SLOT[control],
    bits,
    clear: clear === true,
    reads: of.includes('r'),
    writes: of.includes('w'),
  }));
}

/** Whether an access that the mode may make is trapped because of the register. */
export function registerTrapped(core: Core, traps: Traps, write: boolean): boolean {
  for (const trap of traps) {
    if (!(write ? trap.writes : trap.reads)) continue;
    if (((core.sys[trap.control]! & trap.bits) === 0) === trap.clear) return true;
  }
  return false;
}
