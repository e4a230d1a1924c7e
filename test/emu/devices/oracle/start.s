@ Bare-metal ground of the questions in gic-virtual.c, entered in Hyp mode.
    .syntax unified
    .arm
    .arch_extension virt
    .section .text.start
    .global _start
_start:
    ldr sp, =stack_top
    ldr r0, =vectors
    mcr p15, 4, r0, c12, c0, 0      @ HVBAR
    mov r0, #0x18                   @ HCR.IMO and FMO: virtual interrupts for PL1
    mcr p15, 4, r0, c1, c1, 0
    isb
    bl main
1:  b 1b

    .balign 32
vectors:
    b .
    b .
    b .
    b .
    b .
    pop {r4, pc}                    @ the way back of guest_isr
    b .
    b .

@ uint32_t guest_isr(void): ISR as SVC mode reads it, which shows virtual interrupts. No physical one may be pending.
    .global guest_isr
guest_isr:
    push {r4, lr}
    adr r0, 1f
    msr elr_hyp, r0
    mov r0, #0x1d3
    msr spsr_cxsf, r0
    eret
1:  mrc p15, 0, r0, c12, c1, 0
    hvc #0
