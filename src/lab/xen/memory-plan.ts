// What lies where in a boot of Xen, while it is being decided: first what has an address, then everything else.
import {
  checkPlacement,
  placeHigh,
  type PlacedImage,
  type RamBank,
  type Span,
  type Taken,
  type Unplaced,
} from '../../image';
import { covered } from './memory';

const MIB = 1 << 20;
/** Xen maps the tree and, in its first releases, itself in units of this; modules look tidy at multiples of it. */
const ALIGNMENT = 2 * MIB;

/** Something to load. Memory it needs beyond its bytes is in `room`. */
export interface Load {
  readonly name: string;
  readonly role: string;
  readonly bytes: Uint8Array;
  readonly why: string;
  readonly room?: number;
  readonly avoid?: Span;
}

export class MemoryPlan {
  readonly images: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  private readonly placed: PlacedImage[] = [];

  /**
   * @param banks RAM
   * @param others memory that is not RAM: SRAM, flash
   * @param taken what the tree reserves
   */
  constructor(
    private readonly banks: readonly RamBank[],
    private readonly others: readonly RamBank[],
    private readonly taken: readonly Taken[],
  ) {}

  /** Puts something where it has to be. */
  at(address: number, { name, role, bytes, why, room = bytes.length }: Load): void {
    this.add({ name, role, address, size: bytes.length, why, reserved: { from: address, to: address + room } }, bytes);
  }

  /** Finds a place. @returns its address @throws ImageError when there is none */
  high({ name, role, bytes, why, room = bytes.length, avoid }: Load): number {
    const wanted: Unplaced = {
      name,
      role,
      size: bytes.length,
      room,
      alignment: ALIGNMENT,
      why,
      ...(avoid && { avoid }),
    };
    const [found] = placeHigh([wanted], this.banks, [...this.taken, ...this.placed.map(({ reserved }) => reserved)]);
    this.add(found!, bytes);
    return found!.address;
  }

  /** Whether all bytes of a span have something loaded. */
  holds({ from, to }: Span): boolean {
    return covered(
      from,
      to,
      this.placed.map(({ address, size }) => ({ from: address, to: address + size })),
    );
  }

  /** Everything in order of address, what is reserved too. @throws ImageError for the first that is out of place */
  finish(): PlacedImage[] {
    const inRam = this.taken.filter(({ from, to }) =>
      this.banks.some(({ base, size }) => from >= base && to <= base + size),
    );
    // Trees reserve the same memory in two ways, for old readers and new ones.
    const distinct = inRam.filter((one, i) =>
      inRam.slice(0, i).every(({ from, to }) => one.to <= from || one.from >= to),
    );
    const reserved = distinct.map(({ name, from, to }) => ({
      name,
      role: 'reserved memory',
      address: from,
      size: to - from,
      why: 'says the device tree',
      reserved: { from, to },
    }));
    const all = [...reserved, ...this.placed].sort((a, b) => a.address - b.address);
    checkPlacement(all, [...this.banks, ...this.others]);
    return all;
  }

  private add(placed: PlacedImage, bytes: Uint8Array): void {
    this.placed.push(placed);
    this.images.push({ address: placed.address, bytes });
  }
}
