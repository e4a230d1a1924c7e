// Registers in words: for `regs` and for the crash dump.
#include "arm.h"
#include "layout.h"
#include "print.h"
#include "trap.h"

static const struct {
    uint8_t mode;
    const char *name;
} modes[] = {
    {MODE_USR, "User"}, {MODE_FIQ, "FIQ"},   {MODE_IRQ, "IRQ"}, {MODE_SVC, "Supervisor"}, {MODE_MON, "Monitor"},
    {MODE_ABT, "Abort"}, {MODE_HYP, "Hyp"}, {MODE_UND, "Undefined"}, {MODE_SYS, "System"},
};

const char *mode_name(uint32_t cpsr)
{
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].mode == (cpsr & 0x1f))
            return modes[i].name;
    return "reserved mode";
}

/** One letter per bit from `high` down: a capital when it is set, a small one when not. */
static void print_bits(uint32_t value, unsigned high, const char *letters)
{
    for (; *letters; letters++, high--)
        print("%c", value >> high & 1 ? *letters : *letters + 'a' - 'A');
}

void frame_print(const struct trap_frame *frame)
{
    static const char names[16][4] = {"r0", "r1", "r2",  "r3",  "r4",  "r5", "r6", "r7",
                                      "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};
    const uint32_t *values = frame->r; // the fields behind r12 follow it: sp, lr, pc
    for (unsigned i = 0; i < 16; i++) {
        print("%s%4s %08x", i % 4 ? "   " : "", names[i], (unsigned)values[i]);
        if (i % 4 == 3)
            print("\n");
    }
    print("cpsr %08x  ", (unsigned)frame->cpsr);
    print_bits(frame->cpsr, 31, "NZCV");
    print(" ");
    print_bits(frame->cpsr, 8, "AIF");
    print("  %s  %s mode\n", frame->cpsr & 1 << 5 ? "T32" : "A32", mode_name(frame->cpsr));
}

void registers_print(void)
{
    __asm__ volatile("svc #0" : : : "lr", "memory"); // SVC from Supervisor mode overwrites its LR
    const struct {
        const char *name;
        uint32_t value;
        const char *about;
    } system[] = {
        {"MIDR", read_midr(), "the processor"},
        {"MPIDR", read_mpidr(), "which core of which cluster"},
        {"SCTLR", read_sctlr(), "bits 0 MMU, 2 data cache, 12 instruction cache"},
        {"TTBR0", read_ttbr0(), "first-level table and how it is cached"},
        {"TTBCR", read_ttbcr(), "short descriptors, all addresses through TTBR0"},
        {"DACR", read_dacr(), "domain 0 is a client: permissions are checked"},
        {"VBAR", read_vbar(), "exception vectors"},
        {"DFSR", read_dfsr(), "status of the last data abort"},
        {"DFAR", read_dfar(), "address of the last data abort"},
        {"CNTFRQ", read_cntfrq(), "frequency of the generic timer"},
    };
    print("\n");
    for (unsigned i = 0; i < sizeof system / sizeof *system; i++)
        print("  %-7s %08x  %s\n", system[i].name, (unsigned)system[i].value, system[i].about);
}
