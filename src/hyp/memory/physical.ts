// Physical memory as the hypervisor sees it: words, bytes, and the devices of the board.
import type { Machine } from '../../emu/machine';

export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;

export class PhysicalMemory {
  private readonly u8: Uint8Array;
  private readonly view: DataView;
  /** What lies at the first byte of main memory, in the one memory of the machine. */
  private readonly host: number;
  readonly base: number;
  readonly size: number;

  constructor(private readonly machine: Machine) {
    const ram = machine.map.regions[0]!;
    this.u8 = new Uint8Array(machine.memory.buffer);
    this.view = new DataView(machine.memory.buffer);
    this.base = ram.bases[0]!;
    this.host = ram.host;
    this.size = ram.size;
  }

  /** Whether `[pa, pa + length)` is main memory. */
  contains(pa: number, length: number): boolean {
    return pa >= this.base && pa + length <= this.base + this.size;
  }

  private at(pa: number): number {
    return this.host + (pa - this.base);
  }

  read32(pa: number): number {
    return this.view.getUint32(this.at(pa), true);
  }
  write32(pa: number, value: number): void {
    this.view.setUint32(this.at(pa), value, true);
    this.written(pa, 4);
  }
  read16(pa: number): number {
    return this.view.getUint16(this.at(pa), true);
  }
  write16(pa: number, value: number): void {
    this.view.setUint16(this.at(pa), value, true);
    this.written(pa, 2);
  }
  read8(pa: number): number {
    return this.u8[this.at(pa)]!;
  }
  write8(pa: number, value: number): void {
    this.u8[this.at(pa)] = value;
    this.written(pa, 1);
  }

  /** The bytes themselves; who changes them calls `written`. */
  bytes(pa: number, length: number): Uint8Array {
    const at = this.at(pa);
    return this.u8.subarray(at, at + length);
  }
  copyIn(pa: number, bytes: Uint8Array): void {
    this.u8.set(bytes, this.at(pa));
    this.written(pa, bytes.length);
  }
  /** Copies `length` bytes within main memory. */
  move(to: number, from: number, length: number): void {
    this.u8.copyWithin(this.at(to), this.at(from), this.at(from) + length);
    this.written(to, length);
  }
  clear(pa: number, length: number): void {
    this.u8.fill(0, this.at(pa), this.at(pa) + length);
    this.written(pa, length);
  }

  /** {@link clear} of frames. */
  readonly clearFrames = (mfn: number, frames: number): void => this.clear(mfn * PAGE_SIZE, frames * PAGE_SIZE);

  /** Code that was decoded from these bytes is decoded again. */
  written(pa: number, length: number): void {
    this.machine.processor.written(this.at(pa), length);
  }

  /** A register of a device, as a Non-secure access of one core. */
  readDevice(pa: number, core: number, width: 1 | 2 | 4 = 4): number {
    return this.machine.map.read(pa, width, core);
  }
  writeDevice(pa: number, value: number, core: number, width: 1 | 2 | 4 = 4): void {
    this.machine.map.write(pa, width, value, core);
  }
}
