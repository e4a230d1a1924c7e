// Base classes of what has a register table behind its window.
import type { BusTarget, Device, DeviceState, Log, Width } from './device';
import type { RegisterOwner, RegisterTable, RegisterView } from './registers';
import { assignState, cloneState, readState, type StateRecord } from './state';

/** A window onto registers; their state may be elsewhere. */
export class RegisterWindow implements BusTarget, RegisterOwner {
  /** Stored registers, by `table.slot`. */
  readonly values: Uint32Array;
  private readonly noted = new Set<number>();

  protected constructor(
    readonly name: string,
    protected readonly table: RegisterTable<never>,
    protected readonly log: Log,
  ) {
    this.values = table.resets.slice();
  }

  read(offset: number, width: Width): number {
    return this.table.read(this as never, offset, width);
  }

  write(offset: number, width: Width, value: number): void {
    this.table.write(this as never, offset, width, value);
  }

  /** Registers with values and bit fields, for a debugger. */
  view(): RegisterView[] {
    return this.table.view(this as never);
  }

  note(key: number, what: string): void {
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.log(`${this.name}: ${what}`, `${this.name}:${key}`);
  }
}

/**
 * A device whose registers are a {@link RegisterTable} and whose other state is one flat record. A subclass adds hooks
 * in its table and {@link settle}, and inherits dispatch, reset, snapshot and register view.
 */
export abstract class RegisterDevice<S extends StateRecord = StateRecord> extends RegisterWindow implements Device {
  /** State beyond the registers. */
  readonly state: S;
  /** Of the snapshots that `save` writes. */
  protected readonly version: number = 1;
  private readonly initial: S;

  protected constructor(name: string, table: RegisterTable<never>, initial: S, log: Log) {
    super(name, table, log);
    this.initial = initial;
    this.state = cloneState(initial);
  }

  reset(): void {
    this.values.set(this.table.resets);
    assignState(this.state, this.initial);
    this.settle();
  }

  save(): DeviceState {
    return { version: this.version, registers: this.table.save(this.values), state: cloneState(this.state) };
  }

  load(saved: DeviceState): void {
    if (!Number.isInteger(saved.version) || saved.version < 1 || saved.version > this.version) {
      throw new RangeError(`${this.name}: snapshot version ${saved.version} is not one of 1..${this.version}`);
    }
    const values = this.table.load(this.name, saved['registers']);
    const state = readState(this.name, this.initial, saved['state']);
    this.values.set(values);
    assignState(this.state, state);
    this.settle();
  }

  /** Recomputes what follows from the state: interrupt outputs, timers. Runs after reset and load. */
  protected settle(): void {}
}
