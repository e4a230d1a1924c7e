// The FIFO interface: an event word for each port in pages of the guest, queues by priority that link them (Xen,
// public/event_channel.h, docs/design: event channels; common/event_fifo.c).
import { ERRNO } from '../abi/errno';
import type { PhysicalMemory } from '../memory/physical';
import { type Archive, SaveError } from '../save/archive';
import { PAGE_SIZE } from '../memory/physical';
import type { Channel, EventAbi } from './channels';
import type { EventTarget } from './two-level';

const PENDING = 0x80000000;
const MASKED = 0x40000000;
const LINKED = 0x20000000;
const BUSY = 0x10000000;
const LINK_BITS = 17;
const LINK_MASK = (1 << LINK_BITS) - 1;
const PORTS = 1 << LINK_BITS;
const WORDS_PER_PAGE = PAGE_SIZE / 4;
export const PRIORITIES = 16;
/** One for each virtual CPU. */
const MOST_BLOCKS = 8;
/** Offset of head[] in the control block; `ready` is at 0. */
const HEAD = 8;
const CONTROL_BLOCK_SIZE = HEAD + 4 * PRIORITIES;

interface ControlBlock {
  /** Physical address. */
  readonly at: number;
  /** By priority: the port that was linked last. */
  readonly tails: Uint32Array;
}

/** Pages of the guest that are written to are not given to anybody else, whatever the guest does with them. */
export interface HeldPages {
  /** @param at physical address in the page */
  hold(at: number): void;
  letGo(at: number): void;
}

export class FifoEvents implements EventAbi {
  readonly ports = PORTS;
  private readonly pages: number[] = [];
  private readonly blocks = new Map<number, ControlBlock>();

  constructor(
    private readonly memory: PhysicalMemory,
    private readonly target: (vcpu: number) => EventTarget | undefined,
    private readonly held: HeldPages,
  ) {}

  /** EVTCHNOP_init_control for one virtual CPU. @param at physical address of its control block */
  addControlBlock(vcpu: number, at: number): number {
    const offset = at & (PAGE_SIZE - 1);
    if (offset % 8 !== 0 || offset + CONTROL_BLOCK_SIZE > PAGE_SIZE) return -ERRNO.EINVAL;
    if (this.blocks.has(vcpu)) return -ERRNO.EINVAL;
    this.held.hold(at);
    this.blocks.set(vcpu, { at, tails: new Uint32Array(PRIORITIES) });
    return 0;
  }
  /** EVTCHNOP_expand_array. @param at physical address of a page of event words */
  addPage(at: number): number {
    if (this.pages.length * WORDS_PER_PAGE >= PORTS) return -ERRNO.ENOSPC;
    this.held.hold(at);
    this.pages.push(at);
    return 0;
  }
  static readonly linkBits = LINK_BITS;

  private word(port: number): number {
    const page = this.pages[Math.floor(port / WORDS_PER_PAGE)];
    return page === undefined ? 0 : page + 4 * (port % WORDS_PER_PAGE);
  }

  setPending(channel: Channel): void {
    const at = this.word(channel.port);
    if (at === 0) return;
    const { memory } = this;
    const word = memory.read32(at);
    memory.write32(at, (word | PENDING) >>> 0);
    if (word & (MASKED | LINKED)) return;
    this.link(channel, at);
  }

  private link(channel: Channel, at: number): void {
    const { memory } = this;
    const block = this.blocks.get(channel.vcpu);
    if (!block) return;
    const { priority, port } = channel;
    const last = block.tails[priority]!;
    const head = block.at + HEAD + 4 * priority;
    memory.write32(at, ((memory.read32(at) | LINKED) & ~LINK_MASK) >>> 0);
    // The guest empties queues by itself: its head says whether what was the tail is still in it.
    let linked = false;
    if (memory.read32(head) !== 0 && last !== 0 && last !== port) {
      const tail = this.word(last);
      const word = memory.read32(tail);
      if (word & LINKED && (word & LINK_MASK) === 0) {
        memory.write32(tail, ((word & ~(LINK_MASK | BUSY)) | port) >>> 0);
        linked = true;
      }
    }
    if (!linked) memory.write32(head, port);
    block.tails[priority] = port;
    channel.lastVcpu = channel.vcpu;
    channel.lastPriority = priority;
    if (linked) return;
    const ready = memory.read32(block.at);
    if (ready & (1 << priority)) return;
    memory.write32(block.at, (ready | (1 << priority)) >>> 0);
    this.target(channel.vcpu)?.notify();
  }

  clearPending({ port }: Channel): void {
    const at = this.word(port);
    if (at !== 0) this.memory.write32(at, (this.memory.read32(at) & ~PENDING) >>> 0);
  }
  isPending({ port }: Channel): boolean {
    const at = this.word(port);
    return at !== 0 && (this.memory.read32(at) & PENDING) !== 0;
  }
  isMasked({ port }: Channel): boolean {
    const at = this.word(port);
    return at === 0 || (this.memory.read32(at) & MASKED) !== 0;
  }
  unmask(channel: Channel): void {
    const at = this.word(channel.port);
    if (at === 0) return;
    const word = this.memory.read32(at);
    this.memory.write32(at, (word & ~MASKED) >>> 0);
    if (word & PENDING) this.setPending(channel);
  }

  /** @param frameOf between physical and guest addresses, in the direction that is needed */
  transfer(io: Archive, frameOf: (address: number) => number): void {
    const pages = io.list(this.pages.slice(), PORTS / WORDS_PER_PAGE, at => io.f64(at === undefined ? 0 : frameOf(at)));
    const own = [...this.blocks].map(([vcpu, block]) => ({ vcpu, at: frameOf(block.at), tails: block.tails }));
    const blocks = io.list(own, MOST_BLOCKS, block => {
      const tails = block?.tails ?? new Uint32Array(PRIORITIES);
      const saved = { vcpu: io.u32(block?.vcpu ?? 0, MOST_BLOCKS), at: io.f64(block?.at ?? 0), tails };
      io.words(tails);
      return saved;
    });
    if (!io.loading) return;
    for (const at of pages) this.addPage(frameOf(at));
    for (const { vcpu, at, tails } of blocks) {
      if (this.addControlBlock(vcpu, frameOf(at)) !== 0) throw new SaveError('a control block is at no place for one');
      this.blocks.get(vcpu)!.tails.set(tails.map(port => (port < PORTS && this.word(port) !== 0 ? port : 0)));
    }
  }

  release(): void {
    for (const at of this.pages) this.held.letGo(at);
    for (const { at } of this.blocks.values()) this.held.letGo(at);
    this.pages.length = 0;
    this.blocks.clear();
  }
}
