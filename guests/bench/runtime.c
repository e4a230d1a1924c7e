// What surrounds a benchmark on the Versatile Express: MMU and caches on, the checksum on the UART, power off.
#include "bench.h"

void main(void) __attribute__((noreturn));
void bench_fault(uint32_t vector, uint32_t address) __attribute__((noreturn));

enum { UART = 0x1c090000, UARTDR = 0x00, UARTFR = 0x18, UARTLCR_H = 0x2c, UARTCR = 0x30, FR_TXFF = 1 << 5 };
enum { SYS_CFGCTRL = 0x1c0100a4, CFG_SHUTDOWN = (int)(1u << 31 | 1 << 30 | 8 << 20) };

// The working memory is mapped in pages of 4 KiB, so that TLBs have work; the rest of RAM is not mapped.
enum { RAM = 0x80000000, PAGED_MIB = 16, PAGES_PER_TABLE = 256 };
enum { L1_TABLE = 1, L1_DEVICE = 2 | 1 << 4 | 1 << 10 };
enum { L2_NORMAL = 2 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 10 }; // write-back, write-allocate, shareable, PL1

static uint32_t first_level[4096] __attribute__((aligned(16384)));
static uint32_t second_level[PAGED_MIB][PAGES_PER_TABLE] __attribute__((aligned(1024)));

#define WRITE_CP15(value, register) __asm__ volatile("mcr p15, " register : : "r"(value) : "memory")

static void mmu_on(void)
{
    for (uint32_t mib = 0; mib < PAGED_MIB; mib++) {
        for (uint32_t page = 0; page < PAGES_PER_TABLE; page++)
            second_level[mib][page] = (RAM + (mib << 20) + (page << 12)) | L2_NORMAL;
        first_level[(RAM >> 20) + mib] = (uint32_t)second_level[mib] | L1_TABLE;
    }
    first_level[UART >> 20] = (UART & 0xfff00000) | L1_DEVICE; // and the system registers
    uint32_t actlr, sctlr;
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 1" : "=r"(actlr));
    if (!(actlr & 1 << 6)) // SMP: caches need it on the Cortex-A15
        WRITE_CP15(actlr | 1 << 6, "0, %0, c1, c0, 1");
    WRITE_CP15(0, "0, %0, c2, c0, 2");                                              // TTBCR
    WRITE_CP15((uint32_t)first_level | 1 << 6 | 1 << 3 | 1 << 1, "0, %0, c2, c0, 0"); // TTBR0, cached walks
    WRITE_CP15(1, "0, %0, c3, c0, 0");                                              // DACR: domain 0 client
    WRITE_CP15(0, "0, %0, c7, c5, 0");                                              // ICIALLU
    WRITE_CP15(0, "0, %0, c7, c5, 6");                                              // BPIALL
    WRITE_CP15(0, "0, %0, c8, c7, 0");                                              // TLBIALL
    __asm__ volatile("dsb\n isb\n mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr) : : "memory");
    sctlr &= ~(uint32_t)(1 << 19 | 1 << 20 | 1 << 28 | 1 << 29);                    // WXN, UWXN, TRE, AFE
    WRITE_CP15(sctlr | 1 << 0 | 1 << 2 | 1 << 11 | 1 << 12, "0, %0, c1, c0, 0");    // M, C, Z, I
    __asm__ volatile("isb" : : : "memory");
}

static volatile uint32_t *reg(uint32_t address) { return (volatile uint32_t *)address; }

static void put(char c)
{
    while (*reg(UART + UARTFR) & FR_TXFF)
        ;
    *reg(UART + UARTDR) = (uint8_t)c;
}

static void put_text(const char *text)
{
    for (; *text; text++)
        put(*text);
}

static void put_hex(uint32_t value)
{
    for (unsigned shift = 32; shift;)
        put("0123456789ABCDEF"[value >> (shift -= 4) & 0xf]);
}

static void put_result(const char *label, uint32_t value)
{
    put_text("BENCH ");
    put_text(bench_name);
    put_text(label);
    put_hex(value);
    put_text("\r\n");
}

static void power_off(void) __attribute__((noreturn));
static void power_off(void)
{
    *reg(SYS_CFGCTRL) = (uint32_t)CFG_SHUTDOWN;
    for (;;)
        __asm__ volatile("dsb\n wfi");
}

#ifdef BENCH_COUNT
static uint64_t counter(void)
{
    uint32_t low, high;
    __asm__ volatile("isb\n mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
    return (uint64_t)high << 32 | low;
}
#endif

void main(void)
{
    mmu_on();
    *reg(UART + UARTLCR_H) = 3 << 5 | 1 << 4;       // 8 bits, FIFOs
    *reg(UART + UARTCR) = 1 << 0 | 1 << 8 | 1 << 9; // UARTEN, TXE, RXE
#ifdef BENCH_COUNT // build.mjs --count: the instructions of bench_run, on a machine whose counter counts them
    uint64_t begin = counter();
    bench_run();
    put_result(" ticks=", (uint32_t)(counter() - begin));
    power_off();
#endif
    put_result(" checksum=", bench_run());
    power_off();
}

void bench_fault(uint32_t vector, uint32_t address)
{
    put_text("BENCH ");
    put_text(bench_name);
    put_text(" fault, vector ");
    put_hex(vector);
    put_text(" lr ");
    put_hex(address);
    put_text("\r\n");
    power_off();
}
