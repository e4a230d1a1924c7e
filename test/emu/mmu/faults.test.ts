import { describe, expect, it } from 'vitest';
import { dataFaultStatus, Fault, type FaultType, instructionFaultStatus } from '../../../src/emu/mmu/faults';

const fault = (type: FaultType, level: number, more: Partial<Fault> = {}): Fault => {
  const f = new Fault();
  f.set(type, level, 0, 0x1000);
  return Object.assign(f, more);
};

describe('fault status', () => {
  // ARM DDI 0406C table B3-23 (FS[4] is bit 10) and table B3-24.
  it.each<[FaultType, number, number, number]>([
    ['alignment', 0, 0x001, 0x221],
    ['debug', 0, 0x002, 0x222],
    ['accessFlag', 1, 0x003, 0x209],
    ['accessFlag', 2, 0x006, 0x20a],
    ['accessFlag', 3, 0x006, 0x20b],
    ['translation', 1, 0x005, 0x205],
    ['translation', 2, 0x007, 0x206],
    ['translation', 3, 0x007, 0x207],
    ['domain', 1, 0x009, 0x23d],
    ['domain', 2, 0x00b, 0x23e],
    ['permission', 1, 0x00d, 0x20d],
    ['permission', 2, 0x00f, 0x20e],
    ['permission', 3, 0x00f, 0x20f],
    ['external', 0, 0x008, 0x210],
    ['externalOnWalk', 1, 0x00c, 0x215],
    ['externalOnWalk', 2, 0x00e, 0x216],
    ['tlbConflict', 0, 0x400, 0x230],
    ['asynchronousExternal', 0, 0x406, 0x211],
  ])('%s at level %d: 0x%s and 0x%s', (type, level, short, long) => {
    expect(dataFaultStatus(fault(type, level), false)).toBe(short);
    expect(dataFaultStatus(fault(type, level), true)).toBe(long);
    expect(instructionFaultStatus(fault(type, level), false)).toBe(short);
    expect(instructionFaultStatus(fault(type, level), true)).toBe(long);
  });

  it('writes, domains and cache maintenance', () => {
    expect(dataFaultStatus(fault('permission', 2, { write: true, domain: 5 }), false)).toBe(0x85f);
    expect(dataFaultStatus(fault('translation', 1, { maintenance: true }), false)).toBe(0x2805);
    expect(dataFaultStatus(fault('permission', 3, { write: true }), true)).toBe(0xa0f);
    expect(instructionFaultStatus(fault('permission', 2, { domain: 5 }), false)).toBe(0x00f);
  });
});
