// Questions to a Cortex-A15 about everything around its instructions: system registers, translation, exceptions. The
// same image runs on qemu-system-arm and on the emulator; both answer on the UART in text. With REGISTERS defined it asks
// about registers only: those answers are held against the tables directly.
#include <stdint.h>

typedef uint32_t u32;

#define UART ((volatile u32 *)0x1c090000)
#define TABLES 0x80100000u     // first-level table, 16 KiB aligned
#define SECOND 0x80110000u     // second- and third-level tables
#define SANDBOX 0x80200000u    // 2 MiB that mappings may lead to
#define CODE 0x80180000u       // where questions assemble instructions

extern struct { u32 kind, lr, spsr, cpsr, r0, r1; } answer;
extern volatile u32 in_nonsecure;
extern u32 resume_sp;
__typeof__(answer) answer;
volatile u32 in_nonsecure;
u32 resume_sp;

void enter(u32 address, u32 psr, u32 nonsecure, u32 r0, u32 r1);
extern const u32 causes[][2];

enum { NONE, UNDEFINED, CALL, PREFETCH, DATA, MONITOR };
enum { USR = 0xd0, FIQ, IRQ, SVC, MON = 0xd6, ABT, UND = 0xdb, SYS = 0xdf };

#define READ(at) ({ u32 v_; __asm__ volatile("mrc " at : "=r"(v_)); v_; })
#define WRITE(at, v) __asm__ volatile("mcr " at "\n isb" ::"r"(v) : "memory")
#define SCTLR "p15, 0, %0, c1, c0, 0"
#define TTBR0 "p15, 0, %0, c2, c0, 0"
#define TTBR1 "p15, 0, %0, c2, c0, 1"
#define TTBCR "p15, 0, %0, c2, c0, 2"
#define DACR "p15, 0, %0, c3, c0, 0"
#define DFSR "p15, 0, %0, c5, c0, 0"
#define IFSR "p15, 0, %0, c5, c0, 1"
#define DFAR "p15, 0, %0, c6, c0, 0"
#define IFAR "p15, 0, %0, c6, c0, 2"
#define PAR "p15, 0, %0, c7, c4, 0"
#define MAIR0 "p15, 0, %0, c10, c2, 0"
#define MAIR1 "p15, 0, %0, c10, c2, 1"
#define TLBIALL "p15, 0, %0, c8, c7, 0"
#define ICIALLU "p15, 0, %0, c7, c5, 0"
#define BASE_SCTLR 0x00c50078u

static void put(const char *s) { while (*s) *UART = *s++; }
static void hex(u32 v) {
  for (int i = 28; i >= 0; i -= 4) *UART = "0123456789abcdef"[(v >> i) & 15];
}
static void shorthex(u32 v) {
  int i = 28;
  while (i > 0 && !(v >> i)) i -= 4;
  for (; i >= 0; i -= 4) *UART = "0123456789abcdef"[(v >> i) & 15];
}
static void field(const char *name, u32 v) { put(name); shorthex(v); }

#ifdef REGISTERS
// Which encodings of MRC can be read, and what they read, in one mode and state.
static void scan(const char *name, u32 psr, u32 nonsecure, u32 cp) {
  put("# mrc "), put(name), put("\n");
  volatile u32 *code = (u32 *)CODE;
  code[1] = 0xef000000; // svc
  for (u32 n = 0; n < 0x4000; n++) {
    u32 opc1 = n >> 11, crn = (n >> 7) & 15, crm = (n >> 3) & 15, opc2 = n & 7;
    code[0] = 0xee100010 | opc1 << 21 | crn << 16 | cp << 8 | opc2 << 5 | crm;
    WRITE(ICIALLU, 0);
    enter(CODE, psr, nonsecure, 0, 0);
    if (answer.kind != CALL) continue;
    put("p"), *UART = '1', *UART = '0' + cp - 10;
    field(",", opc1), put(",c");
    if (crn > 9) *UART = '1';
    *UART = '0' + crn % 10, put(",c");
    if (crm > 9) *UART = '1';
    *UART = '0' + crm % 10;
    field(",", opc2), put("="), hex(answer.r0), put("\n");
  }
}

// Which bits of a register can be written: all ones, then zero, with the old value restored before anything else.
struct writable { const char *name; u32 read; u32 ones, zeros; };
#define ROW(name, opc1, crn, crm, opc2, ones, zeros) \
  { name, 0xee100f10 | opc1 << 21 | crn << 16 | opc2 << 5 | crm, ones, zeros }
static const struct writable WRITABLE[] = {
    ROW("CSSELR", 2, 0, 0, 0, -1, 0),
    ROW("SCTLR", 0, 1, 0, 0, 0xfffffffe, 0),
    ROW("CPACR", 0, 1, 0, 2, -1, 0),
    ROW("SCR", 0, 1, 1, 0, 0xfffffffe, 0),
    ROW("SDER", 0, 1, 1, 1, -1, 0),
    ROW("NSACR", 0, 1, 1, 2, -1, 0),
    ROW("TTBR0", 0, 2, 0, 0, -1, 0),
    ROW("TTBCR", 0, 2, 0, 2, -1, 0),
    ROW("TTBCR (short)", 0, 2, 0, 2, 0x7fffffff, 0),
    ROW("DACR", 0, 3, 0, 0, -1, 0),
    ROW("DFAR", 0, 6, 0, 0, -1, 0),
    ROW("PMUSERENR", 0, 9, 14, 0, -1, 0),
    ROW("PMSELR", 0, 9, 12, 5, -1, 0),
    ROW("PMCNTENSET", 0, 9, 12, 1, -1, 0),
    ROW("PMINTENSET", 0, 9, 14, 1, -1, 0),
    ROW("VBAR", 0, 12, 0, 0, -1, 0),
    ROW("MVBAR", 0, 12, 0, 1, -1, 0),
    ROW("CONTEXTIDR", 0, 13, 0, 1, -1, 0),
    ROW("TPIDRPRW", 0, 13, 0, 4, -1, 0),
};

static void writable(void) {
  put("# writable bits\n");
  volatile u32 *code = (u32 *)CODE;
  for (const struct writable *w = WRITABLE; w != WRITABLE + sizeof WRITABLE / sizeof *WRITABLE; w++) {
    u32 write = w->read & ~0x00100000;
    put(w->name);
    for (int i = 0; i < 2; i++) {
      code[0] = w->read | 2 << 12;  // r2: the old value
      code[1] = write | 0 << 12;    // r0 in
      code[2] = w->read | 0 << 12;  // r0 back
      code[3] = write | 2 << 12;
      code[4] = 0xef000000;
      WRITE(ICIALLU, 0);
      enter(CODE, SVC, 0, i ? w->zeros : w->ones, 0);
      put(i ? " " : ": "), hex(answer.kind == CALL ? answer.r0 : 0xbadbad00 | answer.kind);
    }
    put("\n");
  }
}

#else
static u32 seed = 0x12345678;
static u32 rnd(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  return seed ^= seed << 5;
}

static void *memset32(u32 *p, u32 v, u32 n) {
  for (u32 i = 0; i < n; i++) p[i] = v;
  return p;
}

// What the first-level entries of this program and of the UART must be for it to survive with the MMU on: domain 15,
// read, write and execute at PL1 (both models of AP), global.
static void keep_short(u32 user) {
  u32 *l1 = (u32 *)TABLES;
  l1[0x800] = 0x8000040e | 15 << 5 | (user ? 0x800 : 0);
  l1[0x801] = 0x8010041e | 15 << 5;
  l1[0x1c0] = 0x1c000416 | 15 << 5;
}

static void mmu(u32 sctlr) {
  WRITE(SCTLR, BASE_SCTLR | sctlr);
  WRITE(TLBIALL, 0);
}

// PAR after each of the four address translation operations of stage 1.
static void translate_line(u32 va, u32 wide) {
  hex(va), put(":");
  for (int op = 0; op < 4; op++) {
    switch (op) {
      case 0: WRITE("p15, 0, %0, c7, c8, 0", va); break;
      case 1: WRITE("p15, 0, %0, c7, c8, 1", va); break;
      case 2: WRITE("p15, 0, %0, c7, c8, 2", va); break;
      case 3: WRITE("p15, 0, %0, c7, c8, 3", va); break;
    }
    if (wide) {
      u32 lo, hi;
      __asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(lo), "=r"(hi));
      field(" ", hi), field(".", lo);
    } else field(" ", READ(PAR));
  }
  put("\n");
}

static void walks_short(void) {
  put("# walks of short descriptors\n");
  u32 *l1 = (u32 *)TABLES, *l2 = (u32 *)SECOND;
  for (int round = 0; round < 12; round++) {
    u32 n = round % 3 == 2 ? 1 + rnd() % 3 : 0;
    memset32(l1, 0, 4096);
    for (u32 i = 0; i < 32; i++) {
      u32 index = i < 16 ? i * 0x80 + 1 : rnd() & 0xfff, d = rnd();
      if (d & 0x10000000) {
        if (d & 1) for (int j = 0; j < 16; j++) l1[(index & ~15) + j] = (d & ~0x1fu) | (d & 0xc) | 0x40002;
        else l1[index] = (d & ~0x40001u) | 2;
      } else if (d & 0x20000000) l1[index] = (SECOND + (i & 15) * 0x400) | (d & 0x1ec) | 1;
      else l1[index] = d & ~0x40000u;
      if ((l1[index] & 3) == 1) l1[index] = (SECOND + (i & 15) * 0x400) | (l1[index] & 0x1ec) | 1;
    }
    for (int i = 0; i < 16 * 256; i++) l2[i] = rnd();
    for (int i = 0; i < 16 * 256; i += 16) if (rnd() & 1) {
      u32 d = (rnd() & ~3u) | 1;
      for (int j = 0; j < 16; j++) l2[i + j] = d;
    }
    keep_short(0);
    u32 dacr = (rnd() & 0x3fffffff) | 0x40000000, prrr = rnd(), nmrr = rnd();
    WRITE(DACR, dacr);
    WRITE(TTBCR, n);
    WRITE(TTBR0, TABLES);
    WRITE(TTBR1, TABLES);
    WRITE(MAIR0, prrr);
    WRITE(MAIR1, nmrr);
    mmu(1 | (round & 1 ? 1u << 29 : 0) | (round & 2 ? 1u << 28 : 0));
    for (int i = 0; i < 120; i++) {
      u32 index = rnd() & 0xfff;
      for (int tries = 0; tries < 4096 && (l1[index] == 0 || index >> 1 == 0x400); tries++) index = (index + 1) & 0xfff;
      translate_line(index << 20 | (rnd() & 0xfffff), 0);
    }
    mmu(0);
  }
  WRITE(TTBCR, 0);
}

// Level 1 at TABLES, level 2 of the first and third gigabyte behind it, level 3 in SECOND.
static void set_long(u32 at, u32 low, u32 high) {
  ((u32 *)at)[0] = low;
  ((u32 *)at)[1] = high;
}

static void keep_long(void) {
  set_long(TABLES, (TABLES + 0x1000) | 3, 0);
  set_long(TABLES + 16, (TABLES + 0x2000) | 3, 0);
  set_long(TABLES + 0x2000, 0x80000401 | 1 << 2, 0);               // this program
  set_long(TABLES + 0x1000 + 0xe0 * 8, 0x1c000401 | 0 << 2, 1 << 22); // the UART
}

static void walks_long(void) {
  put("# walks of long descriptors\n");
  for (int round = 0; round < 8; round++) {
    memset32((u32 *)TABLES, 0, 0x4000);
    for (u32 i = 0; i < 512; i += 1 + (rnd() & 7)) {
      u32 d = rnd();
      for (u32 t = 1; t <= 2; t++)
        if (d & 1) set_long(TABLES + t * 0x1000 + i * 8, (SECOND + (rnd() & 7) * 0x1000) | 3, (rnd() & 0x78000000));
        else set_long(TABLES + t * 0x1000 + i * 8, ((rnd() & ~2u) | (d & 2 ? 1 : 0) | (d & 12 ? 1 << 10 : 0)), rnd() & 0x00700003);
      d >>= 4;
    }
    for (u32 i = 0; i < 8 * 512; i++) {
      u32 d = rnd();
      set_long(SECOND + i * 8, (d & ~3u) | (d & 0x30 ? 3 : d & 3) | (d & 0xc0 ? 1 << 10 : 0), rnd() & 0x00700003);
    }
    // The first and last gigabytes of the upper half: blocks of level 1.
    set_long(TABLES + 8, (rnd() & 0xc0000ffc) | 0x401, rnd() & 0x00700003);
    set_long(TABLES + 24, (rnd() & 0xc0000ffc) | 0x401, rnd() & 0x00700003);
    keep_long();
    WRITE(MAIR0, (rnd() & 0xffff0000) | 0x4400);
    WRITE(MAIR1, 0xffaa4404);
    WRITE(TTBCR, 0x80000000);
    WRITE(TTBR0, TABLES);
    WRITE(TTBR1, TABLES);
    u32 zero = 0;
    __asm__ volatile("mcrr p15, 0, %0, %1, c2\n mcrr p15, 1, %0, %1, c2\n isb" ::"r"(TABLES), "r"(zero));
    mmu(1);
    for (int i = 0; i < 120; i++) {
      u32 r = rnd(), va = r & 8 ? r : (r & 0x800fffff) | (rnd() & 0x3ff00000);
      translate_line(va, 1);
    }
    mmu(0);
  }
  WRITE(TTBCR, 0);
}

// An access that is really made, and what came of it.
static void outcome(u32 va) {
  switch (answer.kind) {
    case CALL: put(" ok"); break;
    case DATA: field(" d", READ(DFSR)), field("+", READ(DFAR) - va); break;
    case PREFETCH: field(" p", READ(IFSR)), field("+", READ(IFAR) - va); break;
    default: field(" ?", answer.kind);
  }
}

static void accesses_line(u32 va) {
  volatile u32 *code = (u32 *)CODE;
  hex(va), put(":");
  static const u32 TRY[] = {0xe5912000, 0xe5810000, 0xe4b12000, 0xe4a10000}; // ldr str ldrt strt
  for (int i = 0; i < 4; i++) {
    code[0] = TRY[i];
    code[1] = 0xef000000;
    WRITE(ICIALLU, 0);
    enter(CODE, SVC, 0, 0xef000000, va);
    outcome(va);
  }
  enter(va, SYS, 0, 0, 0);
  outcome(va);
  enter(va, USR, 0, 0, 0);
  outcome(va);
  put("\n");
}

// Mappings of the sandbox with random rights, and accesses of every kind to them. The sandbox is full of SVC.
static void accesses(void) {
  put("# accesses\n");
  u32 *l1 = (u32 *)TABLES, *l2 = (u32 *)SECOND;
  memset32((u32 *)SANDBOX, 0xef000000, 0x80000);
  for (int round = 0; round < 8; round++) {
    memset32(l1, 0, 4096);
    for (int i = 0; i < 24; i++) {
      u32 d = rnd();
      // Section: XN, PXN, AP, TEX, S, nG; Normal or Device by chance. Table: PXN.
      l1[0x300 + i] = i & 1 ? (SANDBOX + (d & 0x100000)) | (d & 0x3bff4) | (d & 1) | 2
                            : (SECOND + (d & 0xc00)) | (d & 0x1e4) | 1;
    }
    for (int i = 0; i < 4 * 256; i += 16) {
      u32 d = rnd();
      if (d & 0x40000000) for (int j = 0; j < 16; j++) l2[i + j] = (SANDBOX + (d & 0xf0000)) | (d & 0xfffc) | 1;
      else for (int j = 0; j < 16; j++) d = rnd(), l2[i + j] = (SANDBOX + (d & 0x1ff000)) | (d & 0xffd) | 2;
    }
    keep_short(0);
    l1[0x801] = 0x80100c0e | 15 << 5; // CODE is here
    WRITE(DACR, (rnd() & 0x15555555) | (rnd() & 0x2aaaaaaa & rnd()) | 0x55555555 * (round & 1) | 0x40000000);
    WRITE(TTBR0, TABLES);
    u32 sctlr = 1 | (round & 2 ? 1u << 29 : 0) | (round & 4 ? 1u << 19 : 0);
    // With WXN, this program must not be writable where it executes: its stack and data are in a manager's domain.
    if (round & 4) WRITE(DACR, READ(DACR) | 0xc0000000);
    mmu(sctlr);
    for (int i = 0; i < 60; i++) accesses_line(0x30000000 + (rnd() % 24 << 20) + (rnd() & 0xff000));
    mmu(0);
  }
}

static const u32 MODES[] = {USR, FIQ, IRQ, SVC, ABT, UND, SYS, MON};

// Every exception that an instruction can cause, from every mode and both security states.
static void exceptions(void) {
  put("# exceptions: cause, mode, state: kind link spsr cpsr\n");
  memset32((u32 *)TABLES, 0, 4096);
  keep_short(1);
  for (u32 ns = 0; ns < 2; ns++) {
    // Both states see the same map. Monitor mode reaches the Non-secure copies.
    if (ns) {
      __asm__ volatile("cps #0x16\n mcr p15, 0, %0, c1, c1, 0\n isb" ::"r"(1));
    }
    WRITE(TTBR0, TABLES);
    WRITE(TTBCR, 0);
    WRITE(DACR, 0x55555555);
    mmu(1);
    if (ns) {
      __asm__ volatile("mcr p15, 0, %0, c1, c1, 0\n isb\n cps #0x13" ::"r"(0));
    }
  }
  for (int c = 0; causes[c][0]; c++)
    for (u32 m = 0; m < sizeof MODES / sizeof *MODES; m++)
      for (u32 ns = 0; ns < 2; ns++)
        for (u32 flags = 0; flags < 2; flags++) {
          if (ns && MODES[m] == MON) continue;
          u32 psr = (MODES[m] & (flags ? ~0xc0 : -1)) | (flags ? 0x900f0000 : 0) | (causes[c][0] & 1) << 5;
          enter(causes[c][0] & ~1u, psr, ns, 0, 0x10000000);
          field("", c), field(" ", MODES[m] & 31), put(ns ? " n:" : " s:");
          field(" ", answer.kind), field(" ", answer.lr - causes[c][1]), field(" ", answer.spsr), field(" ", answer.cpsr);
          put("\n");
        }
  mmu(0);
}

#endif

int main(void) {
#ifdef REGISTERS
  scan("p15 secure svc", SVC, 0, 15);
  scan("p15 nonsecure svc", SVC, 1, 15);
  scan("p15 secure usr", USR, 0, 15);
  scan("p14 secure svc", SVC, 0, 14);
  scan("p14 secure usr", USR, 0, 14);
  writable();
#else
  walks_short();
  walks_long();
  accesses();
  exceptions();
#endif
  put("# end\n");
  for (;;) ;
}
