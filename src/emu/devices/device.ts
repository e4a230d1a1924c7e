// The contract of every device. A device knows nothing of the machine: all it touches is injected as a port.

/** Width of one bus access, in bytes. */
export type Width = 1 | 2 | 4;

/** Plain data that survives structured clone and JSON (typed arrays excepted from JSON): what `save` returns. */
export type DeviceState = { readonly version: number; readonly [field: string]: unknown };

/**
 * What answers in an MMIO window. Neither call may throw: a guest error is an event (`Log`), never an exception.
 * Offsets are relative to the window, always a multiple of `width` and inside the window.
 */
export interface BusTarget {
  /** The name of this instance on its board, for example `uart0`. */
  readonly name: string;
  /** @returns the value read, as an unsigned integer of `width` bytes. Reading may have side effects. */
  read(offset: number, width: Width): number;
  write(offset: number, width: Width, value: number): void;
}

/** What resets and takes part in snapshots under its name. */
export interface Stateful {
  readonly name: string;
  /** Back to the state after power-on reset. */
  reset(): void;
  /** All state that a guest can observe, versioned. */
  save(): DeviceState;
  /** @throws RangeError when `state.version` is not one that `save` of this release or an earlier one wrote. */
  load(state: DeviceState): void;
}

/** A device with one window that all cores see alike. */
export interface Device extends BusTarget, Stateful {}

/** A level-sensitive interrupt line. Setting it to the level it has is free. */
export interface IrqLine {
  set(level: boolean): void;
}

/** Guest time. One instruction is one nanosecond; idle time is added when all cores wait. */
export interface Clock {
  /** Nanoseconds since power-on; an integer below 2^53. */
  now(): number;
  /** Runs `fire` once when `now() >= deadline` (at once after the current instruction if it has passed). */
  schedule(deadline: number, fire: () => void): Timer;
}

/** A handle of {@link Clock.schedule}. */
export interface Timer {
  cancel(): void;
}

/** Where bytes that a device emits go (a console, a file). */
export interface ByteSink {
  write(byte: number): void;
}

/** A disk, card or flash image: what stands behind a block device. Synchronous; failures answer false. */
export interface BlockStore {
  readonly readOnly: boolean;
  /** Bytes; a multiple of 512. */
  readonly size: number;
  /** Fills `into` from `offset`. */
  read(offset: number, into: Uint8Array): boolean;
  write(offset: number, from: Uint8Array): boolean;
  /** Makes all that was written durable. */
  flush(): boolean;
}

/** One line about something a guest did that this model does not do; `once` keeps it from repeating. */
export type Log = (message: string, once?: string) => void;
