// Hypercalls that mean something: structures laid out as Xen has them, of ids, ports, grants and frames that may exist.
#include <string.h>

#include "arm.h"
#include "board.h"
#include "fuzz.h"
#include "hypercall.h"
#include "trap.h"

// A letter for each field of a structure, aligned to its own size as the ABI does it. Two bytes: d domain, o offset in a page,
// s space, f flags of a copy, z zero. Four: w small, p port, r grant reference, h handle, m flags of a mapping, v virtual CPU,
// V virtual interrupt, O offset of 8 bytes. Eight: F frame, A address to map at, L list of frames, N small, g reference or
// frame, T time.
struct sensible {
    uint8_t number, operation;
    const char *fields;
};

static const struct sensible table[] = {
    {32, 0, "dpw"}, {32, 1, "Vvw"}, {32, 3, "p"}, {32, 4, "p"}, {32, 5, "dpwwww"}, {32, 6, "ddw"}, {32, 6, "ddw"},
    {32, 7, "vw"}, {32, 8, "pv"}, {32, 9, "p"}, {32, 10, "d"}, {32, 11, "FOvw"}, {32, 12, "F"}, {32, 13, "pw"},
    {20, 0, "AmrdzhF"}, {20, 0, "AmrdzhF"}, {20, 0, "AmrdzhF"}, {20, 1, "AFhz"}, {20, 1, "AFhz"}, {20, 2, "dwzL"},
    {20, 5, "gdogdoofz"}, {20, 5, "gdogdoofz"}, {20, 6, "dwwz"}, {20, 8, "w"}, {20, 11, "rrz"}, {20, 12, "Fooww"},
    {12, 1, "LNwwd"}, {12, 6, "LNwwd"}, {12, 6, "LNwwd"}, {12, 7, "dzwNF"}, {12, 7, "dzwNF"}, {12, 15, "dF"},
    {12, 23, "dsodLLL"}, {12, 28, "dzwwwNL"}, {12, 14, "d"}, {12, 3, "d"},
    {29, 1, ""}, {29, 3, "LwT"}, {29, 3, "LwT"}, {34, 0, "dwF"}, {34, 1, "dwF"}, {21, 0, ""}, {17, 1, ""}, {17, 6, "ww"},
};
enum { COUNT = sizeof table / sizeof *table, STRUCTURE = 96 };

static uint32_t list_of_frames(void)
{
    uint32_t list = SCRATCH + below(SCRATCH_PAGES) * PAGE_SIZE + 8 * below(256);
    uint32_t first = one_in(2) ? SCRATCH / PAGE_SIZE + below(SCRATCH_PAGES) : some_frame();
    for (uint32_t i = 0; i < 16; i++)
        if (probe_store(list + 8 * i, one_in(8) ? some_frame() : first + i) || probe_store(list + 8 * i + 4, 0))
            break;
    return list;
}

static uint32_t some_domain(void) 
{
    switch (below(4)) {
    case 0: return below(8);
    case 1: return DOMID_SELF;
    default: return own_domain;
    }
}

static uint32_t value_of(char field)
{
    switch (field) {
    case 'd': return some_domain();
    case 'o': return one_in(4) ? random32() : below(2048);
    case 's': return below(6);
    case 'f': return below(4);
    case 'p': return below(24);
    case 'r': return below(64);
    case 'h': return below(48);
    case 'm': return 2 | below(2) * 4;
    case 'v': return one_in(8) ? below(4) : 0;
    case 'V': return below(26);
    case 'O': return 8 * below(512);
    case 'F': return some_frame();
    case 'A': return some_frame() * PAGE_SIZE;
    case 'L': return list_of_frames();
    case 'N': return one_in(8) ? some_word() : below(12);
    case 'g': return one_in(2) ? below(64) : some_frame();
    case 'T': return one_in(4) ? random32() : 0;
    case 'w': return one_in(8) ? some_word() : below(5);
    default: return 0;
    }
}

static uint32_t size_of(char field)
{
    return field == 'd' || field == 'o' || field == 's' || field == 'f' || field == 'z' ? 2
           : field == 'F' || field == 'A' || field == 'L' || field == 'N' || field == 'g' || field == 'T' ? 8
                                                                                                         : 4;
}

/** Writes a structure. @returns its size */
static uint32_t lay_out(uint32_t address, const char *fields)
{
    uint8_t bytes[STRUCTURE];
    uint32_t at = 0;
    memset(bytes, 0, sizeof bytes);
    for (; *fields; fields++) {
        uint32_t size = size_of(*fields), value = value_of(*fields);
        at = (at + size - 1) & ~(size - 1);
        memcpy(bytes + at, &value, size < 4 ? size : 4);
        if (*fields == 'T')
            bytes[at + 4] = (uint8_t)below(2);
        at += size;
    }
    at = (at + 7) & ~7u;
    for (uint32_t i = 0; i < at; i += 4) {
        uint32_t word;
        memcpy(&word, bytes + i, sizeof word);
        if (probe_store(address + i, word))
            break;
    }
    return at;
}

void step_sensible(void)
{
    const struct sensible *one = &table[below(COUNT)];
    uint32_t address = SCRATCH + below(SCRATCH_PAGES) * PAGE_SIZE + 8 * below(400);
    if (one->number == HYPERVISOR_sched_op)
        repair(); // it waits for an interrupt
    if (one->number == HYPERVISOR_event_channel_op && one->operation == 10 && !one_in(32))
        return; // it takes away what the other steps have made
    lay_out(address, one->fields);
    hypercall(one->number, one->operation, address, 1);
}

/** What lies in memory of virtual CPUs: their information and how they spend their time, anywhere. */
void step_places(void)
{
    enum { HYPERVISOR_vcpu_op = 24, REGISTER_RUNSTATE = 5, REGISTER_INFO = 10 };
    uint32_t address = SCRATCH + below(SCRATCH_PAGES) * PAGE_SIZE;
    bool runstate = one_in(2);
    lay_out(address, runstate ? "F" : "FOw");
    if (runstate)
        probe_store(address, some_address());
    hypercall(HYPERVISOR_vcpu_op, runstate ? REGISTER_RUNSTATE : REGISTER_INFO, 0, address);
}
