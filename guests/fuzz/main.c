// The fuzzer: a domain of Xen whose command line says seed=N steps=N.
#include <stddef.h>

#include "arm.h"
#include "board.h"
#include "events.h"
#include "fdt.h"
#include "fuzz.h"
#include "gic.h"
#include "grants.h"
#include "hypercall.h"
#include "platform.h"
#include "print.h"
#include "timer.h"
#include "trap.h"

enum { DEFAULT_STEPS = 1000, REPAIR_EVERY = 256, SCRATCH_FRAME = SCRATCH / PAGE_SIZE, XENMEM_populate_physmap = 6 };

static volatile uint8_t table_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

extern uint32_t attempt_code[];
extern void attempt(const uint32_t registers[8]);

void run_instruction(uint32_t instruction, const uint32_t registers[8])
{
    attempt_code[0] = instruction;
    dsb();
    write_iciallu(0);
    write_bpiall(0);
    dsb();
    isb();
    attempt(registers);
}

void repair(void)
{
    gic_start_core();
    *reg32(board.gic_distributor, 0) = 1;
    gic_enable(board.timer_interrupt);
    timer_tick(false);
    timer_tick(true);
}

/** Frames of scratch that were given away come back, as far as Xen gives any. */
static void refill(void)
{
    for (uint32_t i = 0; i < SCRATCH_PAGES; i++) {
        uint32_t word;
        if (!probe_load(SCRATCH + i * PAGE_SIZE, &word))
            continue;
        uint64_t frame = SCRATCH_FRAME + i;
        struct {
            uint64_t extents, count;
            uint32_t order, flags;
            uint16_t domain;
        } reservation = {(uint32_t)&frame, 1, 0, 0, DOMID_SELF};
        xen_op(HYPERVISOR_memory_op, XENMEM_populate_physmap, &reservation);
    }
}

/** The number behind `name=` on the command line. */
static uint32_t option(const char *name, uint32_t otherwise)
{
    const char *text = board.tree.count
                           ? fdt_string(&board.tree, fdt_child(&board.tree, 0, "chosen"), "bootargs")
                           : NULL;
    for (; text && *text; text++) {
        if (!starts_with(text, name))
            continue;
        uint32_t value = 0;
        for (text += length(name); *text >= '0' && *text <= '9'; text++)
            value = value * 10 + (uint32_t)(*text - '0');
        return value;
    }
    return otherwise;
}

static void start(void)
{
    events_start();
    map_xen_page(XENMAPSPACE_grant_table, 0, table_page);
    grants_start();
    rings_start();
}

static void fuzz(void)
{
    uint32_t steps = option("steps=", DEFAULT_STEPS);
    fuzz_seed(option("seed=", 1));
    repair();
    for (uint32_t step = 0; step < steps; step++) {
        if (step % REPAIR_EVERY == 0)
            refill();
        switch (below(16)) {
        case 0: step_device(); break;
        case 1: step_register(); break;
        case 2: step_ring(); break;
        case 3: fuzz_grants((volatile struct grant_entry *)table_page); break;
        case 4:
        case 5:
        case 6:
        case 7:
        case 8: step_hypercall(); break;
        case 9: step_places(); break;
        default: step_sensible();
        }
        *(volatile uint32_t *)PROGRESS = step + 1;
    }
    timer_tick(false);
}

static void nothing(void) {}
static bool no_work(void) { return false; }
static void quiet(char c) { (void)c; }
static int no_key(void) { return -1; }
static uint32_t none(void) { return 0; }
static void no_core(uint32_t entry) { (void)entry; }
static void power(bool again) { sched_shutdown(again ? SHUTDOWN_reboot : SHUTDOWN_poweroff); }
static void crashed(void) { sched_shutdown(SHUTDOWN_crash); }
static const struct command no_commands[] = {{NULL, NULL, NULL, NULL, 0, 0}};

static const struct platform fuzz_platform = {
    .title = "Xen ARM Lab fuzzer",
    .prompt = "",
    .start = start,
    .banner = nothing,
    .ready = fuzz,
    .work = no_work,
    .write = quiet,
    .flush = nothing,
    .read = no_key,
    .dropped = none,
    .start_core = no_core,
    .power = power,
    .crashed = crashed,
    .commands = no_commands,
};

const struct platform *platform_choose(void) { return &fuzz_platform; }
