// Addresses for guests that ask for one (RFC 2131, 2132): the same card gets the same address as long as the lab runs.
import { macKey } from './bridge';
import { equal, put16 } from './packets';

export const DHCP_PORT = { SERVER: 67, CLIENT: 68 } as const;
const MESSAGE = { DISCOVER: 1, OFFER: 2, REQUEST: 3, DECLINE: 4, ACK: 5, NAK: 6, RELEASE: 7, INFORM: 8 } as const;
const OPTION = { PAD: 0, MASK: 1, ROUTER: 3, REQUESTED: 50, LEASE: 51, TYPE: 53, SERVER: 54, END: 255 } as const;
const COOKIE = Uint8Array.of(0x63, 0x82, 0x53, 0x63);
/** Offsets in the fixed part. */
const AT = { OP: 0, HTYPE: 1, HLEN: 2, XID: 4, FLAGS: 10, CIADDR: 12, YIADDR: 16, SIADDR: 20, CHADDR: 28, COOKIE: 236, OPTIONS: 240 } as const; // prettier-ignore
const REQUEST = 1;
const REPLY = 2;
const ETHERNET = 1;
const MAC = 6;
const LEASE_SECONDS = 86400;
/** BOOTP had at least this much (RFC 1542, 2.1). */
const SHORTEST = 300;

/** A network of addresses: the last byte is the host. */
export interface Subnet {
  readonly prefix: readonly [number, number, number];
  readonly gateway: number;
  readonly first: number;
  readonly last: number;
}

export class DhcpServer {
  private readonly leases = new Map<string, number>();

  constructor(private readonly subnet: Subnet) {}

  private address(host: number): Uint8Array {
    return Uint8Array.of(...this.subnet.prefix, host);
  }

  /** The address of a card; undefined: all are given away. */
  private lease(mac: string): Uint8Array | undefined {
    const { first, last } = this.subnet;
    let host = this.leases.get(mac);
    if (host === undefined) {
      host = first + this.leases.size;
      // Cards that come and go use the addresses up; the first ones are given anew.
      if (host > last) {
        const [oldest] = this.leases;
        if (!oldest) return undefined;
        this.leases.delete(oldest[0]);
        host = oldest[1];
      }
      this.leases.set(mac, host);
    }
    return this.address(host);
  }

  /** @returns the answer; undefined: none */
  answer(request: Uint8Array): Uint8Array | undefined {
    if (request.length < AT.OPTIONS || request[AT.OP] !== REQUEST) return undefined;
    if (request[AT.HTYPE] !== ETHERNET || request[AT.HLEN] !== MAC) return undefined;
    if (!equal(request.subarray(AT.COOKIE, AT.COOKIE + COOKIE.length), COOKIE)) return undefined;
    const options = readOptions(request.subarray(AT.OPTIONS));
    const type = options.get(OPTION.TYPE)?.[0];
    const own = this.address(this.subnet.gateway);
    const server = options.get(OPTION.SERVER);
    if (server && !equal(server, own)) return undefined;
    if (type !== MESSAGE.DISCOVER && type !== MESSAGE.REQUEST) return undefined;
    const lease = this.lease(macKey(request, AT.CHADDR));
    if (!lease) return undefined;
    if (type === MESSAGE.DISCOVER) return this.reply(request, MESSAGE.OFFER, lease);
    const ciaddr = request.slice(AT.CIADDR, AT.CIADDR + 4);
    const wanted = options.get(OPTION.REQUESTED) ?? ciaddr;
    return equal(wanted, lease) ? this.reply(request, MESSAGE.ACK, lease) : this.reply(request, MESSAGE.NAK);
  }

  private reply(request: Uint8Array, type: number, lease?: Uint8Array): Uint8Array {
    const own = this.address(this.subnet.gateway);
    const leaseTime = Uint8Array.of(LEASE_SECONDS >>> 24, LEASE_SECONDS >>> 16, LEASE_SECONDS >>> 8, LEASE_SECONDS);
    const options: (readonly [number, Uint8Array])[] = [
      [OPTION.TYPE, Uint8Array.of(type)],
      [OPTION.SERVER, own],
    ];
    if (lease)
      options.push([OPTION.LEASE, leaseTime], [OPTION.MASK, Uint8Array.of(255, 255, 255, 0)], [OPTION.ROUTER, own]);
    const tail = options.flatMap(([code, value]) => [code, value.length, ...value]);
    const out = new Uint8Array(Math.max(SHORTEST, AT.OPTIONS + tail.length + 1));
    out[AT.OP] = REPLY;
    out[AT.HTYPE] = ETHERNET;
    out[AT.HLEN] = MAC;
    out.set(request.subarray(AT.XID, AT.XID + 4), AT.XID);
    put16(out, AT.FLAGS, (request[AT.FLAGS]! << 8) | request[AT.FLAGS + 1]!);
    if (lease) out.set(lease, AT.YIADDR);
    out.set(own, AT.SIADDR);
    out.set(request.subarray(AT.CHADDR, AT.CHADDR + MAC), AT.CHADDR);
    out.set(COOKIE, AT.COOKIE);
    out.set([...tail, OPTION.END], AT.OPTIONS);
    return out;
  }
}

function readOptions(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length && bytes[at] !== OPTION.END;) {
    const code = bytes[at]!;
    if (code === OPTION.PAD) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length) break;
    found.set(code, bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}
