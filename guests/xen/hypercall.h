// Hypercalls: HVC with Xen's tag, the number in r12, arguments from r0 on (Xen, public/arch-arm.h).
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <stdint.h>

#include "abi.h"

/** @returns what Xen answers; a negative error number when it refuses. Xen may write over all arguments. */
static inline int32_t hypercall(uint32_t number, uint32_t a, uint32_t b, uint32_t c)
{
    register uint32_t r0 __asm__("r0") = a;
    register uint32_t r1 __asm__("r1") = b;
    register uint32_t r2 __asm__("r2") = c;
    register uint32_t r12 __asm__("r12") = number;
    __asm__ volatile("hvc #0xea1" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r12) : : "r3", "r4", "memory");
    return (int32_t)r0;
}

/** The one with a sub-operation and a structure. */
static inline int32_t xen_op(uint32_t number, uint32_t operation, void *argument)
{
    return hypercall(number, operation, (uint32_t)argument, 0);
}

/** Physical frame of what lies in the guest's own memory: its tables map addresses to themselves. */
static inline uint32_t frame_of(const volatile void *address) { return (uint32_t)address / PAGE_SIZE; }

/** @returns 0, or an error and `value` as it was */
int32_t hvm_get_param(uint32_t index, uint64_t *value);
int32_t hvm_set_param(uint32_t index, uint64_t value);
/** Puts a page that Xen keeps for this domain in the place of one of its own. */
int32_t map_xen_page(uint32_t space, uint32_t index, volatile void *page);
/** Ends this domain; does not return, but where Xen refuses. */
void sched_shutdown(uint32_t reason);
/** `4.17.5`: version and extra version. */
void xen_version(char *to, uint32_t size);
/** Starts a core by PSCI (ARM DEN 0022): MMU off, at `entry`. */
void psci_cpu_on(uint32_t core, uint32_t entry);

#endif
