// The two consoles that share a UART when Xen runs: its own, and that of dom0, whose bytes Xen passes on. Facts: Xen,
// xen/drivers/char/console.c. Xen begins each of its lines with `(XEN) `; what is typed goes to one of them at a time, and
// Xen says to which when it changes.

/** Names of the consoles, as users say them. */
export const XEN_CONSOLE = 'xen';
export const DOM0_CONSOLE = 'dom0';
export type SplitName = typeof XEN_CONSOLE | typeof DOM0_CONSOLE;

const PREFIX = new TextEncoder().encode('(XEN) ');
const NEWLINE = 0x0a;
/** Longer lines are not looked at: the two that matter are short. */
const LONGEST = 256;
const INPUT_TO = /^\(XEN\) \*\*\* Serial input to (Xen|DOM\d+)/;
const VERSION = /^\(XEN\) Xen version (\S+)/;
/** Times that the key that switches has to be typed. */
const KEYS = 3;
/** The input goes round among Xen and its domains; this is more than a boot makes. */
const MOST_SWITCHES = 16;

export interface SplitPorts {
  readonly output: (console: SplitName, byte: number) => void;
  /** Offers a byte to the UART. @returns false when it has no room now */
  readonly type: (byte: number) => boolean;
  /** Xen has said which version it is, for example `4.17.5`. */
  readonly version?: (version: string) => void;
}

/** The code of the key that switches the input, from Xen's command line (`conswitch=`, Ctrl-A without). */
export function switchKey(xenArguments: string): number {
  const given = /(?:^|\s)conswitch=([a-zA-Z])/.exec(xenArguments)?.[1] ?? 'a';
  return given.toLowerCase().charCodeAt(0) & 0x1f;
}

export class ConsoleSplit {
  readonly #ports: SplitPorts;
  readonly #key: number;
  /** Bytes that can become the prefix. */
  #held = 0;
  #inXen = false;
  #line = '';
  /** Who gets what is typed, as far as Xen has said it: its boot begins with itself. */
  #input = 'Xen';
  /** Keys of a switch that were typed. */
  #typed = 0;
  /** Switches in a row that have not led to who was wanted. */
  #switches = 0;

  constructor(ports: SplitPorts, key = switchKey('')) {
    this.#ports = ports;
    this.#key = key;
  }

  /** Takes a byte of the UART. */
  write(byte: number): void {
    if (this.#inXen) return this.#ofXen(byte);
    // Xen's lines begin wherever dom0's cursor is, behind a prompt for example.
    if (byte !== PREFIX[this.#held]) this.settle();
    if (byte !== PREFIX[this.#held]) return this.#ports.output(DOM0_CONSOLE, byte);
    this.#held++;
    if (this.#held < PREFIX.length) return;
    this.#held = 0;
    this.#inXen = true;
    PREFIX.forEach(one => this.#ofXen(one));
  }

  /** Nothing more comes for now: what could have become a prefix is dom0's, and is seen. */
  settle(): void {
    const held = this.#held;
    this.#held = 0;
    for (const byte of PREFIX.subarray(0, held)) this.#ports.output(DOM0_CONSOLE, byte);
  }

  /** The machine starts again. */
  reset(): void {
    this.settle();
    this.#inXen = false;
    this.#line = '';
    this.#input = 'Xen';
    this.#typed = 0;
    this.#switches = 0;
  }

  /**
   * Offers what is typed into one of the consoles. If the other has the input, Xen is told to switch first.
   * @returns false when it has to be offered again later
   */
  type(console: SplitName, byte: number): boolean {
    if (this.#input === (console === XEN_CONSOLE ? 'Xen' : 'DOM0')) {
      this.#switches = 0;
      return this.#ports.type(byte);
    }
    // There is no such domain: nobody wants to hear it.
    if (this.#switches > MOST_SWITCHES) return true;
    while (this.#typed < KEYS && this.#ports.type(this.#key)) this.#typed++;
    return false;
  }

  #ofXen(byte: number): void {
    this.#ports.output(XEN_CONSOLE, byte);
    if (byte !== NEWLINE) {
      if (this.#line.length < LONGEST) this.#line += String.fromCharCode(byte);
      return;
    }
    this.#read(this.#line);
    this.#inXen = false;
    this.#line = '';
  }

  #read(line: string): void {
    const input = INPUT_TO.exec(line)?.[1];
    if (input !== undefined) {
      this.#input = input;
      if (this.#typed === KEYS) this.#switches++;
      this.#typed = 0;
    }
    const version = VERSION.exec(line)?.[1];
    if (version !== undefined) this.#ports.version?.(version);
  }
}
