// The UART of a guest: an SBSA UART, that is a PL011 without clocks and formats (ARM DEN 0029, appendix B), whose bytes go
// through a ring in a page of the guest to whoever has its console (Xen, arch/arm/vpl011.c).
import { ERRNO } from './abi/errno';
import { type ByteRingLayout, giveBytes, takeBytes } from './backends/byte-ring';
import { SharedPage } from './backends/shared-page';
import type { Domain } from './domain';
import { PAGE_SHIFT } from './memory/physical';
import type { Archive } from './save/archive';

/** Where guests find it, and its shared interrupt (Xen, public/arch-arm.h, GUEST_PL011_BASE and GUEST_VPL011_SPI). */
export const VPL011 = { BASE: 0x22000000, SIZE: 0x1000, IRQ: 32 } as const;

/** struct xencons_interface. */
const IN: ByteRingLayout = { data: 0, size: 1024, consumer: 3072, producer: 3076 };
const OUT: ByteRingLayout = { data: 1024, size: 2048, consumer: 3080, producer: 3084 };

const REGISTER = { DR: 0x000, RSR: 0x004, FR: 0x018, IMSC: 0x038, RIS: 0x03c, MIS: 0x040, ICR: 0x044 } as const;
const FLAG = { BUSY: 0x08, RXFE: 0x10, TXFF: 0x20, RXFF: 0x40, TXFE: 0x80 } as const;
const INTERRUPT = { RX: 1 << 4, TX: 1 << 5, RECEIVE_TIMEOUT: 1 << 6 } as const;
/** Half of the FIFO that an SBSA UART has: where its interrupts for sending and receiving come and go. */
const LEVEL = 16;

export interface Vpl011Ports {
  /** Raises the interrupt. */
  readonly inject: () => void;
  /** Tells who has the console of new bytes, or of room. */
  readonly notify: () => void;
  /** A guest has done something that it should not. */
  readonly complain: (message: string) => void;
}

/** What of it is not in the guest's memory. */
export interface Vpl011State {
  flags: number;
  raw: number;
  mask: number;
  /** Interrupts that were raised already. */
  raised: number;
}

export class Vpl011 {
  readonly state: Vpl011State = { flags: FLAG.TXFE | FLAG.RXFE, raw: 0, mask: 0, raised: 0 };

  constructor(
    private readonly page: SharedPage,
    /** Of the guest: the hypervisor's end of the console's channel. */
    readonly port: number,
    private readonly ports: Vpl011Ports,
    private readonly letGo: () => void,
  ) {}

  /** Physical address of the ring. */
  get ring(): number {
    return this.page.address;
  }

  private level(ring: ByteRingLayout): number {
    return Math.min(ring.size, (this.page.u32(ring.producer) - this.page.u32(ring.consumer)) >>> 0);
  }

  /** An interrupt of the virtual GIC is an event: only what is new raises it. */
  private update(): void {
    const { state } = this;
    const now = state.raw & state.mask;
    const news = now & ~state.raised;
    state.raised = now;
    if (news !== 0) this.ports.inject();
  }

  /** @returns undefined: there is no such register, and the guest takes an abort */
  read(offset: number): number | undefined {
    const { state } = this;
    switch (offset) {
      case REGISTER.DR:
        return this.receive();
      case REGISTER.RSR:
        return 0;
      case REGISTER.FR:
        return state.flags;
      case REGISTER.RIS:
        return state.raw;
      case REGISTER.MIS:
        return (state.raw & state.mask) >>> 0;
      case REGISTER.IMSC:
        return state.mask;
      case REGISTER.ICR:
        return undefined;
      default:
        this.ports.complain(`vpl011: unhandled read offset 0x${offset.toString(16).padStart(6, '0')}`);
        return undefined;
    }
  }

  /** @returns false: there is no such register, and the guest takes an abort */
  write(offset: number, value: number): boolean {
    const { state } = this;
    switch (offset) {
      case REGISTER.DR:
        this.send(value & 0xff);
        return true;
      case REGISTER.RSR:
      case REGISTER.FR:
      case REGISTER.RIS:
      case REGISTER.MIS:
        return true;
      case REGISTER.IMSC:
        state.mask = value >>> 0;
        break;
      case REGISTER.ICR:
        state.raw = (state.raw & ~value) >>> 0;
        break;
      default:
        this.ports.complain(`vpl011: unhandled write offset 0x${offset.toString(16).padStart(6, '0')}`);
        return false;
    }
    this.update();
    return true;
  }

  private receive(): number {
    const { state } = this;
    const byte = takeBytes(this.page, IN, 1)?.[0];
    if (byte === undefined) this.ports.complain('vpl011: Unexpected IN ring buffer empty');
    else {
      const left = this.level(IN);
      if (left === 0) {
        state.flags |= FLAG.RXFE;
        state.raw &= ~INTERRUPT.RECEIVE_TIMEOUT;
      }
      if (left < IN.size - LEVEL) state.raw &= ~INTERRUPT.RX;
      this.update();
    }
    state.flags &= ~FLAG.RXFF;
    this.ports.notify();
    return byte ?? 0;
  }

  private send(byte: number): void {
    const { state } = this;
    if (giveBytes(this.page, OUT, Uint8Array.of(byte)) === 1) {
      // Busy means full here, so that a driver which waits for it is not held up by each byte.
      if (this.level(OUT) === OUT.size) state.flags |= FLAG.TXFF | FLAG.BUSY;
      this.roomToSend();
      this.update();
    } else this.ports.complain('vpl011: Unexpected OUT ring buffer full');
    state.flags &= ~FLAG.TXFE;
    this.ports.notify();
  }

  private roomToSend(): void {
    const { state } = this;
    if (this.level(OUT) <= OUT.size - LEVEL) state.raw |= INTERRUPT.TX;
    else state.raw &= ~INTERRUPT.TX;
  }

  /** Who has the console has put bytes into the ring, or taken some out. */
  notified(): void {
    const { state } = this;
    const [waiting, unsent] = [this.level(IN), this.level(OUT)];
    if (waiting > 0) {
      state.flags &= ~FLAG.RXFE;
      state.raw |= INTERRUPT.RECEIVE_TIMEOUT;
    }
    if (waiting === IN.size) state.flags |= FLAG.RXFF;
    if (waiting >= IN.size - LEVEL) state.raw |= INTERRUPT.RX;
    if (unsent !== OUT.size) {
      state.flags &= ~(FLAG.TXFF | FLAG.BUSY);
      this.roomToSend();
    }
    this.update();
    if (unsent === 0) state.flags |= FLAG.TXFE;
  }

  transfer(io: Archive): void {
    const { state } = this;
    state.flags = io.u32(state.flags, 0xff);
    state.raw = io.u32(state.raw);
    state.mask = io.u32(state.mask);
    state.raised = io.u32(state.raised);
  }

  /** The domain ends: its page is its own again. */
  end(): void {
    this.letGo();
  }
}

/**
 * Gives a domain its UART, before it runs for the first time.
 * @param gfn page of the ring @param consoleDomain who may bind the other end
 * @returns the port of the guest, or a negative error
 */
export function addVpl011(domain: Domain, gfn: number, consoleDomain: number): number {
  const frame = domain.frame(gfn);
  if (domain.vpl011 || frame < 0) return -ERRNO.EINVAL;
  // Its interrupt is a shared one, for which the distributor may have no room.
  if (domain.vgic.lines <= VPL011.IRQ) return -ERRNO.EINVAL;
  const port = domain.channels.allocateForXen(consoleDomain, () => domain.vpl011?.notified());
  if (port < 0) return port;
  placeVpl011(domain, frame, port);
  return port;
}

/** @param frame physical address of the ring's page @param port of the hypervisor's own */
export function placeVpl011(domain: Domain, frame: number, port: number): void {
  const { heap } = domain.host;
  heap.reference(frame >>> PAGE_SHIFT);
  domain.vpl011 = new Vpl011(
    new SharedPage(domain.memory, frame),
    port,
    {
      inject: () => domain.vgic.inject(VPL011.IRQ),
      notify: () => void domain.channels.send(port),
      complain: message => domain.host.guestError(`d${domain.id} ${message}`),
    },
    () => heap.release(frame >>> PAGE_SHIFT),
  );
}
