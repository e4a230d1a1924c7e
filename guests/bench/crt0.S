@ Entry of every benchmark: SVC mode, one core, floating point on, zeroed data, then main (runtime.c).

#include "../common/hyp.S"

.syntax unified
.fpu neon-vfpv4
.arm

.section .text.entry, "ax"
.global _start
_start:
    DROP_TO_SVC r0, r1
    mrc     p15, 0, r0, c0, c0, 5           @ MPIDR
    tst     r0, #0xff
1:  wfine                                   @ other cores take no part
    bne     1b
    mrc     p15, 0, r0, c1, c0, 0           @ SCTLR
    ldr     r1, =(1 << 0 | 1 << 1 | 1 << 2 | 1 << 13 | 1 << 25 | 1 << 30) @ M A C V EE TE
    bic     r0, r0, r1
    mcr     p15, 0, r0, c1, c0, 0
    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0          @ VBAR
    mrc     p15, 0, r0, c1, c0, 2           @ CPACR
    orr     r0, r0, #0xf << 20              @ cp10 and cp11: full access
    mcr     p15, 0, r0, c1, c0, 2
    isb
    mov     r0, #1 << 30                    @ FPEXC.EN
    vmsr    fpexc, r0
    mov     r0, #0
    vmsr    fpscr, r0                       @ round to nearest, no flush to zero
    ldr     sp, =stack_top
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
2:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     2b
    bl      main
    b       .

@ A benchmark takes no exceptions: any is a fault of the machine under test, and is told.
.balign 32
vectors:
.irp number, 0, 1, 2, 3, 4, 5, 6, 7
    b       fault_\number
.endr
.irp number, 0, 1, 2, 3, 4, 5, 6, 7
fault_\number:
    mov     r0, #\number
    b       fault
.endr
fault:
    mov     r1, lr
    cps     #0x13
    ldr     sp, =stack_top
    bl      bench_fault
    b       .
