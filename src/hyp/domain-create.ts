// The beginning of a domain that is not dom0, whoever asks for it: the built-in toolstack, or domctl of dom0's.
import { Domain } from './domain';
import { LOCAL_IRQS } from './gic/vgic';
import type { Hypervisor } from './hypervisor';
import { PAGE_SHIFT, PAGE_SIZE } from './memory/physical';
import { P2M } from './p2m';

/** Addresses and interrupts that every guest finds its platform at (Xen, public/arch-arm.h). */
export const GUEST = {
  GICD: 0x03001000,
  GICC: 0x03002000,
  GICC_SIZE: 0x2000,
  /** Magic pages: console ring, xenstore ring, memory access ring, console of the virtual UART. */
  MAGIC: 0x39000000,
  MAGIC_PAGES: 4,
  GRANTS: 0x38000000,
  GRANTS_SIZE: 0x01000000,
  RAM: 0x40000000,
  /** Bytes of the first bank. The second one begins above 4 GiB, which no board here has. */
  RAM_MOST: 0xc0000000,
  EVENT_IRQ: 31,
} as const;

/** Virtual CPUs that a GICv2 has room for. */
export const MOST_VCPUS = 8;
/** Shared interrupts that a distributor has room for. */
export const MOST_SHARED_INTERRUPTS = 1020 - LOCAL_IRQS;
/** Ids that a real domain can have: what is above stands for something else. */
export const FIRST_RESERVED_ID = 0x7ff0;

/** Where a guest finds what it needs, in its own addresses, and the interrupt of its event channels. */
export interface GuestLayout {
  readonly ram: number;
  readonly gicd: number;
  readonly gicc: number;
  readonly eventIrq: number;
}
export const GUEST_LAYOUT: GuestLayout = {
  ...{ ram: GUEST.RAM, gicd: GUEST.GICD, gicc: GUEST.GICC, eventIrq: GUEST.EVENT_IRQ },
};

export interface GuestOptions {
  readonly id: number;
  /** Most virtual CPUs; they are made by `createVcpus`. */
  readonly vcpus: number;
  readonly handle?: Uint8Array;
  readonly grantFrames: number;
  /** Event channels that it may have. */
  readonly ports?: number;
  /** Shared interrupts, of the virtual UART and of devices passed through; none without it. */
  readonly sharedInterrupts?: number;
  /** That of every guest without it. */
  readonly layout?: GuestLayout;
}

/** The next id as Xen gives them: one higher than the last, and at the end of the line those that are free again. −1: none. */
export function nextDomainId(xen: Hypervisor): number {
  for (let i = 1; i < FIRST_RESERVED_ID; i++) {
    const id = ((xen.lastDomainId + i - 1) % (FIRST_RESERVED_ID - 1)) + 1;
    if (!xen.domains.has(id)) return (xen.lastDomainId = id);
  }
  return -1;
}

/**
 * A domain without memory and without virtual CPUs, paused by its toolstack.
 * @throws RangeError when there is no memory for its tables
 */
export function createGuest(xen: Hypervisor, options: GuestOptions): Domain {
  const { id, vcpus, handle, grantFrames, ports, sharedInterrupts = 0, layout = GUEST_LAYOUT } = options;
  const domain = new Domain(xen, {
    ...{ id, vcpus, grantFrames, eventIrq: layout.eventIrq, privileged: false },
    interrupts: LOCAL_IRQS + 32 * Math.ceil(sharedInterrupts / 32),
    ...{ gicd: layout.gicd, gicc: layout.gicc },
    ...(handle && { handle }),
    ...(ports !== undefined && { ports }),
  });
  // The guest's CPU interface is the virtual one of whatever core it runs on.
  const ok = domain.map(
    layout.gicc >>> PAGE_SHIFT,
    xen.gic.at.virtualCpu >>> PAGE_SHIFT,
    GUEST.GICC_SIZE / PAGE_SIZE,
    P2M.MMIO_DIRECT,
  );
  xen.addDomain(domain);
  if (ok) return domain;
  xen.destroyDomain(domain);
  throw new RangeError('no memory for the tables of a domain');
}
