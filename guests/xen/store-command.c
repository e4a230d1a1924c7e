// The command `xenstore`.
#include "store-command.h"

#include <stddef.h>

#include "print.h"
#include "store.h"

static char answer[2048];

static void list(const char *path)
{
    int32_t n = store_list(path, answer, sizeof answer);
    if (n < 0) {
        print("xenstore: %s: %s\n", path, store_error());
        return;
    }
    for (int32_t at = 0; at < n; at += (int32_t)length(answer + at) + 1)
        print("  %s\n", answer + at);
}

void xenstore_command(const struct arguments *arguments)
{
    const char *verb = arguments->word[0], *path = arguments->count > 1 ? arguments->word[1] : "/";
    bool known = true, ok = true;
    if (equal(verb, "ls"))
        list(path);
    else if (arguments->count < 2)
        known = false;
    else if (equal(verb, "read")) {
        ok = store_read(path, answer, sizeof answer) >= 0;
        if (ok)
            print("%s\n", answer);
    } else if (equal(verb, "write") && arguments->count == 3)
        ok = store_write(path, arguments->word[2]);
    else if (equal(verb, "rm"))
        ok = store_remove(path);
    else
        known = false;
    if (!known)
        print("usage: xenstore ls [PATH] | read PATH | write PATH VALUE | rm PATH\n");
    else if (!ok)
        print("xenstore: %s: %s\n", path, store_error());
}
