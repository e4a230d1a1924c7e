// Xen's console: what it says and what dom0 says, on the board's UART; what is typed there, for one of them (Xen,
// drivers/char/console.c).
import type { Domain } from './domain';
import { describeThresholds, LEVEL, type Level, type LogThresholds, RateLimit } from './log-level';
import type { XenOptions } from './options';

/** Who said something, for those who show consoles apart. */
export type Speaker = 'xen' | `dom${number}`;

export interface ConsolePorts {
  /** Guest time in nanoseconds. */
  readonly now: () => number;
  /** A byte to the UART. */
  readonly send: (byte: number) => void;
  /** A byte from the UART; −1: there is none. */
  readonly receive: () => number;
  /** A key for Xen itself. */
  readonly key: (byte: number) => void;
  /** Input for the domain that has the console. */
  readonly inputReady: () => void;
  /** There is something new in the ring. */
  readonly ringChanged: () => void;
  /** The same output by who made it. */
  readonly heard?: (speaker: Speaker, bytes: Uint8Array) => void;
}

/** A key with CTRL, three times in a row, switches the input. */
const CONTROL = 0x1f;
const SWITCH_COUNT = 3;
const INPUT_BYTES = 128;
const NEWLINE = 10;
const RETURN = 13;

export class XenConsole {
  private readonly ring: Uint8Array;
  private readonly rate = new RateLimit();
  private readonly switchCode: number;
  /** Bytes that the ring has ever taken; those before `cleared` are gone for readers. */
  private produced = 0;
  private cleared = 0;
  private readonly input: number[] = [];
  private switches = 0;
  /** Whether what is typed goes to Xen instead of dom0. */
  private toXen = true;

  constructor(
    private readonly ports: ConsolePorts,
    private readonly options: XenOptions,
  ) {
    this.ring = new Uint8Array(options.ringBytes);
    this.switchCode = options.switchKey.charCodeAt(0) & CONTROL;
  }

  /** Says a line of Xen's own, which the ring keeps. */
  print(line: string, level: Level = LEVEL.WARNING): void {
    this.printAs(line, level, this.options.xen);
  }
  /** Says what somebody has asked for. */
  printAlways(line: string): void {
    this.put(line);
  }
  /** Says something about a guest, which may do what leads to it for ever. */
  printAboutGuest(line: string, level: Level = LEVEL.ERROR): void {
    this.printAs(line, level, this.options.guest);
  }

  private printAs(line: string, level: Level, { always, limited }: LogThresholds): void {
    if (level >= always) {
      const missed = level < limited ? this.rate.take(this.ports.now() / 1e6) : undefined;
      if (missed === undefined) return;
      if (missed > 0) this.put(`printk: ${missed} messages suppressed.`);
    }
    this.put(line);
  }
  private put(line: string): void {
    const bytes = new TextEncoder().encode(`(XEN) ${line}\n`);
    for (const byte of bytes) this.ring[this.produced++ % this.ring.length] = byte;
    this.emit('xen', bytes);
    this.ports.ringChanged();
  }

  /** What dom0 says is not in the ring. */
  guestWrites(domain: Domain, bytes: Uint8Array): void {
    this.emit(`dom${domain.id}`, bytes);
  }

  private emit(speaker: Speaker, bytes: Uint8Array): void {
    if (this.options.mute) return;
    for (const byte of bytes) {
      if (byte === NEWLINE) this.ports.send(RETURN);
      this.ports.send(byte);
    }
    this.ports.heard?.(speaker, bytes);
  }

  /** The UART has something. */
  typed(): void {
    let any = false;
    for (let byte = this.ports.receive(); byte >= 0; byte = this.ports.receive()) {
      if (byte === this.switchCode && ++this.switches < SWITCH_COUNT) continue;
      if (byte === this.switchCode) this.switchInput();
      else if (this.toXen) this.ports.key(byte);
      else if (this.input.length < INPUT_BYTES) {
        this.input.push(byte);
        any = true;
      }
      this.switches = 0;
    }
    if (any) this.ports.inputReady();
  }

  private switchInput(): void {
    this.toXen = !this.toXen;
    this.announce();
  }

  /** A byte for dom0, whoever has the UART. */
  type(byte: number): void {
    if (this.input.length >= INPUT_BYTES) return;
    this.input.push(byte);
    this.ports.inputReady();
  }

  /** The start of Xen is over: dom0 gets what is typed, unless the command line says otherwise. */
  giveInput(): void {
    this.print(`Std. Loglevel: ${describeThresholds(this.options.xen)}`);
    this.print(`Guest Loglevel: ${describeThresholds(this.options.guest)}`);
    this.toXen = this.options.inputToXen;
    this.announce();
  }
  private announce(): void {
    const to = this.toXen ? 'Xen' : 'DOM0';
    this.print(`*** Serial input to ${to} (type 'CTRL-${this.options.switchKey}' three times to switch input)`);
  }

  /** Takes what was typed. */
  take(most: number): Uint8Array {
    return Uint8Array.from(this.input.splice(0, most));
  }

  /** The console ring from a position on, or from where it begins, and the position behind it. */
  read(from: number, most: number): { bytes: Uint8Array; next: number } {
    const begin = Math.max(this.cleared, this.produced - this.ring.length);
    const first = from > begin && from <= this.produced ? from : begin;
    const length = Math.max(0, Math.min(most, this.produced - first));
    const bytes = Uint8Array.from({ length }, (_, i) => this.ring[(first + i) % this.ring.length]!);
    return { bytes, next: first + length };
  }
  /** Readers do not get what comes before a position any more. */
  clear(before: number): void {
    this.cleared = before;
  }
}
