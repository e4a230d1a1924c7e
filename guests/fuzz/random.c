#include "arm.h"
#include "abi.h"
#include "board.h"
#include "fuzz.h"
#include "trap.h"

static uint32_t state = 1;

void fuzz_seed(uint32_t seed) { state = seed * 2654435761u | 1; }

// xorshift32 (Marsaglia)
uint32_t random32(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

uint32_t below(uint32_t n) { return (uint32_t)((uint64_t)random32() * n >> 32); }
bool one_in(uint32_t n) { return below(n) == 0; }

uint32_t some_frame(void)
{
    switch (below(8)) {
    case 0: return (uint32_t)(board.grants.base >> 12) + below(64);
    case 1: return 0x80000 + below(0x40000); // main memory of the machine, where this domain has nothing
    case 2: return 0x1c000 + below(0x200);   // devices of the board
    case 3: return 0x50000 + below(0x10000); // behind its own memory
    case 4: return below(0x3000);
    default: return SCRATCH / PAGE_SIZE + below(SCRATCH_PAGES);
    }
}

uint32_t some_word(void)
{
    static const uint32_t ids[] = {0, 1, 2, 3, 0x7ff0, 0x7ff1, 0x7ff2, 0x7ff4, 0x7fff, 0xffff};
    switch (below(8)) {
    case 0: return below(16);
    case 1: return ids[below(sizeof ids / sizeof *ids)];
    case 2: return some_frame();
    case 3: return SCRATCH + below(SCRATCH_PAGES * PAGE_SIZE);
    case 4: return 1u << below(32);
    case 5: return ~0u - below(4);
    case 6: return 0;
    default: return random32() | 0xf0000000; // as a frame it is none, as an address of memory neither
    }
}

uint32_t some_address(void)
{
    switch (below(16)) {
    case 0: return random32();
    case 1: return 0;
    case 2: return 0xfffffff0 + below(16);
    case 3: return SCRATCH + below(SCRATCH_PAGES) * PAGE_SIZE + PAGE_SIZE - 4 * (1 + below(8));
    default: return SCRATCH + below(SCRATCH_PAGES) * PAGE_SIZE + 8 * below(400);
    }
}

void fill_words(uint32_t address, uint32_t count)
{
    if (address & 3 || address < SCRATCH || address + 4 * count > SCRATCH + SCRATCH_PAGES * PAGE_SIZE)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (probe_store(address + 4 * i, some_word()))
            return;
}
