#include "devicetree.h"

#include <stddef.h>

#include "print.h"

// Cells of one address: more than two are PCI's, which the demo does not need.
enum { MAX_ADDRESS_CELLS = 2, MAX_INTERRUPT_CELLS = 4, MAX_NEXUSES = 8 };
// First cell of a GIC interrupt, and where its INTIDs begin.
enum { GIC_SPI = 0, GIC_PPI = 1, GIC_CELLS = 3, FIRST_PPI = 16, FIRST_SPI = 32, MAX_INTID = 1020 };

static uint64_t number(const struct fdt_property *property, uint32_t index, uint32_t cells)
{
    uint64_t value = 0;
    while (cells--)
        value = value << 32 | fdt_cell(property, index++);
    return value;
}

/** Takes an address on the bus `bus` to the address space of the bus above it. */
static bool translate_up(const struct fdt *fdt, int bus, uint64_t *address)
{
    struct fdt_property ranges;
    if (!fdt_property(fdt, bus, "ranges", &ranges))
        return false;
    if (!ranges.length)
        return true;
    uint32_t child = fdt_u32(fdt, bus, "#address-cells", 2), size = fdt_u32(fdt, bus, "#size-cells", 1);
    uint32_t parent = fdt_u32(fdt, fdt->nodes[bus].parent, "#address-cells", 2);
    if (child > MAX_ADDRESS_CELLS || parent > MAX_ADDRESS_CELLS || size > MAX_ADDRESS_CELLS || !(child + parent + size))
        return false;
    uint32_t row = child + parent + size;
    for (uint32_t i = 0; (i + row) * 4 <= ranges.length; i += row) {
        uint64_t from = number(&ranges, i, child), to = number(&ranges, i + child, parent);
        if (*address >= from && *address - from < number(&ranges, i + child + parent, size)) {
            *address = *address - from + to;
            return true;
        }
    }
    return false;
}

bool dt_region(const struct fdt *fdt, int node, uint32_t index, struct region *region)
{
    struct fdt_property reg;
    int bus = node < 0 ? FDT_NONE : fdt->nodes[node].parent;
    if (bus == FDT_NONE || !fdt_property(fdt, node, "reg", &reg))
        return false;
    uint32_t address = fdt_u32(fdt, bus, "#address-cells", 2), size = fdt_u32(fdt, bus, "#size-cells", 1);
    if (!address || !size || address > MAX_ADDRESS_CELLS || size > MAX_ADDRESS_CELLS)
        return false;
    uint32_t row = address + size;
    if (index >= reg.length / 4 / row)
        return false;
    region->base = number(&reg, index * row, address);
    region->size = number(&reg, index * row + address, size);
    for (; fdt->nodes[bus].parent != FDT_NONE; bus = fdt->nodes[bus].parent)
        if (!translate_up(fdt, bus, &region->base))
            return false;
    return true;
}

/** The interrupt parent: named, or else the next node above that gives interrupts a meaning. */
static int interrupt_parent(const struct fdt *fdt, int node)
{
    for (unsigned step = 0; node != FDT_NONE && step < FDT_MAX_DEPTH; step++) {
        uint32_t phandle = fdt_u32(fdt, node, "interrupt-parent", 0);
        node = phandle ? fdt_find_phandle(fdt, phandle) : fdt->nodes[node].parent;
        if (fdt_u32(fdt, node, "#interrupt-cells", 0))
            return node;
    }
    return FDT_NONE;
}

/** One interrupt on its way up: the controller or nexus it has reached, and its specifier there. */
struct interrupt {
    int at;
    uint32_t cells;
    uint32_t specifier[MAX_INTERRUPT_CELLS];
    uint64_t unit; // unit address of the node below
};

static bool load_specifier(const struct fdt *fdt, struct interrupt *interrupt, const struct fdt_property *from,
                           uint32_t index)
{
    interrupt->cells = fdt_u32(fdt, interrupt->at, "#interrupt-cells", 0);
    if (!interrupt->cells || interrupt->cells > MAX_INTERRUPT_CELLS || index + interrupt->cells > from->length / 4)
        return false;
    for (uint32_t i = 0; i < interrupt->cells; i++)
        interrupt->specifier[i] = fdt_cell(from, index + i);
    return true;
}

/** Looks the interrupt up in the interrupt-map of the nexus it is at, and moves it to the parent found there. */
static bool through_nexus(const struct fdt *fdt, struct interrupt *interrupt)
{
    struct fdt_property map, mask;
    int nexus = interrupt->at;
    uint32_t address = fdt_u32(fdt, nexus, "#address-cells", 2), cells = interrupt->cells;
    if (!fdt_property(fdt, nexus, "interrupt-map", &map) || address > MAX_ADDRESS_CELLS)
        return false;
    bool masked = fdt_property(fdt, nexus, "interrupt-map-mask", &mask);
    uint64_t unit_mask = masked ? number(&mask, 0, address) : ~0ull;
    for (uint32_t i = 0; i + address + cells < map.length / 4;) {
        bool match = ((number(&map, i, address) ^ interrupt->unit) & unit_mask) == 0;
        i += address;
        for (uint32_t c = 0; c < cells; c++) {
            uint32_t cell_mask = masked ? fdt_cell(&mask, address + c) : ~0u;
            match &= ((fdt_cell(&map, i++) ^ interrupt->specifier[c]) & cell_mask) == 0;
        }
        int parent = fdt_find_phandle(fdt, fdt_cell(&map, i++));
        uint32_t parent_address = fdt_u32(fdt, parent, "#address-cells", 0);
        uint32_t parent_cells = fdt_u32(fdt, parent, "#interrupt-cells", 0);
        if (!parent_cells || parent_cells > MAX_INTERRUPT_CELLS || parent_address > MAX_ADDRESS_CELLS)
            return false; // the rows behind cannot be found
        if (match) {
            interrupt->at = parent;
            interrupt->unit = number(&map, i, parent_address);
            return load_specifier(fdt, interrupt, &map, i + parent_address);
        }
        i += parent_address + parent_cells;
    }
    return false;
}

bool dt_interrupt(const struct fdt *fdt, int node, uint32_t index, uint32_t *intid)
{
    struct fdt_property list, reg;
    struct interrupt interrupt = {.at = interrupt_parent(fdt, node)};
    if (interrupt.at == FDT_NONE || !fdt_property(fdt, node, "interrupts", &list))
        return false;
    uint32_t row = fdt_u32(fdt, interrupt.at, "#interrupt-cells", 0);
    if (index >= list.length / 4 / row || !load_specifier(fdt, &interrupt, &list, index * row))
        return false;
    uint32_t address = fdt_u32(fdt, interrupt.at, "#address-cells", 2);
    if (address <= MAX_ADDRESS_CELLS && fdt_property(fdt, node, "reg", &reg))
        interrupt.unit = number(&reg, 0, address);
    for (unsigned step = 0; step < MAX_NEXUSES; step++) {
        struct fdt_property controller;
        if (fdt_property(fdt, interrupt.at, "interrupt-controller", &controller)) {
            uint32_t type = interrupt.specifier[0], line = interrupt.specifier[1];
            if (interrupt.cells != GIC_CELLS || type > GIC_PPI || line >= MAX_INTID - FIRST_SPI)
                return false;
            *intid = line + (type == GIC_SPI ? FIRST_SPI : FIRST_PPI);
            return true;
        }
        if (!through_nexus(fdt, &interrupt))
            return false;
    }
    return false;
}

bool dt_enabled(const struct fdt *fdt, int node)
{
    const char *status = fdt_string(fdt, node, "status");
    return !status || equal(status, "okay") || equal(status, "ok");
}
