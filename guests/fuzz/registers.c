// Coprocessor accesses, and calls of other kinds: an instruction is written and executed.
#include "arm.h"
#include "fuzz.h"

static uint32_t field(uint32_t value, uint32_t shift) { return value << shift; }

/** Writes that would take the fuzzer's own memory away: SCTLR, translation tables, DACR, VBAR, FCSEIDR. */
static bool is_suicide(uint32_t coprocessor, bool read, uint32_t crn, uint32_t crm)
{
    return coprocessor == 15 && !read && (crn <= 3 || crn == 12 || (crn == 13 && crm == 0));
}

static uint32_t move(void)
{
    uint32_t coprocessor = one_in(8) ? below(16) : 14 + below(2), crn = below(16), crm = below(16), rt = below(8);
    bool read = one_in(2);
    if (is_suicide(coprocessor, read, crn, crm))
        read = true;
    if (read && one_in(8))
        rt = 15; // the flags
    return 0xee000010 | field(read, 20) | field(below(8), 21) | field(crn, 16) | field(rt, 12) | field(coprocessor, 8) |
           field(below(8), 5) | crm;
}

/** MCRR and MRRC; the tables of the long format are not written. */
static uint32_t move_two(void)
{
    uint32_t coprocessor = one_in(8) ? below(16) : 14 + below(2), crm = below(16);
    bool read = one_in(2) || (coprocessor == 15 && crm == 2);
    return 0xec400000 | field(read, 20) | field(below(4), 16) | field(4 + below(4), 12) | field(coprocessor, 8) |
           field(below(16), 4) | crm;
}

void step_register(void)
{
    uint32_t registers[8], instruction;
    for (unsigned i = 0; i < 8; i++)
        registers[i] = some_word();
    switch (below(16)) {
    case 0:
        instruction = 0xe1600070 | below(16); // SMC
        break;
    case 1:
        instruction = 0xe1400070 | field(below(0x1000), 8) | below(16); // HVC with any number
        if ((instruction & 0xfff0f) == 0xea101)
            instruction ^= 1; // hypercalls have their own steps
        break;
    case 2:
        instruction = 0xec900000 | field(below(16), 8) | field(one_in(2), 20) | below(256); // LDC, STC
        instruction |= field(1, 16);
        registers[1] = SCRATCH;
        break;
    case 3:
        instruction = 0xee000000 | (random32() & 0x00ffffef); // CDP
        break;
    case 4:
        instruction = one_in(2) ? 0xe320f002 : 0xe320f004; // WFE, SEV
        break;
    case 5:
    case 6:
    case 7:
        instruction = move_two();
        break;
    default:
        instruction = move();
    }
    // Of PSCI what ends or stops this core is left out; the rest of its calls are tried.
    if ((instruction & 0xfff000f0) == 0xe1600070 || (instruction & 0xfff000f0) == 0xe1400070)
        registers[0] = one_in(4) ? random32() & 0xbfffffff : (one_in(2) ? 0x84000000 : 0x80000000) + 10 + below(64);
    irq_disable();
    run_instruction(instruction, registers);
    repair();
    irq_enable();
}
