// A window that a board has and this release does not model: it says so instead of answering by accident.
import type { Device, DeviceState, Log, Width } from './device';

/** What {@link Unmodelled} needs to know. */
export interface UnmodelledPorts {
  readonly log: Log;
  /** What would stand here and what a guest loses without it; ends in no full stop. */
  readonly explanation: string;
  /** What the bus reads as, repeated over every 16 bits; default 0. */
  readonly floating?: number;
}

/** A named window without a model: reads answer a constant, writes are ignored, the first access is logged. */
export class Unmodelled implements Device {
  private readonly pattern: number;

  constructor(
    readonly name: string,
    private readonly ports: UnmodelledPorts,
  ) {
    const half = (ports.floating ?? 0) & 0xffff;
    this.pattern = ((half << 16) | half) >>> 0;
  }

  read(offset: number, width: Width): number {
    this.explain(`read of ${width} bytes at offset 0x${offset.toString(16)}`);
    if (width === 4) return this.pattern;
    return (this.pattern >>> ((offset & 1) << 3)) & (width === 1 ? 0xff : 0xffff);
  }

  write(offset: number, width: Width, value: number): void {
    this.explain(`write of 0x${(value >>> 0).toString(16)} (${width} bytes) to offset 0x${offset.toString(16)}`);
  }

  reset(): void {}

  save(): DeviceState {
    return { version: 1 };
  }

  load(state: DeviceState): void {
    if (state.version !== 1) throw new RangeError(`${this.name}: snapshot version ${state.version} is not 1`);
  }

  private explain(access: string): void {
    this.ports.log(`${this.name}: not modelled (${access}): ${this.ports.explanation}`, `${this.name}:unmodelled`);
  }
}
