#ifndef STORE_COMMAND_H
#define STORE_COMMAND_H

#include "shell.h"

/** ls, read, write and rm of the store. */
void xenstore_command(const struct arguments *arguments);
#define XENSTORE_COMMAND {"xenstore", "VERB [PATH]", "the store: ls, read, write, rm", xenstore_command, 1, 3}

#endif
