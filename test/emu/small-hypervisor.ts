// A hypervisor of a few instructions for random programs: stage 2 maps RAM to itself; every SVC of the program becomes an
// HVC, which takes a page of data away, and an access to that gets it back.
import { SLOT } from '../../src/emu/cpu/sysregs/storage';
import { mcr, mcrr } from '../../src/emu/cpu/sysregs';
import { BANKED } from '../../src/emu/cpu/state';
import { BANK } from '../../src/emu/cpu/modes';
import { RAM } from './bare-core';
import type { Begin } from './lock-step';
import { CODE_BASE, VECTOR_BASE, vectors } from './random-programs';

const LEVEL1 = RAM + 0x4000;
const LEVEL2 = RAM + 0x6000;
const LEVEL3 = RAM + 0x7000;
const HVBAR = RAM + 0x8000;
const STACK = RAM + 0xa000;
const PAGES = 64;
/** Normal memory, readable and writable, access flag. */
const LEAF = 0x7ff;
const HCR_VM_AND_IMO = 0x11;
const VTCR_40_BITS = 0x58;
/** Counts the calls; which page goes follows from it. */
const CALLS = HVBAR + 0xff8;
/** Counts the pages that came back. */
export const MAPPED_AGAIN = HVBAR + 0xffc;

/** At HVBAR + 0x14: calls and faults of stage 2. HPFAR says which page is missing; what is no RAM is passed over. */
const HANDLER = [
  0xe92d000f, // push {r0-r3}
  0xee950f12, // mrc p15, 4, r0, c5, c2, 0
  0xe1a00d20, // lsr r0, r0, #26
  0xe3500012, // cmp r0, #0x12
  0x0a000010, // beq call
  0xee960f90, // mrc p15, 4, r0, c6, c0, 4
  0xe1a00220, // lsr r0, r0, #4
  0xe3a02102, // mov r2, #0x80000000
  0xe0401622, // sub r1, r0, r2, lsr #12
  0xe3510040, // cmp r1, #64
  0x2a000016, // bhs skip
  0xe59f3068, // ldr r3, level3
  0xe0833181, // add r3, r3, r1, lsl #3
  0xe1a00600, // lsl r0, r0, #12
  0xe30017ff, // movw r1, #0x7ff
  0xe1800001, // orr r0, r0, r1
  0xe5830000, // str r0, [r3]
  0xe59f1054, // ldr r1, mapped
  0xe5910000, // ldr r0, [r1]
  0xe2800001, // add r0, r0, #1
  0xe5810000, // str r0, [r1]
  0xea00000e, // b done
  // call: another page of data goes
  0xe59f1044, // ldr r1, calls
  0xe5910000, // ldr r0, [r1]
  0xe2800001, // add r0, r0, #1
  0xe5810000, // str r0, [r1]
  0xe200000f, // and r0, r0, #15
  0xe59f1028, // ldr r1, level3
  0xe2811c01, // add r1, r1, #0x100
  0xe0811180, // add r1, r1, r0, lsl #3
  0xe3a00000, // mov r0, #0
  0xe5810000, // str r0, [r1]
  0xee880f97, // mcr p15, 4, r0, c8, c7, 4
  0xea000002, // b done
  // skip: nothing is there
  0xe10e0300, // mrs r0, elr_hyp
  0xe2800004, // add r0, r0, #4
  0xe12ef300, // msr elr_hyp, r0
  // done
  0xe8bd000f, // pop {r0-r3}
  0xe160006e, // eret
  LEVEL3, // level3
  MAPPED_AGAIN, // mapped
  CALLS, // calls
];

/** The program begins in Supervisor mode of the virtual machine. */
export const beginInGuest: Begin = (m, program) => {
  m.ram.set(vectors(), VECTOR_BASE - RAM);
  m.write32(VECTOR_BASE + 0x08, 0xea00000c); // b 0x40
  m.write32(VECTOR_BASE + 0x40, 0xe1400070, 0xe1b0f00e); // hvc #0; movs pc, lr
  m.write32(HVBAR + 0x14, ...HANDLER);
  m.write32(CALLS, 0, 0);
  m.write32(LEVEL1, ...new Array<number>(0x800).fill(0));
  m.write32(LEVEL1 + 16, LEVEL2 | 3);
  m.write32(LEVEL2, ...new Array<number>(0x400).fill(0));
  m.write32(LEVEL2, LEVEL3 | 3);
  for (let page = 0; page < PAGES; page++) m.write32(LEVEL3 + 8 * page, (RAM + 4096 * page) | LEAF, 0);
  m.start({ pc: CODE_BASE, cpsr: 0x1da, secure: false, registers: program.registers });
  const { core } = m;
  mcr(core, 15, 4, 12, 0, 0, HVBAR);
  mcr(core, 15, 0, 12, 0, 0, VECTOR_BASE);
  mcr(core, 15, 4, 2, 1, 2, VTCR_40_BITS);
  mcrr(core, 15, 6, 2, LEVEL1, 1 << 16);
  mcr(core, 15, 4, 1, 1, 0, HCR_VM_AND_IMO);
  const sp = core.r(13);
  core.setR(13, STACK);
  core.setCpsr(0x1d3 | (program.thumb ? 0x20 : 0));
  core.setR(13, sp);
  core.banked[BANKED.SP + BANK.hyp] = STACK;
  core.sys[SLOT.HSR] = 0;
  core.pc = CODE_BASE;
};
