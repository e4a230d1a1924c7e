// The one WebAssembly.Memory: where the state of the cores, the TLBs, the predecoded code and guest memory lie.
// TypeScript and generated code both take every offset from here.

/** Guest page size that TLBs and predecoded code work in; the smallest granule of every translation regime. */
export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;

/**
 * State of one core, offsets in bytes from the core's base. All fields are 32 bits wide unless said otherwise.
 * r0..r14 hold the registers of the current mode (banked copies live further down); slot 15 is scratch: it receives
 * the value of the PC for instructions that read it as an operand.
 */
export const CPU = {
  R: 0, // r0..r15, 64 bytes
  NF: 64, // bit 31 is the N flag
  ZF: 68, // zero when the Z flag is set
  CF: 72, // 0 or 1
  VF: 76, // bit 31 is the V flag
  QF: 80, // 0 or 1
  GE: 84, // GE[3:0]
  IT: 88, // ITSTATE[7:0] before the next instruction
  THUMB: 92, // 0 A32, 1 T32
  CPSR: 96, // the other bits of the CPSR: E, A, I, F, M, J
  PC: 100, // the next instruction, valid outside generated code
  IP: 104, // address of the predecoded record of the instruction that is executing; 0 outside
  DELTA: 108, // PC = (IP >>> PCSHIFT) + DELTA while IP is not 0
  PCSHIFT: 112, // 2 for A32, 3 for T32
  BUDGET: 116, // instructions left in the slice
  EXIT: 120, // not 0: leave generated code after the call that set it
  TLB: 124, // base of the TLB of the current regime and privilege
  TLB_USER: 128, // base of the TLB that LDRT and STRT use
  EXCL_ADDR: 132, // virtual address of the local exclusive monitor
  EXCL_SIZE: 136, // bytes it covers; 0 when it is open
  FPSCR: 140, // without NZCV
  FP_ENABLED: 144, // 0 or 1: whether VFP and NEON instructions execute in the current mode (CPACR, FPEXC, HCPTR, NSACR)
  FP_NZCV: 148, // FPSCR[31:28] in place
  TPIDRURW: 152,
  TPIDRURO: 156,
  TPIDRPRW: 160,
  HTPIDR: 200,
  RESULT: 164, // 32 bits of a helper's second result
  BIG_ENDIAN: 168, // CPSR.E
  ASIMD_ENABLED: 172, // as FP_ENABLED, for Advanced SIMD (CPACR.ASEDIS)
  STRICT: 176, // all ones when unaligned accesses fault (SCTLR.A), else 0
  EXIT_ARG: 180, // what EXIT is about: immediate of SVC, ...
  VFP_DATA_ENABLED: 188, // as FP_ENABLED, for VFP data processing (see VFP_VECTORS in sysregs/floating-point)
  LINES: 196, // interrupts that wait: inputs in bits 0 IRQ, 1 FIQ, 2 virtual IRQ, 3 virtual FIQ; HCR.VF, VI, VA in 4 to 6
  STALE: 192, // not 0: compiled regions were dropped; whoever called from one leaves it
  V: 256, // Q0..Q15, 256 bytes: S n at V + 4n, D n at V + 8n
  TEMP_SLOT: 512, // a code slot of four records, for instructions that straddle pages
  SIZE: 1024,
} as const;

/** Words of the whole machine, at fixed addresses in the first page. */
export const GLOBAL = {
  EVENTS: 64, // counts SEV
  TRANSLATED: 72, // u64: instructions that ran in regions
  IN_REGIONS: 80, // 1 while the dispatcher runs regions
} as const;

/** u64 counters of the dispatcher while the machine is profiled, in the first page: how often it began, and how it ended. */
export const DISPATCHER = {
  RUNS: 128,
  /** No region runs in the middle of an IT block, or with big-endian data. */
  STATE: 136,
  /** The TLB does not say that the page may be executed. */
  UNMAPPED: 144,
  /** No region begins there. */
  NO_REGION: 152,
} as const;

/** Why generated code left, in CPU.EXIT. */
export const EXIT = {
  NONE: 0,
  ABORT: 1, // a data or prefetch abort; the fault is in the core
  SVC: 2,
  UNDEFINED: 3,
  BREAKPOINT: 4, // BKPT; EXIT_ARG is the immediate
  SMC: 5,
  HVC: 6,
  WAIT: 7, // WFI; EXIT_ARG 1: WFE
  STOP: 8, // the machine asked, or a debugger's breakpoint
  FP: 9, // floating point that is not enabled; EXIT_ARG 1: Advanced SIMD
  HYP_TRAP: 10, // HSR says why
} as const;

const TLB_ENTRY_SHIFT = 4;
const TLB_ENTRIES_SHIFT = 12;

/** One TLB entry, 16 bytes; the table is direct mapped by VA[23:12]. An entry matches when `(va & ~0xfff | va & (size-1)) === tag`. */
export const TLB = {
  READ: 0,
  WRITE: 4,
  EXEC: 8,
  ADDEND: 12, // linear-memory address = (va + addend) | 0
  ENTRY_SHIFT: TLB_ENTRY_SHIFT,
  ENTRIES_SHIFT: TLB_ENTRIES_SHIFT,
  BYTES: 1 << (TLB_ENTRIES_SHIFT + TLB_ENTRY_SHIFT),
  /** The offset of an entry in the table is `(va >>> VA_SHIFT) & OFFSETS`. */
  VA_SHIFT: 12 - TLB_ENTRY_SHIFT,
  OFFSETS: ((1 << TLB_ENTRIES_SHIFT) - 1) << TLB_ENTRY_SHIFT,
  /** A tag that no aligned address equals. */
  INVALID: 0xfff,
  /** In a write tag: the page is writable, but holds predecoded code; stores take the slow path. */
  CODE: 0x800,
} as const;

/** TLBs of one core, by use. */
export const TLB_KINDS = ['pl0', 'pl1', 'hyp', 'spare'] as const;
export type TlbKind = (typeof TLB_KINDS)[number];

/**
 * A predecoded instruction: 16 bytes per A32 word or T32 halfword. `A`..`D` are byte operands (register numbers times
 * four, shift amounts, ...), whose meaning the operation's operand list gives.
 */
export const RECORD = {
  SIZE: 16,
  H: 0, // u16: the case to run
  INNER: 2, // u16: the case behind a prefix (condition, PC operand, IT)
  A: 4,
  B: 5,
  C: 6,
  D: 7,
  IMM: 8, // i32
  STEP: 12, // u8: records that this instruction occupies
  IT: 13, // u8: ITSTATE under which this was decoded
  E: 14, // u16
} as const;

/** Records of one page of code (T32 needs one per halfword) and the sentinel behind it. */
export const SLOT_RECORDS = 2048 + 4;
export const SLOT_SIZE = SLOT_RECORDS * RECORD.SIZE;

/** What is known of a record as a place where control arrives, 8 bytes; in an area of its own, in the order of records. */
export const ENTRY = {
  SIZE: 8,
  REGION: 0, // u32: number of the region in the table << 16 | number of the entry in the region; 0: none
  H: 4, // u16: what RECORD.H was before it became CASE.REGION
  COUNT: 6, // u16: how often control came here, or left a region here
} as const;

/** Where the areas of the memory begin, for a machine of `cores` cores and `guestBytes` of memory. */
export interface Layout {
  readonly cores: number;
  /** Base of core n's state. */
  cpu(n: number): number;
  /** Base of core n's TLB of a kind. */
  tlb(n: number, kind: TlbKind): number;
  /** u32 per host page and state: `codeMap + (page * 2 + thumb) * 4` holds the slot's address, or 0. */
  readonly codeMap: number;
  /** u32 per case of the interpreter: how often it ran, when counting is on. */
  readonly counters: number;
  /** u32 per host page: bit n set when bytes n*128.. of the page are predecoded. */
  readonly granules: number;
  readonly slots: number;
  readonly slotCount: number;
  /** The ENTRY of the record at linear address `r` lies at `(r >>> 1) + entries`. */
  readonly entries: number;
  /** While the machine is profiled: the u64 that counts executions of the record at `r` lies at `(r >>> 1) + executions`. 0: nothing is counted. */
  readonly executions: number;
  /** Host memory that guests see (RAM, flash, SRAM) begins here, page-aligned; pages are numbered from here. */
  readonly guest: number;
  readonly guestPages: number;
  /** Size of the whole memory in 64 KiB pages. */
  readonly wasmPages: number;
}

/** Cases that can be counted. */
export const COUNTERS = 16384;

const align = (n: number, to: number): number => Math.ceil(n / to) * to;

/**
 * @param slotCount pages of predecoded code kept before all are dropped; 32 KiB each.
 * @param counted with counters for all records
 */
export function layoutMemory(cores: number, guestBytes: number, slotCount = 3072, counted = false): Layout {
  const guestPages = align(guestBytes, PAGE_SIZE) / PAGE_SIZE;
  const cpuBase = PAGE_SIZE; // page 0 has GLOBAL only, so that address 0 is never valid
  const tlbBase = align(cpuBase + cores * CPU.SIZE, PAGE_SIZE);
  const counters = tlbBase + cores * TLB_KINDS.length * TLB.BYTES;
  const codeMap = counters + 4 * COUNTERS;
  const granules = codeMap + guestPages * 8;
  const slots = align(granules + guestPages * 4, 64);
  const entryArea = align(slots + slotCount * SLOT_SIZE, 64);
  const executions = entryArea + (slotCount * SLOT_SIZE * ENTRY.SIZE) / RECORD.SIZE;
  // Records in the state of a core (CPU.TEMP_SLOT) have a counter too; so the area begins with that of address 0.
  const guest = align(executions + (counted ? (slots + slotCount * SLOT_SIZE) / 2 : 0), 65536);
  const wasmPages = align(guest + guestPages * PAGE_SIZE, 65536) / 65536;
  if (wasmPages > 65536) throw new RangeError(`guest memory of ${guestBytes} bytes does not fit in 4 GiB`);
  return {
    cores,
    cpu: n => cpuBase + n * CPU.SIZE,
    tlb: (n, kind) => tlbBase + (n * TLB_KINDS.length + TLB_KINDS.indexOf(kind)) * TLB.BYTES,
    counters,
    codeMap,
    granules,
    slots,
    slotCount,
    entries: entryArea - (slots >>> 1),
    executions: counted ? executions : 0,
    guest,
    guestPages,
    wasmPages,
  };
}
