// Notices that a machine says nothing, at instruction counts that are the same in every run.
import type { LabMachine, SliceEnd } from '../machine-port';
import type { Evidence } from './evidence';

/** Instructions without a byte after which somebody looks. */
export const SILENT_INSTRUCTIONS = 500_000_000;
/** Guest time (ns) that a machine which mostly waits has before somebody looks: long before it executes so much. */
const SILENT_NS = 10e9;

/**
 * Somebody looks early, every so many instructions, where exceptions are this part of them: they cost the host much more
 * than other instructions. And once where there was any, and nothing was said yet.
 */
const EARLY_INSTRUCTIONS = 1_000_000;
const STORM_SHARE = 0.1;

export type SilenceLook = Pick<Evidence, 'occasion' | 'instructions' | 'early' | 'appointment'>;

/** Called between slices; the run goes on when what it returns has settled. */
export type Look = (look: SilenceLook) => Promise<void> | undefined;

export class SilenceWatch {
  readonly #machine: LabMachine;
  readonly #look: Look;
  /** The instruction from which silence is counted, and guest time of the start. */
  #since = 0;
  #began = { instructions: 0, timeNs: 0 };
  #spoken = false;
  /** When it is looked whether there is a storm, and exceptions at the last such moment. */
  #nextEarly = EARLY_INSTRUCTIONS;
  #exceptions = 0;
  /** Of a machine that has said nothing: it was looked at early, after many instructions, asleep for good, after much time. */
  #looked = { early: false, start: false, asleep: false, late: false };

  constructor(machine: LabMachine, look: Look) {
    this.#machine = machine;
    this.#look = look;
  }

  /** A console has said a byte. */
  heard(): void {
    this.#spoken = true;
    this.#since = this.#machine.instructions;
  }

  /** The machine starts again. */
  restart(): void {
    this.#spoken = false;
    this.#since = this.#machine.instructions;
    this.#began = { instructions: this.#since, timeNs: this.#machine.timeNs };
    this.#nextEarly = this.#since + EARLY_INSTRUCTIONS;
    this.#exceptions = 0;
    this.#looked = { early: false, start: false, asleep: false, late: false };
  }

  /** Instructions that may be executed before the next look; at least one, for single steps are not looked at. */
  get left(): number {
    return Math.max(1, Math.min(this.#since + SILENT_INSTRUCTIONS, this.#nextEarly) - this.#machine.instructions);
  }

  /** Called after each slice. */
  after({ reason, idleUntilNs }: SliceEnd): Promise<void> | undefined {
    const now = this.#machine.instructions;
    const early = now >= this.#nextEarly && this.#isEarly(now);
    const silent = now - this.#since;
    if (silent >= SILENT_INSTRUCTIONS || (early && silent >= EARLY_INSTRUCTIONS)) return this.#afterMuch(now, silent);
    return reason === 'idle' ? this.#afterIdling(silent, idleUntilNs !== undefined) : undefined;
  }

  #isEarly(now: number): boolean {
    const { exceptions = 0 } = this.#machine;
    const storm = exceptions - this.#exceptions > STORM_SHARE * EARLY_INSTRUCTIONS;
    const first = exceptions > 0 && !this.#spoken && !this.#looked.early;
    this.#nextEarly = now + EARLY_INSTRUCTIONS;
    this.#exceptions = exceptions;
    this.#looked.early = true;
    return storm || first;
  }

  #afterMuch(now: number, silent: number): Promise<void> | undefined {
    const early = silent < SILENT_INSTRUCTIONS;
    if (!early) this.#since = now;
    if (this.#spoken) return this.#look({ occasion: 'later', instructions: silent, early, appointment: true });
    if (!early) this.#looked.start = true;
    const instructions = now - this.#began.instructions;
    return this.#look({ occasion: 'start', instructions, early, appointment: true });
  }

  #afterIdling(instructions: number, appointment: boolean): Promise<void> | undefined {
    const looked = this.#looked;
    if (this.#spoken || looked.start) return undefined;
    const asleep = !appointment && !looked.asleep;
    const late = !looked.late && this.#machine.timeNs - this.#began.timeNs >= SILENT_NS;
    if (!asleep && !late) return undefined;
    if (asleep) looked.asleep = true;
    if (late) looked.late = true;
    return this.#look({ occasion: 'idle', instructions, early: false, appointment });
  }
}
