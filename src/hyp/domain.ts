// A domain: memory, virtual CPUs, interrupts, event channels, grants, and what happens when it ends (Xen, struct domain).
import type { GuestAccess } from './guest-access';
import { EventChannels } from './evtchn/channels';
import { type EventHost, TwoLevelEvents } from './evtchn/two-level';
import { VirtualDistributor } from './gic/distributor';
import { Vgic, type VirtualIrq } from './gic/vgic';
import type { PhysicalGic } from './gic/gicv2';
import { GrantTable } from './grant/grant-table';
import type { Heap } from './memory/heap';
import { PAGE_SIZE, type PhysicalMemory } from './memory/physical';
import { P2M, P2m, type P2mType } from './p2m';
import type { Timers } from './timers';
import { Vcpu } from './vcpu';

/** Why a domain has ended (Xen, public/sched.h). */
export const SHUTDOWN = { POWEROFF: 0, REBOOT: 1, SUSPEND: 2, CRASH: 3, WATCHDOG: 4, SOFT_RESET: 5 } as const;

/** Addresses that stand for no real domain (Xen, public/xen.h). */
export const DOMID = { SELF: 0x7ff0, IO: 0x7ff1, XEN: 0x7ff2, IDLE: 0x7fff } as const;

/** VTTBR has 8 bits for it. TLBs are emptied at each switch, so that two domains may have the same one. */
const LARGEST_VMID = 0xff;

/** What domains need of the hypervisor. */
export interface DomainHost {
  readonly memory: PhysicalMemory;
  readonly heap: Heap;
  readonly gic: PhysicalGic;
  /** MIDR of the cores. */
  readonly midr: number;
  readonly now: () => number;
  timersOf(core: number): Timers;
  /** A virtual CPU has become runnable. */
  wake(vcpu: Vcpu): void;
  /** A virtual CPU is to look at its interrupts. */
  kick(vcpu: Vcpu): void;
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
}

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
  pauseCount = 0;
  /** What the toolstack has paused, once. */
  controllerPaused = false;
  dying = false;
  shutdownCode: number | undefined;
  /** HVM parameters by index (Xen, public/hvm/params.h). */
  readonly params = new Map<number, number>();
  /** Scheduler: share among those who want to run, and percent of a core at most (0: no cap). */
  weight = 256;
  cap = 0;
  /** Pages for tables that the toolstack has set aside, for accounting. */
  pagingPool = 0;
  vmAssist = 0;

  /** @throws RangeError when there is no memory for it */
  constructor(
    readonly host: DomainHost,
    readonly options: DomainOptions,
  ) {
    this.id = options.id;
    this.eventIrq = options.eventIrq;
    this.handle = options.handle ?? new Uint8Array(16);
    this.timerOffset = host.timersOf(0).now;
    this.p2m = new P2m(host.memory, host.heap, (options.id + 1) & LARGEST_VMID, vmid => host.flushTlb(vmid));
    this.vgic = new Vgic(options.interrupts, {
      gic: host.gic,
      kick: vcpu => host.kick(this.vcpus[vcpu]!),
      physical: (irq, enabled) => host.routePhysical(irq, enabled),
    });
    this.distributor = new VirtualDistributor(this.vgic, (vcpu, what) =>
      host.guestError(`d${this.id}v${vcpu}: ${what}`),
    );
    const shared = host.heap.take(0, this.id);
    if (shared < 0) {
      this.p2m.free();
      throw new RangeError('no memory for the shared info page of a domain');
    }
    this.sharedInfo = shared * PAGE_SIZE;
    host.memory.clear(this.sharedInfo, PAGE_SIZE);
    const peer = (id: number): EventChannels | undefined => host.domain(id)?.channels;
    this.channels = new EventChannels(
      { id: this.id, vcpuCount: options.vcpus, peer },
      new TwoLevelEvents(this),
      options.ports,
    );
    this.grants = new GrantTable(this, options.grantFrames);
    for (let i = 0; i < options.vcpus; i++) {
      const vcpu = new Vcpu(this, i);
      this.vcpus.push(vcpu);
      this.vgic.interfaces.push(vcpu.interface);
      // The first virtual CPUs have a place in the shared info page until they register one.
      if (i === 0) vcpu.infoAddress = this.sharedInfo;
    }
  }

  get memory(): PhysicalMemory {
    return this.host.memory;
  }
  target(vcpu: number): Vcpu | undefined {
    return this.vcpus[vcpu];
  }
  get isPaused(): boolean {
    return this.pauseCount > 0 || this.controllerPaused || this.shutdownCode !== undefined || this.dying;
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
    return this.p2m.map(gfn, mfn, count, type);
  }

  /** Gives the domain 2^order fresh, cleared frames. @returns the first, or −1 */
  populate(gfn: number, order: number): number {
    const { heap, memory } = this.host;
    const mfn = heap.take(order, this.id);
    if (mfn < 0) return -1;
    memory.clear(mfn * PAGE_SIZE, PAGE_SIZE << order);
    if (!this.map(gfn, mfn, 1 << order, P2M.RAM_RW)) {
      heap.give(mfn, order);
      return -1;
    }
    this.pages += 1 << order;
    return mfn;
  }

  pause(): void {
    this.pauseCount++;
    this.stopRunning();
  }
  unpause(): void {
    this.pauseCount--;
    this.resumeRunning();
  }
  stopRunning(): void {
    for (const vcpu of this.vcpus) if (vcpu.running) this.host.kick(vcpu);
  }
  resumeRunning(): void {
    if (!this.isPaused) for (const vcpu of this.vcpus) this.host.wake(vcpu);
  }

  /** The guest has ended, or somebody has ended it. */
  shutdown(code: number): void {
    if (this.shutdownCode !== undefined) return;
    this.shutdownCode = code;
    this.stopRunning();
    this.host.ended(this);
  }

  /** Gives everything back. Nobody of it runs. */
  destroy(): void {
    const { heap } = this.host;
    this.dying = true;
    this.channels.closeAll();
    this.grants.unmapAll();
    for (const vcpu of this.vcpus) vcpu.vtimer.stop();
    for (const { mfn, type } of this.p2m.entries())
      if (type === P2M.MAP_FOREIGN_RW || type === P2M.MAP_FOREIGN_RO) heap.release(mfn);
    this.grants.free();
    this.p2m.free();
    // Not what is mapped: the guest may have unmapped some of its own.
    for (const mfn of heap.ownedBy(this.id)) heap.give(mfn, 0);
    this.pages = 0;
  }
}
