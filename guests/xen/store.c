#include "store.h"

#include <stddef.h>
#include <string.h>

#include "arm.h"
#include "events.h"
#include "hypercall.h"
#include "print.h"

enum { MOST_EVENTS = 64, PATIENCE_MS = 1000, RING = 1024 };

static volatile struct xenstore_domain_interface *ring;
static uint32_t port, last_request;
static char error[24];
// Watched paths that have changed; `first` is the oldest.
static char events[MOST_EVENTS][STORE_PATH_MAX];
static uint32_t first, waiting;
static bool lost;

void store_connect(volatile void *page, uint32_t event)
{
    ring = page;
    port = event;
}
bool store_connected(void) { return ring != NULL; }
const char *store_error(void) { return error; }

static bool refuse(const char *why)
{
    format_text(error, sizeof error, "%s", why);
    return false;
}

static bool send(const void *bytes, uint32_t length, uint64_t deadline)
{
    const char *from = bytes;
    while (length) {
        uint32_t produced = ring->req_prod;
        if (produced - ring->req_cons >= RING) {
            if (!event_wait(port, deadline))
                return refuse("no answer");
            continue;
        }
        ring->req[produced % RING] = *from++;
        length--;
        dsb();
        ring->req_prod = produced + 1;
    }
    return true;
}

/** @param to NULL: they are of no interest */
static bool receive(void *to, uint32_t length, uint64_t deadline)
{
    char *at = to;
    while (length) {
        uint32_t consumed = ring->rsp_cons;
        if (ring->rsp_prod == consumed) {
            event_send(port); // there is room again
            if (ring->rsp_prod == consumed && !event_wait(port, deadline))
                return refuse("no answer");
            continue;
        }
        dsb();
        char byte = ring->rsp[consumed % RING];
        dsb();
        ring->rsp_cons = consumed + 1;
        length--;
        if (at)
            *at++ = byte;
    }
    return true;
}

/** Payload into a buffer that may be too small, with a NUL behind what fits. */
static bool receive_text(char *to, uint32_t size, uint32_t length, uint64_t deadline)
{
    uint32_t kept = length < size ? length : size - 1;
    if (!receive(to, kept, deadline) || !receive(NULL, length - kept, deadline))
        return false;
    to[kept] = 0;
    return true;
}

static bool receive_event(uint32_t length, uint64_t deadline)
{
    char path[STORE_PATH_MAX]; // then a NUL and the token
    if (!receive_text(path, sizeof path, length, deadline))
        return false;
    if (waiting == MOST_EVENTS)
        lost = true;
    else
        memcpy(events[(first + waiting++) % MOST_EVENTS], path, sizeof path);
    return true;
}

int32_t store_request(uint32_t type, const char *payload, uint32_t length, char *answer, uint32_t size)
{
    uint64_t deadline = deadline_in(PATIENCE_MS);
    struct xsd_sockmsg header = {.type = type, .req_id = ++last_request, .len = length};
    if (!ring)
        return refuse("no store"), -1;
    if (!send(&header, sizeof header, deadline) || !send(payload, length, deadline))
        return -1;
    event_send(port);
    for (;;) {
        if (!receive(&header, sizeof header, deadline))
            return -1;
        if (header.len > XENSTORE_PAYLOAD_MAX)
            return refuse("protocol"), -1;
        bool event = header.type == XS_WATCH_EVENT, mine = !event && header.req_id == last_request;
        bool failed = mine && header.type == XS_ERROR;
        if (event ? !receive_event(header.len, deadline)
            : failed ? !receive_text(error, sizeof error, header.len, deadline)
            : mine   ? !receive_text(answer, size, header.len, deadline)
                     : !receive(NULL, header.len, deadline))
            return -1;
        if (failed)
            return -1;
        if (mine)
            return (int32_t)(header.len < size ? header.len : size - 1);
    }
}

bool store_event(char path[STORE_PATH_MAX])
{
    struct xsd_sockmsg header;
    if (ring && !waiting && ring->rsp_prod != ring->rsp_cons) {
        uint64_t deadline = deadline_in(PATIENCE_MS);
        if (receive(&header, sizeof header, deadline)) {
            if (header.type == XS_WATCH_EVENT)
                receive_event(header.len, deadline);
            else
                receive(NULL, header.len, deadline);
        }
    }
    if (!waiting)
        return false;
    memcpy(path, events[first % MOST_EVENTS], STORE_PATH_MAX);
    first = (first + 1) % MOST_EVENTS;
    waiting--;
    return true;
}

bool store_events_lost(void)
{
    bool was = lost;
    lost = false;
    return was;
}

/** A request that is answered by nothing but its success: a path, and something behind its NUL. */
static bool plain(uint32_t type, const char *path, const char *more, bool ended)
{
    char payload[STORE_PATH_MAX * 2], answer[8];
    uint32_t n = (uint32_t)length(path) + 1, rest = more ? (uint32_t)length(more) + ended : 0;
    if (n + rest + 1 > sizeof payload)
        return refuse("too long");
    memcpy(payload, path, n);
    if (more)
        memcpy(payload + n, more, rest);
    return store_request(type, payload, n + rest, answer, sizeof answer) >= 0;
}

int32_t store_read(const char *path, char *value, uint32_t size)
{
    return store_request(XS_READ, path, (uint32_t)length(path) + 1, value, size);
}
int32_t store_list(const char *path, char *names, uint32_t size)
{
    return store_request(XS_DIRECTORY, path, (uint32_t)length(path) + 1, names, size);
}
bool store_read_number(const char *path, uint32_t *value)
{
    char text[12];
    uint32_t result = 0;
    if (store_read(path, text, sizeof text) <= 0)
        return false;
    for (const char *at = text; *at; at++) {
        if (*at < '0' || *at > '9')
            return refuse("no number");
        result = result * 10 + (uint32_t)(*at - '0');
    }
    *value = result;
    return true;
}
bool store_write(const char *path, const char *value) { return plain(XS_WRITE, path, value, false); }
bool store_write_number(const char *path, uint32_t value)
{
    char text[12];
    return store_write(path, format_text(text, sizeof text, "%u", (unsigned)value));
}
bool store_mkdir(const char *path) { return plain(XS_MKDIR, path, NULL, false); }
bool store_remove(const char *path) { return plain(XS_RM, path, NULL, false); }
bool store_watch(const char *path) { return plain(XS_WATCH, path, "w", true); }
bool store_permit(const char *path, uint32_t owner, uint32_t reader)
{
    char payload[STORE_PATH_MAX + 32], answer[8];
    uint32_t n = (uint32_t)length(path) + 1;
    if (n > STORE_PATH_MAX)
        return refuse("too long");
    memcpy(payload, path, n);
    format_text(payload + n, 12, "n%u", (unsigned)owner);
    n += (uint32_t)length(payload + n) + 1;
    format_text(payload + n, 12, "r%u", (unsigned)reader);
    n += (uint32_t)length(payload + n) + 1;
    return store_request(XS_SET_PERMS, payload, n, answer, sizeof answer) >= 0;
}
