// The network of domains: rings of frames, the bridge, and the gateway on it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bridge, type BridgePort, type Frame } from '../../src/hyp/backends/net/bridge';
import { DhcpServer } from '../../src/hyp/backends/net/dhcp';
import {
  checksum,
  ethernet,
  ETHERTYPE,
  ipv4,
  parseIpv4,
  parseUdp,
  PROTOCOL,
  u16,
  udp,
} from '../../src/hyp/backends/net/packets';
import { XS } from '../../src/hyp/xenstore/wire';
import { Caller, SCRATCH } from './caller';
import { guest, LOOP } from './small-guest';
import { FakeKernel, planOf, toolstackBench } from './toolstack-bench';

const SUBNET = { prefix: [10, 11, 12], gateway: 1, first: 2, last: 4 } as const;
const mac = (n: number): Uint8Array => Uint8Array.of(0x00, 0x16, 0x3e, 0, 0, n);
const TX = 0x40010000;
const RX = 0x40011000;
const TX_PAGE = 0x40012000;
const RX_PAGES = 0x40020000;

/** Frontends of netif, connected to one bridge. */
function frontends(count: number) {
  const made = toolstackBench();
  const nics = Array.from({ length: count }, (_, n) => {
    const plan = planOf(`guest${n}`, { nics: [{ mac: mac(n), bridge: 'xenbr0' }] });
    const id = made.toolstack.create(plan, true);
    const kernel = new FakeKernel(made.xen.domains.get(id)!);
    const port = kernel.port();
    kernel.grant(8, TX);
    kernel.grant(9, RX);
    kernel.grant(10, TX_PAGE, true);
    for (let i = 0; i < 8; i++) kernel.grant(16 + i, RX_PAGES + 4096 * i);
    const nodes = { 'tx-ring-ref': 8, 'rx-ring-ref': 9, 'event-channel': port, 'request-rx-copy': 1, state: 4 };
    const connect = (): void => {
      for (const [name, value] of Object.entries(nodes)) kernel.ask(XS.WRITE, `device/vif/0/${name}\0${value}`);
    };
    let [sent, posted, seen] = [0, 0, 0];
    /** Slots of the ring to send, as they are. */
    const put = (
      ...slots: { ref?: number; offset?: number; flags?: number; size: number; raw?: Uint8Array }[]
    ): number[] => {
      const from = sent;
      for (const { ref = 10, offset = 0, flags = 0, size, raw } of slots) {
        const bytes = raw ?? new Uint8Array(12);
        const view = new DataView(bytes.buffer);
        if (!raw) {
          view.setUint32(0, ref, true);
          view.setUint16(4, offset, true);
          view.setUint16(6, flags, true);
          view.setUint16(8, sent, true);
          view.setUint16(10, size, true);
        }
        kernel.write(TX + 64 + (sent++ & 255) * 12, bytes);
      }
      kernel.setU32(TX, sent);
      kernel.send(port);
      const answered = kernel.u32(TX + 8) - from;
      return Array.from({ length: answered }, (_, i) => {
        const slot = kernel.read(TX + 64 + ((from + i) & 255) * 12, 4);
        return new DataView(slot.buffer).getInt16(2, true);
      });
    };
    const send = (frame: Uint8Array, flags = 0): number[] => {
      kernel.write(TX_PAGE, frame);
      return put({ size: frame.length, flags });
    };
    const post = (buffers: number): void => {
      for (let i = 0; i < buffers; i++, posted++) {
        const slot = new Uint8Array(8);
        new DataView(slot.buffer).setUint16(0, posted, true);
        new DataView(slot.buffer).setUint32(4, 16 + (posted & 7), true);
        kernel.write(RX + 64 + (posted & 255) * 8, slot);
      }
      kernel.setU32(RX, posted);
      kernel.send(port);
    };
    /** Frames that have come since. */
    const received = (): { bytes: Uint8Array; flags: number }[] => {
      const out: { bytes: Uint8Array; flags: number }[] = [];
      for (const end = kernel.u32(RX + 8); seen < end; seen++) {
        const view = new DataView(kernel.read(RX + 64 + (seen & 255) * 8, 8).buffer);
        const length = view.getInt16(6, true);
        out.push({
          bytes: kernel.read(RX_PAGES + 4096 * (view.getUint16(0, true) & 7), Math.max(0, length)),
          flags: view.getUint16(4, true),
        });
      }
      return out;
    };
    const state = (): string => kernel.ask(XS.READ, `/local/domain/0/backend/vif/${id}/0/state\0`);
    return { id, kernel, port, connect, put, send, post, received, state };
  });
  return { ...made, nics };
}

const frame = (to: Uint8Array, from: Uint8Array, payload: Uint8Array): Uint8Array =>
  ethernet(to, from, 0x88b5, payload);

describe('interfaces on a bridge', () => {
  it('carry frames to the one that they are for, and to all when nobody knows', () => {
    const { nics } = frontends(3);
    for (const nic of nics) {
      nic.connect();
      nic.post(8);
    }
    const [a, b, c] = nics as [(typeof nics)[0], (typeof nics)[0], (typeof nics)[0]];
    const hello = frame(mac(1), mac(0), Uint8Array.of(1, 2, 3));
    expect(a.send(hello)).toEqual([0]);
    expect(b.received()).toEqual([{ bytes: hello, flags: 0 }]);
    expect(c.received()).toHaveLength(1);
    const answer = frame(mac(0), mac(1), new Uint8Array(1500));
    expect(b.send(answer, 3)).toEqual([0]);
    expect(a.received()).toEqual([{ bytes: answer, flags: 3 }]);
    expect(c.received()).toEqual([]);
    expect(a.send(hello)).toEqual([0]);
    expect(c.received()).toEqual([]);
    expect(a.state()).toBe('4');
  });

  it('take frames in pieces', () => {
    const { nics } = frontends(2);
    nics.forEach(nic => (nic.connect(), nic.post(8)));
    const [a, b] = nics;
    const whole = frame(
      mac(1),
      mac(0),
      Uint8Array.from({ length: 100 }, (_, i) => i),
    );
    a!.kernel.write(TX_PAGE + 4096 - 50, whole.subarray(0, 50));
    a!.kernel.write(TX_PAGE, whole.subarray(50));
    expect(a!.put({ offset: 4046, size: whole.length, flags: 4 }, { size: whole.length - 50 })).toEqual([0, 0]);
    expect(b!.received().map(({ bytes }) => bytes)).toEqual([whole]);
  });

  it('keep frames for a guest that has no room yet, up to a limit', () => {
    const { nics } = frontends(2);
    nics.forEach(nic => nic.connect());
    const [a, b] = nics;
    for (let i = 0; i < 300; i++) a!.send(frame(mac(1), mac(0), Uint8Array.of(i)));
    let count = 0;
    for (let i = 0; i < 50; i++) {
      b!.post(8);
      count += b!.received().length;
    }
    expect(count).toBe(256);
  });

  it.each([
    ['a page that is not granted', [{ ref: 99, size: 100 }], [-1]],
    ['bytes behind the page', [{ offset: 4090, size: 100 }], [-1]],
    ['a frame that is too long', [{ size: 1519 }], [-1]],
    ['nothing', [{ size: 0 }], [-1]],
    ['pieces that are longer than the whole', [{ size: 100, flags: 4 }, { size: 200 }], [-1, -1]],
    [
      'extra information that was not offered',
      [
        { size: 100, flags: 8 },
        { size: 0, raw: new Uint8Array(12) },
      ],
      [-1, 1],
    ],
  ])('refuse %s', (_, slots, statuses) => {
    const { nics } = frontends(2);
    nics.forEach(nic => (nic.connect(), nic.post(8)));
    const [a, b] = nics;
    expect(a!.put(...slots)).toEqual(statuses);
    expect(b!.received()).toEqual([]);
    expect(a!.send(frame(mac(1), mac(0), Uint8Array.of(1)))).toEqual([0]);
  });

  it.each([
    ['a frame that does not end', (nic: ReturnType<typeof frontends>['nics'][0]) => nic.put({ size: 100, flags: 4 })],
    [
      'extra information that does not end',
      (nic: ReturnType<typeof frontends>['nics'][0]) => nic.put({ size: 100, flags: 8 }),
    ],
    [
      'more than the ring holds',
      (nic: ReturnType<typeof frontends>['nics'][0]) => (nic.kernel.setU32(TX, 1000), nic.kernel.send(nic.port)),
    ],
    [
      'more room than the ring has',
      (nic: ReturnType<typeof frontends>['nics'][0]) => (nic.kernel.setU32(RX, 1000), nic.kernel.send(nic.port)),
    ],
  ])('give up on %s', (_, act) => {
    const { nics } = frontends(2);
    nics.forEach(nic => (nic.connect(), nic.post(8)));
    act(nics[0]!);
    expect(nics[0]!.state()).toBe('5');
    expect(nics[1]!.state()).toBe('4');
  });

  it('do no harm with any slots', () => {
    const { nics } = frontends(1);
    const [a] = nics;
    a!.connect();
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 8 }), slots => {
        a!.put(...slots.map(raw => ({ size: 0, raw: raw.slice() })));
        return ['4', '5'].includes(a!.state());
      }),
      { numRuns: 300 },
    );
  });
});

describe('a guest without a dom0', () => {
  it('may have channels to the domain whose part the backends play, and to no other that is not there', () => {
    const made = toolstackBench();
    const domain = guest(made.xen, 5, [LOOP]);
    made.machine.run(1000);
    const caller = new Caller(made, domain);
    const allocate = (remote: number): number => caller.call(32, 6, caller.put(SCRATCH, [0x7ff0 | (remote << 16), 0]));
    expect(allocate(0)).toBe(0);
    expect(allocate(7)).toBe(-3);
  });
});

describe('the bridge', () => {
  it('forgets the oldest of too many addresses', () => {
    const bridge = new Bridge();
    const got: string[] = [];
    const port = (name: string): BridgePort => ({
      receive: ({ bytes }: Frame) => void got.push(`${name} ${bytes[14]}`),
    });
    const [a, b, c] = [port('a'), port('b'), port('c')];
    for (const one of [a, b, c]) bridge.add(one);
    const from = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, n >>> 8, n);
    bridge.send(b, { bytes: frame(mac(9), from(0), Uint8Array.of(1)), checksumBlank: false });
    for (let n = 1; n <= 1024; n++)
      bridge.send(a, { bytes: frame(mac(9), from(n), Uint8Array.of(2)), checksumBlank: false });
    got.length = 0;
    bridge.send(c, { bytes: frame(from(1024), mac(3), Uint8Array.of(3)), checksumBlank: false });
    expect(got).toEqual(['a 3']);
    got.length = 0;
    bridge.send(c, { bytes: frame(from(0), mac(3), Uint8Array.of(4)), checksumBlank: false });
    expect(got).toEqual(['a 4', 'b 4']);
  });
});

describe('the gateway', () => {
  const gateway = Uint8Array.of(10, 11, 12, 1);
  const own = Uint8Array.of(10, 11, 12, 2);
  const asking = () => {
    const { nics } = frontends(1);
    const [nic] = nics;
    nic!.connect();
    nic!.post(8);
    return (type: number, payload: Uint8Array): Uint8Array[] => {
      nic!.send(ethernet(Uint8Array.of(255, 255, 255, 255, 255, 255), mac(0), type, payload));
      return nic!.received().map(({ bytes }) => bytes);
    };
  };

  it('answers who asks for its address', () => {
    const ask = asking();
    const request = (target: Uint8Array): Uint8Array =>
      Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 1, ...mac(0), ...own, 0, 0, 0, 0, 0, 0, ...target);
    const [answer] = ask(ETHERTYPE.ARP, request(gateway));
    expect(u16(answer!, 20)).toBe(2);
    expect([...answer!.subarray(28, 32)]).toEqual([...gateway]);
    expect(ask(ETHERTYPE.ARP, request(own))).toEqual([]);
  });

  it('answers a ping, and nothing else', () => {
    const ask = asking();
    const echo = Uint8Array.of(8, 0, 0, 0, 0x12, 0x34, 0, 1, 1, 2, 3);
    const packet = (payload: Uint8Array): Uint8Array =>
      ipv4({ protocol: PROTOCOL.ICMP, source: own, destination: gateway, payload });
    const [answer] = ask(ETHERTYPE.IPV4, packet(echo));
    const { payload, source } = parseIpv4(answer!.subarray(14))!;
    expect([...source]).toEqual([...gateway]);
    expect([payload[0], ...payload.subarray(4, 11)]).toEqual([0, 0x12, 0x34, 0, 1, 1, 2, 3]);
    expect(checksum(payload)).toBe(0);
    expect(checksum(answer!.subarray(14, 34))).toBe(0);
    expect(ask(ETHERTYPE.IPV4, packet(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)))).toEqual([]);
    expect(ask(ETHERTYPE.IPV4, packet(Uint8Array.of(8)))).toEqual([]);
  });

  it('lives through any packet', () => {
    const ask = asking();
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(ETHERTYPE.ARP, ETHERTYPE.IPV4), (b, type) => ask(type, b).length <= 1),
    );
  });
});

describe('addresses for guests', () => {
  const message = (n: number, type: number, options: number[] = []): Uint8Array => {
    const bytes = new Uint8Array(300);
    bytes.set([1, 1, 6, 0, 0xaa, 0xbb, 0xcc, n]);
    bytes.set(mac(n), 28);
    bytes.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...options, 255], 236);
    return bytes;
  };
  const typeOf = (answer: Uint8Array | undefined): number | undefined => answer?.[242];
  const addressOf = (answer: Uint8Array | undefined): number[] => [...answer!.subarray(16, 20)];

  it('are offered, given, and stay', () => {
    const server = new DhcpServer(SUBNET);
    const offer = server.answer(message(1, 1));
    expect([typeOf(offer), ...addressOf(offer)]).toEqual([2, 10, 11, 12, 2]);
    expect([...offer!.subarray(4, 8)]).toEqual([0xaa, 0xbb, 0xcc, 1]);
    const ack = server.answer(message(1, 3, [50, 4, 10, 11, 12, 2, 54, 4, 10, 11, 12, 1]));
    expect([typeOf(ack), ...addressOf(ack)]).toEqual([5, 10, 11, 12, 2]);
    expect(addressOf(server.answer(message(2, 1)))).toEqual([10, 11, 12, 3]);
    expect(addressOf(server.answer(message(1, 1)))).toEqual([10, 11, 12, 2]);
  });

  it('are not those of others, and not given by another server', () => {
    const server = new DhcpServer(SUBNET);
    server.answer(message(1, 1));
    expect(typeOf(server.answer(message(2, 3, [50, 4, 10, 11, 12, 2])))).toBe(6);
    expect(server.answer(message(2, 3, [54, 4, 192, 168, 0, 1]))).toBeUndefined();
  });

  it('begin anew when all are given', () => {
    const server = new DhcpServer(SUBNET);
    for (const n of [1, 2, 3]) server.answer(message(n, 1));
    expect(addressOf(server.answer(message(4, 1)))).toEqual([10, 11, 12, 2]);
  });

  it('are given to nobody who asks nonsense', () => {
    const server = new DhcpServer(SUBNET);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), bytes => server.answer(bytes) === undefined));
    expect(server.answer(message(1, 8))).toBeUndefined();
  });

  it('come in datagrams with a good checksum', () => {
    const bytes = udp(
      { sourcePort: 67, destinationPort: 68, payload: Uint8Array.of(1, 2, 3) },
      mac(1).subarray(0, 4),
      mac(2).subarray(0, 4),
    );
    const pseudo = Uint8Array.of(...mac(1).subarray(0, 4), ...mac(2).subarray(0, 4), 0, 17, 0, bytes.length);
    expect(checksum(pseudo, bytes)).toBe(0);
    expect(parseUdp(bytes)).toEqual({ sourcePort: 67, destinationPort: 68, payload: Uint8Array.of(1, 2, 3) });
  });
});
