import { describe, expect, it } from 'vitest';
import type { BlockStore } from '../../../src/emu/devices/device';
import { NOR_FLASH_BYTES, NorFlash, type NorFlashPorts } from '../../../src/emu/devices/nor-flash';
import { accesses, BenchLog, checkDevice, run } from './peripheral-bench';

/** One array for all banks of this file: tests clear what they touch. */
const contents = new Uint8Array(NOR_FLASH_BYTES);
const MAIN = 0x40000;
const PARAMETERS = 255 * MAIN;

function bank(ports: Partial<NorFlashPorts> = {}) {
  const direct: boolean[] = [];
  const log = new BenchLog();
  const flash = new NorFlash('flash0', { log: log.log, contents, setDirect: on => direct.push(on), ...ports });
  /** A command for both chips. */
  const command = (offset: number, value: number): void => flash.write(offset, 4, ((value << 16) | value) >>> 0);
  const status = (): number => {
    command(0, 0x70);
    const word = flash.read(0, 4);
    expect(word >>> 16).toBe(word & 0xffff);
    return word & 0xffff;
  };
  const clear = (): void => command(0, 0x50);
  const array = (): void => command(0, 0xff);
  const unlock = (offset: number): void => {
    command(offset, 0x60);
    command(offset, 0xd0);
  };
  const program = (offset: number, value: number): void => {
    command(offset, 0x40);
    flash.write(offset, 4, value >>> 0);
  };
  const erase = (offset: number): void => {
    command(offset, 0x20);
    command(offset, 0xd0);
  };
  return { flash, log, direct, command, status, clear, array, unlock, program, erase };
}

class MemoryStore implements BlockStore {
  readonly readOnly = false;
  readonly bytes: Uint8Array;
  writes = 0;
  broken = false;
  constructor(readonly size: number) {
    this.bytes = new Uint8Array(size).fill(0xff);
  }
  read(offset: number, into: Uint8Array): boolean {
    into.set(this.bytes.subarray(offset, offset + into.length));
    return !this.broken;
  }
  write(offset: number, from: Uint8Array): boolean {
    this.writes++;
    this.bytes.set(from, offset);
    return !this.broken;
  }
  flush(): boolean {
    return true;
  }
}

describe('NOR flash, probed as a CFI driver does', () => {
  const { flash, command, array } = bank();
  const query = (at: number): number => flash.read(at * 4, 2);
  const query16 = (at: number): number => query(at) | (query(at + 1) << 8);

  it('answers the query of two interleaved chips of command set 0x0001', () => {
    array();
    expect(flash.read(0x40, 4)).toBe(0xffffffff);
    command(0x55 * 4, 0x98);
    expect([0x10, 0x11, 0x12].map(at => flash.read(at * 4, 4))).toEqual([0x00510051, 0x00520052, 0x00590059]);
    expect([query16(0x13), query16(0x15), query16(0x17), query16(0x19)]).toEqual([1, 0x10a, 0, 0]);
    const timing = Array.from({ length: 12 }, (_, n) => query(0x1b + n)); // table 35 of the data sheet
    expect(timing).toEqual([0x17, 0x20, 0x85, 0x95, 0x08, 0x09, 0x0a, 0x00, 0x01, 0x01, 0x02, 0x00]);
    expect([2 ** query(0x27), query16(0x28), 2 ** query16(0x2a)]).toEqual([32 << 20, 1, 64]);
    const regions = Array.from({ length: query(0x2c) }, (_, n) => ({
      blocks: query16(0x2d + 4 * n) + 1,
      size: query16(0x2f + 4 * n) * 256,
    }));
    expect(regions).toEqual([
      { blocks: 255, size: 128 << 10 },
      { blocks: 4, size: 32 << 10 },
    ]);
    expect(regions.reduce((sum, { blocks, size }) => sum + blocks * size, 0)).toBe(32 << 20);
  });

  it('has an extended table that a driver can walk to its end', () => {
    const p = 0x10a;
    expect(String.fromCharCode(...[0, 1, 2, 3, 4].map(n => query(p + n)))).toBe('PRI14');
    const features = query16(p + 5) | (query16(p + 7) << 16);
    // Suspend of both kinds, instant block locking, protection, page and burst reads; no simultaneous operations.
    expect(features).toBe(0x1e6);
    expect([query(p + 9), query16(p + 10), query(p + 12), query(p + 13)]).toEqual([1, 3, 0x18, 0x90]);
    let at = p + 0x0f;
    expect(query(p + 0x0e)).toBe(2); // protection registers: the first in 4 bytes, others in 10
    expect([query16(at), 2 ** query(at + 2), 2 ** query(at + 3)]).toEqual([0x80, 8, 8]);
    at += 4;
    expect([query16(at), query16(at + 7), 2 ** query(at + 9)]).toEqual([0x89, 16, 16]);
    at += 10;
    const bursts = query(at + 1);
    at += 2 + bursts;
    expect([bursts, query(at)]).toEqual([4, 1]); // one hardware partition
    const size = query16(at + 1);
    expect([query16(at + 3), query(at + 8)]).toEqual([1, 2]);
    expect(size).toBe(2 + 6 + 2 * 14); // this field, the partition, two kinds of block
    expect([query16(at + 9) + 1, query16(at + 11) * 256]).toEqual([255, 128 << 10]);
    expect([query16(at + 9 + 14) + 1, query16(at + 11 + 14) * 256]).toEqual([4, 32 << 10]);
  });

  it('identifies as Intel 28F256P30T, with every block locked', () => {
    command(0, 0x90);
    expect([flash.read(0, 4), flash.read(4, 4)]).toEqual([0x00890089, 0x89198919]);
    for (const block of [0, MAIN, 254 * MAIN, PARAMETERS, PARAMETERS + 0x10000, PARAMETERS + 0x30000]) {
      expect(flash.read(block + 8, 4), block.toString(16)).toBe(0x00010001);
    }
    array();
    expect(flash.read(0, 4)).toBe(0xffffffff);
  });
});

describe('NOR flash commands', () => {
  it('programs words: bits only go from 1 to 0', () => {
    const { flash, unlock, program, status, array } = bank();
    unlock(0x100);
    program(0x100, 0x12345678);
    program(0x100, 0xffff0ff0);
    expect(status()).toBe(0x80);
    array();
    expect(flash.read(0x100, 4)).toBe(0x12340670);
    expect([flash.read(0x100, 2), flash.read(0x102, 2), flash.read(0x103, 1)]).toEqual([0x0670, 0x1234, 0x12]);
    expect(contents.slice(0x100, 0x104)).toEqual(Uint8Array.of(0x70, 0x06, 0x34, 0x12));
  });

  it('programs through the buffer, and refuses one that leaves it', () => {
    const { flash, command, unlock, status, clear, array } = bank();
    unlock(MAIN);
    command(MAIN, 0xe8);
    expect(flash.read(MAIN, 4)).toBe(0x00800080); // buffer available
    command(MAIN, 3);
    for (let n = 0; n < 4; n++) flash.write(MAIN + 0x20 + 4 * n, 4, 0x01010101 * (n + 1));
    command(MAIN, 0xd0);
    expect(status()).toBe(0x80);
    array();
    expect([0x1c, 0x20, 0x2c, 0x30].map(at => flash.read(MAIN + at, 4))).toEqual([
      0xffffffff, 0x01010101, 0x04040404, 0xffffffff,
    ]);
    command(MAIN, 0xe8);
    command(MAIN, 32); // 33 words
    expect(status()).toBe(0xb0);
    clear();
    command(MAIN, 0xe8);
    command(MAIN, 1);
    flash.write(MAIN + 0x7c, 4, 0);
    flash.write(MAIN + 0x80, 4, 0); // the next buffer
    expect(status()).toBe(0xb0);
    clear();
    command(MAIN, 0xe8);
    command(MAIN, 0);
    flash.write(MAIN + 0x40, 4, 0);
    command(MAIN, 0xff); // not the confirmation
    expect(status()).toBe(0xb0);
    array();
    expect(flash.read(MAIN + 0x40, 4)).toBe(0xffffffff);
  });

  it('erases main and parameter blocks, and nothing beside them', () => {
    const { flash, unlock, program, erase, status, array } = bank();
    for (const [block, size] of [
      [MAIN, MAIN],
      [PARAMETERS + 0x10000, 0x10000],
    ] as const) {
      const edges = [block - 4, block, block + size - 4, block + size];
      for (const at of edges) {
        unlock(at);
        program(at, 0);
      }
      erase(block + 0x1000);
      expect(status()).toBe(0x80);
      array();
      expect(edges.map(at => flash.read(at, 4))).toEqual([0, 0xffffffff, 0xffffffff, 0]);
    }
  });

  it('says why it does not program or erase', () => {
    let vpp = true;
    const { flash, command, unlock, program, erase, status, clear, array } = bank({ vpp: () => vpp });
    program(0, 0);
    expect(status()).toBe(0x92); // program error, block locked
    clear();
    erase(0);
    expect(status()).toBe(0xa2);
    clear();
    unlock(0);
    vpp = false;
    program(0, 0);
    expect(status()).toBe(0x98); // program error, VPP low
    clear();
    erase(0);
    expect(status()).toBe(0xa8);
    clear();
    vpp = true;
    command(0, 0x20);
    command(0, 0xff);
    expect(status()).toBe(0xb0); // sequence error; it stays until cleared
    command(0, 0x60);
    command(0, 0x01);
    expect(status()).toBe(0xb0);
    clear();
    expect(status()).toBe(0x80);
    command(0, 0x60);
    command(0, 0x2f);
    command(0, 0x90);
    expect(flash.read(8, 4)).toBe(0x00030003); // locked down
    flash.reset();
    expect(flash.read(0, 4)).toBe(0xffffffff);
    array();
  });

  it('keeps the read configuration register, and has nothing to suspend', () => {
    const { flash, command, status, clear } = bank();
    command(0x2394 * 4, 0x60);
    command(0x2394 * 4, 0x03); // the address is the value
    expect(flash.read(0, 4)).toBe(0xffffffff); // back to the array
    command(0, 0x90);
    expect(flash.read(20, 4)).toBe(0x23942394);
    for (const suspendOrResume of [0xb0, 0xd0]) {
      command(0, 0xff);
      command(0, suspendOrResume);
      expect(flash.read(0x1000, 4)).toBe(0x00800080);
    }
    command(0, 0x60);
    command(0, 0x77); // not a second cycle of 60h
    expect(status()).toBe(0xb0);
    clear();
  });

  it('keeps the protection registers as their locks say', () => {
    const { flash, command, status, clear } = bank();
    const otp = (word: number, value: number): void => {
      command(word * 4, 0xc0);
      flash.write(word * 4, 4, ((value << 16) | value) >>> 0);
    };
    otp(0x85, 0x1234);
    otp(0x8a, 0x00ff);
    expect(status()).toBe(0x80);
    otp(0x81, 0);
    expect(status()).toBe(0x92);
    clear();
    otp(0x7f, 0); // no register of this kind
    expect(status()).toBe(0x90);
    clear();
    otp(0x10a, 0);
    expect(status()).toBe(0x90);
    clear();
    otp(0x89, 0xfffe);
    otp(0x8b, 0);
    expect(status()).toBe(0x92);
    clear();
    flash.reset(); // one-time programmable: survives power
    command(0, 0x90);
    expect([0x80, 0x85, 0x89, 0x8a, 0x8b].map(word => flash.read(word * 4, 2))).toEqual([
      0xfffe, 0x1234, 0xfffe, 0x00ff, 0xffff,
    ]);
  });

  it('a 16-bit access reaches one chip alone', () => {
    const { flash, command, array } = bank();
    array();
    flash.write(2, 2, 0x90);
    expect(flash.read(4, 4)).toBe(0x8919ffff);
    flash.write(2, 2, 0xff);
    expect(flash.read(4, 4)).toBe(0xffffffff);
    command(0, 0xc7); // no command of this chip
    expect(flash.read(4, 4)).toBe(0xffffffff);
  });
});

describe('NOR flash as memory', () => {
  it('is directly readable whenever every chip reads its array, and stays untouched while it is blank', () => {
    contents.fill(0);
    const { flash, direct, command, unlock, program, array } = bank();
    command(0, 0x90);
    array();
    expect([direct, flash.read(0x1000, 4), contents[0x1000]]).toEqual([[], 0xffffffff, 0]);
    unlock(0);
    program(0, 0x11111111);
    expect(direct).toEqual([]);
    array();
    expect(direct).toEqual([true]);
    flash.write(0, 2, 0x70);
    expect(direct).toEqual([true, false]);
    flash.write(0, 2, 0xff);
    expect([direct, contents[0], contents[0x1000]]).toEqual([[true, false, true], 0x11, 0xff]);
    flash.place(0x2000, Uint8Array.of(1, 2, 3, 4));
    expect(flash.read(0x2000, 4)).toBe(0x04030201);
  });

  it('keeps its contents in a store', () => {
    const store = new MemoryStore(1 << 20);
    store.bytes[0x1234] = 0x5a;
    const { flash, direct, unlock, program, array } = bank({ store });
    expect([direct, flash.read(0x1234, 1)]).toEqual([[true], 0x5a]);
    unlock(0x40);
    program(0x40, 0xcafef00d);
    expect(store.writes).toBe(0);
    array();
    expect([store.writes, ...store.bytes.slice(0x40, 0x44)]).toEqual([1, 0x0d, 0xf0, 0xfe, 0xca]);
    program(2 << 20, 0); // beyond the store: in memory only
    array();
    store.broken = true;
    unlock(0x40);
    program(0x40, 0);
    expect(flash.flush()).toBe(false);
    const again = bank({ store }).log;
    expect(again.lines).toEqual(['flash0: the file behind the flash could not be read, it is taken as blank']);
  });

  it('wants memory of its own size', () => {
    expect(() => bank({ contents: new Uint8Array(4096) })).toThrow(/contents of 4096 bytes, must be 67108864/);
  });

  it('takes any access anywhere', () => {
    const { flash } = bank();
    run(flash, accesses(20_000, 3, NOR_FLASH_BYTES, [0, PARAMETERS, PARAMETERS + 0x10008, NOR_FLASH_BYTES - 4]));
  });

  it('passes the checks of every device', () => {
    const commands = [0xff, 0x90, 0x98, 0x70, 0x50, 0x40, 0xe8, 0x20, 0x60, 0xd0, 0xc0, 0x01];
    // Commands at few places, so that sequences complete; the contents of those places are put back for the second run.
    const offsets = [0, 4, 8, 0x214, 0x1000, 0x8002];
    checkDevice(() => {
      const { flash } = bank();
      const device = Object.assign(flash, {
        write: (offset: number, width: 1 | 2 | 4, value: number) => {
          const command = commands[value % commands.length]!;
          NorFlash.prototype.write.call(flash, offset, width, value % 3 ? (command << 16) | command : value);
        },
      });
      const save = (): Uint8Array => contents.slice(0, MAIN);
      const load = (copy: Uint8Array): void => contents.set(copy);
      return { device, size: 0x10000, offsets, outside: { save, load } };
    }, 4);
  });
});
