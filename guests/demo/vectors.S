@ Exception vectors, the frames they build, and memory accesses that may fail.
#include "layout.h"

.syntax unified
.arm
.text

.balign 32
.global vectors
vectors:
    b       .                               @ reset does not come through VBAR
    b       undefined
    b       supervisor_call
    b       prefetch_abort
    b       data_abort
    b       .                               @ Hyp trap: not at PL1
    b       irq
    b       fiq

@ Builds a struct trap_frame (trap.h) on the stack of the exception's own mode, so that a broken SVC stack cannot hide
@ the fault; the C code may change pc and cpsr of the frame before we return to them.
.macro TRAP name, kind, mode
\name:
    srsdb   sp!, #\mode                     @ pc (not yet adjusted), cpsr
    sub     sp, sp, #8                      @ sp, lr of the interrupted mode: filled in below
    push    {r0-r12}
    mov     r0, #\kind
    b       trap
.endm

TRAP undefined, TRAP_UNDEFINED, MODE_UND
TRAP supervisor_call, TRAP_SUPERVISOR_CALL, MODE_SVC
TRAP prefetch_abort, TRAP_PREFETCH_ABORT, MODE_ABT
TRAP data_abort, TRAP_DATA_ABORT, MODE_ABT
TRAP fiq, TRAP_FIQ, MODE_FIQ

trap:
    mrs     r2, cpsr
    ldr     r3, [sp, #16 * 4]
    and     r3, r3, #0x1f
    cmp     r3, #MODE_USR
    moveq   r3, #MODE_SYS                   @ same registers, and a way back
    bic     r4, r2, #0x1f
    orr     r4, r4, r3
    msr     cpsr_c, r4
    mov     r5, sp
    mov     r6, lr
    msr     cpsr_c, r2
    str     r5, [sp, #13 * 4]
    str     r6, [sp, #14 * 4]
    mov     r1, sp
    mov     r4, sp
    bic     sp, sp, #7                      @ AAPCS
    bl      trap_taken
    mov     sp, r4
    pop     {r0-r12}
    add     sp, sp, #8
    rfeia   sp!

irq:
    sub     lr, lr, #4
    srsdb   sp!, #MODE_IRQ
    push    {r0-r3, r12, lr}                @ lr only keeps the stack aligned: srsdb has saved it
    bl      irq_taken
    pop     {r0-r3, r12, lr}
    rfeia   sp!

@ uint32_t probe_load(uint32_t address, uint32_t *value): 0, or 1 when the access aborted (trap.c knows the range).
@ uint32_t probe_store(uint32_t address, uint32_t value)
.macro FUNCTION name
.global \name
.type \name, %function
\name:
.endm

.global probe_begin, probe_end
FUNCTION probe_load
probe_begin:
    ldr     r0, [r0]
    str     r0, [r1]
    mov     r0, #0
    bx      lr
FUNCTION probe_store
    str     r1, [r0]
    dsb
    mov     r0, #0
    bx      lr
probe_end:
FUNCTION probe_failed
    mov     r0, #1
    bx      lr
