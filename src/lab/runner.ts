// The run loop: slices of machine work, between which messages come in; and the pace at which idle time passes.
import type { LabHost, Sleep } from './host';
import type { LabMachine, SliceEnd } from './machine-port';
import type { SilenceWatch } from './silence/watch';

/** Milliseconds of work between two looks at the messages. */
const SLICE_MS = 8;
/** Instructions of the first slice, before the speed of the machine is known. */
const FIRST_SLICE = 100_000;
const LARGEST_SLICE = 50_000_000;
/** Instructions between two attempts to hand over input that a full FIFO refused: about 16 characters at 115200 baud. */
const INPUT_SLICE = 100_000;
/** Guest time (ns) behind wall time that idle periods make up for; more is forgotten, or `sleep 10` would take 0 s after a slow boot. */
const LARGEST_LAG_NS = 250e6;
/** Milliseconds in which nobody typed and no console said anything, after which a guest counts as quiet. */
const QUIET_MS = 1000;
/** Milliseconds that timers of a quiet guest may be late: to wake the host for each tick of 10 ms alone is 5 % of a core. */
const LATE_MS = 100;

export type RunEnd = 'pause' | 'breakpoint' | 'poweroff' | 'max-instructions' | { crash: string };

export interface RunnerOptions {
  /** `realtime`: idle time is waited for. `fast`: it is skipped. */
  pace: 'fast' | 'realtime';
  maxInstructions?: number;
  /** Instructions of every slice; else as many as fit the host's speed. Where slices end decides what is translated. */
  slice?: number;
  /** Wants to see the machine when it has been silent for long. */
  watch?: Pick<SilenceWatch, 'left' | 'after' | 'restart'> | undefined;
  /** Called between slices, and before the loop sleeps. @returns whether a console has said something since */
  onSlice(idle: boolean): boolean;
  onReboot(): void;
}

export class Runner {
  readonly #machine: LabMachine;
  readonly #host: LabHost;
  readonly #options: RunnerOptions;
  readonly #typed = new Map<string, number[]>();
  #sliceSize: number;
  #pausing = false;
  #sleep: Sleep | undefined;
  /** A moment at which guest time and wall time were the same. */
  #anchor = { wallMs: 0, guestNs: 0 };
  #lastYield = 0;
  /** When somebody typed or a console said something, in milliseconds of the host. */
  #lastSound = 0;
  /** Instructions executed, over reboots. */
  #executed = 0;

  constructor(machine: LabMachine, host: LabHost, options: RunnerOptions) {
    this.#machine = machine;
    this.#host = host;
    this.#options = options;
    this.#sliceSize = options.slice ?? FIRST_SLICE;
  }

  get executed(): number {
    return this.#executed;
  }

  /** Runs until something ends the run. Only one run at a time. */
  async run(): Promise<RunEnd> {
    this.#pausing = false;
    this.#anchor = { wallMs: this.#host.now(), guestNs: this.#machine.timeNs };
    this.#lastYield = this.#host.now();
    this.#lastSound = this.#lastYield;
    for (;;) {
      if (this.#pausing) return 'pause';
      const end = this.#slice();
      if (end === undefined) return 'max-instructions';
      if (end.reason === 'poweroff' || end.reason === 'breakpoint') return end.reason;
      if (end.reason === 'crash') return { crash: end.description ?? 'the machine has crashed' };
      if (end.reason === 'reboot') this.#reboot();
      await this.#options.watch?.after(end);
      const idle = end.reason === 'idle';
      if (this.#options.onSlice(idle)) this.#lastSound = this.#host.now();
      if (idle) await this.#idle(end.idleUntilNs);
      await this.#yieldWhenDue();
    }
  }

  /** Ends the run soon, with `pause`. */
  pause(): void {
    this.#pausing = true;
    this.#sleep?.end();
  }

  /** Something has happened that an idle machine may wake up for. */
  wake(): void {
    this.#sleep?.end();
  }

  /** One instruction of one core. */
  step(cpu: number): SliceEnd | void {
    this.#deliverInput();
    return this.#counted(() => this.#machine.step(cpu));
  }

  /** Queues typed bytes; the console's device takes them as fast as the guest reads. */
  type(console: string, data: Uint8Array): void {
    const queue = this.#typed.get(console) ?? [];
    for (const byte of data) queue.push(byte);
    this.#typed.set(console, queue);
    this.#lastSound = this.#host.now();
    this.#sleep?.end();
  }

  /** @returns undefined when the limit of instructions is reached */
  #slice(): SliceEnd | undefined {
    let size = this.#sliceSize;
    if (this.#deliverInput().left) size = Math.min(size, INPUT_SLICE);
    const { maxInstructions, watch } = this.#options;
    if (watch) size = Math.min(size, watch.left);
    if (maxInstructions !== undefined) size = Math.min(size, maxInstructions - this.#executed);
    if (size <= 0) return undefined;
    const began = this.#host.now();
    const before = this.#executed;
    const end = this.#counted(() => this.#machine.run(size));
    const elapsed = this.#host.now() - began;
    if (this.#options.slice === undefined && end.reason === 'budget' && elapsed > 0) {
      const fitting = ((this.#executed - before) / elapsed) * SLICE_MS;
      this.#sliceSize = Math.round(Math.min(LARGEST_SLICE, Math.max(FIRST_SLICE / 10, fitting)));
    }
    return end;
  }

  #counted<T>(work: () => T): T {
    const before = this.#machine.instructions;
    const result = work();
    this.#executed += this.#machine.instructions - before;
    return result;
  }

  /** @returns how many bytes the devices had room for, and whether some are left */
  #deliverInput(): { taken: number; left: boolean } {
    let all = 0;
    for (const [console, queue] of this.#typed) {
      let taken = 0;
      while (taken < queue.length && this.#machine.receive(console, queue[taken]!)) taken++;
      queue.splice(0, taken);
      all += taken;
      if (queue.length === 0) this.#typed.delete(console);
    }
    return { taken: all, left: this.#typed.size > 0 };
  }

  async #idle(untilNs: number | undefined): Promise<void> {
    const machine = this.#machine;
    if (this.#deliverInput().taken > 0) return;
    if (this.#options.pace === 'fast') {
      if (untilNs === undefined) await this.#sleepFor(Infinity);
      else machine.skipIdle();
      return;
    }
    const lag = Math.min(LARGEST_LAG_NS, Math.max(0, this.#guestTarget() - machine.timeNs));
    this.#anchor = { wallMs: this.#host.now(), guestNs: machine.timeNs + lag };
    const waitNs = untilNs === undefined ? Infinity : untilNs - machine.timeNs - lag;
    if (waitNs > 0) await this.#sleepFor(Math.max(waitNs / 1e6, this.#lateness()));
    machine.skipIdle(Math.max(machine.timeNs, Math.min(untilNs ?? Infinity, Math.round(this.#guestTarget()))));
  }

  /** Milliseconds that the next timer may be late. The lag is made up for, so guest time does not fall behind. */
  #lateness(): number {
    return this.#host.now() - this.#lastSound < QUIET_MS ? 0 : LATE_MS;
  }

  /** What guest time would be, had it passed like wall time since the anchor. */
  #guestTarget(): number {
    return this.#anchor.guestNs + (this.#host.now() - this.#anchor.wallMs) * 1e6;
  }

  async #sleepFor(ms: number): Promise<void> {
    if (this.#pausing) return;
    this.#sleep = this.#host.sleep(ms);
    await this.#sleep.over;
    this.#sleep = undefined;
    this.#lastYield = this.#host.now();
  }

  async #yieldWhenDue(): Promise<void> {
    if (this.#host.now() - this.#lastYield < SLICE_MS) return;
    await this.#host.yieldNow();
    this.#lastYield = this.#host.now();
  }

  #reboot(): void {
    this.#machine.reboot();
    this.#anchor = { wallMs: this.#host.now(), guestNs: this.#machine.timeNs };
    this.#options.watch?.restart();
    this.#options.onReboot();
  }
}
