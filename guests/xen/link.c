#include "link.h"

#include <string.h>

#include "arm.h"

bool link_has_room(const volatile struct link_queue *queue)
{
    return queue->produced - queue->consumed < LINK_SLOTS;
}

bool link_put(volatile struct link_queue *queue, const struct link_message *message)
{
    uint32_t produced = queue->produced;
    if (produced - queue->consumed >= LINK_SLOTS)
        return false;
    memcpy((void *)&queue->slots[produced % LINK_SLOTS], message, sizeof *message);
    dsb();
    queue->produced = produced + 1;
    return true;
}

bool link_get(volatile struct link_queue *queue, struct link_message *message)
{
    uint32_t consumed = queue->consumed, there = queue->produced - consumed;
    if (!there || there > LINK_SLOTS)
        return false;
    dsb();
    memcpy(message, (const void *)&queue->slots[consumed % LINK_SLOTS], sizeof *message);
    if (message->length > LINK_BYTES)
        message->length = LINK_BYTES;
    dsb();
    queue->consumed = consumed + 1;
    return true;
}

uint32_t checksum(uint32_t before, const uint8_t *bytes, uint32_t length)
{
    uint32_t crc = ~before;
    while (length--) {
        crc ^= *bytes++;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}
