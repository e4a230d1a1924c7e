// Copying and filling: word loops, LDM and STM of eight registers, unaligned bytes.
#include "bench.h"

const char bench_name[] = "memory";

enum { ROUNDS = 5880, BYTES = 65536 };

static uint32_t from[BYTES / 4 + 16], to[BYTES / 4 + 16];

/** Whole blocks of 32 bytes. */
static void copy_blocks(uint32_t *t, const uint32_t *f, uint32_t bytes)
{
#ifdef __arm__
    __asm__ volatile("1: ldmia %1!, {r4-r6, r8-r10, r12, lr}\n"
                     "subs %2, %2, #32\n"
                     "stmia %0!, {r4-r6, r8-r10, r12, lr}\n"
                     "bhi 1b"
                     : "+r"(t), "+r"(f), "+r"(bytes)
                     :
                     : "r4", "r5", "r6", "r8", "r9", "r10", "r12", "lr", "cc", "memory");
#else
    for (uint32_t i = 0; i < bytes / 4; i++)
        t[i] = f[i];
#endif
}

static void copy_words(uint32_t *t, const uint32_t *f, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        t[i] = f[i];
}

static void copy_bytes(uint8_t *t, const uint8_t *f, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        t[i] = f[i];
}

static void fill(uint32_t *t, uint32_t value, uint32_t words)
{
    for (uint32_t i = 0; i < words; i += 4)
        t[i] = value, t[i + 1] = value, t[i + 2] = value, t[i + 3] = value;
}

static uint32_t sum(const uint32_t *f, uint32_t words)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < words; i++)
        total = total * 31 + f[i];
    return total;
}

uint32_t bench_run(void)
{
    uint32_t seed = 6, checksum = 0;
    for (uint32_t i = 0; i < BYTES / 4; i++)
        from[i] = next_random(&seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t offset = next_random(&seed) % 16, bytes = 64 + next_random(&seed) % (BYTES / 8);
        copy_blocks(to + offset, from, BYTES);
        copy_words(to, from + offset, BYTES / 8);
        copy_bytes((uint8_t *)to + offset, (const uint8_t *)from + round % 4, bytes);
        checksum = mix(checksum, sum(to, BYTES / 4));
        fill(from + offset * 64, checksum, bytes / 4 & ~3u);
        copy_blocks(from, to, BYTES);
        from[round] ^= checksum;
    }
    return checksum;
}
