// The commands of the shell.
#include <stddef.h>

#include "arm.h"
#include "board.h"
#include "compute.h"
#include "gic.h"
#include "platform.h"
#include "print.h"
#include "shell.h"
#include "smp.h"
#include "timer.h"
#include "trap.h"

enum { DUMP_DEFAULT = 16, DUMP_MOST = 4096, WORDS_PER_ROW = 4 };

static void help_line(const struct command *command)
{
    print("  %s %s", command->name, command->arguments);
    print_to_column(24);
    print("%s\n", command->help);
}

static void help(const struct arguments *arguments)
{
    (void)arguments;
    each_command(help_line);
}

static void devices(const struct arguments *arguments)
{
    (void)arguments;
    if (board.tree.count)
        board_print_devices();
    else
        print("devices: the loader gave no device tree (r2 = %08x: %s)\n", (unsigned)board.tree_address,
              board.tree_problem);
}

static void cpus(const struct arguments *arguments)
{
    (void)arguments;
    cpus_print();
}

static void print_row(uint32_t address, const uint32_t *words, unsigned count)
{
    print("%08x:", (unsigned)address);
    for (unsigned i = 0; i < WORDS_PER_ROW; i++)
        if (i < count)
            print(" %08x", (unsigned)words[i]);
        else
            print("         ");
    print("  ");
    for (unsigned i = 0; i < count * 4; i++) {
        char c = (char)(words[i / 4] >> (i % 4 * 8));
        print("%c", c >= ' ' && c <= '~' ? c : '.');
    }
    print("\n");
}

static void explain_probe(const char *command, const char *verb, uint32_t address)
{
    print("%s: cannot %s %08x\n", command, verb, (unsigned)address);
    fault_explain(last_fault.status, last_fault.address, true);
}

static void md(const struct arguments *arguments)
{
    uint32_t address, count = DUMP_DEFAULT;
    if (!parse_number(arguments->word[0], 16, &address)) {
        print("md: ADDR is a hexadecimal number, such as 80010000\n");
        return;
    }
    if (arguments->count > 1 && (!parse_number(arguments->word[1], 10, &count) || !count || count > DUMP_MOST)) {
        print("md: COUNT is a number of words, 1 to %u\n", (unsigned)DUMP_MOST);
        return;
    }
    while (count && !interrupted()) {
        uint32_t words[WORDS_PER_ROW];
        unsigned in_row = count < WORDS_PER_ROW ? count : WORDS_PER_ROW, read = 0;
        while (read < in_row && !probe_load(address + read * 4, &words[read]))
            read++;
        if (read)
            print_row(address, words, read);
        if (read < in_row) {
            explain_probe("md", "read", address + read * 4);
            return;
        }
        address += in_row * 4;
        count -= in_row;
    }
}

static void mw(const struct arguments *arguments)
{
    uint32_t address, value;
    if (!parse_number(arguments->word[0], 16, &address) || !parse_number(arguments->word[1], 16, &value))
        print("mw: ADDR and VALUE are hexadecimal numbers of 32 bits\n");
    else if (probe_store(address, value))
        explain_probe("mw", "write", address);
}

static void ticks(const struct arguments *arguments)
{
    (void)arguments;
    print("  up      ");
    print_duration(timer_now());
    print("\n  ticks   %u at %u Hz%s\n", (unsigned)timer_ticks(), TICK_HZ, timer_ticking() ? "" : ", only when needed");
    print("  counter %u Hz%s\n", (unsigned)timer_frequency(),
          timer_frequency_assumed() ? " (assumed: CNTFRQ is 0)" : "");
}

static const char *interrupt_name(uint32_t intid)
{
    if (intid < 16)
        return "software";
    if (intid == board.timer_interrupt)
        return "virtual timer";
    const char *name = board_interrupt_name(intid);
    return name ? name : intid == board.uart_interrupt ? "console" : "-";
}

static void irqs(const struct arguments *arguments)
{
    (void)arguments;
    print("  intid  type    count       source\n");
    for (uint32_t intid = 0; intid < gic_lines(); intid++)
        if (interrupt_counts[intid])
            print("  %-5u  %s %-3u %-10u  %s\n", (unsigned)intid, intid < 16 ? "SGI" : intid < 32 ? "PPI" : "SPI",
                  (unsigned)(intid < 16 ? intid : intid < 32 ? intid - 16 : intid - 32),
                  (unsigned)interrupt_counts[intid], interrupt_name(intid));
    if (platform->dropped())
        print("  console: %u bytes dropped, the buffer was full\n", (unsigned)platform->dropped());
}

static void regs(const struct arguments *arguments)
{
    (void)arguments;
    registers_print();
}

static void run(const struct arguments *arguments)
{
    for (const struct computation *c = computations; c->name; c++) {
        if (!equal(c->name, arguments->word[0]))
            continue;
        uint64_t begin = timer_now();
        uint32_t result = c->run();
        uint64_t end = timer_now();
        print("  %s = ", c->about);
        print(c->hexadecimal ? "%08x" : "%u", (unsigned)result);
        print("  (");
        print_duration(end - begin);
        print(")\n");
        return;
    }
    print("run: one of");
    for (const struct computation *c = computations; c->name; c++)
        print(" %s", c->name);
    print("\n");
}

/** Recursion that the compiler cannot turn into a loop: it ends in the hole below the stack. */
static uint32_t overflow(volatile uint32_t *above)
{
    volatile uint32_t room[64];
    room[0] = *above + 1;
    return room[0] ? overflow(room) + room[0] : 0;
}

static void crash(const struct arguments *arguments)
{
    const char *kind = arguments->count ? arguments->word[0] : "undef";
    volatile uint32_t zero = 0;
    if (equal(kind, "undef"))
        __builtin_trap();
    else if (equal(kind, "data"))
        *reg32(0xdead0000, 0) = 1;
    else if (equal(kind, "fetch"))
        ((void (*)(void))0xdead0000)();
    else if (equal(kind, "stack"))
        overflow(&zero);
    else
        print("crash: one of undef data fetch stack\n");
}

static void finish(const char *what, bool again)
{
    print("%s\n", what);
    platform->power(again);
    // The controller takes its time on real boards. Interrupts stay on, the tick paces us.
    bool ticking = timer_tick(true);
    for (uint32_t begin = timer_ticks(); timer_ticks() - begin < TICK_HZ;)
        wfi();
    timer_tick(ticking);
    print("the board did not answer\n");
}

static void reboot(const struct arguments *arguments)
{
    (void)arguments;
    finish("Rebooting.", true);
}

static void poweroff(const struct arguments *arguments)
{
    (void)arguments;
    finish("Powering off.", false);
}

const struct command commands[] = {
    {"help", "", "this list", help, 0, 0},
    {"devices", "", "the board's devices, from its device tree", devices, 0, 0},
    {"cpus", "", "the cores; starts the second one", cpus, 0, 0},
    {"md", "ADDR [COUNT]", "show COUNT words of memory at hexadecimal ADDR", md, 1, 2},
    {"mw", "ADDR VALUE", "write one word", mw, 2, 2},
    {"ticks", "", "uptime and timer ticks", ticks, 0, 0},
    {"irqs", "", "interrupts taken, by source", irqs, 0, 0},
    {"regs", "", "registers of this core", regs, 0, 0},
    {"run", "fib|sieve|crc", "a small computation, timed", run, 1, 1},
    {"crash", "[KIND]", "crash: undef (default), data, fetch or stack", crash, 0, 1},
    {"reboot", "", "restart the board", reboot, 0, 0},
    {"poweroff", "", "switch the board off", poweroff, 0, 0},
    {NULL, NULL, NULL, NULL, 0, 0},
};
