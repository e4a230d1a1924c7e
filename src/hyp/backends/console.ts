// The console of a guest: a ring of bytes in each direction in its magic page (Xen, public/io/console.h).
import type { Domain } from '../domain';
import type { ConsumerEnd } from '../evtchn/channels';
import type { Archive } from '../save/archive';
import { type ByteRingLayout, giveBytes, takeBytes } from './byte-ring';
import { BACKEND_DOMAIN, pageAt } from './shared-page';

/** struct xencons_interface: in[1024], out[2048], in_cons, in_prod, out_cons, out_prod. */
const IN: ByteRingLayout = { data: 0, size: 1024, consumer: 3072, producer: 3076 };
const OUT: ByteRingLayout = { data: 1024, size: 2048, consumer: 3080, producer: 3084 };
/** Bytes typed ahead that are kept for a guest that does not read. */
const MOST_TYPED = 4096;

export class ConsoleBackend {
  private readonly typed: number[] = [];
  private readonly channel: ConsumerEnd | undefined;

  /**
   * @param address of the ring's page in the guest's memory
   * @param port of the guest
   * @param say where its output goes
   */
  constructor(
    private readonly domain: Domain,
    private readonly address: number,
    port: number,
    private readonly say: (bytes: Uint8Array) => void,
  ) {
    this.channel = domain.channels.attach(port, BACKEND_DOMAIN, () => this.work());
  }

  /** A key. @returns false when the guest has not taken the last ones yet */
  type(byte: number): boolean {
    if (this.typed.length >= MOST_TYPED) return false;
    this.typed.push(byte);
    this.work();
    return true;
  }

  private work(): void {
    const page = pageAt(this.domain, this.address);
    if (!page) return;
    const said = takeBytes(page, OUT, OUT.size);
    if (said && said.length > 0) this.say(said);
    const taken = this.typed.length === 0 ? 0 : (giveBytes(page, IN, Uint8Array.from(this.typed)) ?? 0);
    this.typed.splice(0, taken);
    if ((said && said.length > 0) || taken > 0) this.channel?.notify();
  }

  /** What was typed ahead. */
  transfer(io: Archive): void {
    const typed = io.bytes(Uint8Array.from(this.typed), MOST_TYPED);
    if (io.loading) this.typed.push(...typed);
  }

  /** The guest is about to go: what it said last is still to be heard. */
  close(): void {
    this.work();
    this.channel?.close();
  }
}
