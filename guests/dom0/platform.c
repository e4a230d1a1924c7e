// Dom0: its console is Xen's, its cores are Xen's to start, and its end is that of the machine.
#include "dom0.h"

#include <stddef.h>

#include "arm.h"
#include "events.h"
#include "grants.h"
#include "hypercall.h"
#include "print.h"
#include "timer.h"

static int32_t events_error, grants_error, store_error_code, console_port;
static char line[128];
static uint32_t gathered;
static char typed[64];
static uint32_t typed_at, typed_end;

static void flush(void)
{
    if (gathered)
        hypercall(HYPERVISOR_console_io, CONSOLEIO_write, gathered, (uint32_t)line);
    gathered = 0;
}

static void write(char c)
{
    if (gathered == sizeof line)
        flush();
    line[gathered++] = c;
}

static int read(void)
{
    if (typed_at == typed_end) {
        int32_t n = hypercall(HYPERVISOR_console_io, CONSOLEIO_read, sizeof typed, (uint32_t)typed);
        typed_at = 0;
        typed_end = n > 0 ? (uint32_t)n : 0;
    }
    return typed_at < typed_end ? (uint8_t)typed[typed_at++] : -1;
}

static uint32_t none_dropped(void) { return 0; }

static void start(void)
{
    events_error = events_start();
    console_port = event_bind_virq(VIRQ_CONSOLE);
    grants_error = grants_start();
    store_error_code = dom0_store_start();
    if (!store_error_code)
        backend_start();
}

static void banner(void)
{
    char version[32];
    xen_version(version, sizeof version);
    print("  xen      %s, this is its domain 0\n", version);
    if (events_error || console_port < 0 || grants_error)
        print("  refused  shared page %d, console %d, grant table %d\n", (int)events_error, (int)console_port,
              (int)grants_error);
    if (store_error_code)
        print("  store    none: this Xen keeps none for its dom0 (HVMOP_set_param: %d)\n", (int)store_error_code);
    else
        print("  store    the one of the hypervisor\n");
}

static void start_core(uint32_t entry) { psci_cpu_on(1, entry); }

static void power(bool again)
{
    flush();
    sched_shutdown(again ? SHUTDOWN_reboot : SHUTDOWN_poweroff);
}

const struct platform dom0_platform = {
    .title = "Xen ARM Lab demo guest",
    .prompt = "lab> ",
    .start = start,
    .banner = banner,
    .ready = backend_wait,
    .work = backend_work,
    .write = write,
    .flush = flush,
    .read = read,
    .dropped = none_dropped,
    .start_core = start_core,
    .power = power,
    .crashed = flush,
    .commands = dom0_commands,
};
