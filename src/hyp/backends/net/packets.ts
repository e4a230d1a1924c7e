// Fields of Ethernet, ARP, IPv4, ICMP and UDP (RFC 826, 791, 792, 768), and their checksums.
import { HEADER } from './bridge';

export const ETHERTYPE = { IPV4: 0x0800, ARP: 0x0806 } as const;
export const PROTOCOL = { ICMP: 1, UDP: 17 } as const;
export const BROADCAST_MAC = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
const TTL = 64;
const IPV4_HEADER = 20;
const UDP_HEADER = 8;

export const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
export const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** The Internet checksum (RFC 1071) of some pieces, each but the last of even length. */
export function checksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const piece of pieces)
    for (let i = 0; i < piece.length; i += 2) sum += (piece[i]! << 8) | (i + 1 < piece.length ? piece[i + 1]! : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function ethernet(to: Uint8Array, from: Uint8Array, type: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER + payload.length);
  out.set(to);
  out.set(from, 6);
  put16(out, 12, type);
  out.set(payload, HEADER);
  return out;
}

export interface Ipv4 {
  readonly protocol: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly payload: Uint8Array;
}

/** @returns undefined for what is none, or a piece of one */
export function parseIpv4(bytes: Uint8Array): Ipv4 | undefined {
  if (bytes.length < IPV4_HEADER || bytes[0]! >>> 4 !== 4) return undefined;
  const header = (bytes[0]! & 15) * 4;
  const total = u16(bytes, 2);
  const isFragment = (u16(bytes, 6) & 0x3fff) !== 0;
  if (header < IPV4_HEADER || total < header || total > bytes.length || isFragment) return undefined;
  return {
    protocol: bytes[9]!,
    source: bytes.slice(12, 16),
    destination: bytes.slice(16, 20),
    payload: bytes.subarray(header, total),
  };
}

export function ipv4({ protocol, source, destination, payload }: Ipv4): Uint8Array {
  const out = new Uint8Array(IPV4_HEADER + payload.length);
  out[0] = 0x45;
  put16(out, 2, out.length);
  out[8] = TTL;
  out[9] = protocol;
  out.set(source, 12);
  out.set(destination, 16);
  put16(out, 10, checksum(out.subarray(0, IPV4_HEADER)));
  out.set(payload, IPV4_HEADER);
  return out;
}

export interface Udp {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

export function parseUdp(bytes: Uint8Array): Udp | undefined {
  if (bytes.length < UDP_HEADER) return undefined;
  const length = u16(bytes, 4);
  if (length < UDP_HEADER || length > bytes.length) return undefined;
  return { sourcePort: u16(bytes, 0), destinationPort: u16(bytes, 2), payload: bytes.subarray(UDP_HEADER, length) };
}

export function udp(
  { sourcePort, destinationPort, payload }: Udp,
  source: Uint8Array,
  destination: Uint8Array,
): Uint8Array {
  const out = new Uint8Array(UDP_HEADER + payload.length);
  put16(out, 0, sourcePort);
  put16(out, 2, destinationPort);
  put16(out, 4, out.length);
  out.set(payload, UDP_HEADER);
  const pseudo = Uint8Array.of(...source, ...destination, 0, PROTOCOL.UDP, out.length >>> 8, out.length);
  // A sum of zero means that there is none.
  put16(out, 6, checksum(pseudo, out) || 0xffff);
  return out;
}
