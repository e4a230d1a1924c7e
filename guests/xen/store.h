// The client of xenstore: requests over the ring of this domain, one at a time (Xen, docs/misc/xenstore.txt).
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#define STORE_PATH_MAX 96

/** The ring's page and port. */
void store_connect(volatile void *page, uint32_t port);
bool store_connected(void);

/**
 * One request; `payload` has `length` bytes. The answer's payload goes into `answer`, cut off after `size` - 1 bytes and
 * with a NUL behind it.
 * @returns bytes of the answer, or -1: refused, or no answer in a second; then store_error() says why
 */
int32_t store_request(uint32_t type, const char *payload, uint32_t length, char *answer, uint32_t size);
/** Paths that do not begin with `/` are this domain's own. */
int32_t store_read(const char *path, char *value, uint32_t size);
bool store_read_number(const char *path, uint32_t *value);
bool store_write(const char *path, const char *value);
bool store_write_number(const char *path, uint32_t value);
bool store_mkdir(const char *path);
bool store_remove(const char *path);
/** The owner, and a domain that may read. */
bool store_permit(const char *path, uint32_t owner, uint32_t reader);
/** Names below a node, each with its NUL. @returns bytes, or -1 */
int32_t store_list(const char *path, char *names, uint32_t size);
bool store_watch(const char *path);
/** The path of an event of a watch that has not been taken yet, the oldest first. */
bool store_event(char path[STORE_PATH_MAX]);
/** Whether events were lost, for nobody took them; asks once. */
bool store_events_lost(void);
/** Of the last request that failed. */
const char *store_error(void);

#endif
