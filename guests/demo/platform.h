// What the demo stands on: a bare board (native.c), or a domain of Xen (../xen).
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "shell.h"

struct platform {
    /** The first line and the prompt. */
    const char *title, *prompt;
    /** Console and interrupts; they are masked still. */
    void (*start)(void);
    /** Further lines of the banner. */
    void (*banner)(void);
    /** What comes between the banner and the first prompt. */
    void (*ready)(void);
    /** What came up while the shell waits for a key. @returns whether there was anything */
    bool (*work)(void);
    /** One character as it is but for "\n", which ends a line; it may wait until `flush`. */
    void (*write)(char c);
    void (*flush)(void);
    /** The next byte that was typed, or -1. */
    int (*read)(void);
    /** Bytes that were typed and got lost. */
    uint32_t (*dropped)(void);
    /** Lets core 1 begin at `entry`, MMU off. */
    void (*start_core)(uint32_t entry);
    /** Off, or on again; returns when nobody answers, or before that happens. */
    void (*power)(bool again);
    /** After the dump of a crash; may return. */
    void (*crashed)(void);
    /** Commands beside those of every demo, ended by a row without a name. */
    const struct command *commands;
};

extern const struct platform *platform;
/** The board itself. */
extern const struct platform native_platform;

/** Chooses one, when the device tree has been read; every program has its own. */
const struct platform *platform_choose(void);

#endif
