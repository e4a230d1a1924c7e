// Questions to a GICv2 with virtualization, asked from Hyp mode. Every step is one access, written to the UART with all
// that can be seen afterwards; the answers are replayed against the model, which needs no processor for that.
//
// A step:  WINDOW OFFSET = VALUE   (write)   or   WINDOW OFFSET ? VALUE   (read)
// and behind a colon: GICH_HCR VMCR MISR EISR ELSR APR LR0..3, GICV_RPR HPPIR, GICD_ISACTIVER0 ISACTIVER1,
// maintenance interrupt, physical IRQ, virtual IRQ (2) and FIQ (1), or x where a physical interrupt hides them.
// Windows: d GICD, c GICC, h GICH, v GICV, a the GICH of core 0 in the window of all cores.
#include <stdint.h>

typedef uint32_t u32;

#define UART ((volatile u32 *)0x1c090000)
#define PERIPHERALS 0x2c000000u

enum { HCR = 0x00, VTR = 0x04, VMCR = 0x08, MISR = 0x10, EISR = 0x20, ELSR = 0x30, APR = 0xf0, LR = 0x100 };
enum { CTLR = 0x00, PMR = 0x04, BPR = 0x08, IAR = 0x0c, EOIR = 0x10, RPR = 0x14, HPPIR = 0x18, ABPR = 0x1c, AIAR = 0x20,
       AHPPIR = 0x28, VAPR = 0xd0, IIDR = 0xfc, DIR = 0x1000 };
enum { ISENABLER = 0x100, ICENABLER = 0x180, ISPENDR = 0x200, ICPENDR = 0x280, ISACTIVER = 0x300, ICACTIVER = 0x380,
       IPRIORITYR = 0x400 };
enum { PENDING = 1, ACTIVE = 2 };

u32 guest_isr(void);

static void put(const char *s) { while (*s) *UART = *s++; }
static void hex(u32 v) {
  int i = 28;
  while (i > 0 && !(v >> i)) i -= 4;
  for (; i >= 0; i -= 4) *UART = "0123456789abcdef"[(v >> i) & 15];
}
static void field(u32 v) { put(" "), hex(v); }

static volatile u32 *at(char window, u32 offset) {
  u32 base = window == 'd' ? 0x1000 : window == 'c' ? 0x2000 : window == 'h' ? 0x4000 : window == 'a' ? 0x5000 : 0x6000;
  return (volatile u32 *)(PERIPHERALS + base + offset);
}
static u32 peek(char window, u32 offset) { return *at(window, offset); }

static void seen(void) {
  put(" :");
  static const u32 HYP[] = {HCR, VMCR, MISR, EISR, ELSR, APR, LR, LR + 4, LR + 8, LR + 12};
  for (u32 i = 0; i < sizeof HYP / sizeof *HYP; i++) field(peek('h', HYP[i]));
  field(peek('v', RPR)), field(peek('v', HPPIR));
  field(peek('d', ISACTIVER)), field(peek('d', ISACTIVER + 4));
  field(peek('d', ISPENDR) >> 25 & 1);
  u32 isr;
  __asm__ volatile("mrc p15, 0, %0, c12, c1, 0" : "=r"(isr));
  u32 physical = isr >> 7 & 1;
  field(physical);
  if (physical) put(" x"); // it would be taken
  else field(guest_isr() >> 6 & 3);
  put("\n");
}

static void write(char window, u32 offset, u32 value) {
  *UART = window, field(offset), put(" ="), field(value);
  *at(window, offset) = value;
  seen();
}

static u32 read(char window, u32 offset) {
  u32 value = peek(window, offset);
  *UART = window, field(offset), put(" ?"), field(value);
  seen();
  return value;
}

static void section(const char *name) {
  put("# "), put(name), put("\n");
  *at('h', HCR) = 0, *at('h', VMCR) = 0, *at('h', APR) = 0;
  for (u32 n = 0; n < 4; n++) *at('h', LR + 4 * n) = 0;
  for (u32 n = 0; n < 8; n += 4) *at('d', ICENABLER + n) = *at('d', ICPENDR + n) = *at('d', ICACTIVER + n) = ~0u;
}

static u32 entry(u32 id, u32 state, u32 priority) { return id | state << 28 | (priority >> 3) << 23; }
#define GROUP1 (1u << 30)
#define WANTS_EOI (1u << 19)
#define HARDWARE(physical) (1u << 31 | (physical) << 10)
#define CPU(n) ((n) << 10)

static void lr(u32 n, u32 value) { write('h', LR + 4 * n, value); }
static void on(u32 hcr, u32 control) {
  write('h', HCR, hcr), write('v', PMR, 0xff), write('v', CTLR, control);
}

static void identification(void) {
  section("identification");
  read('h', VTR), read('v', IIDR), read('v', IAR);
  static const u32 BITS[] = {HCR, VMCR, APR, LR, LR + 4, LR + 8, LR + 12};
  for (u32 i = 0; i < sizeof BITS / sizeof *BITS; i++) write('h', BITS[i], ~0u), read('a', BITS[i]);
  read('h', EISR + 4), read('h', ELSR + 4);
  for (u32 i = 0; i < sizeof BITS / sizeof *BITS; i++) write('h', BITS[i], 0);
  static const u32 GUEST[] = {CTLR, PMR, BPR, ABPR, VAPR};
  for (u32 i = 0; i < sizeof GUEST / sizeof *GUEST; i++) {
    write('v', GUEST[i], ~0u), read('v', GUEST[i]);
    write('v', GUEST[i], 0), read('v', GUEST[i]);
  }
}

static void lives(void) {
  for (u32 control = 1; control < 0x400; control += 0x200) {
    section(control == 1 ? "lives" : "lives with EOImode");
    on(1, control);
    lr(0, entry(40, PENDING, 0xa0)), lr(1, entry(41, PENDING, 0x40) | WANTS_EOI);
    lr(2, entry(5, PENDING, 0x80) | CPU(3)), lr(3, entry(60, PENDING | ACTIVE, 0x20));
    for (u32 i = 0; i < 2; i++) read('v', IAR);
    write('v', EOIR, 41), write('v', DIR, 41);
    read('v', IAR), write('v', EOIR, 5 | CPU(3)), write('v', DIR, 5 | CPU(3));
    write('h', HCR, 0xf), write('v', EOIR, 77), write('v', DIR, 77);
    write('h', APR, 0x110), write('v', EOIR, 1023), write('v', EOIR, 77), write('v', DIR, 77), write('v', EOIR, 60);
    write('v', DIR, 60), read('v', IAR), write('v', EOIR, 60), write('v', DIR, 60);
    lr(1, 0), write('v', EOIR, 40), write('h', HCR, 0xf800000f), write('h', APR, 0x3);
    write('v', EOIR, 77), write('v', DIR, 77), write('v', EOIR, 77), write('v', EOIR, 77);
  }
}

static void groups(void) {
  section("groups");
  for (u32 hcr = 0x11; hcr < 0x100; hcr = (hcr - 1) * 2 + 1) {
    write('h', HCR, hcr);
    for (u32 control = 0; control < 4; control++) write('v', CTLR, control);
  }
  on(1, 0x00f);
  lr(0, entry(40, PENDING, 0x40) | GROUP1), lr(1, entry(41, PENDING, 0x80));
  write('v', CTLR, 0x00d), write('v', CTLR, 0x00f);
  read('v', IAR), read('v', IAR), write('v', EOIR, 40);
  write('v', CTLR, 0x00e), write('v', CTLR, 0x00f), write('v', CTLR, 0x007);
  read('v', IAR), write('v', EOIR, 41);
  write('v', CTLR, 3);
  lr(0, entry(40, PENDING, 0x40) | GROUP1);
  read('v', IAR);
  section("binary points");
  on(1, 0x007);
  for (u32 control = 0x007; control < 0x20; control += 0x10) {
    write('v', CTLR, control);
    for (u32 point = 0; point < 8; point++) {
      write('v', BPR, point), write('v', ABPR, 7 - point);
      lr(0, entry(40, PENDING, 0xe8)), read('v', IAR), write('v', EOIR, 40);
      lr(0, entry(40, PENDING, 0xe8) | GROUP1), read('v', IAR), write('v', EOIR, 40);
    }
  }
}

// SPI 50 as a hypervisor takes it for a guest: acknowledged, priority dropped, in a list register until the guest ends it.
static void hardware(void) {
  for (u32 control = 1; control < 0x400; control += 0x200) {
    section(control == 1 ? "hardware" : "hardware with EOImode");
    write('d', 0, 1), write('c', CTLR, 0x201), write('c', PMR, 0xff);
    write('d', IPRIORITYR + 48, 0x80808080), write('d', ISENABLER + 4, 1 << 18);
    on(1, control);
    for (u32 i = 0; i < 2; i++) {
      write('d', ISPENDR + 4, 1 << 18);
      read('c', IAR), write('c', EOIR, 50);
      write('d', ISPENDR + 4, 1 << 18);
      lr(i, entry(100, PENDING, 0x80) | HARDWARE(50));
      read('v', IAR);
      write('v', EOIR, 100), write('d', 0, 1), write('v', DIR, 100), write('d', 0, 1);
      read('c', IAR), write('c', EOIR, 50), write('c', DIR, 50);
    }
    write('d', 0, 0), write('c', CTLR, 0);
  }
}

// Where qemu goes its own ways; the test says what it is.
static void different(void) {
  section("different");
  on(1, 0x003);
  lr(0, entry(40, PENDING, 0x80) | GROUP1);
  read('v', AHPPIR), read('v', AIAR);
  lr(0, 0), write('h', APR, 0), lr(1, entry(5, PENDING, 0x80) | CPU(2));
  read('v', IAR), write('v', EOIR, 5 | CPU(1));
  section("different groups");
  on(1, 0x003);
  write('h', APR, 1);
  lr(0, entry(40, PENDING, 0x80) | GROUP1);
  read('v', IAR);
  write('h', APR, 0), write('v', CTLR, 0x001), read('v', IAR);
  write('v', CTLR, 0x005), read('v', IAR);
  section("different preemption");
  on(1, 0x001);
  write('h', APR, 1 << 9), write('v', BPR, 5);
  lr(0, entry(40, PENDING, 0x60));
  read('v', IAR);
}

static u32 state = 0x2545f491;
static u32 rnd(void) {
  state ^= state << 13, state ^= state >> 17, state ^= state << 5;
  return state;
}
static u32 one_in(u32 n) { return rnd() % n == 0; }

static u32 point; // the binary point of both groups, so that both preempt by the same bits of the priority

// Active priorities that interrupts with this binary point can have left.
static u32 aligned(u32 bits) {
  u32 every = 0;
  for (u32 i = 0; i < 32; i += 1u << (point - 2)) every |= 1u << i;
  return bits & every;
}

// List register n has INTIDs of its own: two list registers with the same one are UNPREDICTABLE.
static u32 random_entry(u32 n) {
  u32 software = one_in(3), id = software ? n + 4 * (rnd() & 3) : 32 + n + 4 * (rnd() & 15);
  u32 value = entry(id, one_in(3) ? rnd() & 3 : PENDING, rnd() & (one_in(2) ? 0xf8 : 0xc0));
  static const u32 PHYSICAL[] = {26, 27, 29, 30, 31, 31, 3, 900};
  if (one_in(3)) value |= GROUP1;
  if (software) return value | CPU(rnd() & 7) | (one_in(2) ? WANTS_EOI : 0);
  if (one_in(2)) return value | (one_in(2) ? WANTS_EOI : 0);
  return (value & ~(one_in(2) ? 1u << 28 : 1u << 29)) | HARDWARE(PHYSICAL[rnd() & 7]); // never active and pending
}

static u32 named(u32 value) { return value & (value >> 31 || (value & 1023) > 15 ? 1023 : 0x1fff); }

// Whether what GICV_IAR answers does not depend on the cases of `different`.
static u32 settled(void) {
  u32 best = 0x100, group1 = 0, vmcr = peek('h', VMCR);
  for (u32 n = 0; n < 4; n++) {
    u32 value = peek('h', LR + 4 * n), priority = value >> 20 & 0xf8;
    if ((value >> 28 & 3) == PENDING && priority < best) best = priority, group1 = value >> 30 & 1;
  }
  if (best == 0x100) return 1;
  if (!(vmcr >> group1 & 1)) return 0;
  return !group1 || vmcr & 4 || best < peek('v', RPR);
}

static void end(u32 offset) {
  u32 n = rnd() & 3, value = peek('h', LR + 4 * n);
  for (u32 i = 0; i < 4 && !(value >> 29 & 1); i++) value = peek('h', LR + 4 * (n = (n + 1) & 3));
  if (one_in(5)) return write('v', offset, 700 + (rnd() & 63));
  if (one_in(9)) return write('v', offset, 1020 + (rnd() & 3));
  // A Group 1 interrupt without AckCtl: UNPREDICTABLE.
  if (offset == EOIR && value >> 29 & 1 && value & GROUP1 && !(peek('v', CTLR) & 4)) return;
  write('v', offset, named(value));
}

static void random_step(void) {
  static const u32 MASKS[] = {0xff, 0xff, 0xf8, 0xc0, 0x80, 0x40, 0};
  u32 n = rnd() & 3, what = rnd() % 26;
  if (what < 7) lr(n, random_entry(n));
  else if (what < 12 && settled()) read('v', IAR);
  else if (what < 16) end(EOIR);
  else if (what < 18) end(DIR);
  else if (what == 18) write('v', CTLR, (rnd() & 0x21f) | (one_in(4) ? 0 : 3));
  else if (what == 19) write('v', PMR, MASKS[rnd() % 7]);
  else if (what == 20) {
    write('h', APR, 0);
    point = 2 + rnd() % 5;
    if (one_in(2)) write('v', BPR, point), write('v', ABPR, point + 1);
    else write('h', VMCR, (rnd() & 0xf800021f) | 0x80000003 | point << 21 | (point + 1) << 18);
  } else if (what < 23) write('h', HCR, (rnd() & (one_in(3) ? 0xf80000fe : 0xfe)) | !one_in(6));
  else if (what == 23) write('h', APR, one_in(2) ? 0 : aligned(rnd() & rnd()));
  else if (what == 24) write('v', VAPR, aligned(rnd() & rnd() & rnd()));
  else write('d', ISACTIVER, rnd() & 0xec000000);
}

int main(void) {
  identification();
  lives();
  groups();
  hardware();
  different();
  for (u32 round = 0; round < 24; round++) {
    section("random");
    point = 2;
    on(1, 0x007);
    for (u32 i = 0; i < 150; i++) random_step();
  }
  put("# end\n");
  for (;;) ;
}
