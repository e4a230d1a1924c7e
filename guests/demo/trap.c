#include "trap.h"

#include "arm.h"
#include "board.h"
#include "gic.h"
#include "layout.h"
#include "platform.h"
#include "print.h"
#include "timer.h"

struct fault last_fault;
volatile uint32_t trap_recovery;
volatile uint32_t interrupt_counts[GIC_INTERRUPTS];

extern const uint8_t probe_begin[], probe_end[], probe_failed[];

// What each exception is called, the mode it is taken in, and how far the LR lies behind the instruction (B1.8.3).
static const struct {
    const char *name;
    uint8_t mode, offset, thumb_offset;
} traps[] = {
    [TRAP_UNDEFINED] = {"Undefined instruction", MODE_UND, 4, 2},
    [TRAP_SUPERVISOR_CALL] = {"Supervisor call", MODE_SVC, 4, 2},
    [TRAP_PREFETCH_ABORT] = {"Prefetch abort", MODE_ABT, 4, 4},
    [TRAP_DATA_ABORT] = {"Data abort", MODE_ABT, 8, 8},
    [TRAP_FIQ] = {"Fast interrupt", MODE_FIQ, 4, 4},
};

enum { CPSR_T = 1 << 5, CPSR_MODE = 0x1f };

/** The instruction itself: a word, or one halfword or two (A6.1). */
static void print_instruction(uint32_t pc, bool thumb)
{
    uint32_t low, high;
    if (probe_load(pc & ~3u, &low) || probe_load((pc & ~3u) + 4, &high))
        return;
    uint16_t first = (uint16_t)(pc & 2 ? low >> 16 : low), second = (uint16_t)(pc & 2 ? high : low >> 16);
    if (!thumb)
        print("  instruction  %08x (A32)\n", (unsigned)low);
    else if (first >> 11 >= 0x1d)
        print("  instruction  %04x %04x (T32)\n", (unsigned)first, (unsigned)second);
    else
        print("  instruction  %04x (T32)\n", (unsigned)first);
}

static void print_cause(unsigned kind, const struct trap_frame *frame)
{
    print("\n*** %s at %08x on cpu%u\n\n", traps[kind].name, (unsigned)frame->pc, (unsigned)(read_mpidr() & 0xff));
    if (kind == TRAP_DATA_ABORT)
        fault_explain(read_dfsr(), read_dfar(), true);
    else if (kind == TRAP_PREFETCH_ABORT)
        fault_explain(read_ifsr(), read_ifar(), false);
    else
        print_instruction(frame->pc, frame->cpsr & CPSR_T);
}

/** Called by vectors.S; the frame is what we return to. */
void trap_taken(unsigned kind, struct trap_frame *frame)
{
    frame->pc -= frame->cpsr & CPSR_T ? traps[kind].thumb_offset : traps[kind].offset;
    if ((frame->cpsr & CPSR_MODE) == traps[kind].mode)
        frame->sp = (uint32_t)(frame + 1); // taken from its own mode: the frame lies on the interrupted stack
    if (kind == TRAP_DATA_ABORT && frame->pc >= (uint32_t)probe_begin && frame->pc < (uint32_t)probe_end) {
        last_fault = (struct fault){read_dfar(), read_dfsr()};
        frame->pc = (uint32_t)probe_failed;
        return;
    }
    if (trap_recovery) { // somebody expects what happens here
        frame->pc = trap_recovery;
        frame->cpsr &= ~(uint32_t)CPSR_T;
        trap_recovery = 0;
        return;
    }
    if (kind == TRAP_SUPERVISOR_CALL) { // the demo's only call: show me my registers
        frame_print(frame);
        frame->pc += frame->cpsr & CPSR_T ? 2 : 4;
        return;
    }
    static volatile bool crashed;
    if (crashed) // while we told of the first
        halt();
    crashed = true;
    print_cause(kind, frame);
    print("\n");
    frame_print(frame);
    print("\ndemo: halted after crash\n");
    platform->crashed();
    halt();
}

static struct {
    uint32_t intid;
    void (*act)(void);
} handlers[MAX_HANDLERS];
static unsigned handled;

void irq_handle(uint32_t intid, void (*act)(void))
{
    if (handled < MAX_HANDLERS)
        handlers[handled].intid = intid, handlers[handled++].act = act;
}

void irq_taken(void)
{
    for (;;) {
        uint32_t iar = gic_acknowledge(), intid = iar & 0x3ff;
        if (intid >= GIC_INTERRUPTS)
            return;
        interrupt_counts[intid]++;
        for (unsigned i = 0; i < handled; i++)
            if (handlers[i].intid == intid)
                handlers[i].act();
        gic_end(iar);
    }
}

void halt(void)
{
    irq_disable();
    timer_stop();
    gic_stop_core(); // an interrupt that stays pending would end every WFI at once
    for (;;)
        wfi();
}
