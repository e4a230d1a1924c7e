// Numbers that the assembly and the C of the demo share.
#ifndef LAYOUT_H
#define LAYOUT_H

// CPSR.M (ARM ARM DDI 0406C, B1.3.1)
#define MODE_USR 0x10
#define MODE_FIQ 0x11
#define MODE_IRQ 0x12
#define MODE_SVC 0x13
#define MODE_MON 0x16
#define MODE_ABT 0x17
#define MODE_HYP 0x1a
#define MODE_UND 0x1b
#define MODE_SYS 0x1f

// The stacks of one core (demo.ld): an unmapped page, SVC (shared with SYS, which the demo never enters), four modes.
#define STACKS_SHIFT 14
#define GUARD_SIZE 0x1000
#define SVC_STACK_SIZE 0x2000
#define MODE_STACK_SIZE 0x400

// SCTLR: M, A, C, V (low vectors through VBAR), TE (exceptions in A32), EE
#define SCTLR_CLEAR ((1 << 0) | (1 << 1) | (1 << 2) | (1 << 13) | (1 << 30) | (1 << 25))

// System registers of the motherboard, for the moment before the device tree is read.
#define DEFAULT_SYSREG 0x1c010000
#define SYS_FLAGS 0x30

// Kinds of trap, in the order of the vectors.
#define TRAP_UNDEFINED 0
#define TRAP_SUPERVISOR_CALL 1
#define TRAP_PREFETCH_ABORT 2
#define TRAP_DATA_ABORT 3
#define TRAP_FIQ 4

#endif
