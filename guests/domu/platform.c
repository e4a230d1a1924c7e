// A domain: console and store in the pages that its toolstack gave it.
#include "domu.h"

#include <stddef.h>

#include "events.h"
#include "grants.h"
#include "hypercall.h"
#include "mmu.h"
#include "print.h"
#include "store.h"

static int32_t events_error, grants_error;

static void store_start(void)
{
    uint64_t frame = 0, port = 0;
    if (hvm_get_param(HVM_PARAM_STORE_PFN, &frame) || hvm_get_param(HVM_PARAM_STORE_EVTCHN, &port) || !frame)
        return;
    mmu_map_memory((uint32_t)frame * PAGE_SIZE);
    store_connect((void *)((uint32_t)frame * PAGE_SIZE), (uint32_t)port);
}

static void start(void)
{
    events_error = events_start();
    grants_error = grants_start();
    console_start();
    store_start();
    if (store_connected())
        store_watch("control/shutdown");
    frontend_start();
}

static void banner(void)
{
    char text[32];
    xen_version(text, sizeof text);
    print("  xen      %s\n", text);
    if (events_error || grants_error)
        print("  refused  shared page %d, grant table %d\n", (int)events_error, (int)grants_error);
    if (store_read("domid", text, sizeof text) > 0)
        print("  domain   %s", text);
    else
        print("  domain   unknown (store: %s)", store_error());
    print(store_read("name", text, sizeof text) > 0 ? ", %s\n" : "\n", text);
}

static bool work(void)
{
    char path[STORE_PATH_MAX];
    bool any = false;
    while (store_event(path)) {
        any = true;
        if (equal(path, "control/shutdown"))
            control_changed();
        else
            frontend_changed(path);
    }
    return frontend_work() || any;
}

static void start_core(uint32_t entry) { psci_cpu_on(1, entry); }
static uint32_t none_dropped(void) { return 0; }

static void power(bool again)
{
    console_flush();
    sched_shutdown(again ? SHUTDOWN_reboot : SHUTDOWN_poweroff);
}

static void crashed(void)
{
    console_flush();
    sched_shutdown(SHUTDOWN_crash);
}

bool control_changed(void)
{
    char wanted[16];
    if (store_read("control/shutdown", wanted, sizeof wanted) <= 0)
        return false;
    bool again = equal(wanted, "reboot");
    if (!again && !equal(wanted, "poweroff") && !equal(wanted, "halt"))
        return false;
    store_write("control/shutdown", ""); // so that it sees that it was heard
    print("\nThe toolstack asks for: %s\n", wanted);
    power(again);
    return true;
}

const struct platform domu_platform = {
    .title = "Xen ARM Lab demo domain",
    .prompt = "domU> ",
    .start = start,
    .banner = banner,
    .ready = frontend_wait,
    .work = work,
    .write = console_write,
    .flush = console_flush,
    .read = console_read,
    .dropped = none_dropped,
    .start_core = start_core,
    .power = power,
    .crashed = crashed,
    .commands = domu_commands,
};
