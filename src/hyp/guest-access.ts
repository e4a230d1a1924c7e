// Memory of the guest that is current on a core, by its virtual addresses: what hypercalls hand over as pointers.
import type { Core } from '../emu/cpu/core';
import { Translation } from '../emu/mmu/translation';
import type { Layout } from './abi/layout';
import { PAGE_SIZE, type PhysicalMemory } from './memory/physical';

export class GuestAccess {
  private readonly translation = new Translation();

  constructor(
    private readonly core: Core,
    private readonly memory: PhysicalMemory,
  ) {}

  /** Physical address of a byte that the guest's kernel may access so, or −1. */
  private translate(va: number, write: boolean): number {
    const { core, translation } = this;
    if (!core.walkAll(core.regimes.nonsecure, va >>> 0, write ? 'write' : 'read', true, translation)) return -1;
    return this.memory.contains(translation.pa, 1) ? translation.pa : -1;
  }

  /** Calls `each` for the pieces of a range that lie in one page. @returns whether all of it could be reached */
  private pieces(
    va: number,
    length: number,
    write: boolean,
    each: (pa: number, done: number, n: number) => void,
  ): boolean {
    for (let done = 0; done < length;) {
      const at = (va + done) >>> 0;
      const n = Math.min(length - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
      const pa = this.translate(at, write);
      if (pa < 0) return false;
      each(pa, done, n);
      done += n;
    }
    return true;
  }

  /** A copy of guest memory; undefined: some of it cannot be read. */
  read(va: number, length: number): Uint8Array<ArrayBuffer> | undefined {
    const out = new Uint8Array(length);
    const ok = this.pieces(va, length, false, (pa, done, n) => out.set(this.memory.bytes(pa, n), done));
    return ok ? out : undefined;
  }

  /** @returns false when some of it could not be written; what comes before is */
  write(va: number, bytes: Uint8Array): boolean {
    return this.pieces(va, bytes.length, true, (pa, done, n) => this.memory.copyIn(pa, bytes.subarray(done, done + n)));
  }

  readStruct<N extends string>(layout: Layout<N>, va: number): Record<N, number> | undefined {
    const bytes = this.read(va, layout.size);
    return bytes && layout.read(new DataView(bytes.buffer));
  }

  /** Changes some fields of a structure in guest memory. */
  updateStruct<N extends string>(layout: Layout<N>, va: number, values: Readonly<Partial<Record<N, number>>>): boolean {
    const bytes = this.read(va, layout.size);
    if (!bytes) return false;
    layout.write(new DataView(bytes.buffer), values);
    return this.write(va, bytes);
  }

  read32(va: number): number | undefined {
    const bytes = this.read(va, 4);
    return bytes && new DataView(bytes.buffer).getUint32(0, true);
  }
  write32(va: number, value: number): boolean {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.write(va, bytes);
  }
  read64(va: number): number | undefined {
    const bytes = this.read(va, 8);
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer);
    return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  }
}
