// Dom0 has no xenstored of its own: it offers the store of the hypervisor a page and a port, by the parameters in which other
// domains are told theirs (docs/decisions/010).
#include "dom0.h"

#include "events.h"
#include "hypercall.h"
#include "store.h"

static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

int32_t dom0_store_start(void)
{
    int32_t port = event_allocate(DOMID_SELF);
    if (port < 0)
        return port;
    int32_t error = hvm_set_param(HVM_PARAM_STORE_PFN, frame_of(page));
    if (!error)
        error = hvm_set_param(HVM_PARAM_STORE_EVTCHN, (uint32_t)port);
    if (error)
        event_close((uint32_t)port);
    else
        store_connect(page, (uint32_t)port);
    return error;
}
