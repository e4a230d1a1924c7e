@ The ground of hyp.c: start in Hyp mode, vectors of Hyp mode and of PL1, and `enter`, which runs what is at an address in any
@ mode until Hyp mode is entered.
    .syntax unified
    .arch armv7ve
    .fpu neon-vfpv4
    .arch_extension virt
    .arch_extension sec
    .arm
    .section .text.start, "ax"
    .global _start
_start:
    ldr sp, =stack_top
    ldr r0, =hyp_vectors
    mcr p15, 4, r0, c12, c0, 0      @ HVBAR
    ldr r0, =guest_vectors
    mcr p15, 0, r0, c12, c0, 0      @ VBAR
    bl main
1:  b 1b

    .macro record kind
    mcr p15, 4, r12, c13, c0, 2     @ HTPIDR: a place for r12
    mov r12, #\kind
    b recorded
    .endm

    .balign 32
hyp_vectors:
    b .
    b on_undefined
    b on_call
    b on_prefetch
    b on_data
    b on_trap
    b on_irq
    b on_fiq
on_undefined: record 0x04
on_call:      record 0x08
on_prefetch:  record 0x0c
on_data:      record 0x10
on_trap:      record 0x14
on_irq:       record 0x18
on_fiq:       record 0x1c

recorded:
    mov sp, r12
    ldr r12, =answer
    str sp, [r12], #4
    stmia r12!, {r0-r11}
    mrc p15, 4, r0, c13, c0, 2
    str r0, [r12], #4
    mrc p15, 4, r0, c5, c2, 0       @ HSR
    str r0, [r12], #4
    mrs r0, elr_hyp
    str r0, [r12], #4
    mrs r0, spsr
    str r0, [r12], #4
    mrs r0, cpsr
    str r0, [r12], #4
    ldr r1, =resume_sp
    ldr sp, [r1]
    pop {r4-r11, pc}

@ PL1: every exception goes on to Hyp mode, with its vector in the immediate.
    .balign 32
    .global guest_vectors
guest_vectors:
    hvc #0x100
    hvc #0x104
    hvc #0x108
    hvc #0x10c
    hvc #0x110
    hvc #0x114
    hvc #0x118
    hvc #0x11c

@ void enter(uint32_t address, uint32_t psr, uint32_t r0, uint32_t r1)
    .global enter
enter:
    push {r4-r11, lr}
    ldr r4, =resume_sp
    str sp, [r4]
    msr elr_hyp, r0
    msr spsr_cxsf, r1
    mov r0, r2
    mov r1, r3
    eret

@ What only some modes may do; from `mute` on nothing is said about r0.
    .global rights_a32, rights_a32_mute, rights_a32_sandbox, rights_a32_end
rights_a32:
    mrs r0, elr_hyp
    mrs r0, sp_hyp
    mrs r0, spsr_hyp
    mrs r0, sp_usr
    mrs r0, lr_svc
    mrs r0, sp_svc
    mrs r0, spsr_svc
    mrs r0, lr_irq
    mrs r0, sp_irq
    mrs r0, spsr_irq
    mrs r0, lr_mon
    mrs r0, sp_mon
    mrs r0, spsr_mon
    mrs r0, r8_fiq
    mrs r0, spsr_fiq
    mrs r0, cpsr
    mrc p15, 0, r0, c1, c1, 0       @ SCR
    mrc p15, 4, r0, c1, c1, 0       @ HCR
    mrc p15, 4, r0, c14, c1, 0      @ CNTHCTL
rights_a32_mute:
    msr sp_hyp, r0
    msr spsr_hyp, r0
    mrc p15, 4, r0, c12, c0, 0      @ HVBAR
    cpsid aif
    cpsie aif
    msr spsr_cxsf, r0
rights_a32_sandbox:
    ldrt r2, [r1], #0
    strt r2, [r1], #0
rights_a32_end:

@ Loads and stores of every form at the address in r1, for the syndrome of Data Aborts: A32, then T32.
    .global loads_a32, loads_a32_end, loads_t32, loads_t32_end
loads_a32:
    ldr r2, [r1]
    ldr r3, [r1, #4]!
    ldr r4, [r1], #4
    ldr r5, [r1, r0]
    ldr r6, [r1, r0, lsl #2]
    ldrb r7, [r1]
    ldrb r8, [r1, -r0]
    ldrh r9, [r1]
    ldrh r10, [r1, #2]!
    ldrsb r11, [r1]
    ldrsh r12, [r1, r0]
    ldrsh lr, [r1]
    ldrd r2, r3, [r1]
    ldrt r2, [r1], #0
    ldrbt r2, [r1], #0
    ldrht r2, [r1], #0
    ldrsbt r2, [r1], #0
    ldm r1, {r2, r3}
    ldm r1!, {r2}
    ldrex r2, [r1]
    ldrexb r2, [r1]
    str r2, [r1]
    str r2, [r1, #4]!
    str r3, [r1, r0]
    strb r4, [r1]
    strh r5, [r1]
    strh r5, [r1, r0]!
    strd r2, r3, [r1]
    strt r2, [r1], #0
    strbt r2, [r1], #0
    strht r2, [r1], #0
    stm r1, {r2, r3}
    strex r3, r2, [r1]
    ldreq r2, [r1]
    strbne r2, [r1]
    mcr p15, 0, r1, c7, c10, 1      @ DCCMVAC
    mcr p15, 0, r1, c7, c6, 1       @ DCIMVAC
    mcr p15, 0, r1, c7, c5, 1       @ ICIMVAU
loads_a32_end:
    .thumb
loads_t32:
    ldr r2, [r1]
    nop
    ldr r3, [r1, r0]
    nop
    ldrb r4, [r1]
    nop
    ldrb r5, [r1, r0]
    nop
    ldrh r6, [r1]
    nop
    ldrh r7, [r1, r0]
    nop
    ldrsb r2, [r1, r0]
    nop
    ldrsh r3, [r1, r0]
    nop
    str r2, [r1]
    nop
    str r3, [r1, r0]
    nop
    strb r4, [r1]
    nop
    strb r5, [r1, r0]
    nop
    strh r6, [r1]
    nop
    strh r7, [r1, r0]
    nop
    ldm r1, {r2}
    nop
    ldr.w r2, [r1]
    ldr.w r8, [r1, #8]
    ldr.w r9, [r1, #-8]
    ldr.w r10, [r1, r0, lsl #1]
    ldr r11, [r1, #4]!
    ldr r12, [r1], #4
    ldrt r2, [r1]
    ldrb.w lr, [r1]
    ldrbt r3, [r1]
    ldrh.w r4, [r1]
    ldrht r4, [r1]
    ldrsb.w r5, [r1]
    ldrsbt r5, [r1]
    ldrsh.w r6, [r1]
    ldrsht r6, [r1, #4]
    ldrsh.w r6, [r1, r0]
    ldrd r2, r3, [r1]
    ldrex r2, [r1]
    str.w r2, [r1]
    str r2, [r1, #-4]
    str r2, [r1, #-4]!
    strt r2, [r1]
    strb.w r3, [r1]
    strbt r3, [r1]
    strh.w r4, [r1]
    strht r4, [r1]
    strd r2, r3, [r1]
loads_t32_end:
    .balign 4
