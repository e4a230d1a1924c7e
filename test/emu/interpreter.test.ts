import { describe, expect, it } from 'vitest';
import { SLOT } from '../../src/emu/cpu/sysregs/storage';
import { bareCore, RAM } from './bare-core';

describe('tier 0 on A32', () => {
  it('runs a loop and counts instructions exactly', () => {
    const m = bareCore();
    // mov r0,#10; mov r1,#0; 1: add r1,r1,r0; subs r0,r0,#1; bne 1b; b .
    m.write32(RAM, 0xe3a0000a, 0xe3a01000, 0xe0811000, 0xe2500001, 0x1afffffc, 0xeafffffe);
    m.start({ pc: RAM });
    const r = m.processor.run(0, 32);
    expect(r).toEqual({ executed: 32, waits: false });
    expect(m.core.r(1)).toBe(55);
    expect(m.core.r(0)).toBe(0);
    expect(m.core.pc).toBe(RAM + 20);
    expect(m.core.cpsr >>> 28).toBe(6); // Z and C
  });

  it('stops at every instruction of a slice', () => {
    const m = bareCore();
    m.write32(RAM, 0xe3a0000a, 0xe3a01000, 0xe0811000, 0xe2500001, 0x1afffffc, 0xeafffffe);
    m.start({ pc: RAM });
    const pcs: number[] = [];
    for (let i = 0; i < 6; i++) {
      expect(m.processor.run(0, 1).executed).toBe(1);
      pcs.push((m.core.pc - RAM) / 4);
    }
    expect(pcs).toEqual([1, 2, 3, 4, 2, 3]);
  });

  it('loads, stores, pushes and calls', () => {
    const m = bareCore();
    // ldr sp,[pc,#20]; bl f; b .; f: push {r4,lr}; mov r4,#7; str r4,[sp,#-8]!; ldr r0,[sp],#8; pop {r4,pc}; .word
    m.write32(
      RAM,
      0xe59fd018,
      0xeb000000,
      0xeafffffe,
      0xe92d4010,
      0xe3a04007,
      0xe52d4008,
      0xe49d0008,
      0xe8bd8010,
      RAM + 0x8000,
    );
    m.start({ pc: RAM });
    m.processor.run(0, 8);
    expect(m.core.r(0)).toBe(7);
    expect(m.core.pc).toBe(RAM + 8);
    expect(m.core.r(13)).toBe(RAM + 0x8000);
  });

  it('takes an abort with the address and returns', () => {
    const m = bareCore();
    // ldr r0,[r1]; vectors at VBAR 0: no memory there, so only the entry is checked
    m.write32(RAM, 0xe5910000);
    m.start({ pc: RAM, registers: [0, 0x1234] });
    m.processor.run(0, 1);
    expect(m.core.mode.name).toBe('abt');
    expect(m.core.r(14)).toBe(RAM + 8);
    expect(m.core.system('DFAR')).toBe(0x1234);
    expect(m.core.pc).toBe(0x10);
  });

  it('sees code that was written a moment ago', () => {
    const m = bareCore();
    // str r1,[r2]; nop (becomes mov r0,#1); b .
    m.write32(RAM, 0xe5821000, 0xe1a00000, 0xeafffffe);
    m.start({ pc: RAM, registers: [0, 0xe3a00001, RAM + 4] });
    m.processor.run(0, 3);
    expect(m.core.r(0)).toBe(1);
  });
});

describe('alignment', () => {
  it('faults with SCTLR.A on every address that is not a multiple of the size', () => {
    for (const offset of [0, 1, 2, 3]) {
      const m = bareCore();
      m.write32(RAM, 0xe5910000, 0xeafffffe); // ldr r0,[r1]
      m.start({ pc: RAM, registers: [0, RAM + 0x100 + offset] });
      m.core.sys[SLOT.SCTLR + 1]! |= 2;
      m.core.regimeChanged();
      m.processor.run(0, 1);
      expect(m.core.mode.name, `offset ${offset}`).toBe(offset === 0 ? 'svc' : 'abt');
    }
  });
});
