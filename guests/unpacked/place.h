/* What the wrapper writes into the head (entry.S has the offsets of the first words). */
#ifndef UNPACKED_PLACE_H
#define UNPACKED_PLACE_H

#include <stdint.h>

struct parameters {
    uint32_t text_offset;  /* of the kernel from the start of its memory */
    uint32_t image_offset; /* from the head to the kernel */
    uint32_t image_bytes;  /* a multiple of 32 */
    uint32_t memory_bytes; /* of the kernel with what it clears behind itself */
};

/*
 * Where the kernel has to run.
 *   load  address of the head
 *   dtb   device tree, as r2 has it
 */
uint32_t kernel_address(uint32_t load, const uint32_t *dtb, const struct parameters *kernel);

#endif
