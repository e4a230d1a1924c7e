// Fault status registers in words (ARM ARM DDI 0406C, B3.13, short-descriptor format).
#include "print.h"
#include "trap.h"

enum { NO_HINT, HINT_UNMAPPED, HINT_HOLE, HINT_PERMISSION, HINT_ALIGNMENT, HINT_BUS };

static const char *const hints[] = {
    [HINT_UNMAPPED] = "the demo maps only RAM and the device windows of the device tree",
    [HINT_HOLE] = "only the pages below the stacks are holes: a stack has run over",
    [HINT_PERMISSION] = "the page is mapped, but not for this kind of access (code is read-only)",
    [HINT_ALIGNMENT] = "device memory takes only aligned accesses",
    [HINT_BUS] = "the address is mapped, but nothing on the bus answers there",
};

// FS[4:0]: DFSR[10,3:0] or IFSR[10,3:0].
static const struct {
    uint8_t status, hint;
    const char *name;
} faults[] = {
    {0x01, HINT_ALIGNMENT, "alignment fault"},
    {0x02, NO_HINT, "debug event"},
    {0x03, NO_HINT, "access flag fault, section"},
    {0x04, NO_HINT, "instruction cache maintenance fault"},
    {0x05, HINT_UNMAPPED, "translation fault, section"},
    {0x06, NO_HINT, "access flag fault, page"},
    {0x07, HINT_HOLE, "translation fault, page"},
    {0x08, HINT_BUS, "synchronous external abort"},
    {0x09, NO_HINT, "domain fault, section"},
    {0x0b, NO_HINT, "domain fault, page"},
    {0x0c, HINT_BUS, "external abort on a first-level table walk"},
    {0x0d, HINT_PERMISSION, "permission fault, section"},
    {0x0e, HINT_BUS, "external abort on a second-level table walk"},
    {0x0f, HINT_PERMISSION, "permission fault, page"},
    {0x10, NO_HINT, "TLB conflict abort"},
    {0x16, HINT_BUS, "asynchronous external abort"},
    {0x18, NO_HINT, "asynchronous parity error"},
    {0x19, NO_HINT, "synchronous parity error"},
    {0x1c, NO_HINT, "parity error on a first-level table walk"},
    {0x1e, NO_HINT, "parity error on a second-level table walk"},
};

void fault_explain(uint32_t status, uint32_t address, bool data)
{
    uint32_t fs = (status & 0xf) | (status >> 6 & 0x10);
    const char *name = "reserved fault status";
    uint8_t hint = NO_HINT;
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].status == fs) {
            name = faults[i].name;
            hint = faults[i].hint;
        }
    print("  %s  %08x  %s\n", data ? "DFAR" : "IFAR", (unsigned)address,
          data ? status & (1 << 11) ? "written" : "read" : "fetched");
    print("  %s  %08x  FS %02x: %s\n", data ? "DFSR" : "IFSR", (unsigned)status, (unsigned)fs, name);
    if (hint != NO_HINT)
        print("  why   %s\n", hints[hint]);
}
