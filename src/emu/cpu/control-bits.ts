// Bits of the registers that control a core, by the manual's names (ARM DDI 0406C, B4.1).

export const SCR = { NS: 1, IRQ: 2, FIQ: 4, EA: 8, FW: 16, AW: 32, SCD: 128, HCE: 256, SIF: 512 } as const;

/** SCTLR; HSCTLR has the same bits where it has them. */
export const SCTLR = {
  M: 1,
  A: 2,
  C: 4,
  CP15BEN: 1 << 5,
  I: 1 << 12,
  V: 1 << 13,
  WXN: 1 << 19,
  UWXN: 1 << 20,
  EE: 1 << 25,
  NMFI: 1 << 27,
  TRE: 1 << 28,
  AFE: 1 << 29,
  TE: 1 << 30,
} as const;

export const TTBCR_EAE = 0x80000000;
export const CPACR_ASEDIS = 0x80000000;
export const NSACR = { CP10: 1 << 10, NSASEDIS: 1 << 15, NS_SMP: 1 << 18 } as const;

/** Hyp Configuration Register: stage 2, routing, virtual interrupts, traps. */
export const HCR = {
  VM: 1,
  SWIO: 1 << 1,
  PTW: 1 << 2,
  FMO: 1 << 3,
  IMO: 1 << 4,
  AMO: 1 << 5,
  VF: 1 << 6,
  VI: 1 << 7,
  VA: 1 << 8,
  FB: 1 << 9,
  BSU: 3 << 10,
  DC: 1 << 12,
  TWI: 1 << 13,
  TWE: 1 << 14,
  TID0: 1 << 15,
  TID1: 1 << 16,
  TID2: 1 << 17,
  TID3: 1 << 18,
  TSC: 1 << 19,
  TIDCP: 1 << 20,
  TAC: 1 << 21,
  TSW: 1 << 22,
  TPC: 1 << 23,
  TPU: 1 << 24,
  TTLB: 1 << 25,
  TVM: 1 << 26,
  TGE: 1 << 27,
} as const;

export const HDCR = {
  HPMN: 0x1f,
  TPMCR: 1 << 5,
  TPM: 1 << 6,
  HPME: 1 << 7,
  TDE: 1 << 8,
  TDA: 1 << 9,
  TDOSA: 1 << 10,
  TDRA: 1 << 11,
} as const;

/** Hyp Coprocessor Trap Register. */
export const HCPTR = { TCP10: 1 << 10, TCP11: 1 << 11, TASE: 1 << 15, TTA: 1 << 20, TCPAC: 0x80000000 } as const;

/** Hyp System Trap Register: bit n traps what MCR, MRC, MCRR and MRRC reach by the primary register cn. */
export const HSTR = { T7: 1 << 7, T13: 1 << 13, TTEE: 1 << 16, TJDBX: 1 << 17 } as const;
