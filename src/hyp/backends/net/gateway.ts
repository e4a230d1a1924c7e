// The one host on a bridge that is no domain: it gives addresses away and answers a ping. It leads nowhere.
import { type Bridge, type BridgePort, type Frame, HEADER } from './bridge';
import { DHCP_PORT, DhcpServer, type Subnet } from './dhcp';
import {
  BROADCAST_MAC, checksum, equal, ETHERTYPE, ethernet, type Ipv4, ipv4, parseIpv4, parseUdp, PROTOCOL, put16, u16, udp,
} from './packets'; // prettier-ignore

/** Locally administered, and that of no domain. */
const MAC = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff);
const ARP = { REQUEST: 1, REPLY: 2, LENGTH: 28 } as const;
const ECHO = { REQUEST: 8, REPLY: 0 } as const;
const LIMITED_BROADCAST = Uint8Array.of(255, 255, 255, 255);

export class Gateway implements BridgePort {
  private readonly address: Uint8Array;
  private readonly dhcp: DhcpServer;

  constructor(
    private readonly bridge: Bridge,
    subnet: Subnet,
  ) {
    this.address = Uint8Array.of(...subnet.prefix, subnet.gateway);
    this.dhcp = new DhcpServer(subnet);
    bridge.add(this);
  }

  receive({ bytes }: Frame): void {
    const type = u16(bytes, 12);
    const payload = bytes.subarray(HEADER);
    if (type === ETHERTYPE.ARP) this.arp(payload);
    else if (type === ETHERTYPE.IPV4) this.ip(bytes.slice(6, 12), payload);
  }

  private send(to: Uint8Array, type: number, payload: Uint8Array): void {
    this.bridge.send(this, { bytes: ethernet(to, MAC, type, payload), checksumBlank: false });
  }

  /** Hardware and protocol types, lengths, operation, sender, target. */
  private arp(bytes: Uint8Array): void {
    if (bytes.length < ARP.LENGTH || u16(bytes, 6) !== ARP.REQUEST) return;
    if (!equal(bytes.subarray(24, 28), this.address)) return;
    const sender = bytes.slice(8, 18);
    const answer = bytes.slice(0, ARP.LENGTH);
    put16(answer, 6, ARP.REPLY);
    answer.set(MAC, 8);
    answer.set(this.address, 14);
    answer.set(sender, 18);
    this.send(sender.subarray(0, 6), ETHERTYPE.ARP, answer);
  }

  private ip(from: Uint8Array, bytes: Uint8Array): void {
    const packet = parseIpv4(bytes);
    if (!packet) return;
    const mine = equal(packet.destination, this.address);
    if (packet.protocol === PROTOCOL.ICMP && mine) this.ping(from, packet);
    if (packet.protocol === PROTOCOL.UDP && (mine || equal(packet.destination, LIMITED_BROADCAST))) this.udp(packet);
  }

  private ping(from: Uint8Array, { source, payload }: Ipv4): void {
    if (payload.length < 8 || payload[0] !== ECHO.REQUEST) return;
    const answer = payload.slice();
    answer[0] = ECHO.REPLY;
    put16(answer, 2, 0);
    put16(answer, 2, checksum(answer));
    const packet = { protocol: PROTOCOL.ICMP, source: this.address, destination: source, payload: answer };
    this.send(from, ETHERTYPE.IPV4, ipv4(packet));
  }

  private udp({ payload }: Ipv4): void {
    const datagram = parseUdp(payload);
    if (datagram?.destinationPort !== DHCP_PORT.SERVER) return;
    const answer = this.dhcp.answer(datagram.payload);
    if (!answer) return;
    const { SERVER, CLIENT } = DHCP_PORT;
    // Who asks may have no address to be reached at yet.
    const sent = udp({ sourcePort: SERVER, destinationPort: CLIENT, payload: answer }, this.address, LIMITED_BROADCAST);
    const packet = { protocol: PROTOCOL.UDP, source: this.address, destination: LIMITED_BROADCAST, payload: sent };
    this.send(BROADCAST_MAC, ETHERTYPE.IPV4, ipv4(packet));
  }
}
