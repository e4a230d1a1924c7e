// A page of a guest that a backend works with. What is in it is the guest's to change at any time: every field is read
// once, checked, and not read again.
import type { Domain } from '../domain';
import { GNTST } from '../grant/grant-table';
import { PAGE_SHIFT, PAGE_SIZE, type PhysicalMemory } from '../memory/physical';

/** Domain whose work the backends do: what libxl and frontends take for the one with the drivers. */
export const BACKEND_DOMAIN = 0;

export class SharedPage {
  constructor(
    private readonly memory: PhysicalMemory,
    /** Physical address. */
    readonly address: number,
  ) {}

  u8(at: number): number {
    return this.memory.read8(this.address + at);
  }
  u16(at: number): number {
    return this.memory.read16(this.address + at);
  }
  u32(at: number): number {
    return this.memory.read32(this.address + at);
  }
  setU8(at: number, value: number): void {
    this.memory.write8(this.address + at, value);
  }
  setU16(at: number, value: number): void {
    this.memory.write16(this.address + at, value);
  }
  setU32(at: number, value: number): void {
    this.memory.write32(this.address + at, value >>> 0);
  }
  /** A copy. @param at and @param length within the page */
  read(at: number, length: number): Uint8Array {
    return this.memory.bytes(this.address + at, length).slice();
  }
  write(at: number, bytes: Uint8Array): void {
    this.memory.copyIn(this.address + at, bytes);
  }
  /** The bytes themselves, for one who reads or fills them now; `written` when they were filled. */
  bytes(at: number, length: number): Uint8Array {
    return this.memory.bytes(this.address + at, length);
  }
  written(at: number, length: number): void {
    this.memory.written(this.address + at, length);
  }
}

/** A page that the guest has granted, and that stays its own until it is released. */
export interface GrantedPage {
  readonly page: SharedPage;
  release(): void;
}

/** Maps a grant for a backend. @returns undefined when the guest has not granted that */
export function mapGrant(domain: Domain, ref: number, write: boolean): GrantedPage | undefined {
  const mfn = domain.grants.acquire(ref, BACKEND_DOMAIN, write);
  if (mfn < GNTST.OKAY) return undefined;
  const { heap, memory } = domain.host;
  heap.reference(mfn);
  let held = true;
  return {
    page: new SharedPage(memory, mfn * PAGE_SIZE),
    release: () => {
      if (!held) return;
      held = false;
      domain.grants.release(ref, write);
      heap.release(mfn);
    },
  };
}

/** A page at a frame of the guest that is its own memory; the guest may have taken it away. */
export function pageAt(domain: Domain, address: number): SharedPage | undefined {
  const frame = domain.frame(address >>> PAGE_SHIFT);
  return frame < 0 ? undefined : new SharedPage(domain.memory, frame);
}
