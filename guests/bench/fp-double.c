// Double precision: five bodies under gravity (with square roots and divisions), and a polynomial by Horner's rule.
#include "bench.h"

const char bench_name[] = "fp-double";

enum { BODIES = 5, STEPS = 880000, TERMS = 12, EVALUATIONS = 1600000 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[BODIES] = {
    {0, 0, 0, 0, 0, 0, 40},
    {4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.04},
    {8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.011},
    {12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.0017},
    {15.4, -25.9, 0.18, 0.98, 0.6, -0.03, 0.002},
};

static void step(double dt)
{
    for (unsigned i = 0; i < BODIES; i++)
        for (unsigned j = i + 1; j < BODIES; j++) {
            struct body *a = &bodies[i], *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double magnitude = dt / (square * __builtin_sqrt(square));
            a->vx -= dx * b->mass * magnitude;
            a->vy -= dy * b->mass * magnitude;
            a->vz -= dz * b->mass * magnitude;
            b->vx += dx * a->mass * magnitude;
            b->vy += dy * a->mass * magnitude;
            b->vz += dz * a->mass * magnitude;
        }
    for (unsigned i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

static uint32_t polynomial(uint32_t checksum)
{
    double coefficient[TERMS], x = -1;
    for (unsigned i = 0; i < TERMS; i++)
        coefficient[i] = 1.0 / (double)(i + 1);
    for (uint32_t n = 0; n < EVALUATIONS; n++) {
        double value = 0;
        for (unsigned i = TERMS; i-- > 0;)
            value = value * x + coefficient[i];
        x = value - (double)(int32_t)value; // keeps the fraction: conversions both ways
        if (n % 256 == 0)
            checksum = mix(checksum, double_bits_folded(value));
    }
    return checksum;
}

uint32_t bench_run(void)
{
    uint32_t checksum = 0;
    for (uint32_t n = 0; n < STEPS; n++)
        step(0.001);
    for (unsigned i = 0; i < BODIES; i++) {
        checksum = mix(checksum, double_bits_folded(bodies[i].x));
        checksum = mix(checksum, double_bits_folded(bodies[i].vy));
        checksum = mix(checksum, double_bits_folded(bodies[i].vz));
    }
    return polynomial(checksum);
}
