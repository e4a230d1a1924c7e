// Multiplication of integer matrices, the plain triple loop: strided loads and multiply-accumulate.
#include "bench.h"

const char bench_name[] = "matmul";

enum { ROUNDS = 140, N = 120 };

static int32_t a[N][N], b[N][N], c[N][N];

uint32_t bench_run(void)
{
    uint32_t seed = 4, checksum = 0;
    for (unsigned i = 0; i < N; i++)
        for (unsigned j = 0; j < N; j++) {
            a[i][j] = (int32_t)next_random(&seed) >> 16;
            b[i][j] = (int32_t)next_random(&seed) >> 16;
        }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < N; i++)
            for (unsigned j = 0; j < N; j++) {
                uint32_t sum = 0;
                for (unsigned k = 0; k < N; k++)
                    sum += (uint32_t)a[i][k] * (uint32_t)b[k][j];
                c[i][j] = (int32_t)sum;
            }
        for (unsigned i = 0; i < N; i++)
            for (unsigned j = 0; j < N; j++) {
                checksum = mix(checksum, (uint32_t)c[i][j]);
                a[i][j] = c[i][j] >> 16;
            }
    }
    return checksum;
}
