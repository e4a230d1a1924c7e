// The head of an unpacked kernel at work: loaded as Xen loads a zImage, it has to leave the kernel where its decompressor
// would have, and enter it as the loader entered the head.
import { describe, expect, it } from 'vitest';
import { setCells, setString } from '../../src/dt/access';
import { writeBlob } from '../../src/dt/blob';
import { DeviceTree } from '../../src/dt/tree';
import {
  identify,
  isMovable,
  parseZImage,
  UNPACKED_HEAD,
  unpacksInDomain,
  wrapUnpackedKernel,
  xenDomainLayout,
  type MovableKernel,
} from '../../src/image';
import { bareCore, RAM } from '../emu/bare-core';

const MIB = 1 << 20;
const TEXT_OFFSET = 0x208000;
const WFI = 0xe320f003;
/** WFI, then bytes that all differ from their neighbours; an odd length. */
const IMAGE = new Uint8Array(300_001).map((_, at) => (at * 7) ^ (at >> 8));
new DataView(IMAGE.buffer).setUint32(0, WFI, true);

const kernel = (image = IMAGE, bigEndian = false): MovableKernel => ({
  image,
  compression: 'gzip',
  payloadOffset: 0,
  address: { textOffset: TEXT_OFFSET },
  bssSize: 0x1000,
  bigEndian,
});

/** A tree as Xen makes one for a domain, with the banks of memory given. */
function tree(cells: 1 | 2, ...banks: [number, number][]): Uint8Array {
  const made = new DeviceTree();
  setString(made.root, 'model', 'for the head');
  setCells(made.root, '#address-cells', cells);
  setCells(made.root, '#size-cells', cells);
  made.root.add('memory-controller').set('reg', new Uint8Array(8));
  const wide = (value: number): number[] => (cells === 1 ? [value] : [0, value]);
  for (const [base, size] of banks) {
    const node = made.root.add(`memory@${base.toString(16)}`);
    setString(node, 'device_type', 'memory');
    setCells(node, 'reg', ...wide(base), ...wide(size));
  }
  made.root.add('chosen');
  return writeBlob(made);
}

interface Ran {
  /** Where it stopped. */
  readonly pc: number;
  readonly registers: number[];
  readonly cpsr: number;
  /** Whether the kernel is there, whole. */
  readonly copied: boolean;
  readonly instructions: number;
}

/** @param ramMib memory of the core, from 0x80000000 on */
function run(load: number, dtb: { at: number; bytes: Uint8Array } | undefined, ramMib = 144, wrapped = kernel()): Ran {
  const { core, processor, ram, start } = bareCore(ramMib * MIB);
  ram.set(wrapUnpackedKernel(wrapped), load - RAM);
  if (dtb) ram.set(dtb.bytes, dtb.at - RAM);
  const registers = [0, 0xffff_ffff, dtb?.at ?? 0];
  start({ pc: load, registers });
  const cpsr = core.cpsr;
  const { executed } = processor.run(0, 1_000_000);
  expect(core.waiting).toBe(true);
  const pc = (core.pc - 4) >>> 0;
  const there = ram.subarray(pc - RAM, pc - RAM + wrapped.image.length);
  return {
    pc,
    registers: [0, 1, 2].map(n => core.r(n) >>> 0),
    cpsr: core.cpsr ^ cpsr,
    copied: there.every((byte, i) => byte === wrapped.image[i]),
    instructions: executed,
  };
}

describe('a wrapped kernel', () => {
  it('is a zImage that runs anywhere', () => {
    const wrapped = wrapUnpackedKernel(kernel());
    expect(identify(wrapped)).toBe('zimage');
    const { start, data, bigEndian, sizes } = parseZImage(wrapped, 'k');
    expect({ start, length: data.length, bigEndian, sizes }).toEqual({
      start: 0,
      length: UNPACKED_HEAD + 300_032,
      bigEndian: false,
      sizes: undefined,
    });
    expect(wrapped.subarray(UNPACKED_HEAD, UNPACKED_HEAD + IMAGE.length)).toEqual(IMAGE);
    expect(parseZImage(wrapUnpackedKernel(kernel(IMAGE, true)), 'k').bigEndian).toBe(true);
  });

  it('is not made of one that runs at one address', () => {
    expect(isMovable(kernel())).toBe(true);
    expect(isMovable({ ...kernel(), address: { absolute: 0x8000_8000 } })).toBe(false);
  });
});

describe('its head', () => {
  const loaded = RAM + 127 * MIB - ((127 * MIB) % (2 * MIB));

  it('copies the kernel and enters it with what the loader gave', () => {
    const dtb = { at: RAM + 128 * MIB, bytes: tree(2, [RAM, 512 * MIB]) };
    const { instructions, ...found } = run(loaded, dtb);
    const registers = [0, 0xffff_ffff, dtb.at];
    expect(found).toEqual({ pc: RAM + TEXT_OFFSET, registers, cpsr: expect.anything(), copied: true });
    expect(instructions).toBeLessThan(70_000);
  });

  it('does not change the mode or the masks', () => {
    const { cpsr } = run(loaded, undefined);
    expect(cpsr & 0x1ff).toBe(0);
  });

  const banks: [string, number, 1 | 2, [number, number][], number][] = [
    ['one bank', loaded, 2, [[RAM, 144 * MIB]], RAM],
    ['cells of 32 bits', loaded, 1, [[RAM, 144 * MIB]], RAM],
    ['a bank that begins below the 128 MiB', loaded, 2, [[RAM - 64 * MIB, 208 * MIB]], RAM],
    ['a bank that begins inside of them', loaded, 2, [[RAM + 64 * MIB, 64 * MIB]], RAM + 64 * MIB],
    ['a bank that begins at no multiple of 2 MiB', loaded, 2, [[RAM + 65 * MIB, 64 * MIB]], RAM + 66 * MIB],
    [
      'another bank first',
      loaded,
      2,
      [
        [0x4000_0000, 64 * MIB],
        [RAM, 144 * MIB],
      ],
      RAM,
    ],
    [
      'several banks, it is in the second',
      loaded,
      2,
      [
        [RAM, 32 * MIB],
        [RAM + 96 * MIB, 32 * MIB],
      ],
      RAM + 96 * MIB,
    ],
    ['no bank that it is in', loaded, 2, [[0x4000_0000, 64 * MIB]], RAM],
    ['no room below it in its 128 MiB', RAM + 130 * MIB, 2, [[RAM + 100 * MIB, 44 * MIB]], RAM + 100 * MIB],
  ];
  it.each(banks)('finds memory in %s', (_what, load, cells, all, base) => {
    // Below the head, but not where the kernel goes.
    const found = run(load, { at: RAM + 90 * MIB, bytes: tree(cells, ...all) });
    expect(found).toMatchObject({ pc: base + TEXT_OFFSET, copied: true });
  });

  it.each([
    ['no tree', undefined],
    ['something else than a tree', { at: RAM + 90 * MIB, bytes: new Uint8Array(64) }],
    ['a tree at an odd address', { at: RAM + 90 * MIB + 1, bytes: tree(2, [RAM + 64 * MIB, 64 * MIB]) }],
  ])('takes the 128 MiB that it is in with %s', (_what, dtb) => {
    expect(run(loaded, dtb)).toMatchObject({ pc: RAM + TEXT_OFFSET, copied: true });
  });
});

describe('where Xen puts things', () => {
  // As Xen 4.17 said on the console: zImage of 5526016 bytes, RAM disk of 1554396.
  it.each([
    [512, { kernel: 0x7a00000, tree: 0x8000000, initrd: 0x8200000 }],
    [128, { kernel: 0x7a00000, tree: 0x7600000, initrd: 0x7800000 }],
  ])('with %i MiB', (mebibytes, expected) => {
    expect(xenDomainLayout(mebibytes * MIB, 5526016, 1554396)).toEqual(expected);
  });

  it('says when there is no place', () => {
    expect(xenDomainLayout(8 * MIB, 5526016, 1554396)).toBeUndefined();
    expect(xenDomainLayout(4 * MIB, 5526016, 0)).toBeUndefined();
  });

  it('knows when there is no room for both forms of a kernel', () => {
    const large = kernel(new Uint8Array(22 * MIB));
    const room = (mebibytes: number, initrd = 14 * MIB): boolean => unpacksInDomain(mebibytes * MIB, large, initrd);
    expect([512, 256, 128].map(mebibytes => room(mebibytes))).toEqual([true, true, true]);
    // Where tree and RAM disk would lie in the unpacked kernel, or the copy would reach what is copied.
    expect(room(64)).toBe(false);
    expect(room(40, 0)).toBe(false);
    expect(room(128, 90 * MIB)).toBe(false);
  });
});
