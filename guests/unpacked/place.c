/*
 * Finds the place of the kernel as its decompressor would: at its text offset from the 128 MiB that the head was loaded
 * into, or, where these are not memory of this machine or the copy would reach the head, from the start of the memory
 * that the device tree says the head is in.
 *
 * The tree is trusted to be well formed: whoever made it can do as he likes with this machine anyway. No data of its own
 * and no strings: the code runs wherever it was loaded.
 */
#include "place.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4 };
enum { MAGIC, STRUCTURE = 2, STRINGS = 3 };
enum { WINDOW = 128 << 20, ALIGNMENT = 2 << 20 };

struct region {
    uint64_t start, end;
};

static uint32_t word(const uint32_t *at) { return __builtin_bswap32(*at); }

static uint64_t number(const uint32_t **at, uint32_t cells)
{
    uint64_t value = 0;
    while (cells-- > 0)
        value = value << 32 | word((*at)++);
    return value;
}

static int is_memory(const char *name)
{
    return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'o' && name[4] == 'r' && name[5] == 'y' &&
           (name[6] == 0 || name[6] == '@');
}

static int is_reg(const char *name) { return name[0] == 'r' && name[1] == 'e' && name[2] == 'g' && name[3] == 0; }

/* #address-cells and #size-cells; no other property of a root that begins so is one cell long. */
static int is_cells(const char *name, char first)
{
    return name[0] == '#' && name[1] == first && name[2] == (first == 'a' ? 'd' : 'i');
}

static const uint32_t *skip(const uint32_t *at, uint32_t bytes) { return at + (bytes + 3) / 4; }

static uint32_t length(const char *text)
{
    uint32_t n = 0;
    while (text[n])
        n++;
    return n;
}

/* The region of a memory node below the root that holds `address`. */
static int find_region(const uint32_t *dtb, uint32_t address, struct region *found)
{
    const uint32_t *at = dtb + word(dtb + STRUCTURE) / 4;
    const char *strings = (const char *)dtb + word(dtb + STRINGS);
    uint32_t cells[2] = { 2, 1 };
    int depth = 0, memory = 0;

    for (;;) {
        switch (word(at++)) {
        case BEGIN_NODE:
            depth++;
            memory = depth == 2 && is_memory((const char *)at);
            at = skip(at, length((const char *)at) + 1);
            break;
        case END_NODE:
            depth--;
            memory = 0;
            break;
        case PROPERTY: {
            uint32_t bytes = word(at);
            const char *name = strings + word(at + 1);
            const uint32_t *value = at + 2;
            at = skip(value, bytes);
            if (depth == 1 && is_cells(name, 'a'))
                cells[0] = word(value);
            if (depth == 1 && is_cells(name, 's'))
                cells[1] = word(value);
            while (memory && is_reg(name) && value < at && cells[0] + cells[1] > 0) {
                found->start = number(&value, cells[0]);
                found->end = found->start + number(&value, cells[1]);
                if (address >= found->start && address < found->end)
                    return 1;
            }
            break;
        }
        case NOP:
            break;
        default:
            return 0;
        }
    }
}

uint32_t kernel_address(uint32_t load, const uint32_t *dtb, const struct parameters *kernel)
{
    struct region memory;
    uint32_t base = load & -(uint32_t)WINDOW;

    if (!dtb || ((uintptr_t)dtb & 3) || word(dtb + MAGIC) != 0xd00dfeed || !find_region(dtb, load, &memory))
        return base + kernel->text_offset;
    if (base < memory.start || base + kernel->text_offset + kernel->memory_bytes > load)
        base = ((uint32_t)memory.start + ALIGNMENT - 1) & -(uint32_t)ALIGNMENT;
    return base + kernel->text_offset;
}
