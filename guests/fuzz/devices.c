// Loads and stores of all widths to the interrupt controller, to holes, and to what belongs to others.
#include "arm.h"
#include "board.h"
#include "fuzz.h"
#include "mmu.h"

enum { WINDOW = 0x70000000 };

static uint32_t some_place(void)
{
    switch (below(8)) {
    case 0: return random32();
    case 1: return 0x1c090000 + below(0x1000); // a UART that is not ours
    case 2: return 0x80000000 + (random32() & 0x0fffffff);
    case 3: return board.gic_interface + below(0x2000);
    case 4: return 0x2c000000 + below(0x8000); // the real interrupt controller
    default: return board.gic_distributor + below(0x1000);
    }
}

/** LDR, STR and their relatives with r0, r2, r3 at [r1] (ARM ARM A5.2, A5.3). */
static const uint32_t instructions[] = {
    0xe5910000, 0xe5810000, // ldr, str
    0xe5d10000, 0xe5c10000, // ldrb, strb
    0xe1d100b0, 0xe1c100b0, // ldrh, strh
    0xe1d100d0, 0xe1d100f0, // ldrsb, ldrsh
    0xe1c120d0, 0xe1c120f0, // ldrd, strd
    0xe891000d, 0xe881000d, // ldm, stm
    0xe4910004, 0xe4810004, // ldr, str with write back
    0xe591f000,             // ldr pc
    0xe1910f9f, 0xe1810f92, // ldrex, strex
    0xe1010092,             // swp
    0xf5d1f000,             // pld
};

void step_device(void)
{
    uint32_t place = some_place(), registers[8] = {random32(), WINDOW + (place & 0xfffff), random32(), random32()};
    if (!one_in(8))
        registers[1] &= ~3u;
    mmu_map_window(WINDOW, place);
    uint32_t instruction = instructions[below(sizeof instructions / sizeof *instructions)];
    if (instruction == 0xe591f000)
        registers[1] = WINDOW + 0xffffc; // what is loaded is gone to: only where nothing is
    irq_disable();
    run_instruction(instruction, registers);
    repair();
    irq_enable();
}
