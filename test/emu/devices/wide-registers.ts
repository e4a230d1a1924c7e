// Timer registers as 64-bit integers, as people write them; the model has two words.
import type { GenericTimer } from '../../../src/emu/devices/generic-timer';
import { GenericTimerRegisters, type TimerRegisterName } from '../../../src/emu/devices/generic-timer-registers';

export class WideRegisters {
  private readonly words: GenericTimerRegisters;

  constructor(timer: GenericTimer) {
    this.words = new GenericTimerRegisters(timer);
  }
  read(register: TimerRegisterName, secure: boolean): bigint {
    const low = this.words.read(register, secure);
    return (BigInt(this.words.high) << 32n) | BigInt(low);
  }
  write(register: TimerRegisterName, value: bigint, secure: boolean): void {
    this.words.write(register, Number(value & 0xffffffffn), Number(value >> 32n), secure);
  }
}
