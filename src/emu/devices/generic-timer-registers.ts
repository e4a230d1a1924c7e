// The Generic Timer by the names of its CP15 registers (ARM DDI 0406C section B8.1), for the table of system registers.
import { TIMER, type GenericTimer, type TimerIndex } from './generic-timer';

interface Access {
  /** 64 bits: the high word is in the timer afterwards. */
  readonly wide?: true;
  readonly read: (timer: GenericTimer, index: TimerIndex) => number;
  readonly write?: (timer: GenericTimer, index: TimerIndex, low: number, high: number) => void;
}

const TVAL: Access = {
  read: (t, i) => t.timerValue(i),
  write: (t, i, low) => t.setTimerValue(i, low),
};
const CTL: Access = { read: (t, i) => t.control(i), write: (t, i, low) => t.setControl(i, low) };
const CVAL: Access = {
  wide: true,
  read: (t, i) => t.compareValue(i),
  write: (t, i, low, high) => t.setCompareValue(i, high, low),
};

/** Implemented bits of CNTKCTL (B4.1.25). */
const CNTKCTL_BITS = 0x3ff;

const REGISTERS = {
  CNTFRQ: { read: t => t.state.frequency, write: (t, _i, low) => void (t.state.frequency = low) },
  CNTKCTL: {
    read: t => t.state.kernelControl,
    write: (t, _i, low) => void (t.state.kernelControl = low & CNTKCTL_BITS),
  },
  CNTPCT: { wide: true, read: t => t.physicalCount() },
  CNTVCT: { wide: true, read: t => t.virtualCount() },
  CNTVOFF: { wide: true, read: t => t.offset(), write: (t, _i, low, high) => t.setOffset(high, low) },
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

/** By register: the timer for Non-secure and for Secure accesses. */
const TIMERS = {} as Record<TimerRegisterName, readonly [TimerIndex, TimerIndex]>;
for (const name of Object.keys(REGISTERS) as TimerRegisterName[])
  TIMERS[name] = [timerOf(name, false), timerOf(name, true)];

/** Reads and writes of the timer registers of one core by name. */
export class GenericTimerRegisters {
  /** Bits 63:32 of the last answer. */
  high = 0;

  constructor(private readonly timer: GenericTimer) {}

  /** @param secure which copy of the physical timer. @returns bits 31:0 */
  read(register: TimerRegisterName, secure: boolean): number {
    const access: Access = REGISTERS[register];
    const low = access.read(this.timer, TIMERS[register][secure ? 1 : 0]);
    this.high = access.wide ? this.timer.high : 0;
    return low;
  }

  /** Writes to CNTPCT and CNTVCT, which are read-only, have no effect. */
  write(register: TimerRegisterName, low: number, high: number, secure: boolean): void {
    const access: Access = REGISTERS[register];
    access.write?.(this.timer, TIMERS[register][secure ? 1 : 0], low, high);
  }
}
