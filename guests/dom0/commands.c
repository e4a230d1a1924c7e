// The commands that a dom0 has beside those of every demo.
#include <stddef.h>

#include "dom0.h"
#include "events.h"
#include "hypercall.h"
#include "print.h"
#include "store-command.h"
#include "store.h"

enum { AT_ONCE = 8, PAGES_PER_MIB = 256 };

static const char *state_of(uint32_t flags)
{
    return flags & XEN_DOMINF_dying      ? "dying"
           : flags & XEN_DOMINF_shutdown ? flags >> 16 == SHUTDOWN_crash ? "crashed" : "shut down"
           : flags & XEN_DOMINF_paused   ? "paused"
           : flags & XEN_DOMINF_running  ? "running"
                                         : "waiting";
}

static void print_domain(const struct xen_domctl_getdomaininfo *info)
{
    char path[STORE_PATH_MAX], name[24];
    uint32_t rest;
    format_text(path, sizeof path, "/local/domain/%u/name", info->domain);
    if (store_read(path, name, sizeof name) <= 0)
        format_text(name, sizeof name, info->domain ? "-" : "Domain-0");
    print("  %-3u  %-23s  %4u  %-5u  %-9s  ", info->domain, name, (unsigned)(info->tot_pages / PAGES_PER_MIB),
          (unsigned)info->nr_online_vcpus, state_of(info->flags));
    uint32_t milliseconds = (uint32_t)divide(info->cpu_time, 1000000, &rest);
    print("%u.%03u s\n", (unsigned)(milliseconds / 1000), (unsigned)(milliseconds % 1000));
}

static void domains(const struct arguments *arguments)
{
    (void)arguments;
    static struct xen_domctl_getdomaininfo infos[AT_ONCE];
    uint32_t first = 0, count;
    print("  id   name                     MiB   cores  state      time\n");
    do {
        struct xen_sysctl_getdomaininfolist list = {
            .cmd = XEN_SYSCTL_getdomaininfolist,
            .interface_version = XEN_SYSCTL_INTERFACE_VERSION,
            .first_domain = (uint16_t)first,
            .max_domains = AT_ONCE,
            .buffer = (uint32_t)infos,
        };
        int32_t error = hypercall(HYPERVISOR_sysctl, (uint32_t)&list, 0, 0);
        if (error) {
            print("domains: Xen refuses (%d)\n", (int)error);
            return;
        }
        count = list.num_domains;
        for (uint32_t i = 0; i < count; i++) {
            print_domain(&infos[i]);
            first = infos[i].domain + 1u;
        }
    } while (count == AT_ONCE);
}

static void xen(const struct arguments *arguments)
{
    char version[32];
    (void)arguments;
    xen_version(version, sizeof version);
    print("  Xen %s, %u events so far\n", version, (unsigned)event_count());
}

const struct command dom0_commands[] = {
    {"domains", "", "all domains, as Xen lists them", domains, 0, 0},
    {"xen", "", "which Xen this is", xen, 0, 0},
    XENSTORE_COMMAND,
    {"ring", "", "the rings that domains share with this one", ring_command, 0, 0},
    {"ping", "NAME|ID|all", "a message to a domain over its ring, and back", ping_command, 1, 1},
    {NULL, NULL, NULL, NULL, 0, 0},
};
