// A guest that means harm: hypercalls, device accesses, rings and system registers at random, the same for the same seed.
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

/** A page table's worth of memory that the fuzzer may lose: nothing of its own is there. */
#define SCRATCH 0x40200000u
#define SCRATCH_PAGES 64u

/** A word with the number of steps that were made, for whoever watches from outside: the console may be broken. */
#define PROGRESS 0x401ff000u

/** The number of this domain. */
extern uint32_t own_domain;

void fuzz_seed(uint32_t seed);
struct grant_entry;
/** Grants of scratch pages, to oneself and others, in the table that Xen looks at. */
void fuzz_grants(volatile struct grant_entry *table);

uint32_t random32(void);
/** 0 to n - 1. */
uint32_t below(uint32_t n);
bool one_in(uint32_t n);

/** A frame that a hypercall may be about: scratch, others', none; never one that the fuzzer needs. */
uint32_t some_frame(void);
/** A word of a structure: small, an id, a frame, an address of scratch, or anything. */
uint32_t some_word(void);
/** An address for a structure: mostly in scratch, also at the end of a page, and nowhere. */
uint32_t some_address(void);
/** Fills memory that may not be there. */
void fill_words(uint32_t address, uint32_t count);

void step_hypercall(void);
void step_sensible(void);
void step_places(void);
void step_device(void);
void step_register(void);
void step_ring(void);
void rings_start(void);

/** Interrupt controller and timer as they have to be for what waits to wake up. */
void repair(void);
/** Runs `instruction` with these registers. */
void run_instruction(uint32_t instruction, const uint32_t registers[8]);

#endif
