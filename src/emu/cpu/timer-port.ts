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

/** The timers of one core. Access rights are the core's business; the port does what it is told. */
export interface GenericTimerPort {
  /** @param secure which copy of the physical timer (CNTP_*), the only banked one. */
  read(register: TimerRegister, secure: boolean): bigint;
  /** @param value 32 or 64 bits as an unsigned number, after the width of the register. */
  write(register: TimerRegister, value: bigint, secure: boolean): void;
}
