@ Runs random programs (harness.c) and writes down every exception that they take. Bare metal, Cortex-A15, secure state.
    .syntax unified
    .arm
    .section .text.start
    .global _start
_start:
    cpsid aif, #0x13
    ldr sp, =stack_top
    @ a stack for each mode that an exception of a program leads to
    cps #0x17
    ldr sp, =abort_stack
    cps #0x1b
    ldr sp, =undefined_stack
    cps #0x13
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0      @ VBAR
    isb
    bl main
1:  wfi
    b 1b

    .balign 32
vectors:
    b .
    b on_undefined
    b on_call
    b on_prefetch
    b on_data
    b .
    b .
    b .

@ All of them go on behind the instruction (ARM DDI 0406C table B1-7: LR is that address, or 4 more for data aborts in
@ A32; after a 32-bit T32 instruction 4 more too).
on_undefined:
    push {r0-r3, r12, lr}
    mov r0, #1
    mov r1, lr
    b record
on_call:
    push {r0-r3, r12, lr}
    mov r0, #2
    mov r1, lr
    b record
on_data:
    sub lr, lr, #4
    push {r0-r3, r12, lr}
    mov r0, #4
    mov r1, lr
record:
    mrs r2, spsr
    bl exception                    @ (kind, link, spsr), in harness.c
    pop {r0-r3, r12, lr}
    movs pc, lr

@ BKPT ends a program: r0 to r14 of User mode, CPSR and PC go to `state`. So does a prefetch abort that was not meant.
on_prefetch:
    sub lr, lr, #4
    stmfd sp!, {r0, lr}
    ldr r0, =state
    add r0, r0, #4
    stmia r0, {r1-r14}^
    ldr r1, [sp]
    str r1, [r0, #-4]
    str lr, [r0, #60]
    mrs r1, spsr
    str r1, [r0, #56]
    add sp, sp, #8
    cps #0x13
    ldr r0, =resume_sp
    ldr sp, [r0]
    pop {r4-r11, pc}

@ void enter(const uint32_t *registers, uint32_t address, uint32_t psr): r0 to r14 of User and System mode from memory, then
@ the program, until its end.
    .global enter
enter:
    push {r4-r11, lr}
    ldr r3, =resume_sp
    str sp, [r3]
    msr spsr_cxsf, r2
    mov lr, r1
    mov r12, r0
    add r0, r0, #52
    ldmia r0, {r13, r14}^           @ banked registers: not to be followed by their use
    nop
    mov r0, r12
    @ the exclusive monitor is open and r0 is loaded last
    clrex
    ldmib r0, {r1-r12}
    ldr r0, [r0]
    movs pc, lr
    .ltorg

    .bss
    .balign 8
    .global state
state:
    .space 68
resume_sp:
    .space 4
    .balign 8
    .space 4096
abort_stack:
    .space 4096
undefined_stack:
    .space 16384
stack_top:
