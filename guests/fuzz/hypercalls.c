// Hypercalls of all numbers, with arguments that make sense to different degrees.
#include "arm.h"
#include "fuzz.h"
#include "hypercall.h"
#include "trap.h"

enum { HYPERVISOR_multicall = 13, SCHEDOP_remote_shutdown = 4, MULTICALL_WORDS = 16, MOST = 64 };

static const uint8_t common[] = {12, 12, 12, 13, 17, 18, 20, 20, 20, 20, 24, 29, 32, 32, 32, 32, 34, 35, 36};

static uint32_t some_number(void) { return one_in(4) ? below(MOST) : common[below(sizeof common)]; }

/** What would only end the fuzzer itself. */
static bool is_suicide(uint32_t number, uint32_t operation)
{
    return number == HYPERVISOR_sched_op && (operation == SCHEDOP_shutdown || operation == SCHEDOP_remote_shutdown);
}

static uint32_t some_operation(void) { return one_in(8) ? random32() : below(30) | (one_in(16) ? below(64) << 6 : 0); }

/** A structure that is about a few frames, domains and grants, with a list of frames where its first word points to. */
static uint32_t structure(void)
{
    uint32_t address = some_address();
    fill_words(address, 16);
    if (one_in(2)) {
        uint32_t list = SCRATCH + below(SCRATCH_PAGES) * PAGE_SIZE;
        for (uint32_t i = 0; i < 8; i++)
            if (probe_store(list + 8 * i, some_frame()) || probe_store(list + 8 * i + 4, 0))
                break;
        if (address >= SCRATCH && !(address & 3)) {
            probe_store(address, list);
            probe_store(address + 4, 0);
        }
    }
    return address;
}

static int32_t call(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e)
{
    register uint32_t r0 __asm__("r0") = a;
    register uint32_t r1 __asm__("r1") = b;
    register uint32_t r2 __asm__("r2") = c;
    register uint32_t r3 __asm__("r3") = d;
    register uint32_t r4 __asm__("r4") = e;
    register uint32_t r12 __asm__("r12") = number;
    __asm__ volatile("hvc #0xea1" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r12) : : "memory");
    return (int32_t)r0;
}

static void multicall(void)
{
    uint32_t list = SCRATCH + below(SCRATCH_PAGES - 1) * PAGE_SIZE, count = 1 + below(8);
    for (uint32_t i = 0; i < count * MULTICALL_WORDS; i++) {
        uint32_t word = i % MULTICALL_WORDS ? some_word() : some_number();
        if (i % MULTICALL_WORDS == 0 && word == HYPERVISOR_sched_op)
            word = HYPERVISOR_multicall;
        if (i % MULTICALL_WORDS == 4 && one_in(2))
            word = one_in(2) ? list : below(30);
        if (probe_store(list + 4 * i, i % 2 ? 0 : word))
            return;
    }
    call(HYPERVISOR_multicall, list, one_in(8) ? random32() & 0xff : count, 0, 0, 0);
}

void step_hypercall(void)
{
    uint32_t number = some_number(), operation = some_operation();
    if (number == HYPERVISOR_multicall && one_in(2)) {
        multicall();
        return;
    }
    if (is_suicide(number, operation))
        operation = SCHEDOP_shutdown + 5;
    if (number == HYPERVISOR_sched_op)
        repair(); // it may wait for an interrupt
    bool first = number == 13 || number == 35 || number == 36 || number == 7;
    uint32_t argument = structure();
    call(number, first ? argument : operation, first ? below(4) : one_in(16) ? some_word() : argument,
         one_in(32) ? some_word() : number == HYPERVISOR_grant_table_op || one_in(2) ? below(40) : structure(), some_word(),
         some_word());
}

void fuzz_grants(volatile struct grant_entry *table)
{
    volatile struct grant_entry *entry = &table[below(64)];
    entry->frame = some_frame();
    entry->domid = (uint16_t)(one_in(4) ? below(4) : own_domain);
    entry->flags = one_in(4) ? (uint16_t)random32() : GTF_permit_access;
}
