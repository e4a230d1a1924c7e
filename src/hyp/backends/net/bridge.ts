// A virtual bridge: what domains with interfaces on it send to each other. It learns who is where, as IEEE 802.1D has it.

/** Where a frame can go to. */
export interface BridgePort {
  /** Takes a frame; there may be no room, then it is lost. It is not changed, and not kept without a copy. */
  receive(frame: Frame): void;
}

export interface Frame {
  /** From the destination address on, without a frame check sequence. */
  readonly bytes: Uint8Array;
  /** A checksum of TCP or UDP is still to be filled in: within one machine nobody needs it. */
  readonly checksumBlank: boolean;
}

export const HEADER = 14;
/** Of a frame with a VLAN tag and 1500 bytes in it. */
export const LONGEST_FRAME = 1518;
/** Addresses that are remembered; a guest could make up any number of them. */
const MOST_ADDRESSES = 1024;
const ADDRESS = 6;

export const macKey = (bytes: Uint8Array, at: number): string =>
  Array.from(bytes.subarray(at, at + ADDRESS), b => b.toString(16).padStart(2, '0')).join(':');
const isGroup = (bytes: Uint8Array): boolean => (bytes[0]! & 1) !== 0;

export class Bridge {
  private readonly ports = new Set<BridgePort>();
  private readonly known = new Map<string, BridgePort>();

  add(port: BridgePort): void {
    this.ports.add(port);
  }
  remove(port: BridgePort): void {
    this.ports.delete(port);
    for (const [address, at] of this.known) if (at === port) this.known.delete(address);
  }

  send(from: BridgePort, frame: Frame): void {
    const { bytes } = frame;
    if (bytes.length < HEADER || bytes.length > LONGEST_FRAME) return;
    const source = macKey(bytes, ADDRESS);
    if ((bytes[ADDRESS]! & 1) === 0) this.learn(source, from);
    const to = isGroup(bytes) ? undefined : this.known.get(macKey(bytes, 0));
    if (to) {
      if (to !== from) to.receive(frame);
      return;
    }
    for (const port of [...this.ports]) if (port !== from) port.receive(frame);
  }

  private learn(address: string, port: BridgePort): void {
    this.known.delete(address);
    this.known.set(address, port);
    if (this.known.size <= MOST_ADDRESSES) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest!);
  }
}
