@ One instruction that may do anything, with registers of one's choice, and a way back whatever happens.
.syntax unified
.arm

@ The instruction, and the way back when nothing happens. It is written and executed: a page of its own.
.section .writable_code, "awx"
.global attempt_code
attempt_code:
    nop
    bx      lr

.text
@ void attempt(const uint32_t registers[8]): r0 to r7 as given, then attempt_code.
.global attempt
.type attempt, %function
attempt:
    push    {r4-r12, lr}
    ldr     r8, =attempt_stack
    str     sp, [r8]
    ldr     r8, =trap_recovery
    adr     r9, 1f
    str     r9, [r8]
    ldr     r9, =attempt_code
    ldm     r0, {r0-r7}
    blx     r9
1:  ldr     r8, =trap_recovery
    mov     r9, #0
    str     r9, [r8]
    ldr     r8, =attempt_stack
    ldr     sp, [r8]
    pop     {r4-r12, lr}
    bx      lr

.bss
.balign 4
attempt_stack:
    .space  4
