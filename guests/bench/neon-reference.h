// The Advanced SIMD intrinsics that neon.c uses, element by element from their definitions, for the host's checksum.
#ifndef NEON_REFERENCE_H
#define NEON_REFERENCE_H

#include <math.h>
#include <stdint.h>

#define VECTOR(type, element, lanes) \
    typedef struct {                 \
        element e[lanes];            \
    } type
VECTOR(uint8x8_t, uint8_t, 8);
VECTOR(uint8x16_t, uint8_t, 16);
VECTOR(uint16x8_t, uint16_t, 8);
VECTOR(uint32x4_t, uint32_t, 4);
VECTOR(int16x4_t, int16_t, 4);
VECTOR(int32x4_t, int32_t, 4);
VECTOR(float32x4_t, float, 4);

/** Defines a function whose result lanes are each `expression`, of the lane number i. */
#define LANES(type, lanes, declaration, expression) \
    static inline type declaration                  \
    {                                               \
        type result;                                \
        for (unsigned i = 0; i < lanes; i++)        \
            result.e[i] = expression;               \
        return result;                              \
    }
#define STORE(name, element, type, lanes)           \
    static inline void name(element *to, type from) \
    {                                               \
        for (unsigned i = 0; i < lanes; i++)        \
            to[i] = from.e[i];                      \
    }

LANES(uint8x8_t, 8, vdup_n_u8(uint8_t a), a)
LANES(uint8x16_t, 16, vdupq_n_u8(uint8_t a), a)
LANES(uint32x4_t, 4, vdupq_n_u32(uint32_t a), a)
LANES(int16x4_t, 4, vdup_n_s16(int16_t a), a)
LANES(float32x4_t, 4, vdupq_n_f32(float a), a)
LANES(uint8x8_t, 8, vld1_u8(const uint8_t *a), a[i])
LANES(uint8x16_t, 16, vld1q_u8(const uint8_t *a), a[i])
LANES(int16x4_t, 4, vld1_s16(const int16_t *a), a[i])
LANES(float32x4_t, 4, vld1q_f32(const float *a), a[i])
STORE(vst1_u8, uint8_t, uint8x8_t, 8)
STORE(vst1q_u8, uint8_t, uint8x16_t, 16)
STORE(vst1_s16, int16_t, int16x4_t, 4)
STORE(vst1q_f32, float, float32x4_t, 4)
LANES(uint16x8_t, 8, vmull_u8(uint8x8_t a, uint8x8_t b), (uint16_t)(a.e[i] * b.e[i]))
LANES(uint16x8_t, 8, vmlal_u8(uint16x8_t c, uint8x8_t a, uint8x8_t b), (uint16_t)(c.e[i] + a.e[i] * b.e[i]))
LANES(uint8x8_t, 8, vrshrn_n_u16(uint16x8_t a, unsigned n), (uint8_t)((a.e[i] + (1u << (n - 1))) >> n))
LANES(uint8x8_t, 8, vqadd_u8(uint8x8_t a, uint8x8_t b), (uint8_t)(a.e[i] + b.e[i] > 255 ? 255 : a.e[i] + b.e[i]))
LANES(uint8x16_t, 16, vabdq_u8(uint8x16_t a, uint8x16_t b),
      (uint8_t)(a.e[i] > b.e[i] ? a.e[i] - b.e[i] : b.e[i] - a.e[i]))
LANES(uint8x16_t, 16, vmaxq_u8(uint8x16_t a, uint8x16_t b), a.e[i] > b.e[i] ? a.e[i] : b.e[i])
LANES(uint16x8_t, 8, vpaddlq_u8(uint8x16_t a), (uint16_t)(a.e[2 * i] + a.e[2 * i + 1]))
LANES(uint32x4_t, 4, vpadalq_u16(uint32x4_t c, uint16x8_t a), c.e[i] + a.e[2 * i] + a.e[2 * i + 1])
LANES(int32x4_t, 4, vmull_s16(int16x4_t a, int16x4_t b), a.e[i] * b.e[i])
LANES(int32x4_t, 4, vmlal_s16(int32x4_t c, int16x4_t a, int16x4_t b),
      (int32_t)((uint32_t)c.e[i] + (uint32_t)(a.e[i] * b.e[i])))
LANES(float32x4_t, 4, vmulq_f32(float32x4_t a, float32x4_t b), a.e[i] * b.e[i])
LANES(float32x4_t, 4, vfmaq_f32(float32x4_t c, float32x4_t a, float32x4_t b), fmaf(a.e[i], b.e[i], c.e[i]))

static inline int16_t saturate_s16(int64_t a) { return (int16_t)(a > 32767 ? 32767 : a < -32768 ? -32768 : a); }
LANES(int16x4_t, 4, vqrshrn_n_s32(int32x4_t a, unsigned n), saturate_s16(((int64_t)a.e[i] + (1ll << (n - 1))) >> n))

static inline uint32_t vgetq_lane_u32(uint32x4_t a, unsigned lane) { return a.e[lane]; }

#endif
