// The bare board: PL011, SYS_FLAGS, the configuration bus.
#include <stddef.h>

#include "arm.h"
#include "board.h"
#include "gic.h"
#include "platform.h"
#include "timer.h"
#include "trap.h"
#include "uart.h"

enum { SYS_FLAGSSET = 0x30, SYS_FLAGSCLR = 0x34 };

static void start(void)
{
    uart_start(board.uart);
    irq_handle(board.uart_interrupt, uart_interrupt);
    gic_enable(board.uart_interrupt);
    timer_tick(true);
}

static void nothing(void) {}
static bool no_work(void) { return false; }

static void write(char c)
{
    if (c == '\n')
        uart_write('\r');
    uart_write(c);
}

static void start_core(uint32_t entry)
{
    *reg32(board.sysreg, SYS_FLAGSCLR) = 0xffffffff;
    *reg32(board.sysreg, SYS_FLAGSSET) = entry;
    dsb();
    sev();
}

static void power(bool again) { board_configure(again ? SYS_CFG_REBOOT : SYS_CFG_SHUTDOWN); }

static const struct command no_commands[] = {{NULL, NULL, NULL, NULL, 0, 0}};

const struct platform native_platform = {
    .title = "Xen ARM Lab demo guest",
    .prompt = "lab> ",
    .start = start,
    .banner = nothing,
    .ready = nothing,
    .work = no_work,
    .write = write,
    .flush = nothing,
    .read = uart_read,
    .dropped = uart_dropped,
    .start_core = start_core,
    .power = power,
    .crashed = nothing,
    .commands = no_commands,
};
