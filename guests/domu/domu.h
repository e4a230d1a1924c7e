// The demo as a domain that a toolstack makes.
#ifndef DOMU_H
#define DOMU_H

#include "platform.h"

extern const struct platform domu_platform;
extern const struct command domu_commands[];

/** The console ring that the toolstack gave. @returns whether there is one */
bool console_start(void);
bool console_connected(void);
void console_write(char c);
void console_flush(void);
int console_read(void);

/** Offers a ring to domain 0. */
void frontend_start(void);
/** Lets domain 0 connect, for a while. */
void frontend_wait(void);
/** A node that is watched has changed. */
void frontend_changed(const char *path);
/** What domain 0 wants. @returns whether there was anything */
bool frontend_work(void);
bool frontend_connected(void);
void ring_command(const struct arguments *arguments);
void ping_command(const struct arguments *arguments);

/** Looks whether the toolstack wants it to end. @returns whether it asked for something */
bool control_changed(void);

#endif
