// Event channels through the 2-level interface. The interrupt only notes what has come; what is to be done about it is done
// by who asks.
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/** Ports that are listened to; Xen gives the lowest that are free. */
#define MOST_PORTS 256

/** Maps the shared page and lets the interrupt through. @returns 0, or what Xen refused it with */
int32_t events_start(void);
/** @returns a port that `domain` may bind, or a negative error; so do the others */
int32_t event_allocate(uint16_t domain);
int32_t event_bind(uint16_t domain, uint32_t port);
int32_t event_bind_virq(uint32_t virq);
void event_close(uint32_t port);
void event_send(uint32_t port);
/** Whether an event has come since the last time. */
bool event_take(uint32_t port);
/** Events that have come on all ports. */
uint32_t event_count(void);
/** Sleeps until an event comes on a port, or `deadline` (ticks since timer_start) is over. @returns whether one came */
bool event_wait(uint32_t port, uint64_t deadline);
/** Ticks since timer_start in so many milliseconds. */
uint64_t deadline_in(uint32_t milliseconds);

#endif
