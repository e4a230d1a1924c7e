#include "mmu.h"

#include "arm.h"
#include "board.h"
#include "layout.h"

// First level: sections of 1 MiB, domain 0.
enum {
    L1_TABLE = 1,
    L1_SECTION = 2,
    L1_DEVICE = L1_SECTION | 1 << 4 | 1 << 10,                                // strongly ordered, XN, PL1 read/write
    L1_NORMAL = L1_SECTION | 1 << 2 | 1 << 3 | 1 << 10 | 1 << 12 | 1 << 16,   // write-back, write-allocate, shareable
};
// Second level: small pages of 4 KiB. AP[2:0] 001: PL1 read/write; 101: PL1 read-only.
enum {
    L2_PAGE = 2,
    L2_NORMAL = L2_PAGE | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 10,
    L2_READ_ONLY = 1 << 9,
    L2_XN = 1 << 0,
};
enum { TTBR_WALKS = 1 << 6 | 1 << 3 | 1 << 1 }; // inner and outer write-back write-allocate, shareable
enum { DACR_CLIENT_0 = 1 };
enum { SCTLR_M = 1 << 0, SCTLR_C = 1 << 2, SCTLR_Z = 1 << 11, SCTLR_I = 1 << 12 };
enum { SCTLR_TRE = 1 << 28, SCTLR_AFE = 1 << 29, SCTLR_WXN = 1 << 19, SCTLR_UWXN = 1 << 20 };
enum { ACTLR_SMP = 1 << 6 };
enum { SECTION = 1 << 20, PAGE = 1 << 12 };

static uint32_t first_level[4096] __attribute__((aligned(16384)));
static uint32_t second_level[256] __attribute__((aligned(1024)));

extern const uint8_t image_start[], rodata_start[], data_start[], stacks_start[], stacks_end[];
extern const uint8_t writable_code_start[], writable_code_end[];

static void map_sections(const struct region *region, uint32_t attributes)
{
    uint64_t end = region->base + region->size;
    if (!region->size || end < region->base || region->base >> 32)
        return;
    uint64_t last = (end > 1ull << 32 ? 1ull << 32 : end) - 1;
    for (uint32_t section = (uint32_t)(region->base >> 20); section <= (uint32_t)(last >> 20); section++)
        if (!first_level[section])
            first_level[section] = section << 20 | attributes;
}

static void map_device(const struct region *window) { map_sections(window, L1_DEVICE); }

static uint32_t page_attributes(uint32_t address)
{
    if (address >= (uint32_t)image_start && address < (uint32_t)rodata_start)
        return L2_NORMAL | L2_READ_ONLY;
    if (address >= (uint32_t)writable_code_start && address < (uint32_t)writable_code_end)
        return L2_NORMAL; // for guests that make instructions
    if (address >= (uint32_t)rodata_start && address < (uint32_t)data_start)
        return L2_NORMAL | L2_READ_ONLY | L2_XN;
    // The page below each core's stack stays a hole: a stack that grows too far faults there.
    if (address >= (uint32_t)stacks_start && address < (uint32_t)stacks_end)
        if ((address - (uint32_t)stacks_start) % (1 << STACKS_SHIFT) == 0)
            return 0;
    return L2_NORMAL | L2_XN;
}

void mmu_build(void)
{
    // The demo's own section is mapped in pages: code, constants and data differ in what is allowed.
    uint32_t section = (uint32_t)image_start & ~(SECTION - 1u);
    for (uint32_t page = 0; page < 256; page++) {
        uint32_t address = section + page * PAGE, attributes = page_attributes(address);
        second_level[page] = attributes ? address | attributes : 0;
    }
    first_level[section >> 20] = (uint32_t)second_level | L1_TABLE;
    for (unsigned i = 0; i < board.memory_regions; i++)
        map_sections(&board.memory[i], L1_NORMAL);
    if (board.tree.count) // the shell reads it, wherever the loader has put it
        map_sections(&(struct region){board.tree_address, board.tree.size}, L1_NORMAL);
    map_sections(&board.grants, L1_NORMAL);
    board_each_window(map_device);
    const uint32_t needed[] = {board.uart, board.gic_distributor, board.gic_interface, board.sysreg};
    for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++)
        map_device(&(struct region){needed[i], PAGE});
}

void mmu_map_memory(uint32_t address)
{
    map_sections(&(struct region){address, PAGE}, L1_NORMAL);
    dsb();
    isb();
}

void mmu_map_window(uint32_t address, uint32_t physical)
{
    first_level[address >> 20] = (physical & ~(SECTION - 1u)) | L1_DEVICE;
    dsb();
    write_tlbiall(0);
    dsb();
    isb();
}

void mmu_enable(void)
{
    if (!(read_actlr() & ACTLR_SMP)) // firmware's task on most boards; coherency needs it before the caches
        write_actlr(read_actlr() | ACTLR_SMP);
    write_ttbcr(0);
    write_ttbr0((uint32_t)first_level | TTBR_WALKS);
    write_dacr(DACR_CLIENT_0);
    write_contextidr(0);
    write_iciallu(0);
    write_bpiall(0);
    write_tlbiall(0);
    dsb();
    isb();
    uint32_t sctlr = read_sctlr() & ~(uint32_t)(SCTLR_TRE | SCTLR_AFE | SCTLR_WXN | SCTLR_UWXN);
    write_sctlr(sctlr | SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I);
    isb();
}
