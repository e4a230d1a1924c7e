// What nodes mean: addresses as the CPU sees them, interrupts as the GIC numbers them.
#ifndef DEVICETREE_H
#define DEVICETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "fdt.h"

struct region {
    uint64_t base, size;
};

/** Region `index` of `reg`, translated through the `ranges` of all buses above (Devicetree Specification 2.3.8). */
bool dt_region(const struct fdt *fdt, int node, uint32_t index, struct region *region);

/**
 * The GIC's INTID of interrupt `index`, through interrupt-parent and interrupt-map (2.4).
 * @returns false when there is no such interrupt, or it does not end at a GIC.
 */
bool dt_interrupt(const struct fdt *fdt, int node, uint32_t index, uint32_t *intid);

/** Whether `status` is missing or okay. */
bool dt_enabled(const struct fdt *fdt, int node);

#endif
