// This domain's end of the ring: a page that it grants to domain 0 and a port that it lets it bind, both told in the store.
#include <stddef.h>

#include "arm.h"
#include "domu.h"
#include "events.h"
#include "grants.h"
#include "hypercall.h"
#include "line.h"
#include "link.h"
#include "print.h"
#include "store.h"
#include "timer.h"

enum { BACKEND = 0, PATIENCE_MS = 200, PING_MS = 1000 };

static union {
    struct link_page link;
    uint8_t bytes[PAGE_SIZE];
} page __attribute__((aligned(PAGE_SIZE)));
static int32_t reference = -1, port = -1;
static uint32_t domain, sent, answered, wrong, sum, pings, pong;
static bool connected, done, good, at_boot = true;

static uint32_t random_state = 1;
static uint8_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint8_t)(random_state >> 24);
}

/** The bytes of message `n`: made again when its answer is looked at. */
static void fill(uint32_t n, uint8_t bytes[LINK_BYTES])
{
    random_state = n * 2654435761u + domain;
    for (unsigned i = 0; i < LINK_BYTES; i++)
        bytes[i] = next_random();
}

bool frontend_connected(void) { return connected; }

static const char *backend_state(void)
{
    static char path[STORE_PATH_MAX];
    return format_text(path, sizeof path, "/local/domain/0/backend/ring/%u/0/state", (unsigned)domain);
}

void frontend_start(void)
{
    if (!store_read_number("domid", &domain))
        return;
    reference = grant_page(BACKEND, &page);
    port = event_allocate(BACKEND);
    if (reference < 0 || port < 0)
        return;
    store_write_number("data/ring/ring-ref", (uint32_t)reference);
    store_write_number("data/ring/event-channel", (uint32_t)port);
    store_watch(backend_state());
    store_write_number("data/ring/state", STATE_INITIALISED);
}

static void send_more(void)
{
    struct link_message message = {.type = LINK_DATA, .length = LINK_BYTES};
    uint32_t before = sent;
    while (sent < LINK_MESSAGES && sent - answered < LINK_SLOTS) {
        message.sequence = sent;
        fill(sent, message.data);
        if (!link_put(&page.link.to_back, &message))
            break;
        sum = checksum(sum, message.data, LINK_BYTES);
        sent++;
    }
    if (sent == LINK_MESSAGES && answered == LINK_MESSAGES) {
        message = (struct link_message){.type = LINK_DONE, .sequence = sent, .value = sum};
        if (link_put(&page.link.to_back, &message))
            sent++;
    }
    if (sent != before)
        event_send((uint32_t)port);
}

static void finish(uint32_t theirs)
{
    done = true;
    good = !wrong && theirs == sum;
    if (!at_boot)
        line_aside(true);
    print("ring: up, %u messages, checksum %08x %s\n", LINK_MESSAGES, (unsigned)sum, good ? "ok" : "WRONG");
    if (!at_boot)
        line_aside(false);
}

static void take(struct link_message *message)
{
    uint8_t bytes[LINK_BYTES];
    switch (message->type) {
    case LINK_DATA:
        fill(message->sequence, bytes);
        for (unsigned i = 0; i < LINK_BYTES; i++)
            if (bytes[i] != message->data[LINK_BYTES - 1 - i]) {
                wrong++;
                break;
            }
        answered++;
        return;
    case LINK_DONE:
        finish(message->value);
        return;
    case LINK_PING:
        message->type = LINK_PONG;
        if (link_put(&page.link.to_back, message))
            event_send((uint32_t)port);
        return;
    case LINK_PONG:
        pong = message->sequence;
        return;
    }
}

void frontend_changed(const char *path)
{
    uint32_t state;
    if (port < 0 || connected || !equal(path, backend_state()))
        return;
    if (!store_read_number(backend_state(), &state) || state != STATE_CONNECTED)
        return;
    connected = true;
    send_more();
}

bool frontend_work(void)
{
    if (!connected)
        return false;
    if (!event_take((uint32_t)port))
        return false;
    struct link_message message;
    for (unsigned i = 0; i < 2 * LINK_SLOTS && link_get(&page.link.to_front, &message); i++)
        take(&message);
    if (!done)
        send_more();
    return true;
}

void frontend_wait(void)
{
    uint64_t deadline = deadline_in(PATIENCE_MS);
    while (port >= 0 && !done && timer_now() < deadline) {
        irq_disable();
        timer_wake_at(deadline);
        if (!platform->work())
            wfi();
        irq_enable();
    }
    timer_let_sleep();
    if (port >= 0 && !done)
        print("ring: nobody has connected to it yet\n");
    at_boot = false;
}

void ring_command(const struct arguments *arguments)
{
    (void)arguments;
    if (port < 0) {
        print("ring: none, for there is no store (%s)\n", store_error());
        return;
    }
    print("  page %08x, grant %d, port %d, for domain %u: %s\n", (unsigned)&page, (int)reference, (int)port, BACKEND,
          connected ? "connected" : "nobody has connected yet");
    print("  %u messages sent, %u answers, %u of them wrong, checksum %08x %s\n", (unsigned)sent, (unsigned)answered,
          (unsigned)wrong, (unsigned)sum, !done ? "not compared yet" : good ? "ok" : "WRONG");
}

void ping_command(const struct arguments *arguments)
{
    (void)arguments;
    struct link_message message = {.type = LINK_PING, .sequence = ++pings};
    uint64_t begin = timer_now(), deadline = deadline_in(PING_MS);
    if (!connected || !link_put(&page.link.to_back, &message)) {
        print("ping: nobody has connected to the ring\n");
        return;
    }
    event_send((uint32_t)port);
    while (pong != pings && timer_now() < deadline) {
        struct link_message answer;
        event_wait((uint32_t)port, deadline);
        while (link_get(&page.link.to_front, &answer))
            take(&answer);
    }
    if (pong != pings) {
        print("  domain 0: no answer\n");
        return;
    }
    print("  domain 0: answer after ");
    print_duration(timer_now() - begin);
    print("\n");
}
