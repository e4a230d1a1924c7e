@ Ground of virt.c: vectors that note an exception and go on behind its instruction, and calls of the firmware.
    .syntax unified
    .arm
    .arch_extension sec
    .arch_extension virt
    .section .text.start
    .global _start
_start:
    ldr sp, =stack_top
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0
    bl main
1:  wfi
    b 1b

    .balign 32
vectors:
    b .
    b on_undefined
    b on_call
    b .
    b on_data
    b .
    b .
    b .

@ Kinds of `exception`: 1 undefined, 2 data abort. Both go on behind the instruction that was to blame (A32).
on_undefined:
    mov r12, #1
    b note
on_data:
    mov r12, #2
    sub lr, lr, #4
note:
    ldr sp, =exception
    str r12, [sp]
    movs pc, lr

@ Ends what ran in User mode: back to SVC mode behind the caller of from_user.
on_call:
    cps #0x13
    ldr r12, =user_return
    ldr pc, [r12]

@ void call_hvc(u32 r[4]), the same with another immediate, with SMC, and with HVC in User mode
    .macro caller name, instruction, immediate
    .global \name
\name:
    push {r4, lr}
    mov r4, r0
    ldm r4, {r0-r3}
    \instruction \immediate
    stm r4, {r0-r3}
    pop {r4, pc}
    .endm
    caller call_hvc, hvc, #0
    caller call_hvc_other, hvc, #0x1234
    caller call_smc, smc, #0

    .global call_hvc_from_user
call_hvc_from_user:
    push {r4, lr}
    mov r4, r0
    ldm r4, {r0-r3}
    ldr r12, =1f
    push {r0}
    ldr r0, =user_return
    str r12, [r0]
    pop {r0}
    cps #0x10
    hvc #0
    svc #0
1:  stm r4, {r0-r3}
    pop {r4, pc}

@ Where cores enter that CPU_ON starts. They have no stack but what their number says: stack_top + 4 KiB per core.
    .global second_a32, second_t32
second_a32:
    ldr r12, =arrival
    str r0, [r12]
    str r1, [r12, #4]
    mrs r1, cpsr
    str r1, [r12, #8]
    mrc p15, 0, r1, c1, c0, 0
    str r1, [r12, #12]
    str lr, [r12, #16]
    str sp, [r12, #20]
    ldr sp, =stack_top + 0x1000
    b arrived
    .thumb
    .thumb_func
second_t32:
    ldr r3, =arrival
    str r0, [r3]
    mrs r1, cpsr
    str r1, [r3, #8]
    ldr r2, =stack_top + 0x1000
    mov sp, r2
    ldr r2, =arrived
    bx r2
    .pool
