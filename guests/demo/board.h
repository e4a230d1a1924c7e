// What the demo knows of the board it runs on: from the device tree, or from the TC1's manual where there is none.
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "devicetree.h"
#include "fdt.h"

#define MAX_MEMORY 4

enum tree_source { TREE_NONE, TREE_R2, TREE_RAM_START };

struct board {
    struct fdt tree; // count is 0 without a device tree
    enum tree_source tree_source;
    uint32_t tree_address;
    const char *tree_problem; // what was wrong with the blob in r2
    const char *model, *compatible;
    const char *cpu;
    unsigned cpus;
    struct region memory[MAX_MEMORY];
    unsigned memory_regions;
    uint32_t uart, uart_interrupt;
    int uart_node;
    uint32_t gic_distributor, gic_interface;
    uint32_t timer_interrupt; // of the virtual timer
    uint32_t sysreg;
    int hypervisor; // node of Xen, FDT_NONE on a bare board
    struct region grants; // addresses for the pages of others
    uint32_t event_interrupt;
};

extern struct board board;

/** Fills `board`. Runs before the MMU is on; r2 is what the loader left there. */
void board_probe(uint32_t r2);
/** The table of all nodes that have an address or an interrupt. */
void board_print_devices(void);
/** The name of the device that raises an interrupt, or NULL. */
const char *board_interrupt_name(uint32_t intid);
/** Calls `visit` for every window of every device. */
void board_each_window(void (*visit)(const struct region *));
/** A command to the motherboard's configuration controller, such as SYS_CFG_SHUTDOWN. */
void board_configure(uint32_t function);

enum { SYS_CFG_SHUTDOWN = 8, SYS_CFG_REBOOT = 9 };

#endif
