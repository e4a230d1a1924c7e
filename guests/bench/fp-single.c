// Single precision: the Mandelbrot set, and a digital filter over integer samples.
#include "bench.h"

const char bench_name[] = "fp-single";

enum { WIDTH = 480, HEIGHT = 1920, LIMIT = 140, SAMPLES = 16384, TAPS = 32, ROUNDS = 72 };

static uint32_t mandelbrot(uint32_t checksum)
{
    for (unsigned row = 0; row < HEIGHT; row++)
        for (unsigned column = 0; column < WIDTH; column++) {
            float cx = (float)column * (3.0f / WIDTH) - 2.2f, cy = (float)row * (2.4f / HEIGHT) - 1.2f;
            float x = 0, y = 0;
            uint32_t n = 0;
            for (; n < LIMIT && x * x + y * y < 4.0f; n++) {
                float next = x * x - y * y + cx;
                y = 2.0f * x * y + cy;
                x = next;
            }
            checksum = mix(checksum, n ^ float_bits(x));
        }
    return checksum;
}

static int16_t samples[SAMPLES];
static float taps[TAPS];

static uint32_t filter(uint32_t checksum)
{
    for (unsigned i = 0; i + TAPS <= SAMPLES; i++) {
        float sum = 0;
        for (unsigned tap = 0; tap < TAPS; tap++)
            sum += taps[tap] * (float)samples[i + tap];
        samples[i] = (int16_t)(int32_t)(sum / 1.0625f);
        checksum = mix(checksum, (uint32_t)(int32_t)sum);
    }
    return checksum;
}

uint32_t bench_run(void)
{
    uint32_t seed = 9, checksum = mandelbrot(0);
    for (unsigned i = 0; i < SAMPLES; i++)
        samples[i] = (int16_t)next_random(&seed);
    for (unsigned tap = 0; tap < TAPS; tap++)
        taps[tap] = 1.0f / (float)(TAPS + tap);
    for (unsigned round = 0; round < ROUNDS; round++)
        checksum = filter(checksum);
    return checksum;
}
