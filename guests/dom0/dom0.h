// The demo as dom0 of Xen.
#ifndef DOM0_H
#define DOM0_H

#include "platform.h"

extern const struct platform dom0_platform;

/** The store that the hypervisor keeps. @returns 0, or what it was refused with */
int32_t dom0_store_start(void);

/** Starts to look after the rings of domains. */
void backend_start(void);
/** Lets domains that are there connect, for a while. */
void backend_wait(void);
/** What domains want. @returns whether there was anything */
bool backend_work(void);

extern const struct command dom0_commands[];
void ping_command(const struct arguments *arguments);
void ring_command(const struct arguments *arguments);

#endif
