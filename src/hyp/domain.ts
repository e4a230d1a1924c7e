// A domain: memory, virtual CPUs, interrupts, event channels, grants, and what happens when it ends (Xen, struct domain).
import { ERRNO } from './abi/errno';
import { EventChannels } from './evtchn/channels';
import { type EventHost, TwoLevelEvents } from './evtchn/two-level';
import { VirtualDistributor } from './gic/distributor';
import { Vgic, type VirtualIrq } from './gic/vgic';
import type { PhysicalGic } from './gic/gicv2';
import { GrantTable } from './grant/grant-table';
import type { GuestAccess } from './guest-access';
import type { Heap } from './memory/heap';
import { FIRST_PAGES, PagingPool, tablesOfHeap } from './memory/paging-pool';
import { Ranges } from './memory/ranges';
import { PAGE_SIZE, type PhysicalMemory } from './memory/physical';
import { P2M, P2m, type P2mType } from './p2m';
import type { Timers } from './timers';
import type { Trace } from './trace';
import { Vcpu } from './vcpu';
import type { Vpl011 } from './vpl011';
import { Watchdogs } from './watchdog';

/** Why a domain has ended (Xen, public/sched.h). */
export const SHUTDOWN = { POWEROFF: 0, REBOOT: 1, SUSPEND: 2, CRASH: 3, WATCHDOG: 4, SOFT_RESET: 5 } as const;

/** Addresses that stand for no real domain (Xen, public/xen.h). */
export const DOMID = { SELF: 0x7ff0, IO: 0x7ff1, XEN: 0x7ff2, IDLE: 0x7fff } as const;

/** What domains need of the hypervisor. */
export interface DomainHost {
  readonly memory: PhysicalMemory;
  readonly heap: Heap;
  readonly gic: PhysicalGic;
  /** MIDR of the cores. */
  readonly midr: number;
  readonly now: () => number;
  readonly trace: Trace | undefined;
  /** Of the system counter. */
  readonly counterHertz: number;
  timersOf(core: number): Timers;
  /** A virtual CPU has become runnable. */
  wake(vcpu: Vcpu): void;
  /** A virtual CPU is to look at its interrupts. */
  kick(vcpu: Vcpu): void;
  /** A virtual CPU that runs is to leave its core as soon as it can. */
  deschedule(vcpu: Vcpu): void;
  /** A virtual CPU waits for an interrupt or event, unless there is one. */
  block(vcpu: Vcpu): void;
  /** A number for the tables of a domain, or −1: all are taken. */
  takeVmid(): number;
  giveVmid(vmid: number): void;
  flushTlb(vmid: number): void;
  /** A guest enables or disables the physical interrupt behind a virtual one. */
  routePhysical(irq: VirtualIrq, enabled: boolean): void;
  domain(id: number): Domain | undefined;
  /** A line on Xen's console about a guest. */
  guestError(message: string): void;
  /** A domain has shut down. */
  ended(domain: Domain): void;
  /** Guest memory by the addresses of the virtual CPU that is current on a core. */
  access(core: number): GuestAccess;
}

export interface DomainOptions {
  readonly id: number;
  readonly vcpus: number;
  /** Interrupts of its distributor, a multiple of 32. */
  readonly interrupts: number;
  /** PPI for event channels. */
  readonly eventIrq: number;
  /** May control others, and has the devices. */
  readonly privileged: boolean;
  readonly handle?: Uint8Array;
  /** Where its interrupt controller is, in its own addresses. */
  readonly gicd: number;
  readonly gicc: number;
  readonly grantFrames: number;
  readonly ports?: number;
  /** The same page has the same address for it as for the machine: its pages are not exchanged for others. */
  readonly directMapped?: boolean;
}

/** What a builder has put into a domain's memory before it ran. */
export interface DomainImage {
  readonly role: 'kernel' | 'RAM disk' | 'device tree';
  /** Address in the domain, and bytes. */
  readonly base: number;
  readonly size: number;
}

/** Pages that one step of the end of a domain gives back. */
const RELINQUISHED_AT_ONCE = 8192;

export class Domain implements EventHost {
  readonly id: number;
  readonly vcpus: Vcpu[] = [];
  readonly p2m: P2m;
  readonly vgic: Vgic;
  readonly distributor: VirtualDistributor;
  readonly channels: EventChannels;
  readonly grants: GrantTable;
  readonly eventIrq: number;
  readonly handle: Uint8Array;
  /** CNTPCT when it was created. */
  readonly timerOffset: number;
  /** Physical address of its shared info page. */
  readonly sharedInfo: number;
  /** Pages that it has and may have. */
  pages = 0;
  maxPages = 0;
  /** Pages that it will get, whatever others ask for. */
  claimedPages = 0;
  /** Pages that Xen keeps for it: shared info, grant table. */
  private readonly ownPages = new Set<number>();
  pauseCount = 0;
  /** How often its toolstack has paused it; once from the beginning, for all but dom0. */
  controllerPauses: number;
  /** It has been let run once. */
  creationFinished = false;
  /** Its end has begun; all is given back, but for what others still use. */
  dying = false;
  dead = false;
  /** The hypervisor itself goes on with its end when a core has left it. */
  destroyed = false;
  private relinquished = 0;
  shutdownCode: number | undefined;
  /** What it wants to have as the reason of its end, whatever ends it. */
  announcedCode: number | undefined;
  readonly watchdogs: Watchdogs;
  /** HVM parameters by index, numbers of 64 bits (Xen, public/hvm/params.h). */
  readonly params = new Map<number, bigint>();
  /** Scheduler: share among those who want to run, and percent of a core at most (0: no cap). */
  weight = 256;
  cap = 0;
  /** Pages for the tables of its physical memory; dom0's are the heap's. */
  readonly pool: PagingPool;
  vmAssist = 0;
  /** Page frames of devices, and interrupts, that its toolstack permits it; dom0 has what Xen has not. */
  readonly frames = new Ranges();
  readonly interrupts = new Ranges();
  /** Seconds that its time of day is ahead. */
  timeOffset = 0;
  /** What its builder has put where; nothing when dom0's tools are the builder, which tell nobody. */
  readonly images: DomainImage[] = [];
  /** The device tree among them, as it was before the domain ran; unknown of one that was restored, or that dom0 builds. */
  tree: Uint8Array | undefined;
  /** A debugger of dom0 has it. */
  debugged = false;
  /** Its port that hears of it when it is suspended; 0: none. */
  suspendPort = 0;
  /** Its UART, if its toolstack has given it one. */
  vpl011: Vpl011 | undefined;
  /** The domain that it may control, beside itself. */
  target: Domain | undefined;

  /** @throws RangeError when there is no memory for it */
  constructor(
    readonly host: DomainHost,
    readonly options: DomainOptions,
  ) {
    this.id = options.id;
    this.eventIrq = options.eventIrq;
    this.handle = options.handle?.slice() ?? new Uint8Array(16);
    this.controllerPauses = options.privileged ? 0 : 1;
    this.creationFinished = options.privileged;
    this.watchdogs = new Watchdogs({
      timers: () => host.timersOf(0),
      hertz: host.counterHertz,
      bite: () => {
        host.guestError(`Watchdog timer fired for domain ${this.id}`);
        this.shutdown(SHUTDOWN.WATCHDOG);
      },
    });
    this.timerOffset = host.timersOf(0).now;
    this.pool = new PagingPool(host.heap);
    const vmid = host.takeVmid();
    if (vmid < 0) throw new RangeError('all VMIDs are taken');
    const tables = options.privileged ? tablesOfHeap(host.heap) : this.pool;
    try {
      this.p2m = new P2m(host.memory, host.heap, tables, vmid, n => host.flushTlb(n));
    } catch (error) {
      host.giveVmid(vmid);
      throw error;
    }
    const shared = this.takeOwnPage();
    this.sharedInfo = shared * PAGE_SIZE;
    this.grants = new GrantTable(this, options.grantFrames);
    const enough = options.privileged || this.pool.resize(FIRST_PAGES) === 0;
    if (shared < 0 || !this.grants.grow(1) || !enough) {
      for (const mfn of this.ownPages) host.heap.give(mfn, 0);
      this.freeTables();
      throw new RangeError('no memory for the tables of a domain');
    }
    this.vgic = new Vgic(options.interrupts, {
      gic: host.gic,
      kick: vcpu => host.kick(this.vcpus[vcpu]!),
      physical: (irq, enabled) => host.routePhysical(irq, enabled),
    });
    this.distributor = new VirtualDistributor(this.vgic, (vcpu, what) =>
      host.guestError(`d${this.id}v${vcpu}: ${what}`),
    );
    this.channels = new EventChannels(
      {
        id: this.id,
        vcpuCount: () => this.vcpus.length,
        peer: id => host.domain(id)?.channels,
        pending: port => host.trace?.add({ kind: 'event', domain: this.id, port }),
      },
      new TwoLevelEvents(this),
      options.ports,
    );
  }

  /** Makes its virtual CPUs, which are down. */
  createVcpus(): void {
    for (let i = this.vcpus.length; i < this.options.vcpus; i++) {
      const vcpu = new Vcpu(this, i);
      this.vcpus.push(vcpu);
      this.vgic.interfaces.push(vcpu.interface);
      // The first virtual CPU has a place in the shared info page until it registers one.
      if (i === 0) vcpu.infoAddress = this.sharedInfo;
    }
  }

  /** A cleared page that Xen keeps for it, which does not count as its memory. @returns −1: there is none */
  takeOwnPage(): number {
    const { heap, memory } = this.host;
    const mfn = heap.take(0, this.id);
    if (mfn < 0) return -1;
    memory.clear(mfn * PAGE_SIZE, PAGE_SIZE);
    this.ownPages.add(mfn);
    return mfn;
  }
  /** One of its pages is back in the heap. */
  pageFreed(mfn: number): void {
    if (!this.ownPages.delete(mfn)) this.pages--;
  }
  /** Nothing of it is left in the heap. */
  get holdsNothing(): boolean {
    return this.pages === 0 && this.ownPages.size === 0;
  }

  get memory(): PhysicalMemory {
    return this.host.memory;
  }
  eventTarget(vcpu: number): Vcpu | undefined {
    return this.vcpus[vcpu];
  }
  get isPaused(): boolean {
    return this.pauseCount > 0 || this.controllerPauses > 0 || this.shutdownCode !== undefined || this.dying;
  }
  /** A core executes one of its virtual CPUs. */
  get isRunning(): boolean {
    return this.vcpus.some(({ running }) => running);
  }

  /** Physical address behind a frame of the domain that is its own memory; −1: none. */
  frame(gfn: number): number {
    const entry = this.p2m.lookup(gfn);
    return entry && (entry.type === P2M.RAM_RW || entry.type === P2M.RAM_RO) ? entry.mfn * PAGE_SIZE : -1;
  }

  /** Bytes at a guest physical address that lie in one page of its own memory; −1: not there. */
  address(ipa: number): number {
    const frame = this.frame(Math.floor(ipa / PAGE_SIZE));
    return frame < 0 ? -1 : frame + (ipa % PAGE_SIZE);
  }

  map(gfn: number, mfn: number, count: number, type: P2mType): boolean {
    this.host.trace?.add({ kind: 'p2m', domain: this.id, gfn, count, mfn, type });
    return this.p2m.map(gfn, mfn, count, type);
  }
  unmap(gfn: number, count: number): boolean {
    this.host.trace?.add({ kind: 'p2m', domain: this.id, gfn, count });
    return this.p2m.unmap(gfn, count);
  }

  /** Gives the domain 2^order fresh, cleared frames. @returns the first, or −1 */
  populate(gfn: number, order: number): number {
    const { heap, memory } = this.host;
    const count = 1 << order;
    if (heap.claimed + count > heap.free && this.claimedPages < count) return -1;
    const mfn = heap.take(order, this.id);
    if (mfn < 0) return -1;
    heap.scrub(mfn, order, memory.clearFrames);
    if (!this.map(gfn, mfn, count, P2M.RAM_RW)) {
      heap.give(mfn, order);
      return -1;
    }
    this.pages += count;
    const met = Math.min(count, this.claimedPages);
    this.claimedPages -= met;
    heap.claimed -= met;
    return mfn;
  }

  /**
   * Sets memory aside for it: so that it can have `pages` in all. 0 ends that.
   * @returns 0 or a negative error
   */
  claim(pages: number): number {
    const { heap } = this.host;
    if (pages === 0) {
      heap.claimed -= this.claimedPages;
      this.claimedPages = 0;
      return 0;
    }
    const more = pages - this.pages;
    if (this.claimedPages > 0 || more <= 0) return -ERRNO.EINVAL;
    if (more > heap.free - heap.claimed) return -ERRNO.ENOMEM;
    this.claimedPages = more;
    heap.claimed += more;
    return 0;
  }

  /** Takes one of its frames away from it. @returns whether there was one; it is the heap's again, or set aside for it */
  depopulate(gfn: number): boolean {
    const entry = this.p2m.lookup(gfn);
    if (entry?.type !== P2M.RAM_RW || !this.unmap(gfn, 1)) return false;
    const { heap } = this.host;
    // What is mapped to itself is kept: a device may be told to reach it there.
    if (this.options.directMapped || heap.owner(entry.mfn) !== this.id || this.ownPages.has(entry.mfn)) return true;
    if (heap.give(entry.mfn, 0)) this.pages--;
    return true;
  }

  /** Nobody of it runs until as many calls of `unpause`. Cores may be executing it still: see `isRunning`. */
  pause(): void {
    this.pauseCount++;
    this.stopRunning();
  }
  unpause(): void {
    this.pauseCount--;
    this.resumeRunning();
  }
  pauseByController(): void {
    this.controllerPauses++;
    this.stopRunning();
  }
  /** @returns 0, or a negative error: it was not paused */
  unpauseByController(): number {
    if (this.controllerPauses === 0) return -ERRNO.EINVAL;
    this.controllerPauses--;
    if (this.controllerPauses === 0) this.creationFinished = true;
    this.resumeRunning();
    return 0;
  }
  stopRunning(): void {
    for (const vcpu of this.vcpus) if (vcpu.running) this.host.deschedule(vcpu);
  }
  resumeRunning(): void {
    if (!this.isPaused) for (const vcpu of this.vcpus) this.host.wake(vcpu);
  }

  /** The guest has ended, or somebody has ended it. */
  shutdown(code: number): void {
    if (this.shutdownCode !== undefined) return;
    this.shutdownCode = this.announcedCode ?? code;
    this.stopRunning();
    if (code === SHUTDOWN.SUSPEND && this.suspendPort !== 0) this.channels.send(this.suspendPort);
    else this.host.ended(this);
  }
  /** It goes on where it had shut down. */
  resume(): void {
    this.shutdownCode = undefined;
    this.announcedCode = undefined;
    this.resumeRunning();
  }

  /**
   * A step of giving everything back; nobody of it runs any more.
   * @returns whether that was the last one. What others have mapped stays until they unmap it.
   */
  relinquish(): boolean {
    if (this.dead) return true;
    const { heap } = this.host;
    if (this.relinquished === 0) {
      this.claim(0);
      this.channels.closeAll();
      this.grants.end();
      for (const vcpu of this.vcpus) vcpu.stop();
      this.watchdogs.stop();
      this.vpl011?.end();
      for (const { mfn, type } of this.p2m.entries())
        if (type === P2M.MAP_FOREIGN_RW || type === P2M.MAP_FOREIGN_RO) heap.release(mfn);
      this.relinquished = heap.firstFrame;
    }
    let mfn = heap.owned(this.id, this.relinquished);
    for (let i = 0; mfn >= 0; i++) {
      if (i === RELINQUISHED_AT_ONCE) {
        this.relinquished = mfn;
        return false;
      }
      if (heap.give(mfn, 0)) this.pageFreed(mfn);
      mfn = heap.owned(this.id, mfn + 1);
    }
    this.freeTables();
    this.tree = undefined;
    this.dead = true;
    return true;
  }

  private freeTables(): void {
    this.p2m.free();
    this.pool.resize(0);
    this.host.giveVmid(this.p2m.vmid);
  }
}
