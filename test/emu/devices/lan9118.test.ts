import { describe, expect, it } from 'vitest';
import { Lan9118 } from '../../../src/emu/devices/lan9118';
import { frameCheckSequence, type NetworkPort } from '../../../src/emu/devices/network';
import { BenchClock, BenchLine, BenchLog, checkDevice, random } from './peripheral-bench';

const R = {
  ...{ RX_DATA: 0x00, TX_DATA: 0x20, RX_STATUS: 0x40, RX_STATUS_PEEK: 0x44, TX_STATUS: 0x48, TX_STATUS_PEEK: 0x4c },
  ...{ ID_REV: 0x50, INT_CFG: 0x54, INT_STS: 0x58, INT_EN: 0x5c, BYTE_TEST: 0x64, FIFO_INT: 0x68, RX_CFG: 0x6c },
  ...{ TX_CFG: 0x70, HW_CFG: 0x74, RX_DP_CTRL: 0x78, RX_FIFO_INF: 0x7c, TX_FIFO_INF: 0x80, PMT_CTRL: 0x84 },
  ...{ GPIO_CFG: 0x88, GPT_CFG: 0x8c, GPT_CNT: 0x90, FREE_RUN: 0x9c, RX_DROP: 0xa0, MAC_CMD: 0xa4, MAC_DATA: 0xa8 },
  ...{ AFC_CFG: 0xac, E2P_CMD: 0xb0, E2P_DATA: 0xb4 },
} as const;
const MAC = { CR: 1, ADDRH: 2, ADDRL: 3, HASHH: 4, HASHL: 5, MII_ACC: 6, MII_DATA: 7 } as const;
const CR = { RXALL: 2 ** 31, FDPX: 1 << 20, MCPAS: 1 << 19, PRMS: 1 << 18, INVFILT: 1 << 17 } as const;
const CR_FILTER = { HO: 1 << 15, HPFILT: 1 << 13, BCAST: 1 << 11, TXEN: 1 << 3, RXEN: 1 << 2 } as const;
const [RXSTOP, TX_IOC, GPT, PHY, RXE, TXE, TDFA, RSFL] = [24, 21, 19, 18, 14, 13, 9, 3].map(n => 1 << n) as number[];

const OWN = Uint8Array.of(0x02, 0x11, 0x22, 0x33, 0x44, 0x55);
const BROADCAST = new Uint8Array(6).fill(0xff);

class Cable implements NetworkPort {
  readonly sent: Uint8Array[] = [];
  private receiver: (frame: Uint8Array) => void = () => {};
  send(frame: Uint8Array): void {
    this.sent.push(frame);
  }
  onReceive(receive: (frame: Uint8Array) => void): void {
    this.receiver = receive;
  }
  deliver(frame: Uint8Array): void {
    this.receiver(frame);
  }
}

function frame(destination: Uint8Array, length: number, type = 0x0800, seed = 1): Uint8Array {
  const next = random(seed);
  const bytes = Uint8Array.from({ length }, () => next() & 0xff);
  bytes.set(destination);
  bytes.set([type >>> 8, type & 0xff], 12);
  return bytes;
}

function bench(cable?: Cable) {
  const [irq, clock, log] = [new BenchLine(), new BenchClock(), new BenchLog()];
  const lan = new Lan9118('lan', { log: log.log, irq, clock, ...(cable && { network: cable }) });
  lan.reset();
  const r = (offset: number): number => lan.read(offset, 4);
  const w = (offset: number, value: number): void => lan.write(offset, 4, value >>> 0);
  const macRead = (index: number): number => {
    w(R.MAC_CMD, 0xc0000000 | index);
    expect(r(R.MAC_CMD) >>> 31).toBe(0);
    return r(R.MAC_DATA);
  };
  const macWrite = (index: number, value: number): void => {
    w(R.MAC_DATA, value);
    w(R.MAC_CMD, 0x80000000 | index);
  };
  const phyRead = (register: number, phy = 1): number => {
    macWrite(MAC.MII_ACC, (phy << 11) | (register << 6));
    return macRead(MAC.MII_DATA);
  };
  const phyWrite = (register: number, value: number): void => {
    macWrite(MAC.MII_DATA, value);
    macWrite(MAC.MII_ACC, (1 << 11) | (register << 6) | 2);
  };
  /** Both directions on, address set, interrupts pushed high as on this board. */
  const up = (control = 0): void => {
    w(R.INT_CFG, 0x0a000111);
    macWrite(MAC.ADDRH, (OWN[5]! << 8) | OWN[4]!);
    macWrite(MAC.ADDRL, (OWN[3]! << 24) | (OWN[2]! << 16) | (OWN[1]! << 8) | OWN[0]!);
    macWrite(MAC.CR, CR.FDPX | CR_FILTER.TXEN | CR_FILTER.RXEN | control);
    w(R.TX_CFG, 2);
    w(R.FIFO_INT, 0xff000000);
  };
  /** Sends a frame in one buffer that starts `skip` bytes into its first word. */
  const transmit = (data: Uint8Array, skip = 0, flagsA = 0, flagsB = 0): void => {
    w(R.TX_DATA, (skip << 16) | 0x3000 | flagsA | data.length);
    w(R.TX_DATA, (data.length << 16) | flagsB | data.length);
    words(data, skip).forEach(word => w(R.TX_DATA, word));
  };
  /** Takes the next frame as a driver does: its status, then its data without offset and FCS. */
  const receive = (offset = 0): { status: number; data: Uint8Array } | undefined => {
    if (!(r(R.RX_FIFO_INF) & 0x00ff0000)) return undefined;
    const status = r(R.RX_STATUS);
    const length = (status >>> 16) & 0x3fff;
    const got = Uint32Array.from({ length: Math.ceil((offset + length) / 4) }, () => r(R.RX_DATA));
    const bytes = new Uint8Array(got.buffer).subarray(offset, offset + length);
    const fcs = new DataView(bytes.buffer, bytes.byteOffset).getUint32(length - 4, true);
    expect(fcs).toBe(frameCheckSequence(bytes.subarray(0, -4)));
    return { status, data: bytes.slice(0, -4) };
  };
  return { lan, irq, clock, log, r, w, macRead, macWrite, phyRead, phyWrite, up, transmit, receive };
}

function words(data: Uint8Array, skip: number, end = 4): number[] {
  const bytes = new Uint8Array(Math.ceil((skip + data.length) / end) * end);
  bytes.set(data, skip);
  return [...new Uint32Array(bytes.buffer)];
}

describe('LAN9118 registers', () => {
  it('reset values of the data sheet', () => {
    const { r, macRead } = bench();
    expect([R.BYTE_TEST, R.ID_REV, R.HW_CFG, R.PMT_CTRL, R.FIFO_INT].map(r)).toEqual([
      0x87654321, 0x01180001, 0x00050004, 0x00000001, 0x48000000,
    ]);
    expect([R.INT_CFG, R.INT_STS, R.INT_EN, R.RX_CFG, R.TX_CFG, R.RX_DROP].map(r)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([R.RX_FIFO_INF, R.TX_FIFO_INF, R.GPT_CFG, R.GPT_CNT].map(r)).toEqual([0, 4608, 0xffff, 0xffff]);
    expect([MAC.CR, MAC.ADDRH, MAC.ADDRL].map(macRead)).toEqual([0x00040000, 0xffff, 0xffffffff]);
  });

  it('takes words only', () => {
    const { lan, log } = bench();
    expect([lan.read(R.BYTE_TEST, 2), lan.read(R.BYTE_TEST, 1)]).toEqual([0, 0]);
    expect(log.lines[0]).toMatch(/2-byte read of BYTE_TEST/);
  });

  it('without EEPROM, commands that wait for one time out', () => {
    const { r, w } = bench();
    w(R.E2P_CMD, 0x80000005); // read
    expect([r(R.E2P_CMD), r(R.E2P_DATA)]).toEqual([5, 0xff]);
    w(R.E2P_CMD, 0xb0000005); // write
    expect(r(R.E2P_CMD)).toBe(0x30000205);
    w(R.E2P_CMD, 0xf0000000); // reload
    expect(r(R.E2P_CMD)).toBe(0x70000000); // no MAC address loaded
  });

  it('FIFO memory is divided as HW_CFG says', () => {
    const { r, w, log } = bench();
    for (const size of [2, 8, 14]) {
      w(R.HW_CFG, (size << 16) | (1 << 20));
      expect([r(R.HW_CFG), r(R.TX_FIFO_INF)]).toEqual([(size << 16) | (1 << 20) | 4, size * 1024 - 512]);
    }
    w(R.HW_CFG, 15 << 16);
    expect(r(R.TX_FIFO_INF)).toBe(14 * 1024 - 512);
    expect(log.lines).toEqual(['lan: HW_CFG.TX_FIF_SZ 15 is not in 2..14, ignored']);
  });

  it('counts 25 MHz, and down in 100 microseconds with an interrupt at the wrap', () => {
    const { r, w, clock, irq } = bench();
    clock.advance(1_000_000);
    expect(r(R.FREE_RUN)).toBe(25_000);
    w(R.INT_CFG, 0x111);
    w(R.INT_EN, GPT);
    w(R.GPT_CFG, (1 << 29) | 10);
    clock.advance(1_000_000);
    expect([r(R.GPT_CNT), irq.level]).toEqual([0, false]);
    clock.advance(100_000);
    expect([r(R.GPT_CNT), irq.level]).toEqual([0xffff, true]);
    w(R.INT_STS, GPT);
    clock.advance(65535 * 100_000);
    expect([r(R.GPT_CNT), irq.level]).toEqual([0, false]);
    clock.advance(100_000);
    expect(irq.level).toBe(true);
    w(R.GPT_CFG, 0);
    expect([r(R.GPT_CFG), r(R.GPT_CNT)]).toEqual([0xffff, 0xffff]);
  });

  it('sleeps until BYTE_TEST is written; a soft reset keeps the kind of the IRQ pin and the PHY', () => {
    const { r, w, macRead, phyRead, phyWrite, up } = bench();
    w(R.PMT_CTRL, 0x1302);
    expect(r(R.PMT_CTRL)).toBe(0x1302);
    w(R.BYTE_TEST, 0);
    expect(r(R.PMT_CTRL)).toBe(0x0303);
    up();
    phyWrite(4, 0x0061);
    w(R.HW_CFG, 1);
    expect([r(R.HW_CFG), r(R.INT_CFG), macRead(MAC.ADDRL), phyRead(4)]).toEqual([0x00050004, 0x11, 0xffffffff, 0x0061]);
    w(R.PMT_CTRL, 1 << 10);
    expect([r(R.PMT_CTRL), phyRead(4)]).toEqual([1, 0x01e1]);
  });
});

describe('LAN9118 indirect registers', () => {
  it('keep the bits that they have', () => {
    const { macRead, macWrite } = bench();
    const kept = {
      1: 0x80bfbdec,
      2: 0xffff,
      3: 0xffffffff,
      4: 0xffffffff,
      5: 0xffffffff,
      8: 0xffff0006,
      9: 0xffff,
      10: 0xffff,
    };
    for (const [index, mask] of Object.entries(kept)) {
      macWrite(Number(index), 0xffffffff);
      expect(macRead(Number(index)), `register ${index}`).toBe(mask);
      macWrite(Number(index), 0);
      expect(macRead(Number(index))).toBe(0);
    }
    macWrite(MAC.MII_DATA, 0x1ffff);
    macWrite(MAC.MII_ACC, (31 << 11) | (31 << 6) | 3); // a PHY that is not there; busy is never seen
    expect([macRead(MAC.MII_DATA), macRead(MAC.MII_ACC)]).toEqual([0xffff, 0xffc2]);
    expect([macRead(13), macRead(200)]).toEqual([0, 0]);
  });

  it('VLAN tags reset to all ones; the PHY keeps the bits that it has', () => {
    const { macRead, phyRead, phyWrite } = bench();
    expect([macRead(9), macRead(10)]).toEqual([0xffff, 0xffff]);
    const kept = {
      0: 0x7d80,
      2: 0x0007,
      3: 0xc0d1,
      4: 0xbfff,
      17: 0x2a40,
      18: 0x00ff,
      27: 0xe410,
      30: 0x00fe,
      31: 0x1040,
    };
    for (const [register, value] of Object.entries(kept)) {
      phyWrite(Number(register), register === '0' ? 0x7fff : 0xffff);
      expect(phyRead(Number(register)), `PHY register ${register}`).toBe(value);
    }
  });
});

describe('LAN9118 interrupts', () => {
  it('the pin is open drain until it is configured, then of the polarity that is chosen', () => {
    const { irq, w } = bench();
    expect(irq.level).toBe(true); // not active: the resistor pulls it up
    w(R.INT_CFG, 0x01);
    expect(irq.level).toBe(true); // push-pull, active low
    w(R.INT_CFG, 0x111);
    expect(irq.level).toBe(false);
  });

  it('passes the software interrupt test of a driver', () => {
    const { irq, r, w } = bench();
    w(R.INT_EN, 0);
    w(R.INT_STS, 0xffffffff);
    w(R.INT_CFG, 0x0a000111);
    w(R.INT_EN, r(R.INT_EN) | (2 ** 31));
    expect([irq.level, r(R.INT_STS) >>> 31, r(R.INT_CFG) & 0x1000]).toEqual([true, 1, 0x1000]);
    w(R.INT_EN, 0);
    w(R.INT_STS, 2 ** 31);
    expect([irq.level, r(R.INT_STS)]).toEqual([false, 0]);
  });

  it('says when the receiver stops, and when the transmit FIFO has room', () => {
    const { r, w, macWrite, up } = bench();
    up();
    macWrite(MAC.CR, CR_FILTER.TXEN);
    expect(r(R.INT_STS)).toBe(RXSTOP);
    macWrite(MAC.CR, 0); // only STOP_TX gives the transmitter's own interrupt
    expect(r(R.INT_STS)).toBe(RXSTOP);
    expect(r(R.INT_STS) & TDFA!).toBe(0);
    w(R.FIFO_INT, 0x32000000);
    expect(r(R.INT_STS) & TDFA!).toBe(TDFA);
    w(R.INT_STS, TDFA!);
    expect(r(R.INT_STS) & TDFA!).toBe(TDFA); // still true
    w(R.FIFO_INT, 0xff000000);
    w(R.INT_STS, 0xffffffff);
    expect(r(R.INT_STS)).toBe(0);
  });
});

describe('LAN9118 PHY', () => {
  it('is the internal one at address 1; without a cable there is no link', () => {
    const { phyRead } = bench();
    expect([phyRead(2), phyRead(3), phyRead(2, 0), phyRead(2, 2)]).toEqual([0x0007, 0xc0d1, 0xffff, 0xffff]);
    expect([phyRead(0), phyRead(1), phyRead(5), phyRead(29)]).toEqual([0x3000, 0x7809, 0, 0]);
  });

  it('with a cable, negotiation has completed and interrupts through the MAC', () => {
    const { phyRead, phyWrite, r, w, irq } = bench(new Cable());
    expect([phyRead(1), phyRead(5), phyRead(31) & 0x1c]).toEqual([0x782d, 0x45e1, 0x18]);
    w(R.INT_CFG, 0x111);
    w(R.INT_EN, PHY!);
    phyWrite(30, 1 << 6);
    expect([irq.level, r(R.INT_STS) & PHY!]).toEqual([true, PHY]);
    w(R.INT_STS, PHY!); // only the PHY takes it away
    expect(irq.level).toBe(true);
    expect(phyRead(29)).toBe(0xc0);
    expect(irq.level).toBe(false);
    phyWrite(0, 0x1200);
    expect(irq.level).toBe(true);
    phyWrite(0, 0x0800); // power down
    expect(phyRead(1) & 4).toBe(0);
    phyWrite(0, 0x8000);
    expect([phyRead(0), phyRead(1) & 4]).toEqual([0x3000, 4]);
  });
});

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

it('LAN9118 passes the checks of every device', () => {
  for (const loop of [false, true]) {
    checkDevice(() => {
      const cable = new Cable();
      const { lan, irq, clock, up, phyWrite } = bench(cable);
      const device = Object.assign(lan, {
        reset: () => {
          Lan9118.prototype.reset.call(lan);
          if (loop) {
            up(CR.PRMS);
            phyWrite(0, 0x4100);
          }
        },
      });
      const offsets = [...Object.values(R), R.TX_DATA, R.TX_DATA, R.TX_DATA, R.RX_DATA, R.MAC_CMD];
      return { device, size: 0x1000, offsets, clock, lines: [irq] };
    });
  }
});
