import { describe, expect, it } from 'vitest';
import type { BlockStore } from '../../../src/emu/devices/device';
import { MCI_STATUS as S, Pl180 } from '../../../src/emu/devices/pl180';
import { SdCard } from '../../../src/emu/devices/sd-card';
import { crc7, geometry } from '../../../src/emu/devices/sd-registers';
import { MCI, MciDriver } from './mci-driver';
import { BenchClock, BenchLine, BenchLog, checkDevice, random } from './peripheral-bench';

const MIB = 1 << 20;

/** A store in memory; `fail` makes reads and writes of that sector fail. */
class MemoryStore implements BlockStore {
  readonly bytes: Uint8Array;
  fail = -1;

  constructor(
    size: number,
    readonly readOnly = false,
    private readonly claimed = size,
  ) {
    this.bytes = new Uint8Array(size);
    const next = random(size);
    for (let n = 0; n < size; n += 64) this.bytes[n] = next();
  }

  get size(): number {
    return this.claimed;
  }

  read(offset: number, into: Uint8Array): boolean {
    if (offset / 512 === this.fail) return false;
    into.set(this.bytes.subarray(offset, offset + into.length));
    return true;
  }

  write(offset: number, from: Uint8Array): boolean {
    if (offset / 512 === this.fail) return false;
    this.bytes.set(from, offset);
    return true;
  }

  flush(): boolean {
    return true;
  }
}

function bench(store?: MemoryStore) {
  const [irq0, irq1, clock, log] = [new BenchLine(), new BenchLine(), new BenchClock(), new BenchLog()];
  const card = new SdCard('sd', { log: log.log, clock, ...(store && { store }) });
  const mci = new Pl180('mci', { log: log.log, irqs: [irq0, irq1], clock, mclk: 24_000_000, card });
  return { card, mci, clock, log, lines: [irq0, irq1] as const, driver: new MciDriver(mci, [irq0, irq1]) };
}

const bits = (words: readonly number[], high: number, low: number): number => {
  let value = 0;
  for (let bit = high; bit >= low; bit--) value = value * 2 + ((words[3 - (bit >> 5)]! >>> (bit & 31)) & 1);
  return value;
};

const pattern = (size: number, seed: number): Uint8Array => {
  const next = random(seed);
  return Uint8Array.from({ length: size }, () => next() & 0xff);
};

describe('PL180', () => {
  it('identification and reset values', () => {
    const { mci } = bench();
    mci.reset();
    expect([0, 4, 8, 12].map(n => mci.read(0xfe0 + n, 4))).toEqual([0x80, 0x11, 0x04, 0x00]);
    expect([0, 4, 8, 12].map(n => mci.read(0xff0 + n, 4))).toEqual([0x0d, 0xf0, 0x05, 0xb1]);
    for (let at = 0; at < 0x4c; at += 4) expect(mci.read(at, 4), `+${at.toString(16)}`).toBe(0);
  });

  it('sends a command only with power and clock', () => {
    const { mci, driver, log } = bench(new MemoryStore(MIB));
    driver.w(MCI.COMMAND, 0x400);
    expect(mci.read(MCI.STATUS, 4)).toBe(S.CmdActive);
    driver.w(MCI.CLOCK, 0x100);
    expect(mci.read(MCI.STATUS, 4)).toBe(S.CmdActive);
    driver.w(MCI.POWER, 3);
    expect(mci.read(MCI.STATUS, 4)).toBe(S.CmdSent);
    driver.w(MCI.CLEAR, S.CmdSent);
    expect(mci.read(MCI.STATUS, 4)).toBe(0);
    expect(log.lines).toEqual(['mci: command waits: MCIPower or MCIClock keeps the card off']);
  });

  it('with no card in the socket every answer is a timeout', () => {
    const { driver, card, lines } = bench();
    driver.powerUp();
    expect([card.present, card.capacity]).toEqual([false, 0]);
    expect(driver.command(0, 0, 'none')).toEqual([]);
    expect(driver.command(8, 0x1aa)).toBeUndefined();
    driver.w(MCI.MASK0, S.CmdTimeOut);
    driver.w(MCI.COMMAND, 55 | 0x440);
    expect(lines.map(line => line.level)).toEqual([true, false]);
    driver.w(MCI.CLEAR, S.CmdTimeOut);
    expect(lines[0].level).toBe(false);
  });

  it('reports R3, which has no CRC, as the hardware does', () => {
    const { driver } = bench(new MemoryStore(MIB));
    driver.powerUp();
    driver.command(0, 0, 'none');
    driver.command(55, 0);
    driver.w(MCI.ARGUMENT, 0);
    driver.w(MCI.COMMAND, 41 | 0x440);
    expect(driver.r(MCI.STATUS)).toBe(S.CmdCrcFail);
    expect([driver.r(MCI.RESPCMD), driver.r(MCI.RESPONSE)]).toEqual([0x3f, 0x00ff8000]);
  });

  it('a card that drives no data ends in DataTimeOut after MCIDataTimer card clocks', () => {
    const { driver, clock } = bench(new MemoryStore(MIB));
    driver.identify();
    driver.startData(512, 512, true); // 24000 clocks at 24 MHz are 1 ms
    expect(driver.r(MCI.STATUS)).toBe(S.RxActive | S.RxFifoEmpty);
    clock.advance(999_999);
    expect(driver.r(MCI.STATUS) & S.DataTimeOut).toBe(0);
    clock.advance(1);
    expect([driver.r(MCI.STATUS), driver.r(MCI.DATACNT)]).toEqual([S.DataTimeOut, 512]);
  });

  it('counts blocks, bytes and words as the data sheet says', () => {
    const { driver } = bench(new MemoryStore(MIB));
    driver.identify();
    driver.startData(1024, 512, true);
    driver.command(18, 0);
    expect([driver.r(MCI.DATACNT), driver.r(MCI.FIFOCNT)]).toEqual([1024 - 64, 256 - 16]);
    const full = S.RxActive | S.RxDataAvlbl | S.RxFifoFull | S.RxFifoHalfFull;
    expect(driver.r(MCI.STATUS)).toBe(full);
    for (let n = 0; n < 9; n++) driver.r(MCI.FIFO);
    expect(driver.r(MCI.STATUS)).toBe(full); // the card goes on while there is room
    for (let n = 9; n < 112; n++) driver.r(MCI.FIFO);
    expect(driver.r(MCI.STATUS) & S.DataBlockEnd).toBe(S.DataBlockEnd);
    for (let n = 112; n < 240; n++) driver.r(MCI.FIFO);
    expect(driver.r(MCI.STATUS)).toBe(full | S.DataBlockEnd | S.DataEnd);
    for (let n = 240; n < 249; n++) driver.r(MCI.FIFO);
    expect(driver.r(MCI.STATUS)).toBe(S.RxActive | S.RxDataAvlbl | S.DataBlockEnd | S.DataEnd);
    for (let n = 249; n < 256; n++) driver.r(MCI.FIFO);
    expect(driver.r(MCI.STATUS)).toBe(S.DataBlockEnd | S.DataEnd);
  });

  it('says which command was answered, and shows responses as they came', () => {
    const { driver } = bench(new MemoryStore(MIB));
    driver.powerUp();
    driver.command(0, 0, 'none');
    expect(driver.command(8, 0x1ab)).toEqual([0x1ab]); // bit 0 of a short response is data
    expect(driver.r(MCI.RESPCMD)).toBe(8);
    driver.w(MCI.POWER, 0xffffffff);
    driver.w(MCI.CLOCK, 0xffffffff);
    expect([driver.r(MCI.POWER), driver.r(MCI.CLOCK)]).toEqual([0xff, 0xfff]);
  });

  it('takes flags away by MCIClear, and only those', () => {
    const { driver } = bench(new MemoryStore(MIB));
    driver.identify();
    driver.startData(512, 512, true);
    driver.command(17, 0);
    for (let n = 0; n < 128; n++) driver.r(MCI.FIFO);
    const both = S.DataEnd | S.DataBlockEnd;
    expect(driver.r(MCI.STATUS)).toBe(both);
    driver.w(MCI.CLEAR, S.DataEnd);
    expect(driver.r(MCI.STATUS)).toBe(S.DataBlockEnd);
    driver.w(MCI.CLEAR, S.DataBlockEnd);
    expect(driver.r(MCI.STATUS)).toBe(0);
    driver.command(3, 0, 'short'); // not legal in the transfer state: no answer
    driver.w(MCI.COMMAND, 3 | 0x440);
    driver.w(MCI.CLEAR, 0x7ff & ~S.CmdTimeOut);
    expect(driver.r(MCI.STATUS)).toBe(S.CmdTimeOut);
    driver.w(MCI.CLEAR, S.CmdTimeOut);
    expect(driver.r(MCI.STATUS)).toBe(0);
  });

  it('a card that takes no data ends in DataTimeOut; what it did not take stays counted', () => {
    const { driver, clock } = bench(new MemoryStore(MIB));
    driver.identify();
    driver.startData(512, 512, false); // no command: the card is not receiving
    expect(driver.r(MCI.STATUS)).toBe(S.TxActive | S.TxFifoEmpty | S.TxFifoHalfEmpty);
    clock.advance(10_000_000); // nothing to send yet, so nothing to wait for
    expect(driver.r(MCI.STATUS) & S.DataTimeOut).toBe(0);
    for (let n = 0; n < 8; n++) driver.w(MCI.FIFO, n);
    expect(driver.r(MCI.STATUS)).toBe(S.TxActive | S.TxDataAvlbl | S.TxFifoHalfEmpty);
    for (let n = 8; n < 16; n++) driver.w(MCI.FIFO, n);
    expect(driver.r(MCI.STATUS)).toBe(S.TxActive | S.TxDataAvlbl | S.TxFifoFull);
    clock.advance(1_000_000);
    expect([driver.r(MCI.STATUS), driver.r(MCI.DATACNT)]).toEqual([S.DataTimeOut, 512]);
  });

  it('waits no longer once the data have begun to come', () => {
    const { driver, clock } = bench(new MemoryStore(MIB));
    driver.identify();
    driver.startData(512, 512, true);
    clock.advance(500_000);
    driver.command(17, 0);
    clock.advance(10_000_000);
    expect(driver.r(MCI.STATUS) & S.DataTimeOut).toBe(0);
    expect(driver.pollRead(512)).toHaveLength(512);
  });

  it('passes the checks of every device, with and without a card', () => {
    const offsets = [...Object.values(MCI), MCI.COMMAND, MCI.FIFO, MCI.FIFO];
    for (const size of [0, MIB]) {
      checkDevice(() => {
        const store = size ? new MemoryStore(size) : undefined;
        const { mci, clock, lines, driver } = bench(store);
        const device = Object.assign(mci, {
          // A random guest seldom finds its way to the transfer state.
          reset: () => {
            Pl180.prototype.reset.call(mci);
            if (store) driver.identify();
          },
        });
        const outside = {
          save: () => store?.bytes.slice(),
          load: (bytes: Uint8Array) => store?.bytes.set(bytes),
        };
        return { device, size: 0x1000, offsets, clock, lines, outside };
      });
    }
  });
});

describe('SD card registers', () => {
  it('CRC7 of the examples of the specification', () => {
    expect(crc7(Uint8Array.of(0x40, 0, 0, 0, 0))).toBe(0b1001010);
    expect(crc7(Uint8Array.of(0x51, 0, 0, 0, 0))).toBe(0b0101010);
    expect(crc7(Uint8Array.of(0x11, 0, 0, 0x09, 0x00))).toBe(0b0110011);
  });

  it('every capacity is rounded up to what the CSD can say', () => {
    for (const size of [
      512,
      64 * 1024,
      MIB,
      8 * MIB,
      64 * MIB + 512,
      1000 * MIB,
      2048 * MIB,
      2048 * MIB + 512,
      2 ** 35,
    ]) {
      const g = geometry(size);
      const csdCapacity = g.highCapacity
        ? (g.cSize + 1) * 512 * 1024
        : (g.cSize + 1) * 2 ** (g.cSizeMult + 2 + g.readBlLen);
      expect(g.capacity).toBe(csdCapacity);
      expect(g.capacity).toBeGreaterThanOrEqual(size);
      expect(g.capacity - size).toBeLessThan(Math.max(2048, size / 1024));
      expect(g.highCapacity).toBe(size > 2048 * MIB);
      expect(g.cSize).toBeLessThan(g.highCapacity ? 1 << 22 : 1 << 12);
    }
  });

  it('CID and CSD come as long responses and say what a driver reads in them', () => {
    const { driver } = bench(new MemoryStore(64 * MIB));
    const { cid, csd } = driver.identify();
    expect(String.fromCharCode(...[8, 7, 6, 5, 4].map(n => bits(cid, 64 + 8 * (n - 4) + 7, 64 + 8 * (n - 4))))).toBe(
      'XLCRD',
    );
    expect(bits(csd, 127, 126)).toBe(0);
    const capacity = (bits(csd, 73, 62) + 1) * 2 ** (bits(csd, 49, 47) + 2) * 2 ** bits(csd, 83, 80);
    expect([capacity, bits(csd, 103, 96), bits(csd, 95, 84)]).toEqual([64 * MIB, 0x32, 0x535]);
    expect(bits(csd, 0, 0)).toBe(0); // PL180 does not keep the end bit
  });

  it('a card of 4 GiB has high capacity and block addresses', () => {
    const store = new MemoryStore(MIB, false, 4096 * MIB);
    const { driver, card } = bench(store);
    const { csd } = driver.identify();
    expect([driver.highCapacity, card.capacity, bits(csd, 127, 126)]).toEqual([true, 4096 * MIB, 1]);
    expect((bits(csd, 69, 48) + 1) * 512 * 1024).toBe(4096 * MIB);
    expect(driver.readPolled(3, 1)).toEqual(store.bytes.slice(3 * 512, 4 * 512));
  });

  it('a high-capacity card stays busy for a host that did not ask for it', () => {
    const { driver } = bench(new MemoryStore(512, false, 4096 * MIB));
    driver.powerUp();
    driver.command(0, 0, 'none');
    driver.application(41, 0);
    expect(driver.application(41, 0x00ff8000)![0]! >>> 31).toBe(0);
    driver.command(8, 0x1aa);
    expect(driver.application(41, 0x40ff8000)![0]! >>> 30).toBe(3);
  });

  it('SCR, SD status and SWITCH_FUNC', () => {
    const { driver } = bench(new MemoryStore(MIB));
    driver.identify();
    const read = (bytes: number, start: () => void): Uint8Array => {
      driver.startData(bytes, bytes, true);
      start();
      return driver.pollRead(bytes);
    };
    const scr = read(8, () => driver.application(51, 0));
    expect([...scr]).toEqual([0x02, 0x05, 0x80, 0x02, 0, 0, 0, 0]);
    driver.application(6, 2);
    const ssr = read(64, () => driver.application(13, 0));
    expect([ssr[0]! >>> 6, ssr[10]! >>> 4]).toEqual([2, 9]); // four lines, AU of 4 MiB
    const check = read(64, () => driver.command(6, 0x00fffff1));
    expect([check[13]! & 2, check[16]! & 0xf]).toEqual([2, 1]);
    expect(read(64, () => driver.command(6, 0x80fffff1))[16]! & 0xf).toBe(1);
    const refused = read(64, () => driver.command(6, 0x80ffff33));
    expect([refused[16], refused[1]]).toEqual([0xff, 0]);
    expect(read(64, () => driver.command(6, 0x00ffffff))[16]! & 0xf).toBe(1); // still high speed
  });
});

describe('SD card transfers', () => {
  it('polled: single and multiple blocks, both ways', () => {
    const store = new MemoryStore(MIB);
    const { driver } = bench(store);
    driver.identify();
    expect(driver.readPolled(7, 1)).toEqual(store.bytes.slice(7 * 512, 8 * 512));
    expect(driver.readPolled(100, 5)).toEqual(store.bytes.slice(100 * 512, 105 * 512));
    driver.writePolled(9, pattern(512, 1));
    driver.writePolled(20, pattern(4 * 512, 2));
    expect(store.bytes.slice(9 * 512, 10 * 512)).toEqual(pattern(512, 1));
    expect(store.bytes.slice(20 * 512, 24 * 512)).toEqual(pattern(4 * 512, 2));
    expect(driver.cardStatus()).toEqual({ state: 4, status: 0x900 });
    driver.startData(4, 4, true);
    driver.application(22, 0);
    expect([...driver.pollRead(4)]).toEqual([0, 0, 0, 4]); // blocks written, most significant byte first
  });

  it('by interrupt, through half of the FIFO', () => {
    const store = new MemoryStore(MIB);
    const { driver, lines } = bench(store);
    driver.identify();
    expect(driver.transferByInterrupt(64, 8)).toEqual(store.bytes.slice(64 * 512, 72 * 512));
    driver.transferByInterrupt(128, 3, pattern(3 * 512, 5));
    expect(store.bytes.slice(128 * 512, 131 * 512)).toEqual(pattern(3 * 512, 5));
    expect(lines.map(line => line.level)).toEqual([false, false]);
    expect(lines[1].edges).toBeGreaterThan(0);
    expect(driver.cardStatus().state).toBe(4);
  });

  it('SET_BLOCK_COUNT ends a multiple-block transfer without STOP_TRANSMISSION', () => {
    const store = new MemoryStore(MIB);
    const { driver } = bench(store);
    driver.identify();
    driver.command(23, 2);
    driver.startData(1024, 512, true);
    driver.command(18, 0);
    expect(driver.pollRead(1024)).toEqual(store.bytes.slice(0, 1024));
    expect(driver.cardStatus().state).toBe(4);
    expect(driver.command(12, 0)).toBeUndefined(); // nothing to stop
    expect(driver.cardStatus().status & (1 << 22)).toBe(1 << 22); // ILLEGAL_COMMAND, reported once
    expect(driver.cardStatus().status & (1 << 22)).toBe(0);
  });

  it('partial blocks of a standard-capacity card', () => {
    const store = new MemoryStore(MIB);
    const { driver } = bench(store);
    driver.identify();
    driver.command(16, 16);
    driver.startData(16, 16, true);
    driver.command(17, 0x230);
    expect(driver.pollRead(16)).toEqual(store.bytes.slice(0x230, 0x240));
    expect(driver.command(17, 0x3f8)![0]! >>> 30).toBe(1); // ADDRESS_ERROR: crosses a physical block
    expect(driver.command(24, 0)![0]! >>> 29).toBe(1); // BLOCK_LEN_ERROR: no partial writes
    expect(driver.command(16, 0)![0]! >>> 29).toBe(1);
  });

  it('refuses what is beyond its end and reports a store that fails', () => {
    const store = new MemoryStore(MIB);
    const { driver, clock } = bench(store);
    driver.identify();
    expect(driver.command(17, MIB)![0]! >>> 31).toBe(1); // OUT_OF_RANGE
    store.fail = 5;
    driver.startData(512, 512, true);
    driver.command(17, 5 * 512);
    clock.advance(2_000_000);
    expect(driver.r(MCI.STATUS) & S.DataTimeOut).toBe(S.DataTimeOut);
    driver.w(MCI.CLEAR, 0x7ff);
    expect(driver.command(12, 0)![0]! & (1 << 21)).toBe(1 << 21); // CARD_ECC_FAILED
    driver.command(24, 5 * 512);
    driver.startData(512, 512, false);
    for (let n = 0; n < 128; n++) driver.w(MCI.FIFO, n);
    expect(driver.cardStatus().status & (1 << 19)).toBe(1 << 19); // ERROR
  });

  it('ends a multiple-block read at the end of the card', () => {
    const store = new MemoryStore(MIB);
    const { driver, clock } = bench(store);
    driver.identify();
    driver.startData(1024, 512, true);
    driver.command(18, MIB - 512);
    for (let n = 0; n < 128; n++) driver.r(MCI.FIFO);
    clock.advance(2_000_000);
    expect([driver.r(MCI.STATUS) & S.DataTimeOut, driver.r(MCI.DATACNT)]).toEqual([S.DataTimeOut, 512]);
    driver.w(MCI.CLEAR, 0x7ff);
    expect(driver.command(12, 0)![0]! >>> 31).toBe(1); // OUT_OF_RANGE
  });

  it('reads zeros beyond a store that is smaller than the card, and does not write there', () => {
    const store = new MemoryStore(MIB + 512);
    const { driver, card } = bench(store);
    driver.identify();
    expect(card.capacity).toBeGreaterThan(MIB + 512);
    expect(driver.readPolled(MIB / 512, 1)).toEqual(store.bytes.slice(MIB));
    expect(driver.readPolled(MIB / 512 + 1, 1)).toEqual(new Uint8Array(512));
    driver.writePolled(MIB / 512, pattern(512, 3)); // the last block that there is
    expect(store.bytes.slice(MIB)).toEqual(pattern(512, 3));
    expect(driver.cardStatus().status & (1 << 19)).toBe(0);
    driver.command(24, MIB + 512);
    driver.startData(512, 512, false);
    for (let n = 0; n < 128; n++) driver.w(MCI.FIFO, n);
    expect(driver.cardStatus().status & (1 << 19)).toBe(1 << 19); // ERROR
  });

  it('marks application commands, and reports errors in SEND_RELATIVE_ADDR', () => {
    const { driver } = bench(new MemoryStore(MIB));
    driver.powerUp();
    driver.command(0, 0, 'none');
    expect(driver.command(55, 0)![0]).toBe(0x120); // idle, ready for data, APP_CMD
    driver.command(41, 0x00ff8000);
    driver.command(2, 0, 'long');
    driver.command(17, 0); // illegal here
    expect(driver.command(3, 0)![0]! & 0xffff).toBe(0x4500); // ILLEGAL_COMMAND at bit 14, state ident
    const rca = driver.command(3, 0)![0]!;
    expect([rca >>> 16, rca & 0xffff]).toEqual([2, 0x0700]); // another address, state stby
    driver.rca = 2;
    driver.command(7, 2 << 16);
    expect(driver.application(6, 2)![0]).toBe(0x920);
    expect(driver.application(6, 1)![0]! >>> 31).toBe(1); // no bus of that width
  });

  it('a protected card is not written', () => {
    const store = new MemoryStore(MIB, true);
    const { driver, card } = bench(store);
    const { csd } = driver.identify();
    expect([card.writeProtected, bits(csd, 13, 13)]).toEqual([true, 1]);
    expect(driver.command(24, 0)![0]! & (1 << 26)).toBe(1 << 26);
    expect(driver.cardStatus().state).toBe(4);
    driver.command(32, 0);
    driver.command(33, 0);
    expect(driver.command(38, 0)![0]! & (1 << 26)).toBe(1 << 26);
    expect(driver.cardStatus().state).toBe(4);
  });

  it('erases in time and in steps, and says when it is done', () => {
    const store = new MemoryStore(4 * MIB);
    const { driver, clock } = bench(store);
    driver.identify();
    const before = store.bytes.slice();
    driver.command(32, 512);
    driver.command(33, 3 * MIB);
    driver.command(38, 0);
    expect(driver.cardStatus()).toMatchObject({ state: 7, status: 7 << 9 }); // programming, not ready
    expect(driver.command(17, 0)).toBeUndefined();
    clock.advance(10_000_000);
    expect(driver.cardStatus().state).toBe(4);
    const expected = before.slice();
    expected.fill(0, 512, 3 * MIB + 512);
    expect(Buffer.compare(store.bytes, expected)).toBe(0);
    expect(driver.command(38, 0)![0]! & (1 << 28)).toBe(1 << 28); // ERASE_SEQ_ERROR
    driver.command(32, 0);
    expect(driver.command(16, 512)![0]! & (1 << 13)).toBe(1 << 13); // ERASE_RESET: breaks the sequence
    expect(driver.command(38, 0)![0]! & (1 << 28)).toBe(1 << 28);
    expect(driver.command(33, 0)![0]! & (1 << 28)).toBe(1 << 28); // an end without a start
    driver.command(32, 1024);
    driver.command(33, 512);
    expect(driver.command(38, 0)![0]! & (1 << 27)).toBe(1 << 27); // ERASE_PARAM
    expect(driver.command(32, 4 * MIB)![0]! >>> 31).toBe(1); // OUT_OF_RANGE
    driver.writePolled(0, pattern(1024, 8));
    driver.command(32, 0);
    driver.command(33, 0); // one block, the first
    driver.command(38, 0);
    clock.advance(1_000_000);
    expect(store.bytes.slice(0, 1024)).toEqual(Uint8Array.of(...new Uint8Array(512), ...pattern(1024, 8).slice(512)));
  });

  it('listens to its own address only, and is silent after GO_INACTIVE_STATE', () => {
    const { driver, log } = bench(new MemoryStore(MIB));
    driver.identify();
    expect(driver.command(13, (driver.rca + 1) << 16)).toBeUndefined();
    expect(driver.command(7, 0, 'none')).toEqual([]); // deselects
    expect(driver.cardStatus().state).toBe(3);
    expect(driver.command(5, 0)).toBeUndefined(); // an SDIO command
    expect(driver.command(42, 0)).toBeUndefined();
    expect(log.lines).toEqual(['sd: CMD42 LOCK_UNLOCK is not modelled, not answered']);
    driver.command(15, driver.rca << 16, 'none');
    expect(driver.command(0, 0, 'none')).toEqual([]);
    expect(driver.command(8, 0x1aa)).toBeUndefined();
  });
});
