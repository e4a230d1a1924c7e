#include "compute.h"

#include <stddef.h>

enum { FIB_OF = 25, SIEVE_TO = 1000000, CRC_BYTES = 256 * 1024, CRC_POLYNOMIAL = 0xedb88320 };

static uint32_t fib(uint32_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

static uint32_t run_fib(void)
{
    volatile uint32_t n = FIB_OF; // known only at run time, or the compiler would do the work
    return fib(n);
}

/** Primes up to SIEVE_TO, one bit for each odd number. */
static uint32_t run_sieve(void)
{
    static uint32_t composite[SIEVE_TO / 64 + 1];
    for (uint32_t i = 0; i < sizeof composite / sizeof *composite; i++)
        composite[i] = 0;
    uint32_t count = 1; // 2
    for (uint32_t n = 3; n <= SIEVE_TO; n += 2) {
        if (composite[n / 64] >> (n / 2 % 32) & 1)
            continue;
        count++;
        if (n <= SIEVE_TO / n)
            for (uint32_t multiple = n * n; multiple <= SIEVE_TO; multiple += 2 * n)
                composite[multiple / 64] |= 1u << (multiple / 2 % 32);
    }
    return count;
}

/** CRC-32 (IEEE 802.3) of the bytes 0, 1, .. 255, 0, 1, .. */
static uint32_t run_crc(void)
{
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (unsigned bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? CRC_POLYNOMIAL : 0);
        table[i] = value;
    }
    uint32_t crc = 0xffffffff;
    for (uint32_t i = 0; i < CRC_BYTES; i++)
        crc = crc >> 8 ^ table[(crc ^ i) & 0xff];
    return ~crc;
}

const struct computation computations[] = {
    {"fib", "fib(25), recursively", run_fib, false},
    {"sieve", "primes up to 1000000", run_sieve, false},
    {"crc", "CRC-32 of 256 KiB", run_crc, true},
    {NULL, NULL, NULL, false},
};
