// Start-up of the demo: what is here, then the shell.
#include "arm.h"
#include "board.h"
#include "gic.h"
#include "layout.h"
#include "mmu.h"
#include "platform.h"
#include "print.h"
#include "shell.h"
#include "timer.h"
#include "trap.h"

const struct platform *platform = &native_platform; // for a crash before there is another

void main(uint32_t r2, uint32_t entry_cpsr) __attribute__((noreturn));

static void print_tree_source(void)
{
    if (board.tree_source == TREE_NONE) {
        print("none (r2 = %08x: %s); probing no devices\n", (unsigned)board.tree_address, board.tree_problem);
        return;
    }
    print("%u bytes at %08x", (unsigned)board.tree.size, (unsigned)board.tree_address);
    print(board.tree_source == TREE_R2 ? ", from r2\n" : ", start of RAM (r2: %s)\n", board.tree_problem);
}

static void print_banner(uint32_t entry_cpsr)
{
    print("%s\n\n", platform->title);
    print("  board    %s (%s)\n", board.model, board.compatible);
    print("  cpus     %u x %s\n", board.cpus, board.cpu);
    for (unsigned i = 0; i < board.memory_regions; i++) {
        print("  memory   ");
        print_size(board.memory[i].size);
        print(" at ");
        print_address(board.memory[i].base);
        print("\n");
    }
    print("  tree     ");
    print_tree_source();
    bool hyp = (entry_cpsr & 0x1f) == MODE_HYP;
    print("  entry    %s mode%s\n", mode_name(entry_cpsr), hyp ? ", then Supervisor (a demo is no hypervisor)" : "");
    print("  clock    %u Hz, virtual timer, ", (unsigned)timer_frequency());
    if (timer_ticking())
        print("%u ticks per second\n", TICK_HZ);
    else
        print("no ticks: it sleeps until something happens\n");
    platform->banner();
    print("\n");
}

void main(uint32_t r2, uint32_t entry_cpsr)
{
    board_probe(r2);
    mmu_build();
    mmu_enable();
    gic_start(board.gic_distributor, board.gic_interface);
    timer_start();
    irq_handle(board.timer_interrupt, timer_interrupt);
    gic_enable(board.timer_interrupt);
    platform = platform_choose();
    platform->start();
    irq_enable();
    print_banner(entry_cpsr);
    if (board.tree.count) {
        board_print_devices();
        print("\n");
    }
    platform->ready();
    print("Type 'help' for the commands.\n");
    shell();
}
