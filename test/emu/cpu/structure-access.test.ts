// What the vectors of qemu-arm do not show of VLDn and VSTn: aborts amid a transfer, SCTLR.A, big-endian elements.
import { beforeEach, describe, expect, it } from 'vitest';
import { CPU, EXIT, layoutMemory } from '../../../src/emu/codegen/layout';
import {
  MODE,
  packStructure,
  type Structure,
  structureBytes,
  unpackStructure,
} from '../../../src/emu/codegen/structure';
import { Core } from '../../../src/emu/cpu/core';
import { MemoryAccess } from '../../../src/emu/cpu/memory-access';
import { transferStructure } from '../../../src/emu/cpu/structure-access';

const SIZE = 0x1000;
const layout = layoutMemory(1, SIZE, 16);
const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages });
const guest = new Uint8Array(memory.buffer, layout.guest, SIZE);
const registers = new Uint8Array(memory.buffer, layout.cpu(0) + CPU.V, 256);
const core = new Core(
  {
    memory,
    layout,
    cores: [],
    physical: { hostOf: pa => (pa < SIZE ? layout.guest + pa : 0), isWritable: () => true, hasCode: () => false },
    timer: { high: 0, read: () => 0, write: () => {} },
    peripheralBase: 0,
    instructions: () => 0,
    log: () => {},
  },
  0,
);
const access = new MemoryAccess(memory, { read: () => -1, write: () => false }, () => {});

const BASIC: Structure = {
  load: true, d: 0, count: 2, spacing: 1, size: 0, registers: 1, mode: MODE.MULTIPLE, lane: 0, align: 1,
}; // prettier-ignore
const transfer = (va: number, s: Partial<Structure>): number => {
  core.setField(CPU.EXIT, EXIT.NONE);
  transferStructure(core, access, va, packStructure({ ...BASIC, ...s }));
  return core.field(CPU.EXIT);
};

beforeEach(() => {
  core.reset({ secure: false });
  core.setField(CPU.BIG_ENDIAN, 0);
  core.setField(CPU.STRICT, 0);
  registers.fill(0xee);
  for (let i = 0; i < SIZE; i++) guest[i] = i;
});

describe('element and structure transfers', () => {
  it('packs and unpacks', () => {
    const s: Structure = { ...BASIC, d: 31, count: 4, spacing: 2, size: 3, registers: 4, mode: MODE.ALL, lane: 7, align: 32 }; // prettier-ignore
    expect(unpackStructure(packStructure(s))).toEqual(s);
    expect(structureBytes(BASIC)).toBe(16);
  });

  it('separates the elements of structures', () => {
    expect(transfer(0x20, { count: 3 })).toBe(EXIT.NONE);
    expect([...registers.subarray(0, 25)]).toEqual([...[0, 1, 2].flatMap(i => [0, 3, 6, 9, 12, 15, 18, 21].map(n => 0x20 + i + n)), 0xee]); // prettier-ignore
  });

  it('loads nothing when an element in the middle aborts', () => {
    expect(transfer(SIZE - 5, {})).toBe(EXIT.ABORT);
    expect(registers.every(b => b === 0xee)).toBe(true);
    expect(core.fault.address).toBe(SIZE);
  });

  it('lets elements be unaligned unless SCTLR.A or the instruction says otherwise', () => {
    expect(transfer(0x22, { size: 2 })).toBe(EXIT.NONE);
    expect(transfer(0x24, { size: 2, align: 8 })).toBe(EXIT.ABORT);
    core.setField(CPU.STRICT, 1);
    expect(transfer(0x22, { size: 2 })).toBe(EXIT.ABORT);
    expect(transfer(0x22, { size: 1 })).toBe(EXIT.NONE);
  });

  it('reads and writes big-endian elements of every size', () => {
    core.setField(CPU.BIG_ENDIAN, 1);
    const both: Partial<Structure> = { count: 1, registers: 1 };
    transfer(0x40, { ...both, size: 1 });
    expect([...registers.subarray(0, 8)]).toEqual([0x41, 0x40, 0x43, 0x42, 0x45, 0x44, 0x47, 0x46]);
    transfer(0x40, { ...both, size: 3 });
    expect([...registers.subarray(0, 8)]).toEqual([0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41, 0x40]);
    transfer(0x80, { ...both, size: 3, load: false });
    expect([...guest.subarray(0x80, 0x88)]).toEqual([0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47]);
  });

  it('fills all lanes with one element', () => {
    transfer(0x10, { count: 1, registers: 2, size: 1, mode: MODE.ALL });
    expect([...registers.subarray(0, 17)]).toEqual([...Array.from({ length: 16 }, (_, i) => 0x10 + (i & 1)), 0xee]);
  });
});
