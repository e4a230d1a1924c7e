// Advanced SIMD through intrinsics: blending of pixels, differences of blocks, a fixed-point filter, 4x4 matrices.
#include "bench.h"

#ifdef __ARM_NEON
#include <arm_neon.h>
#else
#include "neon-reference.h"
#endif

const char bench_name[] = "neon";

enum { ROUNDS = 7200, PIXELS = 16384, SAMPLES = 8192, POINTS = 1024 };

static uint8_t source[PIXELS], target[PIXELS];
static int16_t samples[SAMPLES + 8], filtered[SAMPLES];
static float points[POINTS][4];

/** target = (source * alpha + target * (256 - alpha)) / 256, with saturating brightening. */
static void blend(uint8_t alpha)
{
    uint8x8_t front = vdup_n_u8(alpha), back = vdup_n_u8((uint8_t)(255 - alpha)), glow = vdup_n_u8(3);
    for (unsigned i = 0; i < PIXELS; i += 8) {
        uint8x8_t s = vld1_u8(source + i), t = vld1_u8(target + i);
        uint16x8_t sum = vmlal_u8(vmull_u8(s, front), t, back);
        vst1_u8(target + i, vqadd_u8(vrshrn_n_u16(sum, 8), glow));
    }
}

/** Sum of absolute differences, and the brightest pixel. */
static uint32_t difference(unsigned shift)
{
    uint32x4_t total = vdupq_n_u32(0);
    uint8x16_t brightest = vdupq_n_u8(0);
    for (unsigned i = 0; i + shift + 16 <= PIXELS; i += 16) {
        uint8x16_t d = vabdq_u8(vld1q_u8(source + i + shift), vld1q_u8(target + i));
        total = vpadalq_u16(total, vpaddlq_u8(d));
        brightest = vmaxq_u8(brightest, d);
    }
    uint8_t lanes[16];
    vst1q_u8(lanes, brightest);
    uint32_t most = 0;
    for (unsigned i = 0; i < 16; i++)
        most = lanes[i] > most ? lanes[i] : most;
    return vgetq_lane_u32(total, 0) + vgetq_lane_u32(total, 1) + vgetq_lane_u32(total, 2) + vgetq_lane_u32(total, 3) +
           (most << 24);
}

/** Five taps in Q15, rounded and saturated. */
static void filter(void)
{
    static const int16_t taps[5] = {-2731, 10923, 16384, 10923, -2731};
    for (unsigned i = 0; i < SAMPLES; i += 4) {
        int32x4_t sum = vmull_s16(vld1_s16(samples + i), vdup_n_s16(taps[0]));
        for (unsigned tap = 1; tap < 5; tap++)
            sum = vmlal_s16(sum, vld1_s16(samples + i + tap), vdup_n_s16(taps[tap]));
        vst1_s16(filtered + i, vqrshrn_n_s32(sum, 15));
    }
}

/** Turns every point by a matrix: fused multiply-add by column. */
static void transform(const float matrix[4][4])
{
    float32x4_t c0 = vld1q_f32(matrix[0]), c1 = vld1q_f32(matrix[1]);
    float32x4_t c2 = vld1q_f32(matrix[2]), c3 = vld1q_f32(matrix[3]);
    for (unsigned i = 0; i < POINTS; i++) {
        float32x4_t r = vmulq_f32(c0, vdupq_n_f32(points[i][0]));
        r = vfmaq_f32(r, c1, vdupq_n_f32(points[i][1]));
        r = vfmaq_f32(r, c2, vdupq_n_f32(points[i][2]));
        r = vfmaq_f32(r, c3, vdupq_n_f32(points[i][3]));
        vst1q_f32(points[i], r);
    }
}

uint32_t bench_run(void)
{
    static const float turn[4][4] = {{0.8f, 0.6f, 0, 0}, {-0.6f, 0.8f, 0, 0}, {0, 0, 0.5f, 0.25f}, {0, 0, 0.5f, 0.75f}};
    uint32_t seed = 11, checksum = 0;
    for (unsigned i = 0; i < PIXELS; i++) {
        source[i] = (uint8_t)next_random(&seed);
        target[i] = (uint8_t)next_random(&seed);
    }
    for (unsigned i = 0; i < SAMPLES + 8; i++)
        samples[i] = (int16_t)next_random(&seed);
    for (unsigned i = 0; i < POINTS; i++)
        for (unsigned j = 0; j < 4; j++)
            points[i][j] = (float)(1 + next_random(&seed) % 1000) / 64.0f;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        blend((uint8_t)(round * 29));
        checksum = mix(checksum, difference(round % 16));
        filter();
        for (unsigned i = 0; i < SAMPLES; i += 64)
            checksum = mix(checksum, (uint16_t)filtered[i]);
        samples[round] = filtered[round];
        transform(turn);
        checksum = mix(checksum, float_bits(points[round % POINTS][round % 4]));
    }
    return checksum;
}
