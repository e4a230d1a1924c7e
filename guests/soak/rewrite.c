// Writes functions into pages of code, calls each until it is hot, and writes the next one over it, for ever: what a
// translator keeps of code is made and dropped at the highest rate. Some of the results are held against the same
// operations interpreted here; bench_run comes back, with the number of the call, only when one of them is wrong.
#include "bench.h"

const char bench_name[] = "rewrite";

// Of each page two functions in a row: the second one is written over code that is still hot. There are more pages than
// a translator likes to keep, and each comes again when all others had their turn.
enum { PAGES = 3500, IN_A_ROW = 2, WORDS = 1024, MOST = 24, ROUNDS = 12000, CHECKED = 16 };

static uint32_t code[PAGES][WORDS] __attribute__((aligned(4096)));

enum kind { ADD, SUB, EOR_ROTATED, MULTIPLY, REVERSE, KINDS };

struct operation {
    enum kind kind;
    uint32_t operand; // 8 bits; of EOR_ROTATED 1 to 31
};

static uint32_t encode(struct operation o)
{
    switch (o.kind) {
    case ADD:
        return 0xe2800000 | o.operand; // add r0, r0, #operand
    case SUB:
        return 0xe2400000 | o.operand; // sub r0, r0, #operand
    case EOR_ROTATED:
        return 0xe0200060 | o.operand << 7; // eor r0, r0, r0, ror #operand
    case MULTIPLY:
        return 0xe0000290; // mul r0, r0, r2
    default:
        return 0xe6bf0f30; // rev r0, r0
    }
}

static uint32_t apply(struct operation o, uint32_t value, uint32_t factor)
{
    switch (o.kind) {
    case ADD:
        return value + o.operand;
    case SUB:
        return value - o.operand;
    case EOR_ROTATED:
        return value ^ (value >> o.operand | value << (32 - o.operand));
    case MULTIPLY:
        return value * factor;
    default:
        return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
    }
}

// What is in the caches of data goes to where instructions are fetched from (ARM DDI 0406C A3.5.4).
static void synchronize(const uint32_t *from, const uint32_t *to)
{
    for (uintptr_t line = (uintptr_t)from & ~31u; line < (uintptr_t)to; line += 32)
        __asm__ volatile("mcr p15, 0, %0, c7, c11, 1" : : "r"(line) : "memory"); // DCCMVAU
    __asm__ volatile("dsb" : : : "memory");
    for (uintptr_t line = (uintptr_t)from & ~31u; line < (uintptr_t)to; line += 32)
        __asm__ volatile("mcr p15, 0, %0, c7, c5, 1" : : "r"(line) : "memory"); // ICIMVAU
    __asm__ volatile("mcr p15, 0, %0, c7, c5, 6\n dsb\n isb" : : "r"(0) : "memory"); // BPIALL
}

// A function somewhere in its page: the operations in a loop of r1 rounds, r2 the factor.
static const uint32_t *write(uint32_t *page, uint32_t start, const struct operation *operations, uint32_t count)
{
    uint32_t *at = page + start;
    for (uint32_t i = 0; i < count; i++)
        *at++ = encode(operations[i]);
    *at++ = 0xe2511001;                                       // subs r1, r1, #1
    *at++ = 0x1a000000 | ((0u - (count + 3)) & 0x00ffffffu);  // bne to the first operation
    *at++ = 0xe12fff1e;                                       // bx lr
    synchronize(page + start, at);
    return page + start;
}

uint32_t bench_run(void)
{
    uint32_t seed = 1, start = 0;
    for (uint32_t call = 0;; call++) {
        struct operation operations[MOST];
        uint32_t count = 4 + next_random(&seed) % (MOST - 4);
        uint32_t factor = next_random(&seed) | 1, value = next_random(&seed), expected = value;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t random = next_random(&seed);
            operations[i].kind = (enum kind)(random % KINDS);
            operations[i].operand = operations[i].kind == EOR_ROTATED ? 1 + (random >> 8) % 31 : random >> 8 & 0xff;
        }
        if (call % IN_A_ROW == 0)
            start = next_random(&seed) % (WORDS - MOST - 3);
        const uint32_t *entry = write(code[call / IN_A_ROW % PAGES], start, operations, count);
        uint32_t (*function)(uint32_t, uint32_t, uint32_t) = (uint32_t(*)(uint32_t, uint32_t, uint32_t))(uintptr_t)entry;
        uint32_t result = function(value, ROUNDS, factor);
        if (call % CHECKED != 0)
            continue;
        for (uint32_t round = 0; round < ROUNDS; round++)
            for (uint32_t i = 0; i < count; i++)
                expected = apply(operations[i], expected, factor);
        if (result != expected)
            return call;
    }
}
