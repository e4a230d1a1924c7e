@ The head of a zImage whose kernel is unpacked already: what a loader sees is a zImage, what it starts is a copy.
@ Loaded anywhere in RAM (Xen takes a multiple of 2 MiB), MMU and data cache off, A32, r0-r2 as the Linux boot protocol
@ says. Nothing here has a fixed address. The kernel follows at the offset that the parameters name.

    .arm
    .section .text.entry, "ax", %progbits
    .global _start
_start:
    .rept   8
    nop
    .endr
    b       begin
    .word   0x016f2818                      @ 0x24: magic
    .word   0                               @ 0x28: start address: none, it runs anywhere
    .word   0                               @ 0x2c: end, by the wrapper
    .word   0x04030201                      @ 0x30: byte order of the kernel, by the wrapper
    .word   0, 0, 0
parameters:                                 @ 0x40: by the wrapper; place.h
    .word   0, 0, 0, 0

begin:
    mov     r4, r0
    mov     r5, r1
    mov     r6, r2
    adr     r7, _start
    adr     r8, parameters
    adr     sp, stack_end
    mov     r0, r7
    mov     r1, r6
    mov     r2, r8
    bl      kernel_address
    mov     r9, r0                          @ where it runs, and where the copy goes

    ldr     r1, [r8, #4]                    @ offset of the kernel
    ldr     r2, [r8, #8]                    @ its bytes, a multiple of 32
    add     r1, r1, r7
    add     r2, r2, r0
1:  ldmia   r1!, {r3, r7, r8, r10}
    stmia   r0!, {r3, r7, r8, r10}
    ldmia   r1!, {r3, r7, r8, r10}
    stmia   r0!, {r3, r7, r8, r10}
    cmp     r0, r2
    blo     1b

    @ Data is in memory, for the data cache is off; what was fetched from there before is forgotten.
    mov     r0, #0
    dsb
    mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU
    mcr     p15, 0, r0, c7, c5, 6           @ BPIALL
    dsb
    isb
    mov     r0, r4
    mov     r1, r5
    mov     r2, r6
    bx      r9

    .align  3
    .space  256
stack_end:
