// Questions to the board `virt`: what its firmware answers (PSCI, ARM DEN 0022D), which processor and which interrupt
// controller it has. The same image runs on qemu-system-arm and on the emulator; both answer on the UART in text.
#include <stdint.h>

typedef uint32_t u32;

#define UART ((volatile u32 *)0x09000000)
#define GICD ((volatile u32 *)0x08000000)
#define GICC ((volatile u32 *)0x08010000)

volatile u32 exception;
u32 user_return;
volatile u32 arrival[6];
volatile u32 go_on; // to the second core: 1 call CPU_OFF, 2 write `beat`
volatile u32 here;  // the second core has arrived so often
volatile u32 beat;

void call_hvc(u32 r[4]);
void call_hvc_other(u32 r[4]);
void call_smc(u32 r[4]);
void call_hvc_from_user(u32 r[4]);
void second_a32(void);
void second_t32(void);

static void put(const char *s) { while (*s) *UART = *s++; }
static void hex(u32 v) {
  for (int i = 28; i >= 0; i -= 4) *UART = "0123456789abcdef"[(v >> i) & 15];
}
static void line(const char *name, u32 v) { put(name), put(": "), hex(v), put("\n"); }

typedef void caller(u32 r[4]);
static void show(const char *name, caller *how, u32 r0, u32 r1, u32 r2, u32 r3) {
  u32 r[4] = {r0, r1, r2, r3};
  exception = 0;
  how(r);
  put(name), put(":");
  for (int i = 0; i < 4; i++) put(" "), hex(r[i]);
  put(exception == 1 ? " undefined\n" : exception == 2 ? " abort\n" : "\n");
}
static u32 psci(u32 id, u32 a, u32 b, u32 c) {
  u32 r[4] = {id, a, b, c};
  call_hvc(r);
  return r[0];
}

enum {
  VERSION = 0x84000000, CPU_SUSPEND, CPU_OFF, CPU_ON, AFFINITY_INFO, MIGRATE, MIGRATE_INFO_TYPE,
  SYSTEM_OFF = 0x84000008, SYSTEM_RESET, FEATURES
};

void arrived(void) {
  here++;
  for (;;) {
    if (go_on == 2) beat++, go_on = 0;
    if (go_on == 1) {
      go_on = 0;
      psci(CPU_OFF, 0, 0, 0);
    }
  }
}

static void wait_for(volatile u32 *what, u32 value) { while (*what != value); }
static void wait_until_off(void) {
  while (psci(AFFINITY_INFO, 1, 0, 0) != 1);
}

static void identification(void) {
#define ID(name, at) { u32 v = 0xbadbad; exception = 0; __asm__ volatile("mrc p15, " at : "+r"(v)); \
  if (exception) put(name ": undefined\n"); else line(name, v); }
  put("# processor\n");
  ID("MIDR", "0, %0, c0, c0, 0")
  ID("MPIDR", "0, %0, c0, c0, 5")
  ID("ID_PFR0", "0, %0, c0, c1, 0")
  ID("ID_PFR1", "0, %0, c0, c1, 1")
  ID("ID_DFR0", "0, %0, c0, c1, 2")
  ID("ID_MMFR0", "0, %0, c0, c1, 4")
  ID("ID_MMFR1", "0, %0, c0, c1, 5")
  ID("ID_MMFR2", "0, %0, c0, c1, 6")
  ID("ID_MMFR3", "0, %0, c0, c1, 7")
  ID("ID_ISAR0", "0, %0, c0, c2, 0")
  ID("ID_ISAR1", "0, %0, c0, c2, 1")
  ID("ID_ISAR2", "0, %0, c0, c2, 2")
  ID("ID_ISAR3", "0, %0, c0, c2, 3")
  ID("ID_ISAR4", "0, %0, c0, c2, 4")
  ID("ID_ISAR5", "0, %0, c0, c2, 5")
  ID("SCTLR", "0, %0, c1, c0, 0")
  ID("CPACR", "0, %0, c1, c0, 2")
  ID("SCR", "0, %0, c1, c1, 0")
  ID("SDER", "0, %0, c1, c1, 1")
  ID("NSACR", "0, %0, c1, c1, 2")
  ID("MVBAR", "0, %0, c12, c0, 1")
  ID("HCR", "4, %0, c1, c1, 0")
  ID("HVBAR", "4, %0, c12, c0, 0")
  ID("CNTHCTL", "4, %0, c14, c1, 0")
  ID("CNTFRQ", "0, %0, c14, c0, 0")
  ID("CNTKCTL", "0, %0, c14, c1, 0")
  ID("CBAR", "4, %0, c15, c0, 0")
}

static void writable(const char *name, volatile u32 *at) {
  u32 old = *at;
  *at = 0xffffffff;
  u32 ones = *at;
  *at = 0;
  u32 zeros = *at;
  *at = old;
  put(name), put(": "), hex(old), put(" "), hex(ones), put(" "), hex(zeros), put("\n");
}

static void interrupts(void) {
  put("# interrupt controller: value, after ones, after zeros\n");
  line("GICD_TYPER", GICD[1]);
  line("GICD_IIDR", GICD[2]);
  writable("GICD_CTLR", GICD + 0);
  writable("GICD_IGROUPR0", GICD + 0x80 / 4);
  writable("GICD_IGROUPR1", GICD + 0x84 / 4);
  writable("GICD_IGROUPR8", GICD + 0xa0 / 4);
  writable("GICD_IGROUPR9", GICD + 0xa4 / 4);
  writable("GICD_ITARGETSR8", GICD + 0x820 / 4);
  writable("GICD_IPRIORITYR8", GICD + 0x420 / 4);
  writable("GICD_ICFGR2", GICD + 0xc08 / 4);
  writable("GICC_CTLR", GICC + 0);
  writable("GICC_PMR", GICC + 1);
  writable("GICC_BPR", GICC + 2);
  writable("GICC_ABPR", GICC + 7);
  line("GICC_IIDR", GICC[0xfc / 4]);
  line("GICC_IAR", GICC[3]);
  // A private interrupt of our own making, in the group where it is after reset: bit 0 of the controls enables it, and
  // it is an IRQ.
  u32 state;
  GICD[0] = 1, GICC[0] = 1, GICC[1] = 0xff;
  GICD[0xf00 / 4] = 2 << 24 | 3; // SGI 3 to this core
  __asm__ volatile("mrc p15, 0, %0, c12, c1, 0" : "=r"(state)); // ISR
  line("ISR", state);
  line("GICC_HPPIR", GICC[6]);
  state = GICC[3];
  line("GICC_IAR", state);
  line("GICC_RPR", GICC[5]);
  GICC[4] = state;
  line("GICC_RPR", GICC[5]);
  GICD[0xf00 / 4] = 2 << 24 | 1 << 15 | 3; // NSATT means nothing without the Security Extensions
  line("GICC_IAR", state = GICC[3]);
  GICC[4] = state;
  GICD[0] = 0, GICC[0] = 0;
}

int main(void) {
  identification();
  interrupts();
  put("# firmware: r0 to r3 after the call\n");
  show("PSCI_VERSION", call_hvc, VERSION, 1, 2, 3);
  show("PSCI_VERSION, HVC #0x1234", call_hvc_other, VERSION, 1, 2, 3);
  show("PSCI_VERSION, SMC", call_smc, VERSION, 1, 2, 3);
  show("PSCI_VERSION, User mode", call_hvc_from_user, VERSION, 1, 2, 3);
  show("SMCCC_VERSION", call_hvc, 0x80000000, 0, 0, 0);
  show("1337", call_hvc, 1337, 1, 2, 3);
  show("0", call_hvc, 0, 0, 0, 0);
  show("MIGRATE", call_hvc, MIGRATE, 1, 0, 0);
  show("MIGRATE_INFO_TYPE", call_hvc, MIGRATE_INFO_TYPE, 0, 0, 0);
  show("MIGRATE_INFO_UP_CPU", call_hvc, 0x84000007, 0, 0, 0);
  show("PSCI 0.1 CPU_SUSPEND, power level 1", call_hvc, 0x95c1ba5e, 0x01000000, 0, 0);
  show("PSCI 0.1 CPU_ON of ourselves", call_hvc, 0x95c1ba60, 0, 0, 0);
  show("PSCI 0.1 MIGRATE", call_hvc, 0x95c1ba61, 0, 0, 0);
  for (u32 n = 0; n < 0x18; n++) show("FEATURES", call_hvc, FEATURES, VERSION + n, 0, 0);
  show("FEATURES of SMC64 CPU_ON", call_hvc, FEATURES, 0xc4000003, 0, 0);
  show("FEATURES of SMC64 VERSION", call_hvc, FEATURES, 0xc4000000, 0, 0);
  show("FEATURES of SMCCC_VERSION", call_hvc, FEATURES, 0x80000000, 0, 0);
  show("FEATURES of 0.1 CPU_ON", call_hvc, FEATURES, 0x95c1ba60, 0, 0);
  show("SMC64 AFFINITY_INFO", call_hvc, 0xc4000004, 0, 0, 0);
  show("AFFINITY_INFO of 0", call_hvc, AFFINITY_INFO, 0, 0, 0);
  show("AFFINITY_INFO of MPIDR", call_hvc, AFFINITY_INFO, 0x80000000, 0, 0);
  show("AFFINITY_INFO of 1", call_hvc, AFFINITY_INFO, 1, 0, 0);
  show("AFFINITY_INFO of 2", call_hvc, AFFINITY_INFO, 2, 0, 0);
  show("AFFINITY_INFO of 0x100", call_hvc, AFFINITY_INFO, 0x100, 0, 0);
  show("AFFINITY_INFO of 0, level 1", call_hvc, AFFINITY_INFO, 0, 1, 0);
  show("AFFINITY_INFO of 1, level 1", call_hvc, AFFINITY_INFO, 1, 1, 0);
  show("AFFINITY_INFO of 0, level 3", call_hvc, AFFINITY_INFO, 0, 3, 0);
  show("AFFINITY_INFO of 0, level 4", call_hvc, AFFINITY_INFO, 0, 4, 0);
  show("CPU_ON of 0", call_hvc, CPU_ON, 0, (u32)second_a32, 5);
  show("CPU_ON of 2", call_hvc, CPU_ON, 2, (u32)second_a32, 5);
  show("CPU_ON of 0x80000001", call_hvc, CPU_ON, 0x80000001, (u32)second_a32, 5);
  show("CPU_SUSPEND, power level 1", call_hvc, CPU_SUSPEND, 0x01000000, 0, 0);
  // An interrupt that the core masks ends it.
  GICD[0] = 1, GICC[0] = 1, GICC[1] = 0xff;
  GICD[0xf00 / 4] = 2 << 24 | 3;
  show("CPU_SUSPEND, standby", call_hvc, CPU_SUSPEND, 0, (u32)second_a32, 5);
  show("CPU_SUSPEND, power down", call_hvc, CPU_SUSPEND, 0x00010000, (u32)second_a32, 5);
  show("PSCI 0.1 CPU_SUSPEND", call_hvc, 0x95c1ba5e, 0, (u32)second_a32, 5);
  GICC[4] = GICC[3];
  GICD[0] = 0, GICC[0] = 0;

  put("# second core: r0, r1, CPSR, SCTLR, LR, SP as it starts\n");
  show("CPU_ON of 1", call_hvc, CPU_ON, 1, (u32)second_a32, 0xc0ffee);
  wait_for(&here, 1);
  for (int i = 0; i < 6; i++) put(i ? " " : "arrival: "), hex(i == 2 ? arrival[i] & 0x0fffffff : arrival[i]); // flags are UNKNOWN
  put("\n");
  show("AFFINITY_INFO of 1", call_hvc, AFFINITY_INFO, 1, 0, 0);
  show("CPU_ON of 1 again", call_hvc, CPU_ON, 1, (u32)second_a32, 5);
  go_on = 2;
  wait_for(&beat, 1);
  go_on = 1;
  wait_until_off();
  put("off\n");
  show("CPU_ON of 1, Thumb", call_hvc, CPU_ON, 1, (u32)second_t32, 7);
  wait_for(&here, 2);
  line("arrival r0", arrival[0]);
  line("arrival CPSR", arrival[2] & 0x0fffffff);
  // Off again, and an interrupt for it: that does not switch it on.
  go_on = 1;
  wait_until_off();
  GICD[0] = 1;
  GICD[0xf00 / 4] = 1 << 17 | 4;
  show("AFFINITY_INFO of 1", call_hvc, AFFINITY_INFO, 1, 0, 0);
  show("SMC64 CPU_ON of 1", call_hvc, 0xc4000003, 1, (u32)second_a32, 9);
  if (psci(AFFINITY_INFO, 1, 0, 0) != 1) {
    wait_for(&here, 3);
    go_on = 1;
    wait_until_off();
  }
  show("PSCI 0.1 CPU_ON of 1", call_hvc, 0x95c1ba60, 1, (u32)second_a32, 9);
  if (psci(AFFINITY_INFO, 1, 0, 0) != 1) put("it goes on\n");
  put("# end\n");
  psci(SYSTEM_OFF, 0, 0, 0);
  put("still here\n");
  return 0;
}
