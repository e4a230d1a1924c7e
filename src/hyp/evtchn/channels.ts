// Event channels of a domain: ports, what they are bound to, and how they become pending (Xen, common/event_channel.c).
import { ERRNO } from '../abi/errno';
import type { Archive } from '../save/archive';

export const STATE = { FREE: 0, UNBOUND: 1, INTERDOMAIN: 2, PIRQ: 3, VIRQ: 4, IPI: 5 } as const;

/** Virtual interrupts (Xen, public/xen.h). */
export const VIRQ = {
  TIMER: 0,
  DEBUG: 1,
  CONSOLE: 2,
  DOM_EXC: 3,
  TBUF: 4,
  DEBUGGER: 6,
  XENOPROF: 7,
  CON_RING: 8,
} as const;
export const VIRQS = 24;
/** Those that a domain has once, and not for each virtual CPU. */
const GLOBAL_VIRQS: readonly number[] = [VIRQ.CONSOLE, VIRQ.DOM_EXC, VIRQ.TBUF, VIRQ.DEBUGGER, VIRQ.CON_RING];
export const isGlobalVirq = (virq: number): boolean => GLOBAL_VIRQS.includes(virq);

export interface Channel {
  readonly port: number;
  state: number;
  /** The virtual CPU that is notified. */
  vcpu: number;
  /** Of UNBOUND: who may bind; of INTERDOMAIN: who is at the other end. */
  remoteDomain: number;
  remotePort: number;
  virq: number;
  /** Of the FIFO interface. */
  priority: number;
  /** The queue that it was put into last, of the FIFO interface: virtual CPU and priority. */
  lastVcpu: number;
  lastPriority: number;
  /** Of INTERDOMAIN: who is called in the place of another domain's port, when a backend of the hypervisor is there. */
  consumer: (() => void) | undefined;
  /** The guest's end is the hypervisor's own: it is called for each event from the other end, and guests may not touch it. */
  upcall: (() => void) | undefined;
}

/** The hypervisor's end of a channel (Xen calls the guest's a port with a Xen consumer). */
export interface ConsumerEnd {
  /** Makes the guest's port pending. After the guest has closed it, nothing happens. */
  notify(): void;
  close(): void;
}

export const DEFAULT_PRIORITY = 7;
const LEAST_PRIORITY = 15;
/** Of the FIFO interface. */
const MOST_PORTS = 1 << 17;
const LAST_DOMAIN = 0x7ff0;

/** How pending bits are kept in a domain's memory: 2-level or FIFO. */
export interface EventAbi {
  readonly ports: number;
  setPending(channel: Channel): void;
  clearPending(channel: Channel): void;
  isPending(channel: Channel): boolean;
  isMasked(channel: Channel): boolean;
  unmask(channel: Channel): void;
  /** Pages of the guest are not written any more. */
  release(): void;
}

/** What channels need of their domain. */
export interface ChannelHost {
  readonly id: number;
  vcpuCount(): number;
  /** The event channels of another domain. */
  peer(domain: number): EventChannels | undefined;
  /** A port is pending. */
  pending?(port: number): void;
}

export class EventChannels {
  private readonly channels: Channel[] = [];
  /** By virtual CPU and VIRQ: the port, 0 for none. */
  private readonly virqs = new Map<number, number>();

  constructor(
    readonly host: ChannelHost,
    /** Replaced when the guest asks for the FIFO interface. */
    public abi: EventAbi,
    /** Ports that the toolstack lets it have. */
    public limit = 1023,
  ) {
    this.channels.push(this.fresh(0)); // port 0 is none
    this.channels[0]!.state = -1;
  }

  private fresh(port: number): Channel {
    return {
      ...{ port, state: STATE.FREE, vcpu: 0, remoteDomain: -1, remotePort: 0, virq: -1 },
      ...{ priority: DEFAULT_PRIORITY, lastVcpu: 0, lastPriority: DEFAULT_PRIORITY, consumer: undefined },
      upcall: undefined,
    };
  }

  /** A port that may be free, or nobody's. */
  at(port: number): Channel | undefined {
    return this.channels[port];
  }
  get(port: number): Channel | undefined {
    const channel = this.channels[port];
    return channel && channel.state > STATE.FREE ? channel : undefined;
  }
  /** Ports below this have been in use. */
  get known(): number {
    return this.channels.length;
  }
  get all(): readonly Channel[] {
    return this.channels.filter(one => one.state > STATE.FREE);
  }

  /** @returns a free channel, or a negative error */
  private allocate(): Channel | number {
    const free = this.channels.find(one => one.state === STATE.FREE);
    if (free) return free;
    const port = this.channels.length;
    if (port > this.limit || port >= this.abi.ports) return -ERRNO.ENOSPC;
    const channel = this.fresh(port);
    this.channels.push(channel);
    return channel;
  }

  private setPending(channel: Channel): void {
    this.host.pending?.(channel.port);
    this.abi.setPending(channel);
  }

  /** An event from the other end. */
  private arrive(channel: Channel): void {
    if (channel.upcall) channel.upcall();
    else this.setPending(channel);
  }

  private settle(channel: Channel, state: number): void {
    channel.state = state;
    this.abi.clearPending(channel);
  }

  /** @returns the port, or a negative error; so do the others */
  allocateUnbound(remoteDomain: number): number {
    const channel = this.allocate();
    if (typeof channel === 'number') return channel;
    channel.remoteDomain = remoteDomain;
    channel.remotePort = 0;
    channel.vcpu = 0;
    this.settle(channel, STATE.UNBOUND);
    return channel.port;
  }

  /** As `allocateUnbound`, of a port that the hypervisor has for itself. @param upcall is called for each event */
  allocateForXen(remoteDomain: number, upcall: () => void): number {
    const port = this.allocateUnbound(remoteDomain);
    if (port >= 0) this.channels[port]!.upcall = upcall;
    return port;
  }
  /** Whether guests may send to a port, bind and close it. */
  isXens(port: number): boolean {
    return this.get(port)?.upcall !== undefined;
  }

  bindInterdomain(remoteDomain: number, remotePort: number): number {
    const peer = this.host.peer(remoteDomain);
    if (!peer) return -ERRNO.ESRCH;
    const other = peer.get(remotePort);
    if (!other || other.state !== STATE.UNBOUND || other.remoteDomain !== this.host.id) return -ERRNO.EINVAL;
    const channel = this.allocate();
    if (typeof channel === 'number') return channel;
    channel.vcpu = 0;
    channel.remoteDomain = remoteDomain;
    channel.remotePort = remotePort;
    this.settle(channel, STATE.INTERDOMAIN);
    other.state = STATE.INTERDOMAIN;
    other.remoteDomain = this.host.id;
    other.remotePort = channel.port;
    // An event may have been sent to nobody before.
    this.setPending(channel);
    return channel.port;
  }

  /**
   * Binds a port that waits for a domain to a backend that does that domain's work in the hypervisor.
   * @param remoteDomain that the port waits for @param consumer is called for each event that the guest sends
   * @returns undefined when there is no such port
   */
  attach(port: number, remoteDomain: number, consumer: () => void): ConsumerEnd | undefined {
    const channel = this.get(port);
    if (!channel || channel.state !== STATE.UNBOUND || channel.remoteDomain !== remoteDomain) return undefined;
    channel.state = STATE.INTERDOMAIN;
    channel.remotePort = 0;
    channel.consumer = consumer;
    // The guest may have closed the port, and have another one by its number.
    const mine = (): boolean => channel.consumer === consumer;
    return {
      notify: () => void (mine() && this.arrive(channel)),
      close: () => {
        if (!mine()) return;
        channel.consumer = undefined;
        channel.state = STATE.UNBOUND;
      },
    };
  }

  bindVirq(virq: number, vcpu: number): number {
    if (virq >= VIRQS) return -ERRNO.EINVAL;
    if (isGlobalVirq(virq) && vcpu !== 0) return -ERRNO.EINVAL;
    if (vcpu >= this.host.vcpuCount()) return -ERRNO.ENOENT;
    const key = vcpu * VIRQS + virq;
    if (this.virqs.has(key)) return -ERRNO.EEXIST;
    const channel = this.allocate();
    if (typeof channel === 'number') return channel;
    channel.vcpu = vcpu;
    channel.virq = virq;
    this.settle(channel, STATE.VIRQ);
    this.virqs.set(key, channel.port);
    return channel.port;
  }

  bindIpi(vcpu: number): number {
    if (vcpu >= this.host.vcpuCount()) return -ERRNO.ENOENT;
    const channel = this.allocate();
    if (typeof channel === 'number') return channel;
    channel.vcpu = vcpu;
    this.settle(channel, STATE.IPI);
    return channel.port;
  }

  bindVcpu(port: number, vcpu: number): number {
    const channel = this.get(port);
    if (!channel || vcpu >= this.host.vcpuCount()) return channel ? -ERRNO.ENOENT : -ERRNO.EINVAL;
    if (channel.state === STATE.VIRQ && !isGlobalVirq(channel.virq)) return -ERRNO.EINVAL;
    if (channel.state === STATE.IPI) return -ERRNO.EINVAL;
    channel.vcpu = vcpu;
    return 0;
  }

  close(port: number): number {
    const channel = this.get(port);
    if (!channel) return -ERRNO.EINVAL;
    if (channel.state === STATE.VIRQ) this.virqs.delete(channel.vcpu * VIRQS + channel.virq);
    if (channel.state === STATE.INTERDOMAIN && !channel.consumer) {
      const other = this.host.peer(channel.remoteDomain)?.get(channel.remotePort);
      if (other?.state === STATE.INTERDOMAIN) {
        other.state = STATE.UNBOUND;
        other.remotePort = 0;
      }
    }
    this.abi.clearPending(channel);
    Object.assign(channel, this.fresh(port), { lastVcpu: channel.lastVcpu, lastPriority: channel.lastPriority });
    return 0;
  }

  send(port: number): number {
    const channel = this.get(port);
    if (!channel) return -ERRNO.EINVAL;
    if (channel.consumer) channel.consumer();
    else if (channel.state === STATE.INTERDOMAIN) {
      const peer = this.host.peer(channel.remoteDomain);
      const other = peer?.get(channel.remotePort);
      if (peer && other) peer.arrive(other);
    } else if (channel.state === STATE.IPI) this.setPending(channel);
    else if (channel.state !== STATE.UNBOUND) return -ERRNO.EINVAL;
    return 0;
  }

  /** The port that a virtual interrupt is bound to; 0: none. */
  virqPort(virq: number, vcpu: number): number {
    return this.virqs.get(vcpu * VIRQS + virq) ?? 0;
  }

  /** Raises a virtual interrupt, if somebody has bound it. */
  raiseVirq(virq: number, vcpu = 0): void {
    const port = this.virqs.get(vcpu * VIRQS + virq);
    const channel = port === undefined ? undefined : this.get(port);
    if (channel) this.setPending(channel);
  }

  /** Every port is free again, and the guest's pages are its own. */
  closeAll(): void {
    for (const { port } of this.all) this.close(port);
    this.abi.release();
  }

  /**
   * All ports. Those that backends of the hypervisor have wait for them again when they are loaded.
   * @param xens what is called for a port of the hypervisor's own
   */
  transfer(io: Archive, xens: () => void): void {
    this.limit = io.u32(this.limit, MOST_PORTS);
    const ports = io.list(this.channels.slice(1), MOST_PORTS, channel => this.transferPort(io, channel, xens));
    if (!io.loading) return;
    this.channels.splice(1, Infinity, ...ports.map((channel, i) => ({ ...channel, port: i + 1 })));
    for (const { state, vcpu, virq, port } of this.channels)
      if (state === STATE.VIRQ) this.virqs.set(vcpu * VIRQS + virq, port);
  }

  private transferPort(io: Archive, before: Channel | undefined, xens: () => void): Channel {
    const channel = before ?? this.fresh(0);
    // What a backend has bound is unbound in the file: nobody else could be there.
    const state = channel.state === STATE.INTERDOMAIN ? STATE.UNBOUND : channel.state;
    const saved = {
      state: io.oneOf<number>(state, [STATE.FREE, STATE.UNBOUND, STATE.VIRQ, STATE.IPI]),
      vcpu: io.u32(channel.vcpu, this.host.vcpuCount() - 1),
      remoteDomain: io.u32(Math.max(0, channel.remoteDomain), LAST_DOMAIN),
      virq: io.u32(Math.max(0, channel.virq), VIRQS - 1),
      priority: io.u32(channel.priority, LEAST_PRIORITY),
      lastVcpu: io.u32(channel.lastVcpu, this.host.vcpuCount() - 1),
      lastPriority: io.u32(channel.lastPriority, LEAST_PRIORITY),
    };
    const own = io.bool(channel.upcall !== undefined);
    return io.loading ? { ...this.fresh(0), ...saved, upcall: own ? xens : undefined } : channel;
  }

  /** Takes what is pending over to another interface. */
  changeAbi(abi: EventAbi): void {
    const pending = this.all.filter(one => this.abi.isPending(one));
    this.abi = abi;
    for (const one of pending) abi.setPending(one);
  }
}
