// Tier 1: the meaning of instructions over operands that are known. Registers and flags live in locals; what generated
// code cannot do alone is the affair of the instruction's site, and memory that of RegionMemory.
import type { Code } from '../code';
import { type HelperName, HELPERS } from '../helpers';
import { CPU } from '../layout';
import { type Access, type Elements, ENABLED, Semantics } from '../semantics';
import {
  add, and, bitsF32, bitsF64, c, call, eqz, load32, not, or, shl, shr, simdLane, type Value, xor,
} from '../value'; // prettier-ignore
import { ZERO } from '../vector';
import { I32, V128 } from '../wasm';
import type { RegionContext } from './context';
import { ExtensionOperands } from './extension';
import { FLAGS } from './flags';
import { RegionMemory } from './memory';
import type { RegionInstruction } from './region';
import { Site } from './site';

export class Tier1 extends Semantics {
  readonly code: Code;
  readonly cpu: Value;
  private readonly site: Site;
  private readonly extension: ExtensionOperands;
  private readonly memory: RegionMemory;

  /** @param remaining instructions of the block that are not done, this one included */
  constructor(
    private readonly context: RegionContext,
    private readonly instruction: RegionInstruction,
    remaining: number,
  ) {
    super();
    this.code = context.code;
    this.cpu = context.cpu;
    this.site = new Site(context, instruction, remaining);
    this.extension = new ExtensionOperands(this.site);
    this.memory = new RegionMemory(this.site, this.extension);
  }

  /** A call into TypeScript was made: it may have ended the slice, or dropped this code. */
  get called(): boolean {
    return this.site.called;
  }

  early(name: string): number {
    return this.instruction.operands[name] as number;
  }
  earlyText(name: string): string {
    return this.instruction.operands[name] as string;
  }
  n(name: string): Value {
    return c(this.site.operand(name));
  }
  r(name: string): Value {
    return this.reg(this.site.operand(name));
  }
  w(name: string, v: Value): void {
    this.setReg(this.site.operand(name), v);
  }
  reg(number: number): Value {
    return this.site.register(number);
  }
  setReg(number: number, v: Value): void {
    this.context.registers.set(number, v);
  }
  v(name: string): Value {
    return add(this.cpu, c(CPU.V + this.extension.offset(name)));
  }
  vNumber(name: string): Value {
    return c(this.extension.number(name));
  }

  private fpLocal(name: string, double: boolean): Value | undefined {
    return this.extension.local(this.extension.number(name), double);
  }
  override fp(name: string, double: boolean): Value {
    return this.fpLocal(name, double) ?? super.fp(name, double);
  }
  override setFp(name: string, double: boolean, v: Value): void {
    if (!this.context.registers.setFp(this.extension.number(name), double, v)) super.setFp(name, double, v);
  }
  override fpBits(name: string, double: boolean): Value {
    const number = this.fpLocal(name, double);
    return number ? (double ? bitsF64(number) : bitsF32(number)) : super.fpBits(name, double);
  }
  override setFpBits(name: string, double: boolean, v: Value): void {
    this.extension.setBits(this.extension.number(name), double, v);
  }
  override doubleword(name: string): Value {
    const number = this.fpLocal(name, true);
    return number ? simdLane(0x1e, V128, 0, ZERO, bitsF64(number)) : super.doubleword(name);
  }
  override fpWord(name: string, plus = 0): Value {
    return this.extension.word(this.extension.number(name) + plus);
  }
  override setFpWord(name: string, v: Value, plus = 0): void {
    this.extension.setWord(this.extension.number(name) + plus, v);
  }
  override ordinary(): Value {
    const { context, instruction } = this;
    if (context.facts.ordinary) return c(1);
    // Where this fails the region is left, so from here on it holds.
    if (!instruction.calls && instruction.cond === 14) context.facts.ordinary = true;
    return super.ordinary();
  }

  override state(offset: number): Value {
    if (offset === CPU.THUMB) return c(this.context.thumb ? 1 : 0);
    return super.state(offset);
  }

  override setState(offset: number, v: Value): void {
    // IT: what follows knows its place in the block; the state says so only where the region is left.
    if (offset !== CPU.IT) super.setState(offset, v);
  }

  pc(): Value {
    return this.site.pc();
  }
  nextPc(): Value {
    return this.site.nextPc();
  }
  branch(): void {
    this.context.jump(this.instruction.flow.target!);
  }
  goto(target: Value): void {
    this.context.goto(target);
  }
  synchronize(): void {
    this.code.if(this.context.moved(), () => this.context.depart('moved', this.nextPc()));
  }
  next(): void {
    throw new Error(`${this.instruction.op.name} ends early`);
  }
  leave(): void {
    this.context.leave('exception');
  }
  /** Leaves when a class of floating-point instructions is disabled: the interpreter takes the exception. */
  enabled(what: keyof typeof ENABLED): void {
    if (this.context.facts.knowsEnabled(what, this.instruction.cond === 14)) return;
    this.code.if(eqz(this.state(ENABLED[what])), () => this.context.leave('disabled'));
  }

  override carry(): Value {
    return this.context.flags.carry();
  }
  override nzcv(): Value {
    return this.context.flags.nzcv();
  }
  override setCarry(bit: Value): void {
    this.context.flags.setCarry(bit);
  }
  override setNZ(result: Value): void {
    const r = this.tmp(result);
    this.context.flags.setNZ(r, r);
  }
  override setNZ64(lo: Value, hi: Value): void {
    this.context.flags.setNZ(hi, or(lo, hi));
  }
  override setAddFlags(a: Value, b: Value): void {
    this.context.flags.setSum(FLAGS.ADD, a, b);
  }
  override setSubFlags(a: Value, b: Value): void {
    this.context.flags.setSum(FLAGS.SUB, a, b);
  }
  override setAdcFlags(a: Value, b: Value, r: Value): void {
    const carry = shr(or(and(a, b), and(or(a, b), not(r))), c(31));
    this.context.flags.setAll(r, r, carry, and(xor(a, r), xor(b, r)));
  }
  override setNZCV(flags: Value): void {
    const f = this.tmp(flags);
    this.context.flags.setAll(f, and(not(f), c(1 << 30)), and(shr(f, c(29)), c(1)), shl(f, c(3)));
  }
  override condition(cc: number): Value {
    return this.context.flags.condition(cc);
  }

  // What needs TypeScript.

  system(what: number, encoding: Value): void {
    const { code, cpu, context } = this;
    const operand = this.tmp(encoding);
    this.site.prepare();
    const elsewhere = this.tmp(call(context.imports.typescript('system'), I32, cpu, c(what), operand));
    this.site.resume();
    code.if(elsewhere, () => context.depart('elsewhere', load32(cpu, CPU.PC)));
  }

  helper(name: HelperName, argument: Value): Value {
    const { code, cpu, context, instruction } = this;
    if (!instruction.calls) {
      context.leave('helper');
      return c(0);
    }
    // A helper sees extension registers only. All the same the locals go through memory, so that none is live over the
    // call: that would cost the fast path beside it more than the call costs here.
    const operand = this.tmp(argument);
    context.flush();
    const result = code.scratch(I32);
    code.set(result, call(context.imports.typescript('helper'), I32, cpu, c(HELPERS.indexOf(name)), operand));
    context.reload();
    return result;
  }

  mapped(va: Value): Value {
    return this.memory.mapped(va);
  }
  load(access: Access, address: Value, user = false): Value {
    return this.memory.load(access, address, user);
  }
  store(access: Access, address: Value, v: Value, user = false): void {
    this.memory.store(access, address, v, user);
  }
  multiple(isLoad: boolean, start: Value, list: string, count: string, pc: boolean): Value {
    return this.memory.multiple(isLoad, start, list, count, pc);
  }
  multipleVector(isLoad: boolean, start: Value, first: Value, words: Value, double: boolean): void {
    this.memory.multipleVector(isLoad, start, first, words.imm, double);
  }
  structure(va: Value, packed: Value): void {
    this.memory.structure(va, packed);
  }
  elements(e: Elements): void {
    this.memory.elements(e);
  }
}
