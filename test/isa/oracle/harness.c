/*
 * Executes single ARM instructions on given states and tells what became of the state.
 *
 * stdin:  struct test records, until end of file.
 * stdout: for each, one struct outcome, followed by `changes` pairs (offset in the window, new word).
 * Both are little-endian words; test/isa/oracle/records.ts holds the same layouts.
 *
 * Run by qemu-arm as a Linux user program. There is no trampoline: a signal handler takes the state of the finished
 * test out of its ucontext, puts the next test's state there, and returns. sigreturn then loads r0-r15, NZCVQ, GE, T,
 * ITSTATE, D0-D31 and FPSCR at once. Every word around the instruction is a trap, so the next signal says where the
 * PC went.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/ucontext.h>
#include <unistd.h>

/* The guest's memory map; the rest is unmapped. The program itself is linked at HARNESS_BASE, far from any of them. */
#define CODE 0x20000000u
#define CODE_SIZE 0x3000u
#define WINDOW 0x50000000u
#define WINDOW_SIZE 0x4000u

/* Undefined in A32 (CDP p14), BKPT in Thumb, and in Thumb from its second half on undefined again. */
#define FILLER 0xee00be00u
#define BKPT_T16 0xbe00u

#define THUMB 1u    /* flags of a test */
#define POINTERS 2u /* words of the window are branch targets in an unmapped area */

#define VFP_MAGIC 0x56465001u

struct test {
  uint32_t encoding, flags, address, leads, lead[2], cpsr, fpscr, memory, r[15], d[64];
};

struct outcome {
  uint32_t signal, fault, pc, cpsr, fpscr, changes, r[15], d[64];
};

struct vfp_frame {
  uint32_t magic, size, d[64], fpscr;
};

static struct test tests[2048];
static unsigned next_test, test_count;
static unsigned long finished, finished_at_tick;
static int running;
static uint32_t out[1 << 16];
static unsigned out_words;
static uint32_t pristine[WINDOW_SIZE / 4], window_seed, window_flags;
static char signal_stack[1 << 16];

static void die(const char *why) {
  (void)!write(2, why, strlen(why));
  _exit(3);
}

static void flush(void) {
  const char *p = (const char *)out;
  size_t left = out_words * 4;
  while (left > 0) {
    ssize_t n = write(1, p, left);
    if (n <= 0) die("harness: cannot write the outcomes\n");
    p += n;
    left -= n;
  }
  out_words = 0;
}

/* Reads as many whole records as there are, up to the buffer's size. */
static void refill(void) {
  size_t have = 0;
  while (have < sizeof tests) {
    ssize_t n = read(0, (char *)tests + have, sizeof tests - have);
    if (n < 0) die("harness: cannot read the tests\n");
    if (n == 0) break;
    have += n;
  }
  if (have % sizeof(struct test)) die("harness: the last test is cut short\n");
  test_count = have / sizeof(struct test);
  next_test = 0;
}

/* The content of the window: xorshift32 from the seed. */
static void fill_window(uint32_t seed, uint32_t flags) {
  uint32_t x = seed;
  if (seed == window_seed && flags == window_flags) return;
  for (unsigned i = 0; i < WINDOW_SIZE / 4; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    pristine[i] = flags & POINTERS ? (x & 0x0ffffffdu) | 0x10000000u : x;
  }
  memcpy((void *)WINDOW, pristine, WINDOW_SIZE);
  window_seed = seed;
  window_flags = flags;
}

static void record(int signal, const siginfo_t *info, const struct sigcontext *regs, const struct vfp_frame *vfp) {
  const struct test *t = &tests[next_test - 1];
  struct outcome *o = (struct outcome *)&out[out_words];
  out_words += sizeof *o / 4;
  o->signal = signal;
  o->fault = signal == SIGSEGV || signal == SIGBUS ? (uint32_t)info->si_addr : 0;
  o->pc = regs->arm_pc;
  o->cpsr = regs->arm_cpsr;
  o->fpscr = vfp->fpscr;
  memcpy(o->r, &regs->arm_r0, sizeof o->r);
  memcpy(o->d, vfp->d, sizeof o->d);
  o->changes = 0;
  if (t->memory && memcmp((void *)WINDOW, pristine, WINDOW_SIZE)) {
    uint32_t *window = (uint32_t *)WINDOW;
    for (unsigned i = 0; i < WINDOW_SIZE / 4; i++) {
      if (window[i] == pristine[i]) continue;
      out[out_words++] = i * 4;
      out[out_words++] = window[i];
      o->changes++;
      window[i] = pristine[i];
    }
  }
  finished++;
  if (out_words > sizeof out / 4 - sizeof *o / 4 - 2 * WINDOW_SIZE / 4) flush();
}

/* Writes an instruction; halfwords of T32 in the order of the manual, the first one in the upper half. */
static uint32_t place(uint32_t at, uint32_t encoding, int thumb) {
  if (!thumb) {
    *(uint32_t *)at = encoding;
    return at + 4;
  }
  if (encoding > 0xffff) {
    *(uint16_t *)at = encoding >> 16;
    at += 2;
  }
  *(uint16_t *)at = encoding;
  return at + 2;
}

static uint32_t size_of(uint32_t encoding, int thumb) { return thumb && encoding <= 0xffff ? 2 : 4; }

/* Puts the test's instructions into the code area, which otherwise holds fillers only. @returns where to start. */
static uint32_t write_code(const struct test *t) {
  static uint32_t dirty = CODE;
  int thumb = t->flags & THUMB;
  uint32_t start = t->address;
  for (unsigned i = 0; i < t->leads; i++) start -= size_of(t->lead[i], thumb);
  if (mprotect((void *)CODE, CODE_SIZE, PROT_READ | PROT_WRITE)) die("harness: mprotect\n");
  for (uint32_t at = dirty; at < dirty + 32; at += 4) *(uint32_t *)at = FILLER;
  dirty = start & ~3u;
  uint32_t at = start;
  for (unsigned i = 0; i < t->leads; i++) at = place(at, t->lead[i], thumb);
  at = place(at, t->encoding, thumb);
  if (thumb) *(uint16_t *)at = BKPT_T16; /* executes whatever ITSTATE says, which the filler's second half would not */
  if (mprotect((void *)CODE, CODE_SIZE, PROT_READ | PROT_EXEC)) die("harness: mprotect\n");
  return start;
}

static void on_signal(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  struct sigcontext *regs = (struct sigcontext *)&uc->uc_mcontext;
  struct vfp_frame *vfp = (struct vfp_frame *)uc->uc_regspace;
  __asm__ volatile("vmsr fpscr, %0" : : "r"(0)); /* the test's vector length must not rule this code's VFP */
  if (vfp->magic != VFP_MAGIC) die("harness: no VFP state in the signal frame\n");
  if (signal == SIGALRM && (!running || finished != finished_at_tick)) {
    finished_at_tick = finished; /* only a test that outlives a whole tick has run away */
    return;
  }
  if (running) record(signal, info, regs, vfp);
  if (next_test == test_count) refill();
  if (test_count == 0) {
    flush();
    _exit(0);
  }
  const struct test *t = &tests[next_test++];
  if (t->memory) fill_window(t->memory, t->flags & POINTERS);
  memcpy(&regs->arm_r0, t->r, sizeof t->r);
  regs->arm_pc = write_code(t);
  regs->arm_cpsr = t->cpsr;
  memcpy(vfp->d, t->d, sizeof t->d);
  vfp->fpscr = t->fpscr;
  running = 1;
  __asm__ volatile("clrex");
}

static void map(uint32_t base, uint32_t size) {
  void *p = mmap((void *)base, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (p != (void *)base) die("harness: the fixed addresses are taken\n");
}

int main(void) {
  map(CODE, CODE_SIZE);
  map(WINDOW, WINDOW_SIZE);
  for (uint32_t at = CODE; at < CODE + CODE_SIZE; at += 4) *(uint32_t *)at = FILLER;

  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  static const int caught[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGALRM};
  for (unsigned i = 0; i < sizeof caught / sizeof *caught; i++) sigaction(caught[i], &action, 0);
  struct itimerval tick = {{1, 0}, {1, 0}};
  setitimer(ITIMER_REAL, &tick, 0);

  __asm__ volatile("bkpt #0"); /* the first signal loads the first test */
  return 3;
}
