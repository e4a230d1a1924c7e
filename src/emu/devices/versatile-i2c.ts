// The two-wire serial bus interface of ARM's Versatile boards: software drives the lines bit by bit.
import type { Log } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters } from './registers';

export interface VersatileI2cPorts {
  readonly log: Log;
  /** What is on this bus of the board, for the log: none of it is modelled. */
  readonly absent: string;
}

const SCL = 1;
const SDA = 2;

const TABLE = defineRegisters<VersatileI2c>('apb')({
  SB_CONTROL: {
    at: 0x0,
    about: 'reads the lines; ones written let lines go high',
    bits: { SCL: 0, SDA: 1 },
    stored: false,
    read: d => d.state.lines,
    write: (d, value) => d.drive(d.state.lines | (value & (SCL | SDA))),
  },
  SB_CONTROLC: {
    at: 0x4,
    access: 'wo',
    about: 'ones written pull lines low',
    bits: { SCL: 0, SDA: 1 },
    stored: false,
    write: (d, value) => d.drive(d.state.lines & ~value),
  },
});

/**
 * Versatile serial bus interface (V2M-P1 TRM, "Two-wire serial bus interface"). No slave is modelled, so nobody else
 * pulls a line low: an address byte is never acknowledged and drivers report that the device does not answer.
 */
export class VersatileI2c extends RegisterDevice<{ lines: number }> {
  constructor(
    name: string,
    private readonly ports: VersatileI2cPorts,
  ) {
    super(name, TABLE, { lines: SCL | SDA }, ports.log);
  }

  drive(lines: number): void {
    const start = this.state.lines === (SCL | SDA) && lines === SCL;
    this.state.lines = lines;
    if (start) this.note(-1, `transfer started, but no slave answers: ${this.ports.absent} is not modelled`);
  }
}
