#include "grants.h"

#include "arm.h"
#include "hypercall.h"

// The first eight entries are for builders of domains (Xen, public/grant_table.h).
enum { FIRST = 8, ENTRIES = PAGE_SIZE / sizeof(struct grant_entry) };

static uint8_t table_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint32_t next = FIRST;

int32_t grants_start(void) { return map_xen_page(XENMAPSPACE_grant_table, 0, table_page); }

int32_t grant_page(uint16_t domain, volatile void *page)
{
    if (next == ENTRIES)
        return -1;
    volatile struct grant_entry *entry = (volatile struct grant_entry *)table_page + next;
    entry->frame = frame_of(page);
    entry->domid = domain;
    dsb(); // the entry is good before it says so
    entry->flags = GTF_permit_access;
    return (int32_t)next++;
}

int32_t grant_map(uint16_t domain, uint32_t reference, volatile void *at)
{
    struct gnttab_map_grant_ref map = {
        .host_addr = (uint32_t)at, .flags = GNTMAP_host_map, .ref = reference, .dom = domain};
    int32_t error = hypercall(HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, (uint32_t)&map, 1);
    return error ? error : map.status ? map.status : (int32_t)map.handle;
}

void grant_unmap(uint32_t handle, volatile void *at)
{
    struct gnttab_unmap_grant_ref unmap = {.host_addr = (uint32_t)at, .handle = handle};
    hypercall(HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, (uint32_t)&unmap, 1);
}
