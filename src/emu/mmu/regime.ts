// Translation regimes and what the system registers say about them, in the form that walks need.

/** The regimes of ARMv7-A with the Virtualization Extensions (ARM DDI 0406C, B3.1). */
export const REGIMES = ['secure', 'nonsecure', 'hyp'] as const;
export type RegimeName = (typeof REGIMES)[number];

/**
 * One stage-1 regime. The core keeps one object for each and rewrites the fields when a register they come from is
 * written; walks never look at system registers.
 */
export interface Regime {
  readonly name: RegimeName;
  /** SCTLR.M: false makes the map flat. */
  enabled: boolean;
  /** HCR.DC: memory is Normal while the map is flat. */
  defaultCacheable: boolean;
  /** SCTLR.AFE: AP[0] is the access flag. Short descriptors only. */
  accessFlag: boolean;
  /** SCTLR.TRE: PRRR and NMRR say what TEX[0], C and B mean. Short descriptors only. */
  remap: boolean;
  /** SCTLR.WXN: writable memory is never executable. */
  writeNeverExecute: boolean;
  /** SCTLR.UWXN: memory writable at PL0 is not executable at PL1. */
  userWriteNeverExecute: boolean;
  /** SCTLR.EE: tables are big-endian. */
  bigEndian: boolean;
  /** SCR.SIF: the Secure regime does not fetch instructions from Non-secure memory. */
  secureFetchOnly: boolean;
  /** TTBCR.EAE: long descriptors. Always true in Hyp mode. */
  long: boolean;
  ttbcr: number;
  /** TTBR0 and TTBR1: bits 31:0 and 39:32 apart. */
  ttbr0: number;
  ttbr0High: number;
  ttbr1: number;
  ttbr1High: number;
  dacr: number;
  /** PRRR, or MAIR0 with long descriptors. */
  mair0: number;
  /** NMRR, or MAIR1 with long descriptors. */
  mair1: number;
}

export function createRegime(name: RegimeName): Regime {
  return {
    name,
    enabled: false,
    defaultCacheable: false,
    accessFlag: false,
    remap: false,
    writeNeverExecute: false,
    userWriteNeverExecute: false,
    bigEndian: false,
    secureFetchOnly: false,
    long: false,
    ttbcr: 0,
    ttbr0: 0,
    ttbr0High: 0,
    ttbr1: 0,
    ttbr1High: 0,
    dacr: 0,
    mair0: 0,
    mair1: 0,
  };
}
