// The other end of the rings of domains: a domain writes into its part of the store which page it grants and which port it
// has; dom0 maps the one and binds the other, answers messages, and says so in its own part of the store.
#include <stddef.h>

#include "arm.h"
#include "board.h"
#include "dom0.h"
#include "events.h"
#include "grants.h"
#include "hypercall.h"
#include "line.h"
#include "link.h"
#include "print.h"
#include "store.h"
#include "timer.h"

enum { MOST_PEERS = 48, PATIENCE_MS = 200, PING_MS = 1000 };

struct peer {
    bool used, present, connected, checked;
    uint16_t domain;
    uint32_t handle, port, reference;
    volatile struct link_page *page;
    uint32_t messages, sum;
    // The last ping that was answered.
    uint32_t pong;
};

static struct peer peers[MOST_PEERS];
static uint32_t pings;
static bool at_boot = true;

static struct peer *find(uint32_t domain)
{
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (peers[i].used && peers[i].domain == domain)
            return &peers[i];
    return NULL;
}

static char *frontend(char *path, uint32_t domain, const char *name)
{
    return format_text(path, STORE_PATH_MAX, "/local/domain/%u/data/ring/%s", (unsigned)domain, name);
}
static char *backend(char *path, uint32_t domain, const char *name)
{
    return format_text(path, STORE_PATH_MAX, "/local/domain/0/backend/ring/%u/0%s", (unsigned)domain, name);
}
static const char *name_of(uint32_t domain)
{
    static char name[24];
    char path[STORE_PATH_MAX];
    format_text(path, sizeof path, "/local/domain/%u/name", (unsigned)domain);
    if (store_read(path, name, sizeof name) <= 0)
        format_text(name, sizeof name, "(no name)");
    return name;
}

static void say_begin(const struct peer *peer)
{
    if (!at_boot)
        line_aside(true);
    print("ring: domain %u (%s): ", (unsigned)peer->domain, name_of(peer->domain));
}
static void say_end(void)
{
    print("\n");
    if (!at_boot)
        line_aside(false);
}

/** Each peer has its own address among those for pages of others. */
static volatile struct link_page *address_for(const struct peer *peer)
{
    uint32_t offset = (uint32_t)(peer - peers) * PAGE_SIZE;
    return offset + PAGE_SIZE <= board.grants.size ? (void *)((uint32_t)board.grants.base + offset) : NULL;
}

static void disconnect(struct peer *peer)
{
    if (!peer->connected)
        return;
    peer->connected = false;
    event_close(peer->port);
    grant_unmap(peer->handle, peer->page);
    say_begin(peer);
    print("gone after %u messages", (unsigned)peer->messages);
    say_end();
}

static void connect(struct peer *peer)
{
    char path[STORE_PATH_MAX];
    uint32_t reference, port;
    volatile struct link_page *at = address_for(peer);
    if (!store_read_number(frontend(path, peer->domain, "ring-ref"), &reference) ||
        !store_read_number(frontend(path, peer->domain, "event-channel"), &port) || !at)
        return;
    int32_t handle = grant_map(peer->domain, reference, at);
    int32_t own = handle < 0 ? handle : event_bind(peer->domain, port);
    if (own < 0) {
        if (handle >= 0)
            grant_unmap((uint32_t)handle, at);
        say_begin(peer);
        print("cannot be connected (grant %u: %d, port %u: %d)", (unsigned)reference, (int)handle, (unsigned)port, (int)own);
        say_end();
        return;
    }
    *peer = (struct peer){.used = true, .present = true, .connected = true, .domain = peer->domain,
                          .handle = (uint32_t)handle, .port = (uint32_t)own, .reference = reference, .page = at};
    store_mkdir(backend(path, peer->domain, ""));
    store_permit(path, 0, peer->domain);
    store_write_number(backend(path, peer->domain, "/state"), STATE_CONNECTED);
}

static void frontend_changed(uint32_t domain)
{
    char path[STORE_PATH_MAX];
    uint32_t state;
    struct peer *peer = find(domain);
    if (!peer)
        return;
    if (!store_read_number(frontend(path, domain, "state"), &state))
        state = STATE_CLOSED;
    if (state == STATE_INITIALISED && !peer->connected)
        connect(peer);
    else if (state == STATE_CLOSED)
        disconnect(peer);
}

/** The number behind a prefix, or -1. */
static int32_t domain_in(const char *path)
{
    static const char prefix[] = "/local/domain/";
    if (!starts_with(path, prefix))
        return -1;
    int32_t domain = 0;
    path += sizeof prefix - 1;
    for (; *path >= '0' && *path <= '9' && domain < DOMID_SELF; path++)
        domain = domain * 10 + (*path - '0');
    return domain;
}

static void add(uint32_t domain)
{
    char path[STORE_PATH_MAX];
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (!peers[i].used) {
            peers[i] = (struct peer){.used = true, .present = true, .domain = (uint16_t)domain};
            store_watch(frontend(path, domain, "state"));
            return;
        }
}

/** Who is there has changed: looks through the list. */
static void look_for_domains(void)
{
    static char names[1024];
    char text[STORE_PATH_MAX];
    int32_t n = store_list("/local/domain", names, sizeof names);
    for (unsigned i = 0; i < MOST_PEERS; i++)
        peers[i].present = false;
    for (int32_t at = 0; at < n; at += (int32_t)length(names + at) + 1) {
        int32_t domain = domain_in(format_text(text, sizeof text, "/local/domain/%s", names + at));
        struct peer *peer = domain > 0 ? find((uint32_t)domain) : NULL;
        if (peer)
            peer->present = true;
        else if (domain > 0)
            add((uint32_t)domain);
    }
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (peers[i].used && !peers[i].present) {
            disconnect(&peers[i]);
            store_remove(backend(text, peers[i].domain, ""));
            peers[i].used = false;
        }
}

static void answer(struct peer *peer, struct link_message *message)
{
    peer->messages++;
    switch (message->type) {
    case LINK_DATA: {
        peer->sum = checksum(peer->sum, message->data, message->length);
        for (unsigned i = 0, j = message->length; i + 1 < j; i++) {
            uint8_t byte = message->data[i];
            message->data[i] = message->data[--j];
            message->data[j] = byte;
        }
        break;
    }
    case LINK_DONE: {
        bool good = message->value == peer->sum && peer->messages == LINK_MESSAGES + 1;
        peer->checked = true;
        say_begin(peer);
        print("up, %u messages, checksum %08x %s", (unsigned)(peer->messages - 1), (unsigned)peer->sum,
              good ? "ok" : "WRONG");
        say_end();
        message->value = peer->sum;
        break;
    }
    case LINK_PING:
        message->type = LINK_PONG;
        break;
    case LINK_PONG:
        peer->pong = message->sequence;
        return;
    default:
        return;
    }
    // The queues are of one size and there is one answer to each message: there is room, unless the domain cheats.
    link_put(&peer->page->to_front, message);
}

static bool serve(struct peer *peer)
{
    struct link_message message;
    unsigned taken = 0;
    while (taken < LINK_SLOTS && link_has_room(&peer->page->to_front) && link_get(&peer->page->to_back, &message)) {
        answer(peer, &message);
        taken++;
    }
    if (taken)
        event_send(peer->port);
    return taken > 0;
}

bool backend_work(void)
{
    char path[STORE_PATH_MAX];
    bool any = false;
    if (!store_connected())
        return false;
    while (store_event(path)) {
        any = true;
        if (path[0] == '@')
            look_for_domains();
        else if (domain_in(path) > 0)
            frontend_changed((uint32_t)domain_in(path));
    }
    if (store_events_lost()) {
        look_for_domains();
        for (unsigned i = 0; i < MOST_PEERS; i++)
            if (peers[i].used)
                frontend_changed(peers[i].domain);
    }
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (peers[i].connected && event_take(peers[i].port)) {
            any = true;
            while (serve(&peers[i]))
                ;
        }
    return any;
}

void backend_start(void)
{
    store_watch("@introduceDomain");
    store_watch("@releaseDomain");
    look_for_domains();
}

static bool all_checked(void)
{
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (peers[i].used && !peers[i].checked)
            return false;
    return true;
}

void backend_wait(void)
{
    uint64_t deadline = deadline_in(PATIENCE_MS);
    while (store_connected() && !all_checked() && timer_now() < deadline) {
        irq_disable();
        timer_wake_at(deadline);
        if (!backend_work())
            wfi();
        irq_enable();
    }
    timer_let_sleep();
    at_boot = false;
}

static bool ping(struct peer *peer)
{
    struct link_message message = {.type = LINK_PING, .sequence = ++pings};
    uint64_t begin = timer_now(), deadline = deadline_in(PING_MS);
    if (!link_put(&peer->page->to_front, &message))
        return false;
    event_send(peer->port);
    while (peer->connected && peer->pong != message.sequence && timer_now() < deadline) {
        // What else comes up waits: only the ring is served here.
        event_wait(peer->port, deadline);
        while (serve(peer))
            ;
    }
    if (peer->pong != message.sequence)
        return false;
    print("  %-3u  %s: answer after ", (unsigned)peer->domain, name_of(peer->domain));
    print_duration(timer_now() - begin);
    print("\n");
    return true;
}

void ping_command(const struct arguments *arguments)
{
    const char *wanted = arguments->word[0];
    uint32_t id = 0, tried = 0, answered = 0;
    bool all = equal(wanted, "all"), number = parse_number(wanted, 10, &id);
    for (unsigned i = 0; i < MOST_PEERS; i++) {
        struct peer *peer = &peers[i];
        if (!peer->connected || !(all || (number ? peer->domain == id : equal(name_of(peer->domain), wanted))))
            continue;
        tried++;
        if (ping(peer))
            answered++;
        else
            print("  %-3u  %s: no answer\n", (unsigned)peer->domain, name_of(peer->domain));
    }
    if (!tried)
        print("ping: there is no ring with %s; see 'ring'\n", wanted);
    else if (all)
        print("  %u of %u answered\n", (unsigned)answered, (unsigned)tried);
}

void ring_command(const struct arguments *arguments)
{
    (void)arguments;
    print("  id   domain                   grant  port  messages  checksum\n");
    for (unsigned i = 0; i < MOST_PEERS; i++)
        if (peers[i].connected)
            print("  %-3u  %-23s  %-5u  %-4u  %-8u  %08x\n", (unsigned)peers[i].domain, name_of(peers[i].domain),
                  (unsigned)peers[i].reference, (unsigned)peers[i].port, (unsigned)peers[i].messages,
                  (unsigned)peers[i].sum);
}
