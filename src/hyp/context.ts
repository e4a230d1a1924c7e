// What a virtual CPU has in the registers of a core, while it does not run: everything that PL1 and PL0 can see.
import { CPU } from '../emu/codegen/layout';
import type { Core } from '../emu/cpu/core';
import { BANK, MODE } from '../emu/cpu/modes';
import { PSR } from '../emu/cpu/psr';
import { BANKED } from '../emu/cpu/state';
import { HIGH_WORD, SLOT, type StoredName } from '../emu/cpu/sysregs/storage';
import { type Archive, SaveError } from './save/archive';

/** System registers of a guest, with both words where they have them. */
const GUEST_REGISTERS: readonly StoredName[] = [
  'CSSELR', 'SCTLR', 'ACTLR', 'CPACR', 'TTBR0', 'TTBR1', 'TTBCR', 'DACR', 'DFSR', 'IFSR', 'ADFSR', 'AIFSR', 'DFAR', 'IFAR',
  'PAR', 'MAIR0', 'MAIR1', 'VBAR', 'CONTEXTIDR', 'TEECR', 'TEEHBR', 'FPEXC', 'VPIDR', 'VMPIDR',
]; // prettier-ignore

/** State words of the core that a guest owns. TPIDR* of the Non-secure bank live there. */
const GUEST_FIELDS = [CPU.FPSCR, CPU.FP_NZCV, CPU.TPIDRURW, CPU.TPIDRURO, CPU.TPIDRPRW] as const;
const VECTOR_BYTES = 256;
const CORE_REGISTERS = 13;

export class GuestContext {
  /** r0 to r12 of User mode (of FIQ mode, when it is interrupted there), and LR_usr. */
  private readonly registers = new Uint32Array(CORE_REGISTERS + 1);
  /** All banks, with ELR_hyp (the PC) and SPSR_hyp (the CPSR) among them. */
  private readonly banked = new Uint32Array(BANKED.ELR_HYP + 1);
  private readonly system = new Uint32Array(2 * GUEST_REGISTERS.length);
  private readonly fields = new Uint32Array(GUEST_FIELDS.length);
  private readonly vectors = new Uint8Array(VECTOR_BYTES);

  /** @param core in Hyp mode */
  save(core: Core): void {
    for (let i = 0; i < CORE_REGISTERS; i++) this.registers[i] = core.r(i);
    this.registers[CORE_REGISTERS] = core.r(14);
    this.banked.set(core.banked);
    GUEST_REGISTERS.forEach((name, i) => {
      this.system[2 * i] = core.sys[SLOT[name]]!;
      this.system[2 * i + 1] = core.sys[SLOT[name] + HIGH_WORD]!;
    });
    GUEST_FIELDS.forEach((field, i) => (this.fields[i] = core.field(field)));
    this.vectors.set(vectorsOf(core));
  }

  /** @param core in Hyp mode; its stage 2 is set already */
  restore(core: Core): void {
    for (let i = 0; i < CORE_REGISTERS; i++) core.setR(i, this.registers[i]!);
    core.setR(14, this.registers[CORE_REGISTERS]!);
    core.banked.set(this.banked);
    GUEST_REGISTERS.forEach((name, i) => {
      core.sys[SLOT[name]] = this.system[2 * i]!;
      core.sys[SLOT[name] + HIGH_WORD] = this.system[2 * i + 1]!;
    });
    GUEST_FIELDS.forEach((field, i) => core.setField(field, this.fields[i]!));
    vectorsOf(core).set(this.vectors);
    core.translationChanged(0);
    core.tlbFlush();
  }

  /** Everything, of a virtual CPU that does not run. */
  transfer(io: Archive): void {
    for (const words of [this.registers, this.banked, this.system, this.fields]) io.words(words);
    this.vectors.set(io.bytes(this.vectors, VECTOR_BYTES));
    // A guest is in no mode of the hypervisor's.
    if (io.loading && !isGuestMode(this.cpsr))
      throw new SaveError('a virtual CPU is in a mode that guests do not have');
  }

  get pc(): number {
    return this.banked[BANKED.ELR_HYP]!;
  }
  set pc(value: number) {
    this.banked[BANKED.ELR_HYP] = value;
  }
  get cpsr(): number {
    return this.banked[BANKED.SPSR + BANK.hyp]!;
  }
  set cpsr(value: number) {
    this.banked[BANKED.SPSR + BANK.hyp] = value;
  }
  /** r0 to r12, SP_usr and LR_usr. */
  setR(n: number, value: number): void {
    if (n < CORE_REGISTERS) this.registers[n] = value;
    else if (n === 13) this.banked[BANKED.SP + BANK.usr] = value;
    else this.registers[CORE_REGISTERS] = value;
  }
  r(n: number): number {
    if (n < CORE_REGISTERS) return this.registers[n]!;
    return n === 13 ? this.banked[BANKED.SP + BANK.usr]! : this.registers[CORE_REGISTERS]!;
  }
  /** r8 to r12 of FIQ mode. */
  fiq(n: number): number {
    return this.banked[BANKED.R8_FIQ + n - 8]!;
  }
  setFiq(n: number, value: number): void {
    this.banked[BANKED.R8_FIQ + n - 8] = value;
  }
  /** SP and LR of a mode (see BANK), and its SPSR. */
  bank(bank: number): { sp: number; lr: number; spsr: number } {
    const lr = bank === BANK.usr ? this.registers[CORE_REGISTERS]! : this.banked[BANKED.LR + bank]!;
    return { sp: this.banked[BANKED.SP + bank]!, lr, spsr: this.banked[BANKED.SPSR + bank]! };
  }
  setBank(bank: number, { sp, lr, spsr }: { sp: number; lr: number; spsr: number }): void {
    this.banked[BANKED.SP + bank] = sp;
    if (bank === BANK.usr) this.registers[CORE_REGISTERS] = lr;
    else this.banked[BANKED.LR + bank] = lr;
    this.banked[BANKED.SPSR + bank] = spsr;
  }
  register(name: StoredName): number {
    return this.system[2 * GUEST_REGISTERS.indexOf(name)]!;
  }
  registerHigh(name: StoredName): number {
    return this.system[2 * GUEST_REGISTERS.indexOf(name) + 1]!;
  }
  setRegister(name: StoredName, low: number, high = 0): void {
    const at = 2 * GUEST_REGISTERS.indexOf(name);
    this.system[at] = low;
    this.system[at + 1] = high;
  }
}

const GUEST_MODES: readonly number[] = [MODE.usr, MODE.fiq, MODE.irq, MODE.svc, MODE.abt, MODE.und, MODE.sys];
const isGuestMode = (psr: number): boolean => GUEST_MODES.includes(psr & PSR.M);

const vectorsOf = (core: Core): Uint8Array =>
  new Uint8Array(core.env.memory.buffer, core.env.layout.cpu(core.index) + CPU.V, VECTOR_BYTES);
