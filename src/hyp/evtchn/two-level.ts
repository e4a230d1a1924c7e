// The 2-level interface: a bit for each port in the shared info page, a selector for each virtual CPU (Xen, public/xen.h,
// struct shared_info and vcpu_info; common/event_2l.c). Longs of this interface have 64 bits on ARM.
import type { PhysicalMemory } from '../memory/physical';
import type { Channel, EventAbi } from './channels';

/** Offsets in struct vcpu_info. */
export const VCPU_INFO = { PENDING: 0, MASK: 1, SELECTOR: 8, SIZE: 48 } as const;
/** Offsets in struct shared_info: one vcpu_info first. */
export const SHARED_INFO = { PENDING: 48, MASK: 560, WALLCLOCK: 1072 } as const;
const PORTS = 4096;

/** A virtual CPU as the event interfaces see it. */
export interface EventTarget {
  /** Physical address of its struct vcpu_info; 0: none. */
  readonly infoAddress: number;
  /** Its guest is to look for events. */
  notify(): void;
}

export interface EventHost {
  readonly memory: PhysicalMemory;
  /** Physical address of the shared info page; 0 while there is none. */
  readonly sharedInfo: number;
  eventTarget(vcpu: number): EventTarget | undefined;
}

export class TwoLevelEvents implements EventAbi {
  readonly ports = PORTS;

  constructor(private readonly host: EventHost) {}

  private bit(base: number, port: number): { at: number; bit: number } {
    return { at: this.host.sharedInfo + base + (port >>> 3), bit: 1 << (port & 7) };
  }
  private test(base: number, port: number): boolean {
    const { at, bit } = this.bit(base, port);
    return (this.host.memory.read8(at) & bit) !== 0;
  }
  private set(base: number, port: number, on: boolean): void {
    const { at, bit } = this.bit(base, port);
    const old = this.host.memory.read8(at);
    this.host.memory.write8(at, on ? old | bit : old & ~bit);
  }

  setPending(channel: Channel): void {
    const { port } = channel;
    if (this.test(SHARED_INFO.PENDING, port)) return;
    this.set(SHARED_INFO.PENDING, port, true);
    if (!this.test(SHARED_INFO.MASK, port)) this.select(channel);
  }

  /** Sets the port's bit in the selector, and the upcall when that is news. */
  private select({ port, vcpu }: Channel): void {
    const target = this.host.eventTarget(vcpu);
    if (!target || target.infoAddress === 0) return;
    const { memory } = this.host;
    const at = target.infoAddress + VCPU_INFO.SELECTOR + (port >>> 9);
    const bit = 1 << ((port >>> 6) & 7);
    const old = memory.read8(at);
    if (old & bit) return;
    memory.write8(at, old | bit);
    target.notify();
  }

  clearPending({ port }: Channel): void {
    if (this.host.sharedInfo) this.set(SHARED_INFO.PENDING, port, false);
  }
  isPending({ port }: Channel): boolean {
    return this.test(SHARED_INFO.PENDING, port);
  }
  isMasked({ port }: Channel): boolean {
    return this.test(SHARED_INFO.MASK, port);
  }
  unmask(channel: Channel): void {
    if (!this.isMasked(channel)) return;
    this.set(SHARED_INFO.MASK, channel.port, false);
    if (this.isPending(channel)) this.select(channel);
  }
  /** The shared info page is Xen's own. */
  release(): void {}
}
