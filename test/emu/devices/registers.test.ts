import { describe, expect, it } from 'vitest';
import { RegisterDevice } from '../../../src/emu/devices/register-device';
import { defineRegisters, primeCell } from '../../../src/emu/devices/registers';

const TABLE = defineRegisters<Sample>('apb')({
  CONTROL: { at: 0x00, reset: 0x5, mask: 0xff, bits: { MODE: [7, 4], EN: 0 }, wrote: d => d.settle() },
  STATUS: { at: 0x04, access: 'w1c', reset: 0xf0 },
  BYTES: { at: 0x10, count: 4, stride: 8, narrow: 'lanes', reset: [1, 2, 3, 4] },
  WORDS: { at: 0x30, narrow: 'ignore', reset: 7 },
  FIFO: {
    at: 0x34,
    destructive: true,
    read: d => d.state.pops++,
    write: (d, value, _i, lanes) => d.push(value, lanes),
  },
  ID: { at: 0x38, access: 'const', reset: 0x1234 },
  ZERO: { at: 0x3c, access: 'raz' },
  AUDIO: { at: 0x40, access: 'none', about: 'there is no codec' },
  COMMAND: { at: 0x44, access: 'wo', narrow: 'lanes', reset: 0 },
  ...primeCell(0x00341011),
});
const R = TABLE.slot;

class Sample extends RegisterDevice<{ pops: number; pushed: number[]; buffer: Uint8Array }> {
  settled = 0;
  constructor(readonly messages: string[] = []) {
    super('sample', TABLE, { pops: 0, pushed: [], buffer: new Uint8Array(4) }, m => messages.push(m));
  }
  push(value: number, lanes: number): void {
    this.state.pushed.push(value, lanes);
  }
  override settle(): void {
    this.settled++;
  }
}

describe('register table', () => {
  it('stores through the mask, resets, and runs the hook after the store', () => {
    const d = new Sample();
    expect(d.read(0, 4)).toBe(5);
    d.write(0, 4, 0xfffff);
    expect(d.read(0, 4)).toBe(0xff);
    expect(d.settled).toBe(1);
    d.reset();
    expect(d.values[R.CONTROL]).toBe(5);
    d.write(4, 4, 0x30);
    expect(d.read(4, 4)).toBe(0xc0);
  });

  it('gives narrow accesses the behaviour of the bus', () => {
    const d = new Sample();
    d.write(0x10, 4, 0xffffffff);
    expect(d.read(0x10, 4)).toBe(0xffffffff);
    d.write(0x12, 1, 0);
    expect(d.read(0x10, 4)).toBe(0xff00ffff);
    expect([d.read(0x12, 1), d.read(0x13, 1), d.read(0x12, 2)]).toEqual([0, 0xff, 0xff00]);
    expect([0x18, 0x20, 0x28].map(o => d.read(o, 4))).toEqual([2, 3, 4]);
    d.write(1, 1, 0x77); // apb: the whole register is driven, its masked byte with zero
    expect(d.read(0, 4)).toBe(0);
    d.write(0x30, 2, 1);
    expect([d.read(0x30, 2), d.read(0x30, 4)]).toEqual([0, 7]);
    d.write(0x36, 2, 0xabcd);
    expect(d.state.pushed).toEqual([0xabcd0000, 0xffffffff]);
    expect(d.messages).toHaveLength(2);
  });

  it('says once what it does not do, and answers zero', () => {
    const d = new Sample();
    for (let i = 0; i < 3; i++) {
      expect(d.read(0x14, 4)).toBe(0);
      d.write(0x14, 4, 1);
      expect(d.read(0xf00, 4)).toBe(0);
      expect(d.read(0x40, 4)).toBe(0);
      d.write(0x38, 4, 1);
      expect(d.read(0x44, 4)).toBe(0);
      expect(d.read(0x2000, 4)).toBe(0);
      d.write(0x3c, 4, 1);
      expect(d.read(0x3c, 4)).toBe(0);
    }
    expect(d.read(0x38, 4)).toBe(0x1234);
    expect(d.messages).toEqual([
      'sample: read of reserved offset 0x014, answered 0',
      'sample: write of 0x1 to reserved offset 0x014, ignored',
      'sample: read of reserved offset 0xf00, answered 0',
      'sample: read of AUDIO, not modelled: there is no codec, answered 0',
      'sample: write of 0x1 to ID (read-only), ignored',
      'sample: read of COMMAND (write-only), answered 0',
      'sample: read of reserved offset 0x2000, answered 0',
    ]);
  });

  it('has PrimeCell identification', () => {
    const d = new Sample();
    const id = [0xfe0, 0xfe4, 0xfe8, 0xfec, 0xff0, 0xff4, 0xff8, 0xffc].map(o => d.read(o, 4));
    expect(id).toEqual([0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1]);
  });

  it('shows registers and fields without side effects', () => {
    const d = new Sample();
    d.write(0, 4, 0xa1);
    const view = d.view();
    expect(view[0]).toEqual({
      name: 'CONTROL',
      offset: 0,
      access: 'rw',
      value: 0xa1,
      fields: [
        { name: 'MODE', high: 7, low: 4, value: 10 },
        { name: 'EN', high: 0, low: 0, value: 1 },
      ],
    });
    expect(view.find(r => r.name === 'FIFO')!.value).toBeUndefined();
    expect(view.find(r => r.name === 'BYTES3')).toMatchObject({ offset: 0x28, value: 4 });
    expect(d.state.pops).toBe(0);
  });

  it('saves and loads by name, and refuses what cannot be', () => {
    const d = new Sample();
    d.write(0, 4, 0x42);
    d.write(0x34, 4, 9);
    d.state.buffer[2] = 8;
    const saved = structuredClone(d.save());
    const e = new Sample();
    const buffer = e.state.buffer;
    e.load(saved);
    expect(e.save()).toEqual(saved);
    expect(e.state.buffer).toBe(buffer);
    expect(buffer[2]).toBe(8);
    expect(e.settled).toBe(1);
    const bad = (change: object): (() => void) => {
      return () => e.load({ ...saved, ...change });
    };
    expect(bad({ version: 2 })).toThrow('version 2');
    expect(bad({ registers: undefined })).toThrow('no registers');
    expect(bad({ registers: { CONTROL: -1 } })).toThrow('CONTROL');
    expect(bad({ registers: { BYTES: [1, 2] } })).toThrow('BYTES');
    expect(bad({ state: { pops: 'x' } })).toThrow('pops');
    expect(bad({ state: { buffer: new Uint8Array(5) } })).toThrow('buffer');
    expect(bad({ state: { pushed: [NaN] } })).toThrow('pushed');
    expect(bad({ state: 3 })).toThrow('not a record');
    expect(e.save()).toEqual(saved); // a refused snapshot changes nothing
  });

  it('refuses overlapping rows', () => {
    expect(() => defineRegisters('apb')({ A: { at: 0, count: 2 }, B: { at: 4 } })).toThrow('B at 0x4: overlap');
  });
});
