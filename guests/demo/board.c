#include "board.h"

#include <stddef.h>

#include "arm.h"
#include "layout.h"
#include "print.h"
#include "trap.h"

struct board board;

enum { RAM_BASE = 0x80000000, PAGE = 4096 };

// The V2P-CA15 TC1 (ARM DUI 0604), as far as the demo cannot do without.
static const struct board tc1 = {
    .model = "V2P-CA15",
    .compatible = "assumed: there is no device tree",
    .cpu = "arm,cortex-a15",
    .cpus = 2,
    .memory = {{RAM_BASE, 0x01000000}},
    .memory_regions = 1,
    .uart = 0x1c090000,
    .uart_interrupt = 37,
    .uart_node = FDT_NONE,
    .gic_distributor = 0x2c001000,
    .gic_interface = 0x2c002000,
    .timer_interrupt = 27,
    .sysreg = DEFAULT_SYSREG,
    .hypervisor = FDT_NONE,
};

static const char *const gic_compatibles[] = {"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a7-gic"};

/** Opens a blob at an address that may be anything, memory or not. */
static const char *try_tree(uint32_t address)
{
    uint32_t word;
    if (address & 3)
        return "not aligned to 4 bytes";
    if (probe_load(address, &word) || probe_load(address + 4, &word))
        return "no memory there";
    // The size is checked by fdt_open; here we only find out whether all of it can be read.
    uint32_t readable = __builtin_bswap32(word);
    if (readable > FDT_MAX_BYTES)
        readable = FDT_MAX_BYTES;
    for (uint32_t offset = 0; offset < readable; offset += PAGE)
        if (address > UINT32_MAX - offset || probe_load(address + offset, &word))
            return "runs over the end of memory";
    return fdt_open(&board.tree, (const void *)address, readable);
}

static void find_tree(uint32_t r2)
{
    board.tree_problem = try_tree(r2);
    board.tree_source = board.tree_problem ? TREE_NONE : TREE_R2;
    board.tree_address = r2;
    // Loaders that take an ELF file for firmware leave r2 alone, but may still put a tree at the start of RAM.
    if (board.tree_problem && !try_tree(RAM_BASE)) {
        board.tree_source = TREE_RAM_START;
        board.tree_address = RAM_BASE;
    }
}

static bool window(int node, uint32_t index, uint32_t *base)
{
    struct region region;
    if (!dt_region(&board.tree, node, index, &region) || region.base >> 32)
        return false;
    *base = (uint32_t)region.base;
    return true;
}

static void find_memory_and_cpus(void)
{
    const struct fdt *tree = &board.tree;
    board.memory_regions = 0;
    board.cpus = 0;
    for (int node = 0; node < tree->count; node++) {
        const char *type = fdt_string(tree, node, "device_type");
        if (!type)
            continue;
        if (equal(type, "cpu") && dt_enabled(tree, node)) {
            const char *cpu = fdt_string(tree, node, "compatible");
            if (!board.cpus++ && cpu)
                board.cpu = cpu;
        }
        if (equal(type, "memory"))
            for (uint32_t i = 0; board.memory_regions < MAX_MEMORY; i++) {
                if (!dt_region(tree, node, i, &board.memory[board.memory_regions]))
                    break;
                board.memory_regions++;
            }
    }
    if (!board.cpus)
        board.cpus = 1;
}

/** The console's node: stdout-path, else the alias serial0, else the first PL011. */
static int find_uart(void)
{
    const struct fdt *tree = &board.tree;
    int root = 0, node = FDT_NONE, aliases = fdt_child(tree, root, "aliases");
    const char *path = fdt_string(tree, fdt_child(tree, root, "chosen"), "stdout-path");
    if (path && *path != '/') { // an alias, perhaps with options
        char alias[16];
        size_t n = 0;
        for (; path[n] && path[n] != ':' && n < sizeof alias - 1; n++)
            alias[n] = path[n];
        alias[n] = 0;
        path = fdt_string(tree, aliases, alias);
    }
    if (path)
        node = fdt_find_path(tree, path);
    if (!fdt_is_compatible(tree, node, "arm,pl011") && (path = fdt_string(tree, aliases, "serial0")))
        node = fdt_find_path(tree, path);
    if (!fdt_is_compatible(tree, node, "arm,pl011"))
        node = fdt_find_compatible(tree, FDT_NONE, "arm,pl011");
    return node;
}

static void find_devices(void)
{
    const struct fdt *tree = &board.tree;
    int node = find_uart();
    if (window(node, 0, &board.uart)) {
        board.uart_node = node;
        dt_interrupt(tree, node, 0, &board.uart_interrupt);
    }
    for (unsigned i = 0; i < sizeof gic_compatibles / sizeof *gic_compatibles; i++) {
        node = fdt_find_compatible(tree, FDT_NONE, gic_compatibles[i]);
        if (node != FDT_NONE && window(node, 0, &board.gic_distributor) && window(node, 1, &board.gic_interface))
            break;
    }
    node = fdt_find_compatible(tree, FDT_NONE, "arm,armv7-timer");
    dt_interrupt(tree, node, 2, &board.timer_interrupt); // secure, non-secure, virtual, hypervisor
    node = fdt_find_compatible(tree, FDT_NONE, "arm,vexpress-sysreg");
    window(node, 0, &board.sysreg);
    board.hypervisor = fdt_find_compatible(tree, FDT_NONE, "xen,xen");
    dt_region(tree, board.hypervisor, 0, &board.grants);
    dt_interrupt(tree, board.hypervisor, 0, &board.event_interrupt);
}

void board_probe(uint32_t r2)
{
    board = tc1;
    find_tree(r2);
    if (!board.tree.count)
        return;
    const char *model = fdt_string(&board.tree, 0, "model"), *compatible = fdt_string(&board.tree, 0, "compatible");
    board.model = model ? model : "(no model)";
    board.compatible = compatible ? compatible : "(no compatible)";
    find_memory_and_cpus();
    find_devices();
}

/** Whether a node belongs into the table: it has an address or an interrupt, and is no part of the processor or RAM. */
static bool is_device(int node)
{
    struct region region;
    uint32_t intid;
    const char *type = fdt_string(&board.tree, node, "device_type");
    if (type && (equal(type, "memory") || equal(type, "cpu")))
        return false;
    if (node && starts_with(board.tree.nodes[board.tree.nodes[node].parent].name, "reserved-memory"))
        return false;
    return fdt_string(&board.tree, node, "compatible") &&
           (dt_region(&board.tree, node, 0, &region) || dt_interrupt(&board.tree, node, 0, &intid));
}

static void print_interrupts(int node)
{
    uint32_t intid, other, more = 0;
    if (!dt_interrupt(&board.tree, node, 0, &intid)) {
        print("-");
        return;
    }
    while (dt_interrupt(&board.tree, node, more + 1, &other))
        more++;
    print("%s %u", intid < 32 ? "PPI" : "SPI", (unsigned)(intid < 32 ? intid - 16 : intid - 32));
    if (more)
        print("+%u", (unsigned)more);
}

void board_print_devices(void)
{
    print("address   irq       device                         compatible\n");
    print("--------  --------  -----------------------------  -----------------------------\n");
    for (int node = 0; node < board.tree.count; node++) {
        struct region region;
        if (!is_device(node))
            continue;
        if (dt_region(&board.tree, node, 0, &region))
            print_address(region.base);
        else
            print("-");
        print_to_column(10);
        print_interrupts(node);
        print_to_column(20);
        print("%s", board.tree.nodes[node].name);
        print_to_column(51);
        print("%s%s\n", fdt_string(&board.tree, node, "compatible"),
              dt_enabled(&board.tree, node) ? "" : " (off)");
    }
}

const char *board_interrupt_name(uint32_t wanted)
{
    uint32_t intid;
    for (int node = 0; node < board.tree.count; node++)
        for (uint32_t i = 0; dt_interrupt(&board.tree, node, i, &intid); i++)
            if (intid == wanted)
                return board.tree.nodes[node].name;
    return NULL;
}

void board_each_window(void (*visit)(const struct region *))
{
    struct region region;
    for (int node = 0; node < board.tree.count; node++)
        if (is_device(node) && node != board.hypervisor) // which has no registers, only addresses for memory
            for (uint32_t i = 0; dt_region(&board.tree, node, i, &region); i++)
                visit(&region);
}

void board_configure(uint32_t function)
{
    enum { SYS_CFGCTRL = 0xa4, SYS_CFGSTAT = 0xa8, CFG_START = 1u << 31, CFG_WRITE = 1 << 30 };
    *reg32(board.sysreg, SYS_CFGSTAT) = 0;
    *reg32(board.sysreg, SYS_CFGCTRL) = CFG_START | CFG_WRITE | function << 20; // site 0: the motherboard
    dsb();
}
