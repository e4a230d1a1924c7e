// What a benchmark provides and what it may use. Every file here also compiles for the host (build.mjs --reference).
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

extern const char bench_name[];
/** Does the work; the checksum depends on all of it. */
uint32_t bench_run(void);

/** Folds a value into a checksum: order matters, every bit matters. */
static inline uint32_t mix(uint32_t checksum, uint32_t value)
{
    checksum = (checksum ^ value) * 0x9e3779b1u;
    return checksum ^ checksum >> 15;
}

/** Xorshift (Marsaglia 2003): the same numbers everywhere. The state must not be 0. */
static inline uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline uint32_t float_bits(float value)
{
    union {
        float f;
        uint32_t u;
    } bits = {value};
    return bits.u;
}

static inline uint32_t double_bits_folded(double value)
{
    union {
        double d;
        uint64_t u;
    } bits = {value};
    return (uint32_t)bits.u ^ (uint32_t)(bits.u >> 32);
}

#endif
