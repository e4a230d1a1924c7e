// Grants: pages that a domain lets others map or copy (Xen, public/grant_table.h; common/grant_table.c). Version 1 entries.
import { ERRNO } from '../abi/errno';
import type { Domain } from '../domain';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/physical';
import { P2M } from '../p2m';
import { type Archive, SaveError } from '../save/archive';

/** Status of grant operations (Xen, public/grant_table.h). */
export const GNTST = {
  OKAY: 0,
  GENERAL_ERROR: -1,
  BAD_DOMAIN: -2,
  BAD_GNTREF: -3,
  BAD_HANDLE: -4,
  BAD_VIRT_ADDR: -5,
  BAD_DEV_ADDR: -6,
  NO_DEVICE_SPACE: -7,
  PERMISSION_DENIED: -8,
  BAD_PAGE: -9,
  BAD_COPY_ARG: -10,
  ADDRESS_TOO_BIG: -11,
  EAGAIN: -12,
  NO_SPACE: -13,
} as const;

const GTF = { TYPE: 3, PERMIT_ACCESS: 1, READONLY: 4, READING: 8, WRITING: 16 } as const;
export const GNTMAP = { DEVICE: 1, HOST: 2, READONLY: 4 } as const;
/** struct grant_entry_v1: u16 flags, u16 domid, u32 frame. */
const ENTRY_SIZE = 8;
const ENTRIES_PER_FRAME = PAGE_SIZE / ENTRY_SIZE;

/** What 1024 frames of Xen's maptrack hold, which is what domains get (max_maptrack_frames). */
const MOST_MAPPINGS = 1024 * 256;

/** A mapping that a domain has made of another's grant. */
export interface GrantMapping {
  readonly ref: number;
  readonly granter: number;
  readonly mfn: number;
  readonly gfn: number;
  readonly readonly: boolean;
}

export class GrantTable {
  /** Machine frames of the table that the guest can map. */
  readonly frames: number[] = [];
  /** What this domain has mapped, by handle. */
  private readonly mappings = new Map<number, GrantMapping>();
  private nextHandle = 0;
  /** How often each of this domain's entries is mapped: readers and writers. */
  private readonly pins = new Map<number, { readers: number; writers: number }>();
  readonly version = 1;

  constructor(
    private readonly domain: Domain,
    readonly maxFrames: number,
  ) {}

  /** @returns whether the table has so many frames now */
  grow(frames: number): boolean {
    if (frames > this.maxFrames) return false;
    while (this.frames.length < frames) {
      const mfn = this.domain.takeOwnPage();
      if (mfn < 0) return false;
      this.frames.push(mfn);
    }
    return true;
  }

  private entry(ref: number): number {
    const frame = this.frames[Math.floor(ref / ENTRIES_PER_FRAME)];
    return frame === undefined ? 0 : frame * PAGE_SIZE + (ref % ENTRIES_PER_FRAME) * ENTRY_SIZE;
  }

  /** Fills an entry for a builder: another domain may read and write the page. */
  permit(ref: number, domain: number, gfn: number): void {
    const { memory } = this.domain;
    const at = this.entry(ref);
    memory.write32(at + 4, gfn);
    memory.write16(at + 2, domain);
    memory.write16(at, GTF.PERMIT_ACCESS);
  }

  /** What another domain gets of an entry of this table. @returns the machine frame, or a negative GNTST */
  acquire(ref: number, by: number, write: boolean): number {
    const { memory } = this.domain;
    const at = this.entry(ref);
    if (at === 0) return GNTST.BAD_GNTREF;
    const flags = memory.read16(at);
    if ((flags & GTF.TYPE) !== GTF.PERMIT_ACCESS) return GNTST.GENERAL_ERROR;
    if (memory.read16(at + 2) !== by) return GNTST.GENERAL_ERROR;
    if (write && flags & GTF.READONLY) return GNTST.GENERAL_ERROR;
    const pa = this.domain.frame(memory.read32(at + 4));
    if (pa < 0) return GNTST.GENERAL_ERROR;
    const pin = this.pins.get(ref) ?? { readers: 0, writers: 0 };
    if (write) pin.writers++;
    else pin.readers++;
    this.pins.set(ref, pin);
    memory.write16(at, flags | GTF.READING | (write ? GTF.WRITING : 0));
    return pa >>> PAGE_SHIFT;
  }

  release(ref: number, write: boolean): void {
    const pin = this.pins.get(ref);
    const at = this.entry(ref);
    if (!pin || at === 0) return;
    if (write) pin.writers--;
    else pin.readers--;
    const { memory } = this.domain;
    let flags = memory.read16(at);
    if (pin.writers === 0) flags &= ~GTF.WRITING;
    if (pin.writers + pin.readers === 0) {
      flags &= ~GTF.READING;
      this.pins.delete(ref);
    }
    memory.write16(at, flags);
  }

  /** Maps a grant of another domain at a frame of this one. @returns a handle, or a negative GNTST */
  map(granter: Domain, ref: number, gfn: number, readonly: boolean): number {
    if (this.mappings.size >= MOST_MAPPINGS) return GNTST.NO_SPACE;
    const mfn = granter.grants.acquire(ref, this.domain.id, !readonly);
    if (mfn < 0) return mfn;
    if (!this.domain.map(gfn, mfn, 1, readonly ? P2M.GRANT_MAP_RO : P2M.GRANT_MAP_RW)) {
      granter.grants.release(ref, !readonly);
      return GNTST.GENERAL_ERROR;
    }
    this.domain.host.heap.reference(mfn);
    const handle = this.nextHandle++;
    const traced = { granter: granter.id, ref, gfn, readonly };
    this.domain.host.trace?.add({ kind: 'grant', domain: this.domain.id, action: 'map', ...traced });
    this.mappings.set(handle, { ref, granter: granter.id, mfn, gfn, readonly });
    return handle;
  }

  unmap(handle: number): number {
    const mapping = this.mappings.get(handle);
    if (!mapping) return GNTST.BAD_HANDLE;
    this.mappings.delete(handle);
    const { ref, granter, mfn, gfn, readonly } = mapping;
    this.domain.unmap(gfn, 1);
    this.domain.host.trace?.add({
      kind: 'grant',
      domain: this.domain.id,
      action: 'unmap',
      granter,
      ref,
      gfn,
      readonly,
    });
    this.domain.host.heap.release(mfn);
    this.domain.host.domain(granter)?.grants.release(ref, !readonly);
    return GNTST.OKAY;
  }

  /** Entries of its own that others use. */
  get pinned(): number {
    return this.pins.size;
  }

  /** What others may map or copy, as the guest has written it: its pages by their frames in this domain. */
  *granted(): Generator<{ gfn: number; to: number; readOnly: boolean; used: boolean }> {
    const { memory } = this.domain;
    for (let ref = 0; ref < this.frames.length * ENTRIES_PER_FRAME; ref++) {
      const at = this.entry(ref);
      const flags = memory.read16(at);
      if ((flags & GTF.TYPE) !== GTF.PERMIT_ACCESS) continue;
      const used = (flags & (GTF.READING | GTF.WRITING)) !== 0;
      yield { gfn: memory.read32(at + 4), to: memory.read16(at + 2), readOnly: (flags & GTF.READONLY) !== 0, used };
    }
  }

  get mapped(): ReadonlyMap<number, GrantMapping> {
    return this.mappings;
  }

  /** How large the table is; what is in it is memory. Mappings of others' pages are not kept. */
  transfer(io: Archive): void {
    const frames = io.u32(this.frames.length, this.maxFrames);
    if (!this.grow(frames)) throw new SaveError('there is no memory for its grant table');
  }
  /** Whether another domain has pages of this one's, beside the backends. */
  isMappedBy(other: Domain): boolean {
    return [...other.grants.mapped.values()].some(({ granter }) => granter === this.domain.id);
  }

  /** The domain ends: it has nothing of others any more, and its table is no more. What others have mapped, they unmap. */
  end(): void {
    for (const handle of [...this.mappings.keys()]) this.unmap(handle);
    this.frames.length = 0;
  }

  /** Exchanges two entries of which nobody has anything. @returns a GNTST */
  swap(a: number, b: number): number {
    const [first, second] = [this.entry(a), this.entry(b)];
    if (first === 0 || second === 0) return GNTST.BAD_GNTREF;
    if (this.pins.has(a) || this.pins.has(b)) return GNTST.EAGAIN;
    const { memory } = this.domain;
    const kept = memory.bytes(first, ENTRY_SIZE).slice();
    memory.move(first, second, ENTRY_SIZE);
    memory.copyIn(second, kept);
    return GNTST.OKAY;
  }

  /** GNTTABOP_set_version: Xen on ARM has no version 2 (asm/grant_table.h, GNTTAB_MAX_VERSION). */
  setVersion(version: number): number {
    return version === 1 ? 0 : version === 2 ? -ERRNO.ENOSYS : -ERRNO.EINVAL;
  }
}
