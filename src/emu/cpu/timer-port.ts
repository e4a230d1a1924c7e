// What the core needs of its Generic Timer (ARM DDI 0406C, chapter B8).

export type TimerRegister =
  | 'CNTFRQ'
  | 'CNTKCTL'
  | 'CNTPCT'
  | 'CNTVCT'
  | 'CNTP_TVAL'
  | 'CNTP_CTL'
  | 'CNTP_CVAL'
  | 'CNTV_TVAL'
  | 'CNTV_CTL'
  | 'CNTV_CVAL'
  | 'CNTVOFF'
  | 'CNTHP_TVAL'
  | 'CNTHP_CTL'
  | 'CNTHP_CVAL';

/**
 * The timers of one core. Access rights are the core's business; the port does what it is told. 64-bit values are two words,
 * without BigInt: guests read counts in loops.
 */
export interface GenericTimerPort {
  /** Bits 63:32 of the last answer; 0 for registers of 32 bits. */
  readonly high: number;
  /** @param secure which copy of the physical timer (CNTP_*), the only banked one. @returns bits 31:0 */
  read(register: TimerRegister, secure: boolean): number;
  /** @param high 0 for registers of 32 bits */
  write(register: TimerRegister, low: number, high: number, secure: boolean): void;
}
