// The frames of main memory: who owns each, and which are free. Free memory is kept by the buddy system, in blocks of
// 2^order frames, as Xen's domain heap does.
import { PAGE_SHIFT } from './physical';

/** Owners that are no domains. */
export const OWNER = {
  FREE: -1,
  XEN: -2,
  /** Outside of the heap: what a boot loader put there. */ RESERVED: -3,
} as const;

export const MAX_ORDER = 18;
const NONE = -1;

export class Heap {
  readonly firstFrame: number;
  readonly frames: number;
  /** Owner of each frame: a domain's id, or one of {@link OWNER}. */
  private readonly owners: Int32Array;
  /** References to each frame beside that of its owner: mappings of others, and what Xen writes for the guest. */
  private readonly references: Uint32Array;
  /** Frames that their owner gave up while there were references. They are still the owner's. */
  private readonly lingering = new Set<number>();
  /** Order of the free block that begins at a frame, or −1. */
  private readonly freeOrder: Int8Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly heads = new Int32Array(MAX_ORDER + 1).fill(NONE);
  /** Frames that may hold something: 1. Only what nobody had since power-on is 0. */
  private readonly used: Uint8Array;
  private freeCount = 0;
  /** Free frames that are set aside for domains which claimed them. */
  claimed = 0;

  /**
   * @param base physical address and @param size of main memory, in bytes; all of it is reserved at first
   * @param freed called when a frame that had lingered is free
   */
  constructor(
    base: number,
    size: number,
    private readonly freed: (mfn: number, owner: number) => void = () => {},
  ) {
    this.firstFrame = base >>> PAGE_SHIFT;
    this.frames = size >>> PAGE_SHIFT;
    this.owners = new Int32Array(this.frames).fill(OWNER.RESERVED);
    this.references = new Uint32Array(this.frames);
    this.used = new Uint8Array(this.frames).fill(1);
    this.freeOrder = new Int8Array(this.frames).fill(NONE);
    this.next = new Int32Array(this.frames).fill(NONE);
    this.previous = new Int32Array(this.frames).fill(NONE);
  }

  get free(): number {
    return this.freeCount;
  }

  /** Whether a frame is main memory. */
  has(mfn: number): boolean {
    return mfn >= this.firstFrame && mfn < this.firstFrame + this.frames;
  }
  owner(mfn: number): number {
    return this.has(mfn) ? this.owners[mfn - this.firstFrame]! : OWNER.RESERVED;
  }
  /** All frames of an owner, in order. They may be given back on the way. */
  *ownedBy(owner: number): Generator<number> {
    for (let i = this.owners.indexOf(owner); i >= 0; i = this.owners.indexOf(owner, i + 1)) yield i + this.firstFrame;
  }
  setOwner(mfn: number, owner: number): void {
    this.owners[mfn - this.firstFrame] = owner;
  }

  /** Another use of a frame that keeps it from being given to somebody else. */
  reference(mfn: number): void {
    this.references[mfn - this.firstFrame]!++;
  }
  /** The end of that use: a frame that its owner gave up before is free now. */
  release(mfn: number): void {
    const i = mfn - this.firstFrame;
    if (--this.references[i]! > 0 || !this.lingering.delete(mfn)) return;
    const owner = this.owners[i]!;
    this.give(mfn, 0);
    this.freed(mfn, owner);
  }

  /** The first frame from `from` on that a domain has and has not given up, or −1. */
  owned(owner: number, from: number): number {
    for (let i = from - this.firstFrame; i < this.frames; i++) {
      i = this.owners.indexOf(owner, i);
      if (i < 0) return NONE;
      if (!this.lingering.has(i + this.firstFrame)) return i + this.firstFrame;
    }
    return NONE;
  }

  /** Gives `[from, to)` (frames) to the heap. @param zero all their bytes are 0 */
  add(from: number, to: number, zero = false): void {
    let i = from - this.firstFrame;
    const end = to - this.firstFrame;
    this.used.fill(zero ? 0 : 1, i, end);
    while (i < end) {
      let order = 0;
      while (order < MAX_ORDER && (i & ((2 << order) - 1)) === 0 && i + (2 << order) <= end) order++;
      this.owners.fill(OWNER.FREE, i, i + (1 << order));
      this.insert(i, order);
      this.freeCount += 1 << order;
      i += 1 << order;
    }
  }

  /**
   * Takes 2^order frames, aligned to their size.
   * @returns the first, or −1 when there is no such block
   */
  take(order: number, owner: number): number {
    if (order > MAX_ORDER) return NONE;
    let found = order;
    while (found <= MAX_ORDER && this.heads[found] === NONE) found++;
    if (found > MAX_ORDER) return NONE;
    const block = this.heads[found]!;
    this.remove(block, found);
    // What is not needed goes back, half by half.
    while (found > order) {
      found--;
      this.insert(block + (1 << found), found);
    }
    this.owners.fill(owner, block, block + (1 << order));
    this.freeCount -= 1 << order;
    return block + this.firstFrame;
  }

  /**
   * A frame goes back to the heap, or as soon as its last other use has ended. Of larger blocks none may have one.
   * @returns whether it is free now
   */
  give(mfn: number, order: number): boolean {
    const at = mfn - this.firstFrame;
    if (order === 0 && this.references[at]! > 0) {
      this.lingering.add(mfn);
      return false;
    }
    let block = at;
    let size = order;
    this.owners.fill(OWNER.FREE, at, at + (1 << order));
    this.used.fill(1, at, at + (1 << order));
    this.freeCount += 1 << order;
    while (size < MAX_ORDER) {
      const buddy = block ^ (1 << size);
      if (buddy + (1 << size) > this.frames || this.freeOrder[buddy] !== size) break;
      this.remove(buddy, size);
      block = Math.min(block, buddy);
      size++;
    }
    this.insert(block, size);
    return true;
  }

  /**
   * Clears 2^order frames that have just been taken. The largest part of memory was never anybody's, and is not touched:
   * what a host does not touch costs it nothing.
   */
  scrub(mfn: number, order: number, clear: (mfn: number, frames: number) => void): void {
    const first = mfn - this.firstFrame;
    const used = this.used.subarray(first, first + (1 << order));
    for (let from = used.indexOf(1); from >= 0;) {
      const end = used.indexOf(0, from);
      const to = end < 0 ? used.length : end;
      clear(mfn + from, to - from);
      from = used.indexOf(1, to);
    }
  }

  private insert(block: number, order: number): void {
    const head = this.heads[order]!;
    this.freeOrder[block] = order;
    this.next[block] = head;
    this.previous[block] = NONE;
    if (head !== NONE) this.previous[head] = block;
    this.heads[order] = block;
  }

  private remove(block: number, order: number): void {
    const [before, after] = [this.previous[block]!, this.next[block]!];
    if (before === NONE) this.heads[order] = after;
    else this.next[before] = after;
    if (after !== NONE) this.previous[after] = before;
    this.freeOrder[block] = NONE;
  }
}
