// System registers and barriers of the processor.
#ifndef ARM_H
#define ARM_H

#include <stdint.h>

// name, CRn, opc1, CRm, opc2 (ARM ARM DDI 0406C, B3.17)
#define SYSTEM_REGISTERS(R) \
    R(midr, c0, 0, c0, 0)   \
    R(mpidr, c0, 0, c0, 5)  \
    R(sctlr, c1, 0, c0, 0)  \
    R(actlr, c1, 0, c0, 1)  \
    R(ttbr0, c2, 0, c0, 0)  \
    R(ttbcr, c2, 0, c0, 2)  \
    R(dacr, c3, 0, c0, 0)   \
    R(dfsr, c5, 0, c0, 0)   \
    R(ifsr, c5, 0, c0, 1)   \
    R(dfar, c6, 0, c0, 0)   \
    R(ifar, c6, 0, c0, 2)   \
    R(iciallu, c7, 0, c5, 0) \
    R(bpiall, c7, 0, c5, 6) \
    R(tlbiall, c8, 0, c7, 0) \
    R(vbar, c12, 0, c0, 0)  \
    R(contextidr, c13, 0, c0, 1) \
    R(cntfrq, c14, 0, c0, 0) \
    R(cntv_ctl, c14, 0, c3, 1)

#define ACCESSORS(name, crn, opc1, crm, opc2)                                                                  \
    static inline uint32_t read_##name(void)                                                                   \
    {                                                                                                          \
        uint32_t value;                                                                                        \
        __asm__ volatile("mrc p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 : "=r"(value));                  \
        return value;                                                                                          \
    }                                                                                                          \
    static inline void write_##name(uint32_t value)                                                            \
    {                                                                                                          \
        __asm__ volatile("mcr p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 : : "r"(value) : "memory");      \
    }
SYSTEM_REGISTERS(ACCESSORS)

static inline uint64_t read_cntvct(void)
{
    uint32_t low, high;
    __asm__ volatile("isb\n mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
    return (uint64_t)high << 32 | low;
}

static inline void write_cntv_cval(uint64_t value)
{
    __asm__ volatile("mcrr p15, 3, %0, %1, c14\n isb" : : "r"((uint32_t)value), "r"((uint32_t)(value >> 32)));
}

static inline uint32_t read_cpsr(void)
{
    uint32_t value;
    __asm__ volatile("mrs %0, cpsr" : "=r"(value));
    return value;
}

static inline void dsb(void) { __asm__ volatile("dsb" : : : "memory"); }
static inline void isb(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void sev(void) { __asm__ volatile("sev" : : : "memory"); }
static inline void wfi(void) { __asm__ volatile("dsb\n wfi" : : : "memory"); }
static inline void irq_enable(void) { __asm__ volatile("cpsie ai" : : : "memory"); }
static inline void irq_disable(void) { __asm__ volatile("cpsid i" : : : "memory"); }

/** A device register. */
static inline volatile uint32_t *reg32(uint32_t base, uint32_t offset) { return (volatile uint32_t *)(base + offset); }

#endif
