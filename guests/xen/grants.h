// The grant table: pages for others, and pages of others.
#ifndef GRANTS_H
#define GRANTS_H

#include <stdint.h>

/** Maps the first page of this domain's table. @returns 0, or what Xen refused it with */
int32_t grants_start(void);
/** Lets a domain map a page of this one. @returns the reference, or -1: none is free */
int32_t grant_page(uint16_t domain, volatile void *page);
/** Maps a page of another domain. @returns a handle, or a negative GNTST */
int32_t grant_map(uint16_t domain, uint32_t reference, volatile void *at);
void grant_unmap(uint32_t handle, volatile void *at);

#endif
