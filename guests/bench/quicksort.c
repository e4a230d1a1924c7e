// Quicksort with insertion sort below 12 elements: unpredictable branches and recursion.
#include "bench.h"

const char bench_name[] = "quicksort";

enum { ROUNDS = 256, COUNT = 32768, SMALL = 12 };

static int32_t values[COUNT];

static void insertion_sort(int32_t *first, int32_t *last)
{
    for (int32_t *next = first + 1; next <= last; next++) {
        int32_t value = *next, *to = next;
        for (; to > first && to[-1] > value; to--)
            *to = to[-1];
        *to = value;
    }
}

static void quicksort(int32_t *first, int32_t *last)
{
    while (last - first >= SMALL) {
        int32_t pivot = first[(last - first) / 2], *left = first, *right = last;
        while (left <= right) {
            while (*left < pivot)
                left++;
            while (*right > pivot)
                right--;
            if (left <= right) {
                int32_t swap = *left;
                *left++ = *right;
                *right-- = swap;
            }
        }
        // Recurse into the smaller part: the depth stays logarithmic.
        if (right - first < last - left) {
            quicksort(first, right);
            first = left;
        } else {
            quicksort(left, last);
            last = right;
        }
    }
    insertion_sort(first, last);
}

uint32_t bench_run(void)
{
    uint32_t seed = 3, checksum = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < COUNT; i++)
            values[i] = (int32_t)next_random(&seed);
        quicksort(values, values + COUNT - 1);
        for (uint32_t i = 0; i < COUNT; i++)
            checksum = i && values[i - 1] > values[i] ? ~0u : mix(checksum, (uint32_t)values[i]);
    }
    return checksum;
}
