// Questions to a Cortex-A15 with the Virtualization Extensions, started in Hyp mode: its registers, what it traps, where
// exceptions go, stage 2. The same image runs on qemu-system-arm and on the emulator; both answer on the UART in text.
#include <stdint.h>

typedef uint32_t u32;

#define UART ((volatile u32 *)0x1c090000)
#define TABLES 0x80100000u  // stage 1: first level, 16 KiB aligned; more levels behind it
#define SECOND 0x80110000u
#define STAGE2 0x80120000u  // stage 2: first level of two tables, then second and third levels
#define CODE 0x80180000u    // where questions assemble instructions
#define SANDBOX 0x80200000u // 2 MiB that mappings may lead to

extern struct { u32 kind, r[13], hsr, elr, spsr, cpsr; } answer;
__typeof__(answer) answer;
u32 resume_sp;
void enter(u32 address, u32 psr, u32 r0, u32 r1);
extern const u32 rights_a32[], rights_a32_mute[], rights_a32_sandbox[], rights_a32_end[];
extern const u32 loads_a32[], loads_a32_end[], loads_t32[], loads_t32_end[];

enum { USR = 0x1d0, FIQ, IRQ, SVC, ABT = 0x1d7, HYP = 0x1da, UND, SYS = 0x1df };
#define MODE_T 0x20

#define READ(at) ({ u32 v_; __asm__ volatile("mrc " at : "=r"(v_)); v_; })
#define WRITE(at, v) ({ __asm__ volatile("mcr " at "\n isb" ::"r"(v) : "memory"); })
#define WRITE64(at, lo, hi) ({ __asm__ volatile("mcrr " at "\n isb" ::"r"(lo), "r"(hi) : "memory"); })
#define SCTLR "p15, 0, %0, c1, c0, 0"
#define CPACR "p15, 0, %0, c1, c0, 2"
#define TTBR0 "p15, 0, %0, c2, c0, 0"
#define TTBCR "p15, 0, %0, c2, c0, 2"
#define DACR "p15, 0, %0, c3, c0, 0"
#define DFSR "p15, 0, %0, c5, c0, 0"
#define IFSR "p15, 0, %0, c5, c0, 1"
#define DFAR "p15, 0, %0, c6, c0, 0"
#define IFAR "p15, 0, %0, c6, c0, 2"
#define MAIR0 "p15, 0, %0, c10, c2, 0"
#define MAIR1 "p15, 0, %0, c10, c2, 1"
#define CNTKCTL "p15, 0, %0, c14, c1, 0"
#define PMUSERENR "p15, 0, %0, c9, c14, 0"
#define ICIALLU "p15, 0, %0, c7, c5, 0"
#define HSCTLR "p15, 4, %0, c1, c0, 0"
#define HCR "p15, 4, %0, c1, c1, 0"
#define HDCR "p15, 4, %0, c1, c1, 1"
#define HCPTR "p15, 4, %0, c1, c1, 2"
#define HSTR "p15, 4, %0, c1, c1, 3"
#define VTCR "p15, 4, %0, c2, c1, 2"
#define VTTBR "p15, 6, %0, %1, c2"
#define HDFAR "p15, 4, %0, c6, c0, 0"
#define HIFAR "p15, 4, %0, c6, c0, 2"
#define HPFAR "p15, 4, %0, c6, c0, 4"
#define CNTHCTL "p15, 4, %0, c14, c1, 0"
#define TLBIALLNSNH "p15, 4, %0, c8, c7, 4"
#define BASE_SCTLR 0x00c50078u
#define HVC_DONE 0xe1400570u // hvc #0x50
#define SVC_DONE 0xef000050u
#define T32_HVC 0x8050f7e0u  // the same, first halfword in the lower half

static void put(const char *s) { while (*s) *UART = *s++; }
static void hex(u32 v) {
  for (int i = 28; i >= 0; i -= 4) *UART = "0123456789abcdef"[(v >> i) & 15];
}
static void shorthex(u32 v) {
  int i = 28;
  while (i > 0 && !(v >> i)) i -= 4;
  for (; i >= 0; i -= 4) *UART = "0123456789abcdef"[(v >> i) & 15];
}
static void field(const char *name, u32 v) { put(name), shorthex(v); }

static u32 seed = 0x12345678;
static u32 rnd(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  return seed ^= seed << 5;
}
static void fill(u32 at, u32 v, u32 words) {
  for (u32 i = 0; i < words; i++) ((u32 *)at)[i] = v;
}

// Runs one instruction, and a call to Hyp mode behind it, in a mode.
static void run(u32 instruction, u32 psr, u32 r0, u32 r1) {
  volatile u32 *code = (u32 *)CODE;
  code[0] = instruction;
  code[1] = (psr & 31) == (USR & 31) ? SVC_DONE : HVC_DONE;
  code[2] = HVC_DONE;
  WRITE(ICIALLU, 0);
  enter(CODE, psr, r0, r1);
}

// What came of it. "." when the instruction was executed; else who took it: h and p with the vector.
static u32 completed(void) {
  return answer.hsr >> 26 == 0x12 && ((answer.hsr & 0xffff) == 0x50 || ((answer.hsr & 0xffff) == 0x108 && (answer.spsr & 31) == 0x13));
}
static void outcome(void) {
  u32 hvc = answer.hsr >> 26 == 0x12;
  if (completed()) put(".");
  else if (hvc && (answer.hsr & 0x100)) field("p", answer.hsr & 0xff);
  else field("h", answer.kind), field("/", answer.hsr);
}

static void plain(void) {
  WRITE(HCR, 0), WRITE(HSTR, 0), WRITE(HDCR, 6), WRITE(HCPTR, 0x33ff), WRITE(CNTHCTL, 3);
  WRITE(SCTLR, BASE_SCTLR);
}

static void enable_vfp(u32 on) { __asm__ volatile(".fpu vfpv4\n fmxr fpexc, %0" ::"r"(on << 30)); }

// ---- Registers

static void key(u32 cp, u32 opc1, u32 crn, u32 crm, u32 opc2) {
  put("p1"), *UART = '0' + cp - 10, field(",", opc1);
  put(",c"), crn > 9 ? (void)(*UART = '1') : (void)0, *UART = '0' + crn % 10;
  put(",c"), crm > 9 ? (void)(*UART = '1') : (void)0, *UART = '0' + crm % 10;
  field(",", opc2);
}

static void scan(u32 cp) {
  put("# mrc p1"), *UART = '0' + cp - 10, put(" hyp\n");
  for (u32 n = 0; n < 0x4000; n++) {
    u32 opc1 = n >> 11, crn = (n >> 7) & 15, crm = (n >> 3) & 15, opc2 = n & 7;
    run(0xee100010 | opc1 << 21 | crn << 16 | cp << 8 | opc2 << 5 | crm, HYP, 0, 0);
    if (!completed()) continue;
    key(cp, opc1, crn, crm, opc2), put("="), hex(answer.r[0]), put("\n");
  }
}

static void scan_wide(void) {
  put("# mrrc\n");
  for (u32 cp = 14; cp < 16; cp++)
    for (u32 n = 0; n < 256; n++) {
      u32 e = 0xec510000 | cp << 8 | n; // r0, r1
      run(e, HYP, 0, 0);
      u32 hyp = completed();
      run(e, SVC, 0, 0);
      u32 svc = completed();
      if (hyp | svc) field("p", cp), field(",", n >> 4), field(",c", n & 15), put(hyp ? " hyp" : ""), put(svc ? " svc\n" : "\n");
    }
}

struct writable { const char *name; u32 at; };
#define ROW(name, crn, crm, opc2) { name, 0xee900f10 | crn << 16 | opc2 << 5 | crm }
static const struct writable WRITABLE[] = {
    ROW("HSCTLR", 1, 0, 0), ROW("HDCR", 1, 1, 1), ROW("HCPTR", 1, 1, 2), ROW("HSTR", 1, 1, 3), ROW("HCR", 1, 1, 0),
    ROW("HTCR", 2, 0, 2), ROW("VTCR", 2, 1, 2), ROW("HSR", 5, 2, 0), ROW("HDFAR", 6, 0, 0), ROW("HIFAR", 6, 0, 2),
    ROW("HPFAR", 6, 0, 4), ROW("HMAIR0", 10, 2, 0), ROW("HMAIR1", 10, 2, 1), ROW("HVBAR", 12, 0, 0),
    ROW("HTPIDR", 13, 0, 2), ROW("VPIDR", 0, 0, 0), ROW("VMPIDR", 0, 0, 5), ROW("CNTHCTL", 14, 1, 0),
};

// All ones, then zero (but HSCTLR.M, A and EE, which would end this program), with the old value put back.
static void writable(void) {
  put("# writable bits\n");
  volatile u32 *code = (u32 *)CODE;
  for (u32 n = 0; n < sizeof WRITABLE / sizeof *WRITABLE; n++) {
    u32 read = WRITABLE[n].at, write = read & ~0x00100000u;
    put(WRITABLE[n].name);
    for (int i = 0; i < 2; i++) {
      code[0] = read | 2 << 12;  // r2: the old value
      code[1] = write | 0 << 12; // r0 in
      code[2] = read | 0 << 12;  // r0 back
      code[3] = write | 2 << 12;
      code[4] = HVC_DONE;
      WRITE(ICIALLU, 0);
      enter(CODE, HYP, i ? 0 : n ? 0xffffffff : 0xfdfffffc, 0);
      put(i ? " " : ": "), hex(answer.r[0]);
    }
    put("\n");
  }
}

// ---- Traps

#define CP15(opc1, crn, crm, opc2) (0xee000f10 | (opc1) << 21 | (crn) << 16 | (opc2) << 5 | (crm))
#define CP14(opc1, crn, crm, opc2) (0xee000e10 | (opc1) << 21 | (crn) << 16 | (opc2) << 5 | (crm))
#define RD 0x00100000
#define WFI 0xe320f003
#define WFE 0xe320f002
#define SMC 0xe1600070
#define BXJ_R0 0xe12fff20
#define VMSR_FPEXC 0xeee80a10
// Reads of what can be read, and writes (of r0 = 0, or of what was read before) that do no harm.
static const u32 ACCESSES[] = {
    CP15(0, 0, 0, 0) | RD, CP15(0, 0, 0, 1) | RD, CP15(0, 0, 0, 2) | RD, CP15(0, 0, 0, 3) | RD, CP15(0, 0, 0, 5) | RD,
    CP15(0, 0, 0, 6) | RD, CP15(0, 0, 1, 0) | RD, CP15(0, 0, 1, 1) | RD, CP15(0, 0, 1, 2) | RD, CP15(0, 0, 1, 3) | RD,
    CP15(0, 0, 1, 4) | RD, CP15(0, 0, 1, 7) | RD, CP15(0, 0, 2, 0) | RD, CP15(0, 0, 2, 5) | RD, CP15(0, 0, 3, 0) | RD,
    CP15(0, 0, 7, 7) | RD, CP15(1, 0, 0, 0) | RD, CP15(1, 0, 0, 1) | RD, CP15(1, 0, 0, 7) | RD, CP15(2, 0, 0, 0) | RD,
    CP15(2, 0, 0, 0), CP15(0, 1, 0, 0) | RD, CP15(0, 1, 0, 1) | RD, CP15(0, 1, 0, 1), CP15(0, 1, 0, 2) | RD,
    CP15(0, 2, 0, 0) | RD, CP15(0, 2, 0, 0), CP15(0, 2, 0, 1), CP15(0, 2, 0, 2), CP15(0, 2, 0, 2) | RD, CP15(0, 3, 0, 0),
    CP15(0, 3, 0, 0) | RD, CP15(0, 5, 0, 0), CP15(0, 5, 0, 0) | RD, CP15(0, 5, 0, 1), CP15(0, 5, 1, 0), CP15(0, 5, 1, 1),
    CP15(0, 6, 0, 0), CP15(0, 6, 0, 2), CP15(0, 6, 0, 2) | RD, CP15(0, 7, 1, 0), CP15(0, 7, 1, 6), CP15(0, 7, 4, 0) | RD,
    CP15(0, 7, 5, 0), CP15(0, 7, 5, 1), CP15(0, 7, 5, 4), CP15(0, 7, 5, 6), CP15(0, 7, 5, 7), CP15(0, 7, 6, 1),
    CP15(0, 7, 6, 2), CP15(0, 7, 8, 0), CP15(0, 7, 10, 1), CP15(0, 7, 10, 2), CP15(0, 7, 10, 4), CP15(0, 7, 10, 5),
    CP15(0, 7, 11, 1), CP15(0, 7, 14, 1), CP15(0, 7, 14, 2), CP15(0, 8, 3, 0), CP15(0, 8, 3, 1), CP15(0, 8, 3, 2),
    CP15(0, 8, 3, 3), CP15(0, 8, 5, 0), CP15(0, 8, 5, 1), CP15(0, 8, 5, 2), CP15(0, 8, 6, 0), CP15(0, 8, 7, 0),
    CP15(0, 8, 7, 1), CP15(0, 8, 7, 2), CP15(0, 8, 7, 3), CP15(1, 9, 0, 2) | RD, CP15(0, 9, 12, 0) | RD,
    CP15(0, 9, 12, 0), CP15(0, 9, 12, 1) | RD, CP15(0, 9, 12, 3), CP15(0, 9, 12, 5), CP15(0, 9, 13, 0) | RD,
    CP15(0, 9, 14, 0) | RD, CP15(0, 9, 14, 1) | RD, CP15(0, 10, 2, 0), CP15(0, 10, 2, 1), CP15(0, 10, 2, 0) | RD,
    CP15(0, 12, 0, 0) | RD, CP15(0, 12, 1, 0) | RD, CP15(0, 13, 0, 1), CP15(0, 13, 0, 1) | RD, CP15(0, 13, 0, 2) | RD,
    CP15(0, 13, 0, 3) | RD, CP15(0, 13, 0, 4) | RD, CP15(0, 13, 0, 4), CP15(0, 14, 0, 0) | RD, CP15(0, 14, 1, 0) | RD,
    CP15(0, 14, 2, 1) | RD, CP15(0, 14, 2, 1), CP15(0, 14, 3, 1) | RD, CP15(0, 14, 2, 0) | RD,
    0xec510f0e, 0xec510f1e, 0xec510f2e, 0xec510f3e, // CNTPCT, CNTVCT, CNTP_CVAL, CNTV_CVAL
    0xec510f02, 0xec410f02, 0xec510f07,             // TTBR0, PAR
    CP14(0, 0, 0, 0) | RD, CP14(0, 0, 1, 0) | RD, CP14(0, 0, 2, 2) | RD, CP14(0, 0, 0, 4) | RD, CP14(0, 0, 1, 5) | RD,
    CP14(0, 0, 0, 6) | RD, CP14(0, 1, 0, 0) | RD, CP14(0, 2, 0, 0) | RD, CP14(0, 1, 0, 4), CP14(0, 1, 1, 4) | RD,
    CP14(0, 1, 3, 4) | RD, CP14(6, 0, 0, 0) | RD, CP14(6, 1, 0, 0) | RD, CP14(7, 0, 0, 0) | RD, CP14(7, 1, 0, 0) | RD,
    0xeef00a10, 0xeef10a10, 0xeef60a10, 0xeef70a10, 0xeef80a10, // vmrs fpsid fpscr mvfr1 mvfr0 fpexc
    VMSR_FPEXC, 0xee300a20, 0xf2000840, 0xed910a00,             // vadd.f32; vadd.i8; vldr
    WFI, WFE, SMC, BXJ_R0,
};
#define COUNT (sizeof ACCESSES / sizeof *ACCESSES)

enum { IN_HCR, IN_HSTR, IN_HDCR, IN_HCPTR, IN_CNTHCTL };
static void control(u32 which, u32 bit) {
  switch (which) {
    case IN_HCR: WRITE(HCR, bit); break;
    case IN_HSTR: WRITE(HSTR, bit); break;
    case IN_HDCR: WRITE(HDCR, 6 | bit); break;
    case IN_HCPTR: WRITE(HCPTR, 0x33ff | bit); break;
    case IN_CNTHCTL: WRITE(CNTHCTL, 3 & ~bit); break;
  }
}

// Instructions that end this program when nothing traps them.
static u32 dangerous(u32 e, u32 mode, u32 which, u32 bit) {
  u32 trap = e == WFI ? 1 << 13 : e == WFE ? 1 << 14 : e == SMC && mode == SVC ? 1 << 19 : 0;
  return trap && !(which == IN_HCR && bit == trap);
}

static void trap_line(const char *name, u32 which, u32 bit) {
  put(name), field(" ", bit), put(":");
  for (u32 m = 0; m < 2; m++)
    for (u32 i = 0; i < COUNT; i++) {
      u32 e = ACCESSES[i], mode = m ? USR : SVC;
      if (dangerous(e, mode, which, bit)) continue;
      plain();
      WRITE(CPACR, 0x00f00000);
      WRITE(CNTKCTL, 0x303);
      WRITE(PMUSERENR, 1);
      enable_vfp(1);
      control(which, bit);
      run(e, mode, e == VMSR_FPEXC ? 1 << 30 : e == BXJ_R0 ? CODE + 4 : 0, SANDBOX);
      // Only what Hyp mode took is said.
      if (answer.hsr >> 26 != 0x12) field(m ? " u" : " ", i), field("/", answer.kind), field("/", answer.hsr);
    }
  plain();
  put("\n");
}

static void traps(void) {
  put("# traps: control bit: access/vector/syndrome\n");
  static const u32 HCR_BITS[] = {13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26};
  trap_line("none", IN_HCR, 0);
  for (u32 i = 0; i < sizeof HCR_BITS / 4; i++) trap_line("HCR", IN_HCR, 1u << HCR_BITS[i]);
  for (u32 i = 0; i < 18; i++)
    if (i != 4 && i != 14) trap_line("HSTR", IN_HSTR, 1u << i);
  for (u32 i = 5; i < 12; i++)
    if (i != 8) trap_line("HDCR", IN_HDCR, 1u << i);
  trap_line("HCPTR", IN_HCPTR, 0xc00), trap_line("HCPTR", IN_HCPTR, 1 << 15), trap_line("HCPTR", IN_HCPTR, 1u << 31);
  trap_line("CNTHCTL", IN_CNTHCTL, 1), trap_line("CNTHCTL", IN_CNTHCTL, 2);
}

// ---- Where exceptions go

static const u32 MODES[] = {USR, FIQ, IRQ, SVC, ABT, UND, SYS, HYP};
struct cause { const char *name; u32 code, thumb, hyp; };
static const struct cause CAUSES[] = {
    {"udf", 0xe7f000f0, 0}, {"svc", 0xef000012, 0}, {"hvc", 0xe1412373, 0}, {"bkpt", 0xe1200070, 0}, {"smc", SMC, 0},
    {"unaligned", 0xe1912f9f, 0}, {"vadd", 0xee300a20, 0}, {"vand", 0xf2000110, 0}, {"mcr", 0xee0d0f90, 0}, {"srs", 0xf96d0513, 0, 1},
    {"rfe", 0xf8900a00, 0, 1}, {"movs", 0xe1b0f00e, 0, 1}, {"ldm^", 0xe8d00003, 0, 1}, {"udf.n", 0xbf00de01, MODE_T}, {"svc.n", 0xbf00df34, MODE_T},
    {"hvc.w", 0x8345f7e2, MODE_T}, {"bkpt.n", 0xbf00be00, MODE_T}, {"udf.w", 0xa000f7f0, MODE_T},
};

static void line(void) {
  u32 ec = answer.hsr >> 26, forwarded = ec == 0x12 && (answer.hsr & 0xff00) == 0x100 && answer.elr != CODE + 4;
  outcome();
  if (completed()) return;
  field(" ", answer.elr - CODE), field(" ", answer.spsr), field(" ", answer.cpsr);
  if (!forwarded) return;
  u32 lr = 0, spsr = 0;
  switch (answer.spsr & 31) {
    case 0x13: __asm__ volatile("mrs %0, lr_svc\n mrs %1, spsr_svc" : "=r"(lr), "=r"(spsr)); break;
    case 0x17: __asm__ volatile("mrs %0, lr_abt\n mrs %1, spsr_abt" : "=r"(lr), "=r"(spsr)); break;
    case 0x1b: __asm__ volatile("mrs %0, lr_und\n mrs %1, spsr_und" : "=r"(lr), "=r"(spsr)); break;
    case 0x12: __asm__ volatile("mrs %0, lr_irq\n mrs %1, spsr_irq" : "=r"(lr), "=r"(spsr)); break;
    case 0x11: __asm__ volatile("mrs %0, lr_fiq\n mrs %1, spsr_fiq" : "=r"(lr), "=r"(spsr)); break;
  }
  field(" ", lr - CODE), field(" ", spsr);
}

static void exceptions(void) {
  put("# exceptions: control, cause, mode: who, elr, spsr, cpsr, of PL1 lr and spsr\n");
  for (u32 c = 0; c < 5; c++)
    for (u32 n = 0; n < sizeof CAUSES / sizeof *CAUSES; n++)
      for (u32 m = 0; m < 8; m++) {
        // TGE with PL1 modes is UNPREDICTABLE. There is no monitor to call.
        if (c == 1 && m > 0 && m < 7) continue;
        if (CAUSES[n].hyp && m < 7) continue; // in PL1 modes they would return to nowhere
        if (CAUSES[n].code == SMC && (c != 2 || m == 7)) continue;
        plain();
        WRITE(CPACR, c == 3 ? 0 : 0x00f00000);
        enable_vfp(c != 4);
        if (c == 1) WRITE(HCR, 1 << 27);
        if (c == 2) WRITE(HDCR, 6 | 1 << 8), WRITE(HCPTR, 0x33ff | 0xc00), WRITE(HCR, 1 << 19);
        field("", c), put(" "), put(CAUSES[n].name), field(" ", MODES[m] & 31), put(": ");
        answer.hsr = 0;
        run(CAUSES[n].code, MODES[m] | CAUSES[n].thumb | 0x40000000, CODE + 0x101, SANDBOX + 1);
        line(), put("\n");
      }
  plain();
}

// ---- Virtual interrupts

static void interrupts(void) {
  put("# virtual interrupts: HCR, masks and mode: who, elr, spsr, cpsr, of PL1 lr and spsr\n");
  for (u32 pending = 0; pending < 4; pending++)
    for (u32 routed = 0; routed < 4; routed++)
      for (u32 masks = 0; masks < 4; masks++)
        for (u32 m = 0; m < 8; m += m == 0 ? 3 : m == 3 ? 4 : 1) {
          plain();
          WRITE(HCR, pending << 6 | routed << 3);
          field("", pending << 6 | routed << 3), field(" ", masks << 6 | (MODES[m] & 31)), put(": ");
          run(0xe1a00000, (MODES[m] & ~0xc0u) | masks << 6, 0, 0);
          line(), put("\n");
          WRITE(HCR, 0);
        }
  plain();
}

// ---- What only Hyp mode may do, and what it may not

static void set_banked(void) {
  __asm__ volatile("msr sp_usr, %0\n msr sp_svc, %1\n msr sp_irq, %2" ::"r"(0x111), "r"(0x222), "r"(0x333));
  __asm__ volatile("msr lr_svc, %0\n msr lr_irq, %1\n msr spsr_svc, %2" ::"r"(0x444), "r"(0x555), "r"(0x666));
  __asm__ volatile("msr spsr_irq, %0\n msr r8_fiq, %1\n msr spsr_fiq, %0" ::"r"(0x777), "r"(0x888));
}

static void rights(void) {
  put("# rights: instruction, mode: who, elr, spsr, r0\n");
  for (const u32 *p = rights_a32; p != rights_a32_end; p++)
    for (u32 m = 0; m < 8; m++) {
      plain();
      set_banked();
      hex(*p), field(" ", MODES[m] & 31), put(": ");
      run(*p, MODES[m], 0x13, p < rights_a32_sandbox ? 0x1d3 : SANDBOX);
      outcome(), field(" ", answer.elr - CODE), field(" ", answer.spsr);
      if (completed() && p < rights_a32_mute) field(" ", answer.r[0]);
      put("\n");
    }
}

// ---- Stage 2

static void set_long(u32 at, u32 low, u32 high) {
  ((u32 *)at)[0] = low;
  ((u32 *)at)[1] = high;
}
static void stage2_off(void) { WRITE(HCR, 0), WRITE(SCTLR, BASE_SCTLR), WRITE(TTBCR, 0), WRITE(TLBIALLNSNH, 0); }

// Who took an access and what is known of it.
static void fault(u32 va) {
  if (completed()) { put(" ok"); return; }
  u32 ec = answer.hsr >> 26;
  if (ec == 0x12 && (answer.hsr & 0xff) == 0x10) field(" d", READ(DFSR)), field("+", READ(DFAR) - va);
  else if (ec == 0x12 && (answer.hsr & 0xff) == 0x0c) field(" p", READ(IFSR)), field("+", READ(IFAR) - va);
  else if (ec == 0x24) field(" D", answer.hsr), field("+", READ(HDFAR) - va), field("/", READ(HPFAR));
  else if (ec == 0x20) field(" P", answer.hsr), field("+", READ(HIFAR) - va), field("/", READ(HPFAR));
  else field(" ?", answer.hsr);
}

static void translations(u32 va) {
  u32 lo, hi;
  put(" |");
  WRITE("p15, 0, %0, c7, c8, 4", va);
  __asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(lo), "=r"(hi));
  field(" ", hi), field(".", lo);
  WRITE("p15, 0, %0, c7, c8, 5", va);
  __asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(lo), "=r"(hi));
  field(" ", hi), field(".", lo);
  WRITE("p15, 0, %0, c7, c8, 6", va);
  __asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(lo), "=r"(hi));
  field(" ", hi), field(".", lo);
  WRITE("p15, 0, %0, c7, c8, 0", va);
  __asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(lo), "=r"(hi));
  field(" ", hi), field(".", lo);
}

// ldr, str, ldrt, strt at PL1; fetches at PL1 and PL0. The sandbox is full of SVC.
static void accesses(u32 va) {
  static const u32 TRY[] = {0xe5912000, 0xe5810000, 0xe4b12000, 0xe4a10000};
  hex(va), put(":");
  for (int i = 0; i < 4; i++) run(TRY[i], SVC, SVC_DONE, va), fault(va);
  enter(va, SYS, 0, 0), fault(va);
  enter(va, USR, 0, 0), fault(va);
  translations(va);
  put("\n");
}

// S2AP, SH and a MemAttr that is not reserved, by chance.
static u32 attributes(u32 d) {
  static const u32 TYPES[] = {0, 1, 5, 6, 7, 9, 10, 11, 13, 14, 15, 5, 10, 15, 15, 1};
  return (d & 0x3c0) | TYPES[d & 15] << 2;
}

// Level 1 (two tables in a row) at STAGE2, level 2 of 0x40000000 and 0x80000000 behind it, level 3 after those.
static void stage2_tables(void) {
  fill(STAGE2, 0, 0x8000 / 4);
  set_long(STAGE2 + 8, (STAGE2 + 0x2000) | 3, 0);
  set_long(STAGE2 + 16, (STAGE2 + 0x3000) | 3, 0);
  for (u32 i = 0; i < 512; i++) {
    u32 d = rnd();
    u32 leaf = attributes(d) | (d & 0xc000 ? 1 << 10 : 0);
    if (d & 0x10000) set_long(STAGE2 + 0x2000 + i * 8, (STAGE2 + 0x4000 + (d >> 17 & 3) * 0x1000) | 3, 0);
    else set_long(STAGE2 + 0x2000 + i * 8, SANDBOX | leaf | (d & 0xe0000 ? 1 : 0), d >> 20 & 7 ? 0 : 1 << 22);
  }
  for (u32 i = 0; i < 4 * 512; i++) {
    u32 d = rnd();
    u32 leaf = attributes(d) | (d & 0x1c00000 ? 1 << 10 : 0) | (d & 0xe000000 ? 3 : 0) | (d & 0x30000000 ? 0x40 : 0);
    set_long(STAGE2 + 0x4000 + i * 8, (SANDBOX + (d & 0x1ff000)) | leaf, d >> 30 ? 0 : 1 << 22);
  }
  // This program's own 2 MiB, for the code of the questions and the tables of stage 1.
  set_long(STAGE2 + 0x3000, 0x800007fd, 0);
}

static void stage2_on(u32 more) {
  WRITE(VTCR, 0x80000000 | 0x40 | 0x18); // 40 bits, level 1
  WRITE64(VTTBR, STAGE2, 0x00050000);
  WRITE(HCR, 1 | more);
  WRITE(TLBIALLNSNH, 0);
}

static void stage2_flat(void) {
  put("# stage 2 under a flat map: accesses and PAR\n");
  for (int round = 0; round < 4; round++) {
    stage2_tables();
    stage2_on(round & 1 ? 1 << 12 : 0); // HCR.DC
    for (int i = 0; i < 60; i++) accesses(0x40000000 + (rnd() & 0x3ffff000));
    accesses(0xc0000000 + (rnd() & 0xff000));
    stage2_off();
  }
}

static void stage2_short(void) {
  put("# stage 2 under short descriptors: accesses and PAR\n");
  for (int round = 0; round < 4; round++) {
    stage2_tables();
    fill(TABLES, 0, 4096);
    u32 *l1 = (u32 *)TABLES;
    for (u32 i = 0; i < 48; i++) {
      u32 d = rnd();
      // Sections into what stage 2 maps, tables in memory of this program, and tables where stage 2 has its say.
      if (i % 3 == 0) l1[0x300 + i] = (0x40000000 + (d & 0x3ff00000)) | (d & 0x3bff4 & ~0x1e0) | 2;
      else if (i % 3 == 1) l1[0x300 + i] = (SECOND + (d & 0x3c00)) | 1;
      else l1[0x300 + i] = (0x40000000 + (d & 0x3ffffc00)) | 1;
    }
    for (u32 i = 0; i < 16 * 256; i++) {
      u32 d = rnd();
      ((u32 *)SECOND)[i] = (0x40000000 + (d & 0x3ffff000)) | (d & 0xffd) | 2;
    }
    l1[0x801] = 0x80100c0e; // CODE is here
    l1[0x800] = 0x80000c0e;
    WRITE(DACR, 1), WRITE(TTBCR, 0), WRITE(TTBR0, TABLES);
    WRITE(SCTLR, BASE_SCTLR | 1);
    stage2_on(round & 1 ? 1 << 2 : 0); // HCR.PTW
    for (int i = 0; i < 60; i++) accesses(0x30000000 + (rnd() % 48 << 20) + (rnd() & 0xff000));
    stage2_off();
  }
}

static void stage2_long(void) {
  put("# stage 2 under long descriptors: accesses and PAR\n");
  for (int round = 0; round < 4; round++) {
    stage2_tables();
    fill(TABLES, 0, 0x4000 / 4);
    set_long(TABLES, (TABLES + 0x1000) | 3, 0);
    set_long(TABLES + 8, (0x40000000 + (rnd() & 0x3ffff000)) | 3, 0);
    set_long(TABLES + 16, 0x80000741, 0);
    for (u32 i = 0; i < 512; i++) {
      u32 d = rnd();
      if (d & 1) set_long(TABLES + 0x1000 + i * 8, (TABLES + 0x2000 + (d & 0x1000)) | 3, d & 0x70000000);
      else if (d & 2) set_long(TABLES + 0x1000 + i * 8, (0x40000000 + (d & 0x3ffff000)) | 3, 0);
      else set_long(TABLES + 0x1000 + i * 8, (0x40000000 + (d & 0x3fe00000)) | (d & 0x3fc & ~0x20) | 0x401, d >> 8 & 0x600000);
    }
    for (u32 i = 0; i < 2 * 512; i++) {
      u32 d = rnd();
      set_long(TABLES + 0x2000 + i * 8, (0x40000000 + (d & 0x3ffff000)) | (d & 0x3dc) | 0x403, d >> 8 & 0x600000);
    }
    WRITE(MAIR0, 0xff440400), WRITE(MAIR1, 0xeeaabb04);
    WRITE(TTBCR, 0x80000000);
    WRITE64("p15, 0, %0, %1, c2", TABLES, 0);
    WRITE(SCTLR, BASE_SCTLR | 1);
    stage2_on(round & 1 ? 1 << 2 : 0);
    for (int i = 0; i < 60; i++) accesses(rnd() & 0x3ffff000);
    for (int i = 0; i < 6; i++) accesses(0x40000000 + (rnd() & 0x3ffff000));
    stage2_off();
  }
}

// Other sizes of the input, and where the walk begins: PAR of ATS12NSOPR alone.
static void stage2_sizes(void) {
  put("# stage 2: VTCR and PAR\n");
  static const u32 VTCRS[] = {0x58, 0x59, 0x5a, 0x5f, 0x40, 0x41, 0x00, 0x01, 0x07, 0x1e, 0x1f};
  for (u32 n = 0; n < sizeof VTCRS / 4; n++) {
    for (u32 i = 0; i < 0x4000; i += 8) set_long(STAGE2 + i, (rnd() & 0xfffff000) | 0x7fd, rnd() & 0xff);
    WRITE(VTCR, 0x80000000 | VTCRS[n]);
    WRITE64(VTTBR, STAGE2 + 0x1000 * (n & 2), 0x00050000);
    WRITE(HCR, 1), WRITE(TLBIALLNSNH, 0);
    field("", VTCRS[n]), put(":");
    for (int i = 0; i < 24; i++) {
      u32 lo, hi, va = i < 8 ? 0xffffffffu >> i * 2 & ~0xfff : rnd() & ~0xfff;
      WRITE("p15, 0, %0, c7, c8, 4", va);
      __asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(lo), "=r"(hi));
      field(" ", hi & 0xff), field(".", lo);
    }
    put("\n");
    stage2_off();
  }
}

static void syndromes(void) {
  put("# syndromes of loads and stores: instruction: hsr hdfar hpfar\n");
  stage2_tables();
  fill(STAGE2 + 0x2000, 0, 1024);
  stage2_on(0);
  for (const u32 *p = loads_a32; p != loads_a32_end; p++) {
    run(*p, SVC | 0x40000000, 0x10, 0x40000100);
    hex(*p), put(":"), fault(0x40000100), put("\n");
  }
  for (const u32 *p = loads_t32; p != loads_t32_end; p++) {
    volatile u32 *code = (u32 *)CODE;
    code[0] = *p;
    code[1] = T32_HVC;
    WRITE(ICIALLU, 0);
    enter(CODE, SVC | MODE_T, 0x10, 0x40000100);
    hex(*p), put(":"), fault(0x40000100), put("\n");
  }
  stage2_off();
}

void main(void) {
  plain();
#ifdef REGISTERS
  scan(15), scan(14), scan_wide(), writable();
#else
  fill(SANDBOX, SVC_DONE, 0x80000);
  traps(), exceptions(), interrupts(), rights();
  stage2_flat(), stage2_short(), stage2_long(), stage2_sizes(), syndromes();
#endif
  put("# end\n");
}
