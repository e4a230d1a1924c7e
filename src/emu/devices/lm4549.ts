// LM4549: the AC'97 codec behind the audio controller of the V2M-P1 motherboard. Registers only; nothing sounds.

/** Reset values by register (LM4549 data sheet, "Register map"); registers not listed read 0. */
const RESETS: Readonly<Record<number, number>> = {
  0x00: 0x0d50, // Reset: features of the codec
  0x02: 0x8008, // Master Volume: muted
  0x04: 0x8000, // Line Level Volume
  0x06: 0x8000, // Mono Volume
  0x0a: 0x0000, // PC Beep
  0x0c: 0x8008, // Phone
  0x0e: 0x8008, // Mic
  0x10: 0x8808, // Line In
  0x12: 0x8808, // CD
  0x14: 0x8808, // Video
  0x16: 0x8808, // Aux
  0x18: 0x8808, // PCM Out
  0x1a: 0x0000, // Record Select
  0x1c: 0x8000, // Record Gain
  0x20: 0x0000, // General Purpose
  0x22: 0x0101, // 3D Control
  0x26: 0x000f, // Powerdown: all sections ready
  0x28: 0x0001, // Extended Audio ID: variable rate
  0x2a: 0x0000, // Extended Audio Control
  0x2c: 0xbb80, // PCM DAC Rate: 48000 Hz
  0x32: 0xbb80, // PCM ADC Rate
  0x7c: 0x4e53, // Vendor ID: National Semiconductor
  0x7e: 0x4331,
};

/** Registers that a write changes. */
const WRITABLE = new Set([0x02, 0x04, 0x06, 0x0a, 0x0c, 0x0e, 0x10, 0x12, 0x14, 0x16, 0x18, 0x1a, 0x1c, 0x20, 0x22]);
const EXTENDED_CONTROL = 0x2a;
const VRA = 1;
const RATES = new Set([0x2c, 0x32]);
const SLOWEST_RATE = 4000;
const FASTEST_RATE = 48000;

/** Values of all 64 registers after reset, by register number / 2. */
export function codecReset(): Uint16Array {
  const registers = new Uint16Array(64);
  for (const [register, value] of Object.entries(RESETS)) registers[Number(register) >>> 1] = value;
  return registers;
}

/** Writes register `register` (an even number below 0x80) as the codec does. */
export function codecWrite(registers: Uint16Array, register: number, value: number): void {
  const at = register >>> 1;
  if (register === 0) registers.set(codecReset());
  else if (register === 0x26) registers[at] = (value & 0xff00) | 0x000f;
  else if (register === EXTENDED_CONTROL) {
    registers[at] = value & VRA;
    if (!(value & VRA)) for (const rate of RATES) registers[rate >>> 1] = FASTEST_RATE;
  } else if (RATES.has(register)) {
    if (registers[EXTENDED_CONTROL >>> 1]! & VRA) {
      registers[at] = Math.min(Math.max(value, SLOWEST_RATE), FASTEST_RATE);
    }
  } else if (WRITABLE.has(register)) registers[at] = value;
}
