#include "events.h"

#include "arm.h"
#include "board.h"
#include "gic.h"
#include "hypercall.h"
#include "print.h"
#include "timer.h"
#include "trap.h"

static uint8_t shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static volatile bool come[MOST_PORTS];
static volatile uint32_t count;

static uint32_t swap(volatile uint32_t *word, uint32_t value) { return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST); }

/** Takes the pending ports of one word of the shared page, which others set bits in meanwhile. */
static void take_word(volatile struct shared_info *shared, uint32_t index)
{
    uint32_t bits = swap(&shared->pending[index], 0);
    while (bits) {
        uint32_t port = index * 32 + (uint32_t)__builtin_ctz(bits);
        bits &= bits - 1;
        count++;
        if (port < MOST_PORTS)
            come[port] = true;
    }
}

static void upcall(void)
{
    volatile struct shared_info *shared = (volatile struct shared_info *)shared_page;
    // The flag first: what comes after it raises the interrupt again.
    shared->vcpu.upcall_pending = 0;
    dsb();
    for (uint32_t half = 0; half < 2; half++)
        for (uint32_t selected = swap(&shared->vcpu.pending_sel[half], 0); selected; selected &= selected - 1) {
            uint32_t word = half * 32 + (uint32_t)__builtin_ctz(selected);
            take_word(shared, word * 2);
            take_word(shared, word * 2 + 1);
        }
}

int32_t events_start(void)
{
    int32_t error = map_xen_page(XENMAPSPACE_shared_info, 0, shared_page);
    if (error)
        return error;
    irq_handle(board.event_interrupt, upcall);
    gic_enable(board.event_interrupt);
    return 0;
}

int32_t event_allocate(uint16_t domain)
{
    struct evtchn_alloc_unbound allocate = {.dom = DOMID_SELF, .remote_dom = domain};
    int32_t error = xen_op(HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &allocate);
    return error ? error : (int32_t)allocate.port;
}

int32_t event_bind(uint16_t domain, uint32_t port)
{
    struct evtchn_bind_interdomain bind = {.remote_dom = domain, .remote_port = port};
    int32_t error = xen_op(HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, &bind);
    return error ? error : (int32_t)bind.local_port;
}

int32_t event_bind_virq(uint32_t virq)
{
    struct evtchn_bind_virq bind = {.virq = virq};
    int32_t error = xen_op(HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, &bind);
    return error ? error : (int32_t)bind.port;
}

void event_close(uint32_t port) { xen_op(HYPERVISOR_event_channel_op, EVTCHNOP_close, &port); }
void event_send(uint32_t port)
{
    dsb(); // what it tells of comes first
    xen_op(HYPERVISOR_event_channel_op, EVTCHNOP_send, &port);
}

bool event_take(uint32_t port)
{
    if (port >= MOST_PORTS || !come[port])
        return false;
    come[port] = false;
    return true;
}

uint32_t event_count(void) { return count; }

uint64_t deadline_in(uint32_t milliseconds)
{
    uint32_t rest;
    return timer_now() + divide((uint64_t)timer_frequency() * milliseconds, 1000, &rest);
}

bool event_wait(uint32_t port, uint64_t deadline)
{
    for (;;) {
        irq_disable();
        bool came = event_take(port), late = timer_now() >= deadline;
        if (!came && !late) {
            timer_wake_at(deadline);
            wfi();
            timer_let_sleep();
        }
        irq_enable();
        if (came || late)
            return came;
    }
}
