// A small driver for the PL180 and SD cards, for tests: once polled, once on the two interrupts.
import type { Pl180 } from '../../../src/emu/devices/pl180';
import { MCI_STATUS as S } from '../../../src/emu/devices/pl180';
import type { BenchLine } from './peripheral-bench';

export const MCI = {
  POWER: 0x00,
  CLOCK: 0x04,
  ARGUMENT: 0x08,
  COMMAND: 0x0c,
  RESPCMD: 0x10,
  RESPONSE: 0x14,
  DATATIMER: 0x24,
  DATALENGTH: 0x28,
  DATACTRL: 0x2c,
  DATACNT: 0x30,
  STATUS: 0x34,
  CLEAR: 0x38,
  MASK0: 0x3c,
  MASK1: 0x40,
  FIFOCNT: 0x48,
  FIFO: 0x80,
} as const;

type Kind = 'none' | 'short' | 'long';

export class MciDriver {
  rca = 0;
  highCapacity = false;

  constructor(
    readonly mci: Pl180,
    private readonly lines: readonly [BenchLine, BenchLine],
  ) {}

  r(offset: number): number {
    return this.mci.read(offset, 4);
  }

  w(offset: number, value: number): void {
    this.mci.write(offset, 4, value >>> 0);
  }

  powerUp(): void {
    this.w(MCI.POWER, 0x86);
    this.w(MCI.POWER, 0x87);
    this.w(MCI.CLOCK, 0x11d); // enabled, 400 kHz from 24 MHz
    this.w(MCI.MASK0, 0);
    this.w(MCI.MASK1, 0);
    this.w(MCI.CLEAR, 0x7ff);
  }

  /** Sends a command; gives its words, or undefined after a timeout. */
  command(index: number, argument: number, kind: Kind = 'short'): number[] | undefined {
    this.w(MCI.ARGUMENT, argument);
    this.w(MCI.COMMAND, index | (kind === 'none' ? 0 : kind === 'short' ? 0x40 : 0xc0) | 0x400);
    const status = this.r(MCI.STATUS);
    const ends = S.CmdSent | S.CmdRespEnd | S.CmdTimeOut | S.CmdCrcFail;
    this.w(MCI.CLEAR, status & ends);
    if (status & S.CmdTimeOut) return undefined;
    if (kind === 'none') {
      if (!(status & S.CmdSent)) throw new Error(`CMD${index} was not sent: status ${status.toString(16)}`);
      return [];
    }
    if (!(status & (S.CmdRespEnd | S.CmdCrcFail))) throw new Error(`CMD${index} hangs: status ${status.toString(16)}`);
    return Array.from({ length: kind === 'long' ? 4 : 1 }, (_, n) => this.r(MCI.RESPONSE + 4 * n));
  }

  application(index: number, argument: number): number[] | undefined {
    return this.command(55, this.rca << 16) && this.command(index, argument);
  }

  /** Identification up to the transfer state, as the specification orders it. Gives CID and CSD. */
  identify(): { cid: number[]; csd: number[] } {
    this.powerUp();
    this.command(0, 0, 'none');
    const interfaceCondition = this.command(8, 0x1aa);
    const hcs = interfaceCondition ? 1 << 30 : 0;
    let ocr = 0;
    for (let tries = 0; !(ocr >>> 31) && tries < 10; tries++) ocr = this.application(41, 0x00ff8000 | hcs)?.[0] ?? 0;
    if (!(ocr >>> 31)) throw new Error('the card does not power up');
    this.highCapacity = ((ocr >>> 30) & 1) === 1;
    const cid = this.command(2, 0, 'long')!;
    this.rca = this.command(3, 0)![0]! >>> 16;
    const csd = this.command(9, this.rca << 16, 'long')!;
    this.command(7, this.rca << 16);
    this.w(MCI.CLOCK, 0x400 | 0x100);
    this.command(16, 512);
    return { cid, csd };
  }

  /** CURRENT_STATE and the rest of the card status. */
  cardStatus(): { state: number; status: number } {
    const status = this.command(13, this.rca << 16)![0]!;
    return { state: (status >>> 9) & 0xf, status };
  }

  startData(bytes: number, blockSize: number, fromCard: boolean): void {
    this.w(MCI.DATATIMER, 24_000);
    this.w(MCI.DATALENGTH, bytes);
    this.w(MCI.DATACTRL, 1 | (fromCard ? 2 : 0) | (Math.log2(blockSize) << 4));
  }

  /** Takes a transfer from the card by polling RxDataAvlbl. */
  pollRead(bytes: number): Uint8Array {
    const words: number[] = [];
    while (words.length * 4 < bytes) {
      const status = this.r(MCI.STATUS);
      if (status & (S.DataTimeOut | S.DataCrcFail)) break;
      if (!(status & S.RxDataAvlbl)) throw new Error(`no data: status ${status.toString(16)}`);
      words.push(this.r(MCI.FIFO));
    }
    this.w(MCI.CLEAR, 0x7ff);
    return new Uint8Array(Uint32Array.from(words).buffer).slice(0, bytes);
  }

  address(block: number): number {
    return this.highCapacity ? block : block * 512;
  }

  readPolled(block: number, blocks: number): Uint8Array {
    this.startData(512 * blocks, 512, true);
    this.command(blocks > 1 ? 18 : 17, this.address(block));
    const data = this.pollRead(512 * blocks);
    if (blocks > 1) this.command(12, 0);
    return data;
  }

  writePolled(block: number, data: Uint8Array): void {
    const blocks = data.length / 512;
    this.command(blocks > 1 ? 25 : 24, this.address(block));
    this.startData(data.length, 512, false);
    for (const word of new Uint32Array(data.slice().buffer)) {
      if (!(this.r(MCI.STATUS) & S.TxFifoHalfEmpty)) throw new Error('the FIFO does not drain');
      this.w(MCI.FIFO, word);
    }
    const status = this.r(MCI.STATUS);
    if (!(status & S.DataEnd)) throw new Error(`the write does not end: status ${status.toString(16)}`);
    this.w(MCI.CLEAR, 0x7ff);
    if (blocks > 1) this.command(12, 0);
  }

  /**
   * One transfer as an interrupt driver does it: the second line for the FIFO at half-full or half-empty, the first for
   * the end of the command and of the data. Reads give the data.
   */
  transferByInterrupt(block: number, blocks: number, write?: Uint8Array): Uint8Array {
    const bytes = 512 * blocks;
    const out = new Uint32Array(bytes / 4);
    const source = write && new Uint32Array(write.slice().buffer);
    let done = 0;
    let phase = 'command';
    this.w(MCI.MASK0, S.CmdCrcFail | S.CmdTimeOut | S.CmdRespEnd | S.DataCrcFail | S.DataTimeOut);
    const begin = (): void => {
      this.startData(bytes, 512, !write);
      this.w(MCI.MASK1, write ? S.TxFifoHalfEmpty : S.RxFifoHalfFull);
    };
    if (!write) begin();
    this.w(MCI.ARGUMENT, this.address(block));
    this.w(MCI.COMMAND, (write ? 25 : 18) | 0x440);
    for (let spins = 0; phase !== 'end'; spins++) {
      if (spins > 10_000) throw new Error(`stuck in ${phase} at word ${done}`);
      if (this.lines[0].level) {
        const status = this.r(MCI.STATUS) & this.r(MCI.MASK0);
        this.w(MCI.CLEAR, status);
        if (status & (S.CmdCrcFail | S.CmdTimeOut | S.DataTimeOut)) throw new Error(`failed: ${status.toString(16)}`);
        if (status & S.CmdRespEnd && write) begin();
        if (status & S.DataEnd) phase = 'end';
      }
      while (this.lines[1].level && done < out.length) {
        const status = this.r(MCI.STATUS);
        if (!(status & (S.TxFifoHalfEmpty | S.RxDataAvlbl))) break;
        if (status & S.RxActive) {
          // The driver's count: what has been received and not yet been read.
          const ready = out.length - done - this.r(MCI.FIFOCNT);
          for (let n = 0; n < ready; n++) out[done++] = this.r(MCI.FIFO);
        } else if (status & S.TxActive) {
          for (let n = 0; n < 8 && done < out.length; n++) this.w(MCI.FIFO, source![done++]!);
        }
      }
      if (done === out.length) {
        this.w(MCI.MASK1, 0);
        this.w(MCI.MASK0, this.r(MCI.MASK0) | S.DataEnd);
      }
    }
    this.w(MCI.MASK0, 0);
    this.w(MCI.CLEAR, 0x7ff);
    this.command(12, 0);
    return new Uint8Array(out.buffer);
  }
}
