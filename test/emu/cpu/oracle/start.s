@ Bare-metal ground of the questions in questions.c: vectors that record an exception and go back to whoever asked.
    .syntax unified
    .arm
    .arch_extension sec
    .section .text.start
    .global _start
_start:
    ldr sp, =stack_top
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0
    mcr p15, 0, r0, c12, c0, 1      @ MVBAR
    @ the same VBAR for Non-secure state
    cps #0x16
    mov r1, #1
    mcr p15, 0, r1, c1, c1, 0
    isb
    mcr p15, 0, r0, c12, c0, 0
    mov r1, #0
    mcr p15, 0, r1, c1, c1, 0
    isb
    cps #0x13
    ldr sp, =stack_top
    bl main
1:  b 1b

    .macro record kind
    ldr r12, =answer
    str r0, [r12, #16]
    str r1, [r12, #20]
    mov r0, #\kind
    b recorded
    .endm

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

@ Offset 8 is SVC in the tables of both states and SMC in the monitor's.
on_call:
    mrs r12, cpsr
    and r12, r12, #0x1f
    cmp r12, #0x16
    beq on_monitor
    record 2
on_undefined:
    record 1
on_prefetch:
    record 3
on_data:
    record 4
on_monitor:
    ldr r12, =in_nonsecure
    ldr r12, [r12]
    cmp r12, #2                     @ the way back of `recorded`
    beq back_in_monitor
    record 5

recorded:
    str r0, [r12]
    str lr, [r12, #4]
    mrs r0, spsr
    str r0, [r12, #8]
    mrs r0, cpsr
    str r0, [r12, #12]
    ldr r1, =in_nonsecure
    ldr r0, [r1]
    cmp r0, #0
    beq back_in_secure
    mov r0, #2
    str r0, [r1]
    mrs r0, cpsr
    and r0, r0, #0x1f
    cmp r0, #0x16
    beq back_in_monitor
    smc #0
back_in_monitor:
    mov r0, #0
    mcr p15, 0, r0, c1, c1, 0
    isb
    ldr r1, =in_nonsecure
    str r0, [r1]
back_in_secure:
    msr cpsr_cxsf, #0xd3
    ldr r0, =resume_sp
    ldr sp, [r0]
    pop {r4-r11, pc}

@ void enter(uint32_t address, uint32_t psr, uint32_t nonsecure, uint32_t r0, uint32_t r1):
@ runs what is at the address in a mode and security state until an exception; then returns.
    .global enter
enter:
    push {r4-r11, lr}
    ldr r4, =resume_sp
    str sp, [r4]
    ldr r5, [sp, #36]               @ r1 of the question
    ldr r4, =in_nonsecure
    str r2, [r4]
    ldr r4, =answer
    mov r6, #0
    str r6, [r4]
    mov r6, r0
    cmp r2, #0
    beq 1f
    cps #0x16
    mov r4, #1
    mcr p15, 0, r4, c1, c1, 0
    isb
1:  msr spsr_cxsf, r1
    mov lr, r6
    mov r0, r3
    mov r1, r5
    movs pc, lr

@ What causes exceptions: where to enter (bit 0: T32), and the instruction that is to blame.
    .macro cause name, thumb=0, at=none
    .word \name + \thumb
    .ifc \at, none
    .word \name
    .else
    .word \at
    .endif
    .endm
    .balign 4
    .global causes
causes:
    cause a_udf
    cause a_svc
    cause a_bkpt
    cause a_load
    cause a_store
    cause a_smc
    cause a_vfp
    cause t_udf, 1
    cause t_svc, 1
    cause t_bkpt, 1
    cause t_load, 1
    cause t_wide, 1
    cause t_udfw, 1
    cause t_smc, 1
    cause t_it_svc, 1, t_it_svc_at
    cause t_it_load, 1, t_it_load_at
    cause t_it_udf, 1, t_it_udf_at
    cause t_it_smc, 1, t_it_smc_at
    .word 0, 0

a_udf:  udf #0
a_svc:  svc #1
a_bkpt: bkpt #1
a_load: ldr r2, [r1]
a_store: str r2, [r1]
a_smc:  smc #0
a_vfp:  .word 0xee300a20            @ vadd.f32 s0, s0, s1: disabled
    .thumb
t_udf:  udf #0
    nop
t_svc:  svc #1
    nop
t_bkpt: bkpt #1
    nop
t_load: ldr r2, [r1]
    nop
t_wide: ldr.w r2, [r1]
t_udfw: udf.w #0
t_smc:  smc #0
t_it_svc:
    cmp r1, r1
    itet eq
    moveq r3, #1
    movne r3, #2
t_it_svc_at:
    svceq #2
t_it_load:
    cmp r1, r1
    ittt eq
    moveq r3, #1
t_it_load_at:
    ldreq r2, [r1]
    moveq r3, #1
t_it_udf:
    cmp r1, r1
    ittt eq
t_it_udf_at:
    .inst.n 0xde00
    moveq r3, #1
    moveq r3, #1
t_it_smc:
    cmp r1, r1
    it eq
t_it_smc_at:
    smceq #0
