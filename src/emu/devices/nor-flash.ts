// A bank of NOR flash of the V2M-P1 motherboard: two 16-bit chips side by side on 32 data lines.
import type { BlockStore, Device, DeviceState, Log, Width } from './device';
import { CHIP_BYTES, P30Chip } from './p30-chip';

export interface NorFlashPorts {
  readonly log: Log;
  /** Guest memory that holds the contents, {@link NOR_FLASH_BYTES} long. */
  readonly contents: Uint8Array;
  /**
   * Whether guests may read and execute `contents` directly; writes come to the device in either case. Contents may
   * have changed whenever it is switched on: code decoded from them before is stale.
   */
  setDirect(on: boolean): void;
  /** Keeps the contents; read once at the start. A shorter store keeps the first part. */
  readonly store?: BlockStore;
  /** Whether the board supplies programming voltage (SYS_FLASH bit 0); default always. */
  readonly vpp?: () => boolean;
}

const CHIPS = 2;
export const NOR_FLASH_BYTES = CHIPS * CHIP_BYTES;
/** What is written to the store at a time. */
const PIECE = 1 << 16;

/**
 * A bank of two interleaved StrataFlash P30 chips, 64 MiB. Each chip has a command interface of its own: one that is
 * sent a command alone (by a 16-bit access) leaves the other one as it was.
 *
 * A bank that has never been programmed is blank: all ones, answered by the device without touching its memory.
 */
export class NorFlash implements Device {
  private readonly chips: readonly P30Chip[];
  private blank = true;
  private direct = false;
  /** Pieces that differ from the store. */
  private readonly dirty = new Set<number>();

  /** @throws RangeError when `contents` has another length. */
  constructor(
    readonly name: string,
    private readonly ports: NorFlashPorts,
  ) {
    if (ports.contents.length !== NOR_FLASH_BYTES) {
      throw new RangeError(`${name}: contents of ${ports.contents.length} bytes, must be ${NOR_FLASH_BYTES}`);
    }
    this.chips = Array.from({ length: CHIPS }, (_, lane) => new P30Chip(this.cells(lane)));
    if (ports.store) this.readStore(ports.store);
    this.updateDirect();
  }

  read(offset: number, width: Width): number {
    if (width === 4) return (this.readHalf(offset) | (this.readHalf(offset + 2) << 16)) >>> 0;
    const half = this.readHalf(offset & ~1);
    return width === 2 ? half : (half >>> ((offset & 1) << 3)) & 0xff;
  }

  write(offset: number, width: Width, value: number): void {
    if (width === 4) {
      this.writeHalf(offset, value & 0xffff);
      this.writeHalf(offset + 2, value >>> 16);
    } else this.writeHalf(offset & ~1, width === 2 ? value & 0xffff : (value & 0xff) << ((offset & 1) << 3));
    this.updateDirect();
  }

  /** Places an image, as a programmer would that had the chips in its socket: without commands, over what was there. */
  place(offset: number, image: Uint8Array): void {
    this.materialise();
    this.ports.contents.set(image, offset);
    this.touched(offset, image.length);
    this.updateDirect();
  }

  /** Power-on: contents stay, everything else starts over. */
  reset(): void {
    this.flush();
    for (const chip of this.chips) chip.reset();
    this.updateDirect();
  }

  /** Writes what has changed to the store. Also happens when the bank goes back to read-array mode. */
  flush(): boolean {
    const { store, contents } = this.ports;
    if (!store || store.readOnly || this.dirty.size === 0) return this.dirty.size === 0 || !store;
    let kept = true;
    for (const piece of this.dirty) {
      const end = Math.min((piece + 1) * PIECE, store.size, NOR_FLASH_BYTES);
      if (piece * PIECE < end) kept = store.write(piece * PIECE, contents.subarray(piece * PIECE, end)) && kept;
    }
    this.dirty.clear();
    if (!kept) this.ports.log(`${this.name}: the file behind the flash could not be written`, `${this.name}:store`);
    return store.flush() && kept;
  }

  /** Without the contents: they are guest memory. */
  save(): DeviceState {
    this.flush();
    return { version: 1, blank: this.blank, chips: this.chips.map(chip => chip.save()) };
  }

  load(saved: DeviceState): void {
    const chips = saved['chips'];
    if (saved.version !== 1) throw new RangeError(`${this.name}: snapshot version ${saved.version} is not 1`);
    if (!Array.isArray(chips) || chips.length !== CHIPS || typeof saved['blank'] !== 'boolean') {
      throw new RangeError(`${this.name}: the snapshot is not one of a bank of ${CHIPS} chips`);
    }
    this.chips.forEach((chip, lane) => chip.load(`${this.name} chip ${lane}`, chips[lane]));
    this.blank = saved['blank'];
    this.updateDirect();
  }

  private readHalf(offset: number): number {
    return this.chips[(offset >>> 1) & 1]!.read(offset >>> 2);
  }

  private writeHalf(offset: number, value: number): void {
    this.chips[(offset >>> 1) & 1]!.write(offset >>> 2, value);
  }

  /** The cells of one chip: every other halfword of the contents. */
  private cells(lane: number): ConstructorParameters<typeof P30Chip>[0] {
    const { contents } = this.ports;
    const at = (word: number): number => word * 4 + lane * 2;
    return {
      read: word => (this.blank ? 0xffff : contents[at(word)]! | (contents[at(word) + 1]! << 8)),
      program: (word, value) => {
        this.materialise();
        contents[at(word)]! &= value;
        contents[at(word) + 1]! &= value >>> 8;
        this.touched(at(word), 2);
      },
      erase: (first, words) => {
        if (this.blank) return;
        for (let word = first; word < first + words; word++) contents[at(word)] = contents[at(word) + 1] = 0xff;
        this.touched(at(first), words * 4);
      },
      vpp: () => this.ports.vpp?.() ?? true,
      note: what => this.ports.log(`${this.name}: chip ${lane}: ${what}`, `${this.name}:${what}`),
    };
  }

  private materialise(): void {
    if (!this.blank) return;
    this.blank = false;
    this.ports.contents.fill(0xff);
  }

  private touched(offset: number, length: number): void {
    if (!this.ports.store) return;
    for (let piece = Math.floor(offset / PIECE); piece * PIECE < offset + length; piece++) this.dirty.add(piece);
  }

  private readStore(store: BlockStore): void {
    const length = Math.min(store.size, NOR_FLASH_BYTES);
    if (length === 0) return;
    this.materialise();
    if (!store.read(0, this.ports.contents.subarray(0, length))) {
      this.ports.log(`${this.name}: the file behind the flash could not be read, it is taken as blank`);
      this.ports.contents.fill(0xff);
    }
  }

  private updateDirect(): void {
    const on = !this.blank && this.chips.every(chip => chip.readsArray);
    if (on === this.direct) return;
    this.direct = on;
    if (on) this.flush();
    this.ports.setDirect(on);
  }
}
