// The shell: commands as a table.
#ifndef SHELL_H
#define SHELL_H

#include <stdbool.h>
#include <stdint.h>

/** The words behind the command's name; NULL behind the last. */
struct arguments {
    const char *word[4];
    unsigned count;
};

struct command {
    const char *name, *arguments, *help;
    void (*run)(const struct arguments *);
    uint8_t least, most; // arguments
};

/** Ended by a row without a name. */
extern const struct command commands[];

/** Those, and the platform's. */
void each_command(void (*visit)(const struct command *));

/** Parses a whole number: hexadecimal with or without 0x when `base` is 16; decimal, or hexadecimal with 0x, for 10. */
bool parse_number(const char *text, unsigned base, uint32_t *value);
/** Whether Ctrl-C was typed; eats what was typed before it. */
bool interrupted(void);
/** Reads and runs commands for good. */
void shell(void) __attribute__((noreturn));

#endif
