// Exceptions: what the vectors save, and accesses that are allowed to fail.
#ifndef TRAP_H
#define TRAP_H

#include <stdbool.h>
#include <stdint.h>

/** Registers at the moment of the exception; built by vectors.S. */
struct trap_frame {
    uint32_t r[13], sp, lr, pc, cpsr;
};

/** What the last failed probe ran into. */
struct fault {
    uint32_t address, status; // DFAR, DFSR
};

extern struct fault last_fault;

/** @returns 0, or 1 when the access aborted: then `last_fault` says why. 32 bits wide. */
uint32_t probe_load(uint32_t address, uint32_t *value);
uint32_t probe_store(uint32_t address, uint32_t value);

/** Where A32 code goes on after the next trap of any kind, once; 0: nobody waits for one. */
extern volatile uint32_t trap_recovery;

/** Prints the meaning of a fault status register (short-descriptor format) and what to make of it. */
void fault_explain(uint32_t status, uint32_t address, bool data);
/** The mode field of a CPSR in words. */
const char *mode_name(uint32_t cpsr);
/** Prints the general registers and the CPSR. */
void frame_print(const struct trap_frame *frame);
/** Prints all that `regs` shows; through a supervisor call, so that the registers are those of the caller. */
void registers_print(void);

/** Interrupts taken, by INTID. */
extern volatile uint32_t interrupt_counts[];

enum { MAX_HANDLERS = 4 };
/** Who is called for an interrupt, in the order in which they asked. */
void irq_handle(uint32_t intid, void (*act)(void));

/** The end: interrupts off at their sources, and WFI for good. */
void halt(void) __attribute__((noreturn));

#endif
