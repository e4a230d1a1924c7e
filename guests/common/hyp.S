@ Leaving Hyp mode, for guests that run at PL1. Included by the assembly of every guest.

@ When entered in Hyp mode: gives PL1 the machine as if there were no hypervisor (no traps, no virtual offset, the real
@ identification registers) and continues in SVC mode with all interrupts masked. In any other mode: switches to SVC.
@ Clobbers \a and \b; the banked SP and LR of SVC mode are unknown afterwards.
.macro DROP_TO_SVC a, b
    mrs     \a, cpsr
    and     \a, \a, #0x1f
    cmp     \a, #0x1a                       @ Hyp?
    bne     8f
    mov     \a, #0
    mcr     p15, 4, \a, c1, c1, 0           @ HCR: stage 2 off, nothing trapped
    mcr     p15, 4, \a, c1, c1, 3           @ HSTR
    mcrr    p15, 4, \a, \a, c14             @ CNTVOFF
    movw    \a, #0x33ff                     @ RES1 bits only: cp10 and cp11 not trapped
    mcr     p15, 4, \a, c1, c1, 2           @ HCPTR
    mov     \a, #3                          @ PL1PCTEN, PL1PCEN: physical timer and counter
    mcr     p15, 4, \a, c14, c1, 0          @ CNTHCTL
    mrc     p15, 0, \a, c0, c0, 0           @ MIDR
    mcr     p15, 4, \a, c0, c0, 0           @ VPIDR
    mrc     p15, 0, \a, c0, c0, 5           @ MPIDR
    mcr     p15, 4, \a, c0, c0, 5           @ VMPIDR
    mov     \a, #0x1d3                      @ SVC, A32, A I F masked
    msr     spsr_cxsf, \a                  @ ours: naming SPSR_hyp from Hyp mode is UNPREDICTABLE (B9.3.9)
    adr     \b, 9f
    msr     elr_hyp, \b
    eret
8:  cpsid   aif, #0x13
9:
.endm
