// What a core remembers of its system registers. Rows of the register tables point here; so does everything in the
// core that acts on a register.

interface Stored {
  /** A copy for each security state. */
  readonly banked?: true;
  /** Value of bits 31:0 after reset, of both copies; 0 where the architecture leaves it UNKNOWN. */
  readonly reset?: number;
  /** How many registers of this name there are, numbered from 0. */
  readonly count?: number;
}

const define = <T extends Readonly<Record<string, Stored>>>(names: T): T => names;

/** Reset values are those of the Cortex-A15 r4p0 TRM (ARM DDI 0438I). */
export const STORED = define({
  CSSELR: { banked: true },
  SCTLR: { banked: true, reset: 0x00c50078 },
  ACTLR: {},
  CPACR: {},
  SCR: {},
  SDER: {},
  NSACR: {},
  TTBR0: { banked: true },
  TTBR1: { banked: true },
  TTBCR: { banked: true },
  DACR: { banked: true },
  DFSR: { banked: true },
  IFSR: { banked: true },
  ADFSR: { banked: true },
  AIFSR: { banked: true },
  DFAR: { banked: true },
  IFAR: { banked: true },
  PAR: { banked: true },
  /** PRRR and NMRR share their storage with MAIR0 and MAIR1: TTBCR.EAE says which they are. */
  MAIR0: { banked: true, reset: 0x00098aa4 },
  MAIR1: { banked: true, reset: 0x44e048e0 },
  VBAR: { banked: true },
  MVBAR: {},
  CONTEXTIDR: { banked: true },
  /** The copies of the current security state live in the core's state words, where generated code reads them. */
  TPIDRURW: { banked: true },
  TPIDRURO: { banked: true },
  TPIDRPRW: { banked: true },
  FPEXC: {},
  TEECR: {},
  TEEHBR: {},
  L2CTLR: {},
  L2ACTLR: {},
  L2PFR: { reset: 0x000009b0 },
  ACTLR2: {},
  PMCR: { reset: 0x410f3000 },
  PMCNTEN: {},
  PMCCNTR: {},
  PMOVSR: {},
  PMSELR: {},
  PMUSERENR: {},
  PMINTEN: {},
  PMCCFILTR: {},
  PMEVTYPER: { count: 6 },
  PMEVCNTR: { count: 6 },
  DBGDSCR: { reset: 0x00000002 },
  DBGOSLSR: { reset: 0x0000000a },
  DBGOSDLR: {},
  DBGPRCR: {},
  DBGVCR: {},
  DBGWFAR: {},
  DBGDTRRX: {},
  DBGDTRTX: {},
  DBGCLAIM: {},
  DBGBVR: { count: 6 },
  DBGBCR: { count: 6 },
  DBGBXVR: { count: 6 },
  DBGWVR: { count: 4 },
  DBGWCR: { count: 4 },
  /** Hyp mode. VPIDR and VMPIDR reset to what MIDR and MPIDR are: the core sees to VMPIDR. */
  VPIDR: { reset: 0x414fc0f0 },
  VMPIDR: {},
  HSCTLR: { reset: 0x30c50838 },
  HCR: {},
  /** HPMN: all event counters belong to everyone. */
  HDCR: { reset: 6 },
  HCPTR: { reset: 0x33ff },
  HSTR: {},
  HTCR: { reset: 0x80800000 },
  VTCR: { reset: 0x80000000 },
  HTTBR: {},
  VTTBR: {},
  HSR: {},
  HDFAR: {},
  HIFAR: {},
  HPFAR: {},
  HMAIR0: {},
  HMAIR1: {},
  HVBAR: {},
  /** PL1PCTEN and PL1PCEN. */
  CNTHCTL: { reset: 3 },
});

export type StoredName = keyof typeof STORED;

/** Copies of one register: index 0 Non-secure (or the only one), 1 Secure; bits 63:32 of both follow at +HIGH. */
export const HIGH_WORD = 2;
const WORDS = 4;

const rows = Object.entries(STORED as Readonly<Record<StoredName, Stored>>) as readonly [StoredName, Stored][];

/** Index of the first word of each register: `words[SLOT.SCTLR + bank]`. */
export const SLOT = {} as Record<StoredName, number>;
let next = 0;
for (const [name, { count = 1 }] of rows) {
  SLOT[name] = next;
  next += count * WORDS;
}
export const STORAGE_WORDS = next;

/** Index of register n of a numbered name, for example DBGBVR3. */
export const slot = (name: StoredName, n = 0): number => SLOT[name] + n * WORDS;

export const isBanked = (name: StoredName): boolean => (STORED[name] as Stored).banked === true;

/** Puts every register to its reset value. */
export function resetStorage(words: Uint32Array): void {
  words.fill(0);
  for (const [name, { reset = 0, count = 1 }] of rows)
    for (let n = 0; n < count; n++) words[slot(name, n)] = words[slot(name, n) + 1] = reset;
}
