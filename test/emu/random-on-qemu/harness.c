// Runs programs from memory one after another and prints what became of each: the same image on qemu-system-arm and on the
// emulator. layout.ts has the same addresses and the form of the list.
#include <stdint.h>

typedef uint32_t u32;

#define UART ((volatile u32 *)0x1c090000)
#define SYS_CFGCTRL ((volatile u32 *)0x1c0100a4)
#define SHUTDOWN (1u << 31 | 1u << 30 | 8u << 20)

#define PROGRAM_MIB 0x80000000u // the programs, and nothing else
#define CODE 0x80010000u
#define CODE_BYTES 0x3000u
#define DATA 0x80020000u
#define DATA_BYTES 0x10000u
#define LIST 0x82000000u // behind this program, whose MiB is 0x80100000

struct program {
    u32 number, psr, verbose, bytes;
    u32 registers[15];
    u32 code[];
};
struct list {
    u32 count;
    struct program first;
};

extern u32 state[17]; // r0 to r14, PSR, where it ended
void enter(const u32 *registers, u32 address, u32 psr);
void exception(u32 kind, u32 link, u32 psr);
int main(void);

#define READ(at) ({ u32 v_; __asm__ volatile("mrc p15, 0, %0, " at : "=r"(v_)); v_; })
#define WRITE(at, v) __asm__ volatile("mcr p15, 0, %0, " at : : "r"(v) : "memory")

static u32 first_level[4096] __attribute__((aligned(16384)));
static u32 nothing[256] __attribute__((aligned(1024)));

static void put(const char *s)
{
    while (*s)
        *UART = (u32)*s++;
}
static void hex(u32 v)
{
    for (int i = 28; i >= 0; i -= 4)
        *UART = (u32) "0123456789abcdef"[(v >> i) & 15];
}
static void field(const char *name, u32 v)
{
    put(name);
    hex(v);
}

// What is not mapped has a table without pages, so that a fault is one of the second level, whose domain is valid
// (ARM DDI 0406C B3.12.3). Programs may do in their MiB what they like, in User mode too.
static void mmu_on(void)
{
    for (u32 i = 0; i < 4096; i++)
        first_level[i] = (u32)nothing | 5 << 5 | 1;
    first_level[PROGRAM_MIB >> 20] = PROGRAM_MIB | 0x1c0e;              // Normal, write-back, AP 3
    for (u32 mib = 0x801; mib < 0x840; mib++)
        first_level[mib] = mib << 20 | 0x140e;                          // AP 1: not for User mode
    first_level[(u32)UART >> 20] = ((u32)UART & 0xfff00000) | 0x0416;   // Device, and the system registers beside it
    WRITE("c2, c0, 2", 0);
    WRITE("c2, c0, 0", (u32)first_level);
    WRITE("c3, c0, 0", 0x401);                                          // domains 0 and 5: client
    WRITE("c8, c7, 0", 0);
    WRITE("c7, c5, 0", 0);
    __asm__ volatile("dsb\n isb");
    // M, C, Z, I; neither A (alignment), nor TRE, AFE, V, TE, EE
    u32 sctlr = READ("c1, c0, 0") & ~(1u << 1 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 25 | 7u << 28);
    WRITE("c1, c0, 0", sctlr | 1 | 1 << 2 | 1 << 11 | 1 << 12);
    __asm__ volatile("isb");
}

static u32 mix(u32 sum, u32 value)
{
    sum = (sum ^ value) * 0x9e3779b1u;
    return sum ^ sum >> 15;
}

static u32 digest, exceptions, verbose;

// Data Fault Status: the bits of the short format that say what, for which access (ARM DDI 0406C B4.1.52).
void exception(u32 kind, u32 link, u32 psr)
{
    u32 status = kind == 4 ? READ("c5, c0, 0") : 0, address = kind == 4 ? READ("c6, c0, 0") : 0;
    digest = mix(mix(mix(mix(mix(digest, kind), link), psr), status), address);
    exceptions++;
    if (!verbose)
        return;
    field("  exception ", kind), field(" link ", link), field(" spsr ", psr);
    field(" dfsr ", status), field(" dfar ", address), put("\n");
}

static u32 fill(u32 *to, u32 bytes, u32 seed)
{
    for (u32 i = 0; i < bytes / 4; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        to[i] = seed;
    }
    return seed;
}

static u32 sum(const u32 *from, u32 bytes)
{
    u32 result = 0;
    for (u32 i = 0; i < bytes / 4; i++)
        result = mix(result, from[i]);
    return result;
}

// Instructions were written: to the point of unification, and nothing old in the instruction cache or the predictor.
static void synchronize(u32 from, u32 bytes)
{
    for (u32 line = from; line < from + bytes; line += 32)
        WRITE("c7, c11, 1", line);
    __asm__ volatile("dsb");
    WRITE("c7, c5, 0", 0);
    WRITE("c7, c5, 6", 0);
    __asm__ volatile("dsb\n isb");
}

static void run(const struct program *p)
{
    u32 *code = (u32 *)CODE, *data = (u32 *)DATA;
    for (u32 i = 0; i < CODE_BYTES / 4; i++)
        code[i] = i < p->bytes / 4 ? p->code[i] : 0;
    fill(data, DATA_BYTES, p->number + 1);
    synchronize(CODE, CODE_BYTES);
    digest = exceptions = 0;
    verbose = p->verbose;
    WRITE("c5, c0, 0", 0);
    WRITE("c6, c0, 0", 0);
    enter(p->registers, CODE, p->psr);
    field("program ", p->number), put(":");
    for (u32 i = 0; i < 15; i++)
        field(" ", state[i]);
    field(" psr ", state[15]), field(" end ", state[16]);
    field(" code ", sum(code, CODE_BYTES)), field(" data ", sum(data, DATA_BYTES));
    field(" exceptions ", exceptions), field(" ", digest), put("\n");
    if (!verbose)
        return;
    for (u32 i = 0; i < CODE_BYTES / 4; i++)
        if (i < p->bytes / 4 && code[i] != p->code[i])
            field("  code ", CODE + 4 * i), field(": ", code[i]), put("\n");
    u32 seed = p->number + 1;
    for (u32 i = 0; i < DATA_BYTES / 4; i++) {
        u32 before;
        seed = fill(&before, 4, seed);
        if (data[i] != before)
            field("  data ", DATA + 4 * i), field(": ", data[i]), put("\n");
    }
}

int main(void)
{
    UART[0x2c / 4] = 3 << 5 | 1 << 4;       // 8 bits, FIFOs
    UART[0x30 / 4] = 1 << 0 | 1 << 8;       // UARTEN, TXE
    mmu_on();
    const struct list *list = (const struct list *)LIST;
    const struct program *p = &list->first;
    for (u32 i = 0; i < list->count; i++, p = (const struct program *)((u32)p->code + p->bytes))
        run(p);
    put("end\n");
    *SYS_CFGCTRL = SHUTDOWN;
    for (;;)
        __asm__ volatile("wfi");
}
