// The programmer's registers of one core: core registers with their banks, CPSR and SPSRs, as views over the state
// words that generated code works on.
import { CPU, type Layout } from '../codegen/layout';
import { BANK, BANKS, MODE, MODES, type Mode } from './modes';
import { itBits, itOf, PSR, PSR_REST } from './psr';
import { resetStorage, STORAGE_WORDS } from './sysregs/storage';

/** Word offsets in {@link CoreState.banked}. SP and LR of the current mode are stale there: they are in r13 and r14. */
export const BANKED = {
  SP: 0,
  LR: BANKS,
  SPSR: 2 * BANKS,
  R8_USR: 3 * BANKS,
  R8_FIQ: 3 * BANKS + 5,
  ELR_HYP: 3 * BANKS + 10,
} as const;
const BANKED_WORDS = BANKED.ELR_HYP + 1;

export class CoreState {
  /** The whole linear memory. */
  readonly words: Uint32Array;
  readonly signed: Int32Array;
  /** Index of the core's first state word: `words[at + (CPU.NF >> 2)]`. */
  readonly at: number;
  /** Banked copies of r8 to r14, SPSRs and ELR_hyp, see {@link BANKED}. */
  readonly banked = new Uint32Array(BANKED_WORDS);
  /** System registers, see SLOT. */
  readonly sys = new Uint32Array(STORAGE_WORDS);
  /** Bits 63:32 of the 64-bit system register that was read last. */
  high = 0;
  /** The current mode. Changed by {@link switchMode} only. */
  mode: Mode = MODES[MODE.svc]!;

  constructor(
    memory: WebAssembly.Memory,
    layout: Layout,
    readonly index: number,
  ) {
    this.words = new Uint32Array(memory.buffer);
    this.signed = new Int32Array(memory.buffer);
    this.at = layout.cpu(index) >> 2;
    resetStorage(this.sys);
    this.words[this.at + (CPU.CPSR >> 2)] = MODE.svc;
  }

  /** Register n of the current mode, 0 to 14, unsigned. */
  r(n: number): number {
    return this.words[this.at + n]!;
  }

  setR(n: number, value: number): void {
    this.words[this.at + n] = value;
  }

  /** A 32-bit field of the core's state, unsigned. @param offset one of CPU.* */
  field(offset: number): number {
    return this.words[this.at + (offset >> 2)]!;
  }

  setField(offset: number, value: number): void {
    this.words[this.at + (offset >> 2)] = value;
  }

  /** Address of the instruction that executes, or of the next one outside generated code. */
  get pc(): number {
    const ip = this.field(CPU.IP);
    return ip === 0 ? this.field(CPU.PC) : ((ip >>> this.field(CPU.PCSHIFT)) + this.field(CPU.DELTA)) >>> 0;
  }

  /** Where to go on. Generated code must leave (CPU.EXIT) for this to have an effect. */
  set pc(value: number) {
    this.setField(CPU.IP, 0);
    this.setField(CPU.PC, value);
  }

  get thumb(): boolean {
    return this.field(CPU.THUMB) !== 0;
  }

  get cpsr(): number {
    const { words, at } = this;
    return (
      ((words[at + (CPU.NF >> 2)]! & PSR.N) |
        (words[at + (CPU.ZF >> 2)] === 0 ? PSR.Z : 0) |
        (words[at + (CPU.CF >> 2)] ? PSR.C : 0) |
        ((words[at + (CPU.VF >> 2)]! >>> 31) << 28) |
        (words[at + (CPU.QF >> 2)] ? PSR.Q : 0) |
        ((words[at + (CPU.GE >> 2)]! & 0xf) << 16) |
        itBits(words[at + (CPU.IT >> 2)]!) |
        (words[at + (CPU.THUMB >> 2)] ? PSR.T : 0) |
        words[at + (CPU.CPSR >> 2)]!) >>>
      0
    );
  }

  /**
   * Takes a CPSR apart into the words of generated code and switches banks; no rights are checked. An M field that is
   * no mode leaves the mode as it is. The translation regime is not brought up to date.
   */
  assignCpsr(value: number): void {
    const { words, at } = this;
    words[at + (CPU.NF >> 2)] = value & PSR.N;
    words[at + (CPU.ZF >> 2)] = value & PSR.Z ? 0 : 1;
    words[at + (CPU.CF >> 2)] = value & PSR.C ? 1 : 0;
    words[at + (CPU.VF >> 2)] = (value << 3) & 0x80000000;
    words[at + (CPU.QF >> 2)] = value & PSR.Q ? 1 : 0;
    words[at + (CPU.GE >> 2)] = (value >>> 16) & 0xf;
    words[at + (CPU.IT >> 2)] = itOf(value);
    words[at + (CPU.THUMB >> 2)] = value & PSR.T ? 1 : 0;
    words[at + (CPU.BIG_ENDIAN >> 2)] = value & PSR.E ? 1 : 0;
    const mode = MODES[value & PSR.M];
    if (mode) this.switchMode(mode);
    words[at + (CPU.CPSR >> 2)] = (value & PSR_REST & ~PSR.M) | this.mode.number;
  }

  /** Brings the registers of another mode into r8 to r14. */
  private switchMode(to: Mode): void {
    const from = this.mode;
    if (from === to) return;
    const { words, at, banked } = this;
    banked[BANKED.SP + from.sp] = words[at + 13]!;
    banked[BANKED.LR + from.lr] = words[at + 14]!;
    if ((from.sp === BANK.fiq) !== (to.sp === BANK.fiq)) {
      const [old, fresh] = to.sp === BANK.fiq ? [BANKED.R8_USR, BANKED.R8_FIQ] : [BANKED.R8_FIQ, BANKED.R8_USR];
      for (let i = 0; i < 5; i++) {
        banked[old + i] = words[at + 8 + i]!;
        words[at + 8 + i] = banked[fresh + i]!;
      }
    }
    words[at + 13] = banked[BANKED.SP + to.sp]!;
    words[at + 14] = banked[BANKED.LR + to.lr]!;
    this.mode = to;
  }

  /** SPSR of the current mode; 0 in User and System mode, which have none. */
  get spsr(): number {
    return this.mode.spsr < 0 ? 0 : this.banked[BANKED.SPSR + this.mode.spsr]!;
  }

  set spsr(value: number) {
    if (this.mode.spsr >= 0) this.banked[BANKED.SPSR + this.mode.spsr] = value;
  }

  /** SP of a mode's bank (see BANK), wherever it is at the moment. */
  bankedSp(bank: number): number {
    return bank === this.mode.sp ? this.r(13) : this.banked[BANKED.SP + bank]!;
  }

  setBankedSp(bank: number, value: number): void {
    if (bank === this.mode.sp) this.setR(13, value);
    else this.banked[BANKED.SP + bank] = value;
  }

  bankedLr(bank: number): number {
    return bank === this.mode.lr ? this.r(14) : this.banked[BANKED.LR + bank]!;
  }

  setBankedLr(bank: number, value: number): void {
    if (bank === this.mode.lr) this.setR(14, value);
    else this.banked[BANKED.LR + bank] = value;
  }

  /** r8 to r12 as User mode (or FIQ mode) sees them. */
  bankedHigh(n: number, fiq: boolean): number {
    if (fiq === (this.mode.sp === BANK.fiq)) return this.r(n);
    return this.banked[(fiq ? BANKED.R8_FIQ : BANKED.R8_USR) + n - 8]!;
  }

  setBankedHigh(n: number, fiq: boolean, value: number): void {
    if (fiq === (this.mode.sp === BANK.fiq)) this.setR(n, value);
    else this.banked[(fiq ? BANKED.R8_FIQ : BANKED.R8_USR) + n - 8] = value;
  }

  /** Register n (0 to 14) as User mode sees it: for LDM and STM with the `^` suffix. */
  userR(n: number): number {
    if (n < 8) return this.r(n);
    return n === 13 ? this.bankedSp(BANK.usr) : n === 14 ? this.bankedLr(BANK.usr) : this.bankedHigh(n, false);
  }

  setUserR(n: number, value: number): void {
    if (n < 8) this.setR(n, value);
    else if (n === 13) this.setBankedSp(BANK.usr, value);
    else if (n === 14) this.setBankedLr(BANK.usr, value);
    else this.setBankedHigh(n, false, value);
  }
}
