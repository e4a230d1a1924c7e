#include "smp.h"

#include "arm.h"
#include "board.h"
#include "gic.h"
#include "layout.h"
#include "mmu.h"
#include "platform.h"
#include "print.h"
#include "timer.h"

enum { SGI_START = 0, SGI_DONE = 1 };
enum { COUNT_TO = 1000000, PATIENCE_TICKS = TICK_HZ / 2 };

// Core 0 asks by raising `requested`; core 1 answers by making `finished` equal to it.
static volatile uint32_t requested, finished, online, second_mpidr;
static volatile uint32_t counter;
static volatile uint64_t count_duration;

extern void secondary_start(void);
void secondary_main(void) __attribute__((noreturn));

/** Called by entry.S on core 1. */
void secondary_main(void)
{
    mmu_enable();
    gic_start_core();
    gic_enable(SGI_START);
    second_mpidr = read_mpidr();
    online = 1;
    for (;;) {
        while (finished == requested) {
            wfi(); // with interrupts masked: the wake-up is all we want
            uint32_t iar = gic_acknowledge();
            if ((iar & 0x3ff) < GIC_INTERRUPTS)
                gic_end(iar);
        }
        uint64_t begin = read_cntvct();
        for (counter = 0; counter < COUNT_TO; counter++)
            ;
        count_duration = read_cntvct() - begin;
        dsb();
        finished = requested;
        gic_send(1 << 0, SGI_DONE);
    }
}

static const char *part_name(uint32_t midr)
{
    switch (midr >> 4 & 0xfff) {
    case 0xc05: return "Cortex-A5";
    case 0xc07: return "Cortex-A7";
    case 0xc09: return "Cortex-A9";
    case 0xc0f: return "Cortex-A15";
    default: return "unknown part";
    }
}

static void print_core(unsigned core, uint32_t mpidr)
{
    uint32_t midr = read_midr();
    print("  %-4u %08x  %-11sr%up%u  ", core, (unsigned)mpidr, part_name(midr), (unsigned)(midr >> 20 & 0xf),
          (unsigned)(midr & 0xf));
}

void cpus_print(void)
{
    gic_enable(SGI_DONE);
    print("  cpu  MPIDR     core             state\n");
    print_core(0, read_mpidr());
    print("online: runs this shell\n");
    if (board.cpus < 2)
        return;
    requested++;
    if (!online)
        platform->start_core((uint32_t)secondary_start);
    gic_send(1 << 1, SGI_START);
    bool ticking = timer_tick(true);
    for (uint32_t begin = timer_ticks(); finished != requested && timer_ticks() - begin < PATIENCE_TICKS;)
        wfi(); // until SGI_DONE; the tick at the latest
    timer_tick(ticking);
    if (finished != requested) {
        print("  1    -         %-17s%s\n", "-", online ? "online, but busy" : "did not start (a lab with one cpu?)");
        if (!online)
            requested = finished;
        return;
    }
    print_core(1, second_mpidr);
    print("online: counted to %u in ", (unsigned)counter);
    print_duration(count_duration);
    print("\n");
}
