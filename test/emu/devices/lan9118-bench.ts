// A LAN9118 with what stands around it: registers by name, its MAC and PHY, frames in and out.
import { expect } from 'vitest';
import { Lan9118 } from '../../../src/emu/devices/lan9118';
import { frameCheckSequence, type NetworkPort } from '../../../src/emu/devices/network';
import { BenchClock, BenchLine, BenchLog, random } from './peripheral-bench';

export const R = {
  ...{ RX_DATA: 0x00, TX_DATA: 0x20, RX_STATUS: 0x40, RX_STATUS_PEEK: 0x44, TX_STATUS: 0x48, TX_STATUS_PEEK: 0x4c },
  ...{ ID_REV: 0x50, INT_CFG: 0x54, INT_STS: 0x58, INT_EN: 0x5c, BYTE_TEST: 0x64, FIFO_INT: 0x68, RX_CFG: 0x6c },
  ...{ TX_CFG: 0x70, HW_CFG: 0x74, RX_DP_CTRL: 0x78, RX_FIFO_INF: 0x7c, TX_FIFO_INF: 0x80, PMT_CTRL: 0x84 },
  ...{ GPIO_CFG: 0x88, GPT_CFG: 0x8c, GPT_CNT: 0x90, FREE_RUN: 0x9c, RX_DROP: 0xa0, MAC_CMD: 0xa4, MAC_DATA: 0xa8 },
  ...{ AFC_CFG: 0xac, E2P_CMD: 0xb0, E2P_DATA: 0xb4 },
} as const;
export const MAC = { CR: 1, ADDRH: 2, ADDRL: 3, HASHH: 4, HASHL: 5, MII_ACC: 6, MII_DATA: 7 } as const;
export const CR = { RXALL: 2 ** 31, FDPX: 1 << 20, MCPAS: 1 << 19, PRMS: 1 << 18, INVFILT: 1 << 17 } as const;
export const CR_FILTER = { HO: 1 << 15, HPFILT: 1 << 13, BCAST: 1 << 11, TXEN: 1 << 3, RXEN: 1 << 2 } as const;
export const [RXSTOP, TX_IOC, GPT, PHY, RXE, TXE, TDFA, RSFL] = [24, 21, 19, 18, 14, 13, 9, 3].map(
  n => 1 << n,
) as number[];

export const OWN = Uint8Array.of(0x02, 0x11, 0x22, 0x33, 0x44, 0x55);
export const BROADCAST = new Uint8Array(6).fill(0xff);

export class Cable implements NetworkPort {
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

export function frame(destination: Uint8Array, length: number, type = 0x0800, seed = 1): Uint8Array {
  const next = random(seed);
  const bytes = Uint8Array.from({ length }, () => next() & 0xff);
  bytes.set(destination);
  bytes.set([type >>> 8, type & 0xff], 12);
  return bytes;
}

export function bench(cable?: Cable) {
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

export function words(data: Uint8Array, skip: number, end = 4): number[] {
  const bytes = new Uint8Array(Math.ceil((skip + data.length) / end) * end);
  bytes.set(data, skip);
  return [...new Uint32Array(bytes.buffer)];
}
