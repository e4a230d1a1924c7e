// The commands that a domain has beside those of every demo.
#include <stddef.h>

#include "domu.h"
#include "events.h"
#include "hypercall.h"
#include "print.h"
#include "store-command.h"
#include "store.h"

static void row(const char *what, const char *path)
{
    char value[64];
    print("  %-8s %s\n", what, store_read(path, value, sizeof value) >= 0 ? value : store_error());
}

static void info(const struct arguments *arguments)
{
    char version[32];
    (void)arguments;
    xen_version(version, sizeof version);
    print("  xen      %s\n", version);
    row("domid", "domid");
    row("name", "name");
    row("vm", "vm");
    row("target", "memory/target");
    print("  console  %s\n", console_connected() ? "ring of the toolstack" : "none");
    print("  ring     %s\n", frontend_connected() ? "connected to domain 0" : "not connected");
    print("  events   %u\n", (unsigned)event_count());
}

const struct command domu_commands[] = {
    {"info", "", "what this domain has found", info, 0, 0},
    XENSTORE_COMMAND,
    {"ring", "", "the ring that it shares with domain 0", ring_command, 0, 0},
    {"ping", "", "a message to domain 0 over the ring, and back", ping_command, 0, 0},
    {NULL, NULL, NULL, NULL, 0, 0},
};
