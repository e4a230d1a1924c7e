// Where the bytes of all consoles of a lab go: UARTs, what is said by hypercalls, and the rings of guests.
import type { ByteSink } from '../../emu/devices/device';

const NEWLINE = 10;
const RETURN = 13;

export class Consoles {
  private readonly sinks = new Map<string, ByteSink>();

  constructor(private readonly ports: { sink(console: string): ByteSink }) {}

  /** A console is there from now on; what it says before is lost. */
  add(name: string): void {
    if (!this.sinks.has(name)) this.sinks.set(name, this.ports.sink(name));
  }

  byte(name: string, byte: number): void {
    this.sinks.get(name)?.write(byte);
  }

  /** What a domain's console says. The domain may have been renamed: its console is there under the new name then. */
  write(name: string, bytes: Uint8Array): void {
    this.add(name);
    for (const byte of bytes) this.byte(name, byte);
  }

  /** Lines that end with a line feed alone, as Xen has them before they go to its UART. */
  hypercall(name: string, bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === NEWLINE) this.byte(name, RETURN);
      this.byte(name, byte);
    }
  }
}
