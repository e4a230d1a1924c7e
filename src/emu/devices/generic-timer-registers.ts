// The Generic Timer by the names of its CP15 registers (ARM DDI 0406C section B8.1), for the table of system registers.
import { TIMER, type GenericTimer, type TimerIndex } from './generic-timer';

interface Access {
  readonly read: (timer: GenericTimer, index: TimerIndex) => bigint;
  readonly write?: (timer: GenericTimer, index: TimerIndex, value: bigint) => void;
}

/** Joins a low word with the high word that the same call left in the timer. */
const wide = (timer: GenericTimer, low: number): bigint => (BigInt(timer.high) << 32n) | BigInt(low);
const high = (value: bigint): number => Number((value >> 32n) & 0xffffffffn);
const low = (value: bigint): number => Number(value & 0xffffffffn);

const TVAL: Access = {
  read: (t, i) => BigInt(t.timerValue(i)),
  write: (t, i, value) => t.setTimerValue(i, low(value)),
};
const CTL: Access = { read: (t, i) => BigInt(t.control(i)), write: (t, i, value) => t.setControl(i, low(value)) };
const CVAL: Access = {
  read: (t, i) => wide(t, t.compareValue(i)),
  write: (t, i, value) => t.setCompareValue(i, high(value), low(value)),
};

/** Implemented bits of CNTKCTL (B4.1.25). */
const CNTKCTL_BITS = 0x3ff;

const REGISTERS = {
  CNTFRQ: { read: t => BigInt(t.state.frequency), write: (t, _i, value) => void (t.state.frequency = low(value)) },
  CNTKCTL: {
    read: t => BigInt(t.state.kernelControl),
    write: (t, _i, value) => void (t.state.kernelControl = low(value) & CNTKCTL_BITS),
  },
  CNTPCT: { read: t => wide(t, t.physicalCount()) },
  CNTVCT: { read: t => wide(t, t.virtualCount()) },
  CNTVOFF: { read: t => wide(t, t.offset()), write: (t, _i, value) => t.setOffset(high(value), low(value)) },
  CNTP_TVAL: TVAL,
  CNTP_CTL: CTL,
  CNTP_CVAL: CVAL,
  CNTV_TVAL: TVAL,
  CNTV_CTL: CTL,
  CNTV_CVAL: CVAL,
  CNTHP_TVAL: TVAL,
  CNTHP_CTL: CTL,
  CNTHP_CVAL: CVAL,
} as const satisfies Record<string, Access>;

export type TimerRegisterName = keyof typeof REGISTERS;

/** Which timer a register belongs to; CNTP_* is banked between the security states. */
function timerOf(register: TimerRegisterName, secure: boolean): TimerIndex {
  if (register.startsWith('CNTV_')) return TIMER.VIRTUAL;
  if (register.startsWith('CNTHP_')) return TIMER.HYP;
  return secure ? TIMER.SECURE_PHYSICAL : TIMER.PHYSICAL;
}

/** Reads and writes of the timer registers of one core by name, as 32- or 64-bit unsigned integers. */
export class GenericTimerRegisters {
  constructor(private readonly timer: GenericTimer) {}

  /** @param secure which copy of the physical timer. */
  read(register: TimerRegisterName, secure: boolean): bigint {
    return REGISTERS[register].read(this.timer, timerOf(register, secure));
  }

  /** Writes to CNTPCT and CNTVCT, which are read-only, have no effect. */
  write(register: TimerRegisterName, value: bigint, secure: boolean): void {
    const access: Access = REGISTERS[register];
    access.write?.(this.timer, timerOf(register, secure), value);
  }
}
