@ Where the demo is entered: the Linux boot protocol (MMU off, r2 = device tree), in SVC or in Hyp mode, A32.
#include "layout.h"

#include "../common/hyp.S"

.syntax unified
.arm

.section .text.entry, "ax"
.global _start
_start:
    mov     r4, r2                          @ device tree
    mrs     r5, cpsr                        @ the mode we were entered in
    DROP_TO_SVC r0, r1
    mrc     p15, 0, r0, c0, c0, 5           @ MPIDR: some loaders start every core here
    ands    r0, r0, #0xff
    bne     holding_pen
    mov     r0, #0
    bl      prepare_core
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
1:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     1b
    mov     r0, r4
    mov     r1, r5
    bl      main                            @ does not return
    b       .

@ A secondary core that came through _start waits as firmware would: for an address in SYS_FLAGS.
holding_pen:
    ldr     r1, =DEFAULT_SYSREG
1:  ldr     r0, [r1, #SYS_FLAGS]
    cmp     r0, #0
    bxne    r0
    wfe
    b       1b

@ What smp.c writes into SYS_FLAGS.
.global secondary_start
secondary_start:
    DROP_TO_SVC r0, r1
    mov     r0, #1
    bl      prepare_core
    bl      secondary_main                  @ does not return
    b       .

@ r0 = core: known system control, vectors, and a stack for every mode. Clobbers r0-r3. Returns in SVC mode.
prepare_core:
    mov     r3, lr
    mrc     p15, 0, r1, c1, c0, 0           @ SCTLR
    ldr     r2, =SCTLR_CLEAR
    bic     r1, r1, r2
    mcr     p15, 0, r1, c1, c0, 0
    ldr     r1, =vectors
    mcr     p15, 0, r1, c12, c0, 0          @ VBAR
    isb
    ldr     r1, =stacks_start
    add     r1, r1, r0, lsl #STACKS_SHIFT
    add     r1, r1, #GUARD_SIZE             @ the modes' stacks lie above the guard page and the SVC stack
    add     r1, r1, #SVC_STACK_SIZE
    mov     r0, r1
.irp mode, MODE_IRQ, MODE_FIQ, MODE_ABT, MODE_UND
    add     r1, r1, #MODE_STACK_SIZE
    cps     #\mode
    mov     sp, r1
.endr
    cps     #MODE_SYS                       @ shares its SP with User mode
    mov     sp, r0
    cps     #MODE_SVC
    mov     sp, r0
    bx      r3
