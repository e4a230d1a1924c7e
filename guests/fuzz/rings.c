// Nonsense in the rings that backends of the hypervisor look at: console, store, disk, network.
#include <stddef.h>

#include "arm.h"
#include "events.h"
#include "fuzz.h"
#include "grants.h"
#include "hypercall.h"
#include "mmu.h"
#include "print.h"
#include "store.h"
#include "trap.h"

enum { RINGS = 3 };

static uint8_t pages[RINGS][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static int32_t references[RINGS], ports[RINGS];
static uint32_t console_page, console_port, store_page, store_port;
/** The store is asked properly in the first part of a run, and told nonsense in the second. */
static bool store_works;
uint32_t own_domain;

static void parameter(uint32_t frame_index, uint32_t port_index, uint32_t *page, uint32_t *port)
{
    uint64_t frame = 0, event = 0;
    hvm_get_param(frame_index, &frame);
    hvm_get_param(port_index, &event);
    mmu_map_memory((uint32_t)frame * PAGE_SIZE);
    *page = (uint32_t)frame * PAGE_SIZE;
    *port = (uint32_t)event;
}

void rings_start(void)
{
    parameter(HVM_PARAM_CONSOLE_PFN, HVM_PARAM_CONSOLE_EVTCHN, &console_page, &console_port);
    parameter(HVM_PARAM_STORE_PFN, HVM_PARAM_STORE_EVTCHN, &store_page, &store_port);
    store_connect((void *)store_page, store_port);
    store_works = store_read_number("domid", &own_domain);
    for (unsigned i = 0; i < RINGS; i++) {
        references[i] = grant_page(0, pages[i]);
        ports[i] = event_allocate(0);
    }
}

static bool write_number(const char *folder, const char *name, uint32_t value)
{
    char path[STORE_PATH_MAX];
    format_text(path, sizeof path, "%s/%s", folder, name);
    return store_write_number(path, value);
}

static const char disk[] = "device/vbd/51712", nic[] = "device/vif/0";

/** Says to a backend what it needs, mostly the truth, in some state or other. */
static void connect(void)
{
    static const uint8_t states[] = {1, 3, 4, 4, 4, 4, 5, 6};
    bool lie = one_in(8);
    if (one_in(2)) {
        write_number(disk, "ring-ref", lie ? some_word() : (uint32_t)references[0]);
        write_number(disk, "event-channel", lie ? some_word() : (uint32_t)ports[0]);
        store_works = write_number(disk, "state", states[below(sizeof states)]);
        return;
    }
    write_number(nic, "tx-ring-ref", lie ? some_word() : (uint32_t)references[1]);
    write_number(nic, "rx-ring-ref", lie ? some_word() : (uint32_t)references[2]);
    write_number(nic, "event-channel", lie ? some_word() : (uint32_t)ports[1]);
    write_number(nic, "request-rx-copy", 1);
    store_works = write_number(nic, "state", states[below(sizeof states)]);
}

/** A request of the store that is one by its form. */
static void ask(void)
{
    char payload[64], answer[64];
    uint32_t n = below(sizeof payload);
    static const char *const paths[] = {"data", "data/x", "/", "device", "@introduceDomain", "/local/domain/0", "x", ""};
    format_text(payload, sizeof payload, "%s", paths[below(8)]);
    for (uint32_t i = (uint32_t)length(payload) + 1; i < n; i++)
        payload[i] = (char)(one_in(4) ? random32() : 'a' + below(26));
    store_request(below(24), payload, n, answer, sizeof answer);
    char path[STORE_PATH_MAX];
    for (unsigned i = 0; i < 32 && store_event(path); i++)
        ;
}

/** Random words, and indices near each other or not. */
static void scribble(uint32_t page, uint32_t indices, uint32_t count)
{
    for (uint32_t i = 0; i < 16; i++)
        probe_store(page + 4 * below(PAGE_SIZE / 4), some_word());
    for (uint32_t i = 0; i < count; i++)
        if (one_in(2))
            probe_store(page + indices + 4 * i, one_in(2) ? below(2048) : random32());
}

/** A few requests in the form that blkif and netif have, their number told in req_prod. */
static void requests(unsigned ring)
{
    uint32_t page = (uint32_t)pages[ring], produced = 0;
    probe_load(page, &produced);
    for (uint32_t slot = 0; slot < 4; slot++)
        for (uint32_t word = 0; word < 28; word++)
            probe_store(page + 64 + (produced + slot) % 32 * 112 + 4 * word,
                        word == 0 ? below(6) | below(12) << 8 : one_in(2) ? below(64) : some_word());
    probe_store(page, one_in(16) ? random32() : produced + below(5));
    event_send((uint32_t)ports[ring > 1 ? 1 : ring]);
}

void step_ring(void)
{
    switch (below(8)) {
    case 0:
        scribble(console_page, 3072, 4);
        event_send(console_port);
        return;
    case 1:
        if (store_works)
            connect();
        return;
    case 2:
        if (store_works)
            ask();
        else {
            scribble(store_page, 2048, 4);
            event_send(store_port);
        }
        return;
    case 3:
        if (one_in(512))
            store_works = false;
        return;
    default:
        requests(below(RINGS));
    }
}
