// A timer port that keeps what is written, and does nothing else.
import type { GenericTimerPort, TimerRegister } from '../../../src/emu/cpu/timer-port';

export class NotedTimer implements GenericTimerPort {
  high = 0;
  readonly values = new Map<string, bigint>();

  /** @param name under which a register is noted */
  constructor(private readonly name: (register: TimerRegister, secure: boolean) => string = register => register) {}

  read(register: TimerRegister, secure: boolean): number {
    const value = this.values.get(this.name(register, secure)) ?? 0n;
    this.high = Number(value >> 32n);
    return Number(value & 0xffffffffn);
  }
  write(register: TimerRegister, low: number, high: number, secure: boolean): void {
    this.values.set(this.name(register, secure), (BigInt(high) << 32n) | BigInt(low));
  }
}
