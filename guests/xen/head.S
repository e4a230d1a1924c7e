@ Where a kernel for Xen is entered: a zImage that is its own kernel (magic at 0x24; Linux, Documentation/arch/arm/booting).
@ Loaded anywhere, MMU and data cache off, A32, r2 = device tree. It is linked to address 0 and adds the address that it was
@ loaded to wherever the linker has left a note (R_ARM_RELATIVE); then it goes on as the demo does.

.syntax unified
.arm
.section .text.head, "ax"
image_head:
    .rept   8
    nop
    .endr
    b       relocate
    .word   0x016f2818                      @ 0x24: magic
    .word   0                               @ 0x28: start address: none, it runs anywhere
    .word   file_end - . + 0x2c             @ 0x2c: bytes of the file
    .word   0x04030201                      @ 0x30: little-endian

relocate:
    adr     r3, image_head
    ldr     r5, 2f
    add     r5, r5, r3
    ldr     r6, 3f
    add     r6, r6, r3
1:  cmp     r5, r6
    bhs     9f
    ldm     r5!, {r7, r8}                   @ where, kind
    cmp     r8, #23                         @ R_ARM_RELATIVE; the linker makes no others here
    bne     .
    ldr     r9, [r3, r7]
    add     r9, r9, r3
    str     r9, [r3, r7]
    b       1b
2:  .word   notes_begin - . + (2b - image_head)
3:  .word   notes_end - . + (3b - image_head)
9:  mov     r0, #0
    dsb
    mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU: addresses are in the code, too
    mcr     p15, 0, r0, c7, c5, 6           @ BPIALL
    dsb
    isb
    b       _start
