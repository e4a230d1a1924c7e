// Processor modes and the registers they bank (ARM DDI 0406C, B1.3.1 and B1.3.2).

/** M[4:0] by the manual's abbreviations. */
export const MODE = {
  usr: 0x10,
  fiq: 0x11,
  irq: 0x12,
  svc: 0x13,
  mon: 0x16,
  abt: 0x17,
  hyp: 0x1a,
  und: 0x1b,
  sys: 0x1f,
} as const;
export type ModeName = keyof typeof MODE;

/** Sets of banked registers. Hyp mode has its own SP and SPSR, but uses the LR of User mode. */
export const BANK = { usr: 0, fiq: 1, irq: 2, svc: 3, abt: 4, und: 5, mon: 6, hyp: 7 } as const;
export const BANKS = 8;

export interface Mode {
  readonly name: ModeName;
  readonly number: number;
  /** 0 User, 1 the other modes of PL1, 2 Hyp. */
  readonly privilege: 0 | 1 | 2;
  /** Whose SP, LR and SPSR; spsr −1: the mode has none. */
  readonly sp: number;
  readonly lr: number;
  readonly spsr: number;
}

const mode = (name: ModeName, privilege: 0 | 1 | 2, sp: number, lr = sp, spsr = sp): Mode => ({
  name,
  number: MODE[name],
  privilege,
  sp,
  lr,
  spsr,
});

const ALL: readonly Mode[] = [
  mode('usr', 0, BANK.usr, BANK.usr, -1),
  mode('fiq', 1, BANK.fiq),
  mode('irq', 1, BANK.irq),
  mode('svc', 1, BANK.svc),
  mode('mon', 1, BANK.mon),
  mode('abt', 1, BANK.abt),
  mode('hyp', 2, BANK.hyp, BANK.usr),
  mode('und', 1, BANK.und),
  mode('sys', 1, BANK.usr, BANK.usr, -1),
];

/** By M[4:0]; undefined where the number is no mode. */
export const MODES: readonly (Mode | undefined)[] = Array.from({ length: 32 }, (_, m) => ALL.find(x => x.number === m));
