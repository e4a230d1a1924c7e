// The console of a domain: a ring of bytes in each direction (Xen, public/io/console.h).
#include <stddef.h>

#include "arm.h"
#include "domu.h"
#include "events.h"
#include "hypercall.h"
#include "mmu.h"

static volatile struct xencons_interface *ring;
static uint32_t port;
static uint32_t unsent;

bool console_start(void)
{
    uint64_t frame = 0, event = 0;
    if (hvm_get_param(HVM_PARAM_CONSOLE_PFN, &frame) || hvm_get_param(HVM_PARAM_CONSOLE_EVTCHN, &event) || !frame)
        return false;
    mmu_map_memory((uint32_t)frame * PAGE_SIZE);
    ring = (void *)((uint32_t)frame * PAGE_SIZE);
    port = (uint32_t)event;
    return true;
}
bool console_connected(void) { return ring != NULL; }

void console_flush(void)
{
    if (unsent)
        event_send(port);
    unsent = 0;
}

static void put(char c)
{
    uint32_t produced = ring->out_prod;
    while (produced - ring->out_cons >= sizeof ring->out) {
        console_flush();
        if (produced - ring->out_cons >= sizeof ring->out)
            event_wait(port, deadline_in(100)); // nobody reads, perhaps for good: it is asked again
    }
    ring->out[produced % sizeof ring->out] = c;
    dsb();
    ring->out_prod = produced + 1;
    unsent++;
}

void console_write(char c)
{
    if (!ring)
        return;
    if (c == '\n')
        put('\r');
    put(c);
}

int console_read(void)
{
    if (!ring)
        return -1;
    uint32_t consumed = ring->in_cons;
    if (ring->in_prod == consumed)
        return -1;
    dsb();
    char c = ring->in[consumed % sizeof ring->in];
    dsb();
    ring->in_cons = consumed + 1;
    if (ring->in_prod == consumed + 1)
        event_send(port); // there is room for what was typed ahead
    return (uint8_t)c;
}
