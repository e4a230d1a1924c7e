// The computations of the command `run`.
#ifndef COMPUTE_H
#define COMPUTE_H

#include <stdbool.h>
#include <stdint.h>

struct computation {
    const char *name, *about;
    uint32_t (*run)(void);
    bool hexadecimal;
};

/** Ended by a row without a name. */
extern const struct computation computations[];

#endif
