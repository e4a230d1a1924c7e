// Frames through the LAN9118: sent, received, filtered, dropped.
import { describe, expect, it } from 'vitest';
import { frameCheckSequence } from '../../../src/emu/devices/network';
import {
  BROADCAST,
  Cable,
  CR,
  CR_FILTER,
  MAC,
  OWN,
  R,
  RSFL,
  RXE,
  TXE,
  TX_IOC,
  bench,
  frame,
  words,
} from './lan9118-bench';

describe('LAN9118 frames', () => {
  it('passes the PHY loopback test of a driver without a cable', () => {
    for (const offset of [0, 1, 2, 3]) {
      const { r, w, macWrite, phyWrite, receive } = bench();
      const packet = frame(BROADCAST, 64, 0);
      w(R.HW_CFG, 0x00150000);
      w(R.TX_CFG, 2);
      w(R.RX_CFG, offset << 8);
      phyWrite(0, 0x4100);
      macWrite(MAC.CR, CR.FDPX | CR_FILTER.TXEN | CR_FILTER.RXEN);
      w(R.TX_DATA, (offset << 16) | 0x3000 | 64);
      w(R.TX_DATA, (64 << 16) | 64);
      words(packet, offset).forEach(word => w(R.TX_DATA, word));
      expect(r(R.TX_FIFO_INF) >>> 16).toBe(1);
      expect(r(R.TX_STATUS_PEEK)).toBe(64 << 16);
      expect(r(R.TX_STATUS)).toBe(64 << 16);
      expect(receive(offset)).toEqual({ status: (68 << 16) | (1 << 13), data: packet });
      expect([r(R.RX_FIFO_INF), r(R.TX_FIFO_INF)]).toEqual([0, 4608]);
    }
  });

  it('sends padded frames in one buffer and in several', () => {
    const cable = new Cable();
    const { r, w, up, transmit } = bench(cable);
    up();
    const short = frame(OWN, 20);
    transmit(short, 2, 2 ** 31);
    expect(r(R.INT_STS) & TX_IOC!).toBe(TX_IOC);
    const padded = new Uint8Array(60);
    padded.set(short);
    expect(cable.sent).toEqual([padded]);
    transmit(short, 0, 0, 1 << 12); // no padding
    expect(cable.sent[1]).toEqual(short);
    transmit(frame(OWN, 1514));
    expect(cable.sent[2]).toEqual(frame(OWN, 1514));
    transmit(frame(OWN, 104), 0, 0, 1 << 13); // the host has put the FCS behind 100 bytes
    expect(cable.sent.pop()).toEqual(frame(OWN, 104).slice(0, 100));
    transmit(frame(OWN, 1600)); // longer than any frame may be
    transmit(frame(OWN, 14).slice(0, 13), 0, 0, 1 << 12); // less than a header
    expect(cable.sent).toHaveLength(3);
    // Three buffers: the last ends on 32 bytes.
    const long = frame(OWN, 100);
    const parts = [
      [0, 14, 0x2000, 4, 0],
      [14, 50, 0, 16, 1],
      [64, 36, 0x1000, 32, 3],
    ] as const;
    for (const [from, size, flags, end, skip] of parts) {
      w(R.TX_DATA, ({ 4: 0, 16: 1, 32: 2 }[end] << 24) | (skip << 16) | flags | size);
      w(R.TX_DATA, (0xabcd << 16) | 100);
      words(long.subarray(from, from + size), skip, end).forEach(word => w(R.TX_DATA, word));
    }
    expect(cable.sent[3]).toEqual(long);
    const lengths = [20, 20, 1514, 104, 1600, 13, 0xabcd];
    expect(r(R.TX_FIFO_INF) >>> 16).toBe(lengths.length);
    expect([...lengths, 0].map(() => r(R.TX_STATUS))).toEqual([...lengths, 0].map(tag => tag * 65536));
  });

  it('holds frames while transmission is off, and reports a wrong length', () => {
    const cable = new Cable();
    const { r, w, up, transmit } = bench(cable);
    up();
    w(R.TX_CFG, 1); // STOP_TX
    transmit(frame(OWN, 64));
    expect([cable.sent.length, r(R.TX_FIFO_INF)]).toEqual([0, 4608 - 72]);
    w(R.TX_CFG, 2);
    expect([cable.sent.length, r(R.TX_FIFO_INF)]).toEqual([1, 0x10000 | 4608]);
    w(R.TX_DATA, 0x3000 | 4);
    w(R.TX_DATA, 64);
    w(R.TX_DATA, 0);
    expect([cable.sent.length, r(R.INT_STS) & TXE!]).toEqual([1, TXE]);
    w(R.TX_CFG, 0x8002);
    expect(r(R.TX_FIFO_INF)).toBe(4608);
  });

  it('stops at a full status FIFO unless it may overrun', () => {
    const cable = new Cable();
    const { r, w, up, transmit } = bench(cable);
    up();
    for (let n = 0; n < 130; n++) transmit(frame(OWN, 14));
    expect([cable.sent.length, r(R.TX_FIFO_INF) >>> 16]).toEqual([128, 128]);
    r(R.TX_STATUS);
    expect(cable.sent.length).toBe(129);
    w(R.TX_CFG, 2 | 4);
    expect(cable.sent.length).toBe(130);
    expect(r(R.INT_STS) & (1 << 16)).toBe(1 << 16);
  });

  it('without a link, a half-duplex sender finds no carrier', () => {
    const { r, macWrite, up, transmit } = bench();
    up();
    transmit(frame(OWN, 64));
    expect(r(R.TX_STATUS)).toBe(64 << 16);
    macWrite(MAC.CR, CR_FILTER.TXEN);
    transmit(frame(OWN, 64));
    expect(r(R.TX_STATUS) & 0xffff).toBe(0x8c00);
  });

  it('receives with offset and alignment, pads runts, marks types', () => {
    const cable = new Cable();
    const { r, w, up, receive, irq } = bench(cable);
    up();
    w(R.INT_EN, RSFL!);
    w(R.RX_CFG, 2 << 8);
    cable.deliver(frame(OWN, 61));
    expect(irq.level).toBe(true);
    expect([r(R.RX_FIFO_INF), r(R.RX_STATUS_PEEK)]).toEqual([0x10000 | 68, (65 << 16) | 0x20]);
    expect(receive(2)).toEqual({ status: (65 << 16) | 0x20, data: frame(OWN, 61) });
    w(R.INT_STS, RSFL!);
    expect(irq.level).toBe(false);
    w(R.RX_CFG, 2 ** 31); // ends on 32 bytes
    cable.deliver(frame(OWN, 14, 5));
    expect(r(R.RX_FIFO_INF)).toBe(0x10000 | 64);
    expect(r(R.RX_STATUS)).toBe(64 << 16);
    for (let n = 0; n < 16; n++) r(R.RX_DATA);
    for (const [length, type, status] of [
      [1514, 0x0800, 0x20], // the longest frame
      [1515, 0x0800, 0x80a0], // too long
      [1518, 0x8100, 0x20], // the longest with a VLAN tag
      [1519, 0x8100, 0x80a0],
      [1514, 1500, 0], // a length, not a type
      [1514, 1501, 0x20],
    ] as const) {
      cable.deliver(frame(OWN, length, type));
      expect(r(R.RX_STATUS), `${length} ${type}`).toBe((length + 4) * 65536 + status);
      w(R.RX_DP_CTRL, 2 ** 31);
    }
    expect([r(R.RX_DP_CTRL), r(R.RX_FIFO_INF)]).toEqual([0, 0]);
    expect([r(R.RX_DATA), r(R.INT_STS) & RXE!]).toEqual([0, RXE]);
  });

  it('fast-forwards over the rest of one frame, and dumps all', () => {
    const cable = new Cable();
    const { r, w, up, receive } = bench(cable);
    up();
    for (const seed of [1, 2, 3]) cable.deliver(frame(OWN, 100, 0x0800, seed));
    r(R.RX_STATUS);
    r(R.RX_DATA);
    w(R.RX_DP_CTRL, 2 ** 31);
    expect(receive()!.data).toEqual(frame(OWN, 100, 0x0800, 2));
    w(R.RX_CFG, 1 << 15);
    expect([r(R.RX_CFG), r(R.RX_FIFO_INF)]).toEqual([0, 0]);
  });

  it('drops and counts what does not fit', () => {
    const cable = new Cable();
    const { r, up, receive } = bench(cable);
    up();
    for (let n = 0; n < 10; n++) cable.deliver(frame(OWN, 1514, 0x0800, n));
    expect([r(R.RX_FIFO_INF) >>> 16, r(R.RX_DROP), r(R.RX_DROP)]).toEqual([6, 4, 0]); // 10560 bytes of 1520
    expect(receive()!.data).toEqual(frame(OWN, 1514, 0x0800, 0));
    expect(r(R.INT_STS) & (1 << 6)).toBe(1 << 6);
  });

  it('a frame that just fits is not dropped', () => {
    const cable = new Cable();
    const { r, up } = bench(cable);
    up();
    for (let n = 0; n < 55; n++) cable.deliver(frame(OWN, 188)); // 192 bytes each: 55 of them are 10560
    expect([r(R.RX_FIFO_INF), r(R.RX_DROP)]).toEqual([(55 << 16) | 10560, 0]);
    cable.deliver(frame(OWN, 60));
    expect(r(R.RX_DROP)).toBe(1);
  });

  it('filters addresses as MAC_CR says', () => {
    const group = Uint8Array.of(0x01, 0x00, 0x5e, 0x00, 0x00, 0x01);
    const other = Uint8Array.of(0x02, 0, 0, 0, 0, 1);
    const cable = new Cable();
    const { macWrite, up, receive } = bench(cable);
    /** Which of own, other, group and broadcast pass. */
    const pass = (control: number): string => {
      up(control);
      return [OWN, other, group, BROADCAST]
        .map(to => {
          cable.deliver(frame(to, 64));
          return receive() ? 'x' : '.';
        })
        .join('');
    };
    expect(pass(0)).toBe('x..x');
    expect(pass(CR.PRMS)).toBe('xxxx');
    expect(pass(CR.MCPAS)).toBe('x.xx');
    expect(pass(CR_FILTER.BCAST)).toBe('x...');
    expect(pass(CR.INVFILT)).toBe('.xxx');
    expect(pass(CR_FILTER.HPFILT)).toBe('x..x');
    macWrite(MAC.HASHL, 2 ** 31); // the bit of 01-00-5e-00-00-01
    expect(pass(CR_FILTER.HPFILT)).toBe('x.xx');
    expect(pass(CR_FILTER.HPFILT | CR_FILTER.HO)).toBe('..xx');
    up(CR.RXALL);
    cable.deliver(frame(other, 64));
    expect(receive()!.status & (1 << 30)).toBe(1 << 30);
    macWrite(MAC.CR, CR_FILTER.TXEN);
    cable.deliver(frame(OWN, 64));
    expect(receive()).toBeUndefined();
  });

  it('FCS of a known frame', () => {
    expect(frameCheckSequence(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});
