// CRC-32 (IEEE 802.3), one table look-up per byte: short dependent chains of shifts and loads.
#include "bench.h"

const char bench_name[] = "crc32";

enum { ROUNDS = 12000, BYTES = 16384, POLYNOMIAL = (int)0xedb88320 };

static uint32_t table[256];
static uint8_t data[BYTES];

uint32_t bench_run(void)
{
    uint32_t seed = 1, checksum = 0;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (unsigned bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? (uint32_t)POLYNOMIAL : 0);
    }
    for (uint32_t i = 0; i < BYTES; i++)
        data[i] = (uint8_t)next_random(&seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t crc = 0xffffffff;
        for (uint32_t i = 0; i < BYTES; i++)
            crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
        checksum = mix(checksum, ~crc);
        data[round % BYTES] ^= (uint8_t)crc;
    }
    return checksum;
}
