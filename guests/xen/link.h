// A page that two domains share: a queue of messages in each direction, with free-running indices. Neither side trusts what
// the other writes there.
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#define LINK_SLOTS 16
#define LINK_BYTES 52
/** Messages that a frontend sends at the beginning, to see that all works. */
#define LINK_MESSAGES 64

enum link_type {
    LINK_DATA = 1, // comes back with its bytes in reverse order
    LINK_DONE = 2, // checksum of all that was sent; comes back with that of all that was received
    LINK_PING = 3, // comes back as a pong
    LINK_PONG = 4,
};

struct link_message {
    uint16_t type, length;
    uint32_t sequence, value;
    uint8_t data[LINK_BYTES];
};

struct link_queue {
    uint32_t produced, consumed, pad[14];
    struct link_message slots[LINK_SLOTS];
};

struct link_page {
    struct link_queue to_back, to_front;
};

/** @returns false when there is no room */
bool link_put(volatile struct link_queue *queue, const struct link_message *message);
/** Takes the oldest message, a copy of it. @returns false when there is none */
bool link_get(volatile struct link_queue *queue, struct link_message *message);
bool link_has_room(const volatile struct link_queue *queue);
/** The checksum of bytes, going on from that of those before (0 at first): CRC-32 as in IEEE 802.3. */
uint32_t checksum(uint32_t before, const uint8_t *bytes, uint32_t length);

/** States of a device in the store (Xen, public/io/xenbus.h). */
enum { STATE_INITIALISED = 3, STATE_CONNECTED = 4, STATE_CLOSED = 6 };

#endif
