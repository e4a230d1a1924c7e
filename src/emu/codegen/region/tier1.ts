// Tier 1: the meaning of instructions over operands that are known. Registers and flags live in locals; what generated
// code cannot do alone leaves the region with the state of the instruction's beginning, or calls TypeScript at sites
// where that happens often.
import type { Code } from '../code';
import { type HelperName, HELPERS } from '../helpers';
import { CPU, PAGE_SIZE, TLB } from '../layout';
import { ACCESS_SIZE, type Access, type Elements, ENABLED, Semantics } from '../semantics';
import {
  fastAlignment, type ImportName, MULTIPLE, MULTIPLE_VECTOR, PAGE_MASK, rawLoad, rawStore, tlbEntry, valueType,
} from '../tier0'; // prettier-ignore
import {
  add, and, and64, bitsF32, bitsF64, c, c64, call, eqz, extu, geu, gtu, hi64, load32, load64, loadV128, ne, not, or, or64, reinterpretF32, reinterpretF64, select, shl, shl64, shr, simdLane, type Value,
  unaligned, wrap, xor,
} from '../value'; // prettier-ignore
import { ZERO } from '../vector';
import { I32, V128 } from '../wasm';
import { structureBytes, unpackStructure } from '../structure';
import { FLAGS, type Flags } from './flags';
import { transferInline } from './structures';
import type { AccessGroup, GroupAccess } from './groups';
import type { RegionInstruction } from './region';

/** Function indices of the module's imports, handed out when they are first used. */
export interface RegionImports {
  typescript(name: ImportName): number;
  slowLoad(access: Access): number;
  slowStore(access: Access): number;
}

/** What the writer of the region does for its instructions. */
export interface RegionContext {
  readonly code: Code;
  readonly cpu: Value;
  /** Instructions left, the whole block taken off already. */
  readonly n: Value;
  /** Virtual address that offsets are relative to. */
  readonly base: Value;
  /** Base of the TLB of the current privilege. */
  readonly tlb: Value;
  readonly thumb: boolean;
  readonly flags: Flags;
  readonly imports: RegionImports;
  register(n: number): Value;
  setRegister(n: number, v: Value): void;
  /** The local of an extension register (by number in units of S registers), when that is where it is. */
  fpRegister(s: number, double: boolean): Value | undefined;
  /** Sets it there. @returns false when it is not there */
  setFpRegister(s: number, double: boolean, v: Value): boolean;
  /** Whether any of `words` registers is in a local. */
  anyFpRegister(s: number, words: number): boolean;
  /** Whether S register s or the one behind it is in a local of its own. */
  anySingle(s: number): boolean;
  /** Whether FPSCR is known to be ordinary here, and that it is from now on. */
  knowsOrdinary(): boolean;
  nowOrdinary(): void;
  /** Whether a class of instructions is known to be enabled here; if not, it is from now on when `certain`. */
  knowsEnabled(what: string, certain: boolean): boolean;
  /** Address of the word that says where code was decoded from in the page of a linear address. */
  granulesOf(host: Value): Value;
  /** Linear address of the byte at an offset, when its page belongs to the region. */
  host(offset: number): number | undefined;
  /** How the memory access of the instruction belongs to others. */
  group(): GroupAccess | undefined;
  /** Holds the linear address of a group's lowest byte. */
  groupBase(group: AccessGroup): Value;
  /** Goes to an offset: inside the region, or out of it. */
  jump(offset: number): void;
  /** Whether the page of an offset is not mapped as it was, or not executable now. */
  moved(offset: number): Value;
  /** Goes to an address in the current instruction set state. */
  goto(target: Value): void;
  /** Leaves to the interpreter at this instruction. `learn`: worth a call at this site when it happens often. */
  leave(learn: boolean): void;
  /** Writes registers and flags to the core's state, and reads them back. */
  flush(): void;
  reload(): void;
  /** Leaves after a call that set CPU.EXIT. */
  abandon(): void;
}

const LITERAL_LOADS = new Set(['ldr', 'ldrd', 'vldr']);

export class Tier1 extends Semantics {
  readonly code: Code;
  readonly cpu: Value;
  /** A call into TypeScript was made by this instruction: it may have ended the slice, or dropped this code. */
  called = false;

  constructor(
    private readonly context: RegionContext,
    private readonly instruction: RegionInstruction,
    /** Instructions of the block that are not done, this one included. */
    private readonly remaining: number,
  ) {
    super();
    this.code = context.code;
    this.cpu = context.cpu;
  }

  early(name: string): number {
    return this.instruction.operands[name] as number;
  }
  earlyText(name: string): string {
    return this.instruction.operands[name] as string;
  }
  private operand(name: string): number {
    return this.instruction.operands[name] as number;
  }
  n(name: string): Value {
    return c(this.operand(name));
  }
  r(name: string): Value {
    return this.reg(this.operand(name));
  }
  w(name: string, v: Value): void {
    this.setReg(this.operand(name), v);
  }
  reg(number: number): Value {
    if (number !== 15) return this.context.register(number);
    const { offset, alignPc } = this.instruction;
    const at = offset + (this.context.thumb ? 4 : 8);
    // The base is that of a page, so aligning the offset aligns the address.
    return add(this.context.base, c(alignPc ? at & -4 : at));
  }
  setReg(number: number, v: Value): void {
    this.context.setRegister(number, v);
  }
  v(name: string): Value {
    return add(this.cpu, c(CPU.V + this.extensionOffset(name)));
  }
  private extensionOffset(name: string): number {
    return this.operand(name) * (this.instruction.op.late[name] === 'd' ? 8 : 4);
  }
  vNumber(name: string): Value {
    return c(this.extensionOffset(name) >> 2);
  }

  private sNumber(name: string): number {
    return this.extensionOffset(name) >> 2;
  }
  override fp(name: string, double: boolean): Value {
    return this.context.fpRegister(this.sNumber(name), double) ?? super.fp(name, double);
  }
  override setFp(name: string, double: boolean, v: Value): void {
    if (!this.context.setFpRegister(this.sNumber(name), double, v)) super.setFp(name, double, v);
  }
  override fpBits(name: string, double: boolean): Value {
    const number = this.context.fpRegister(this.sNumber(name), double);
    return number ? (double ? bitsF64(number) : bitsF32(number)) : super.fpBits(name, double);
  }
  override setFpBits(name: string, double: boolean, v: Value): void {
    this.setFpBitsAt(this.sNumber(name), double, v);
  }
  private setFpBitsAt(s: number, double: boolean, v: Value): void {
    const number = double ? reinterpretF64(v) : reinterpretF32(v);
    if (this.context.setFpRegister(s, double, number)) return;
    const at = CPU.V + 4 * s;
    if (double) this.code.store64(this.cpu, v, at);
    else this.code.store32(this.cpu, v, at);
  }
  override doubleword(name: string): Value {
    const number = this.context.fpRegister(this.sNumber(name), true);
    return number ? simdLane(0x1e, V128, 0, ZERO, bitsF64(number)) : super.doubleword(name);
  }
  override fpWord(name: string, plus = 0): Value {
    const s = this.sNumber(name) + plus;
    const whole = this.context.fpRegister(s & -2, true);
    if (whole) return s & 1 ? hi64(bitsF64(whole)) : wrap(bitsF64(whole));
    const single = this.context.fpRegister(s, false);
    return single ? bitsF32(single) : load32(this.cpu, CPU.V + 4 * s);
  }
  override setFpWord(name: string, v: Value, plus = 0): void {
    const s = this.sNumber(name) + plus;
    const whole = this.context.fpRegister(s & -2, true);
    if (!whole) return this.setFpBitsAt(s, false, v);
    this.setHalf(s, v);
  }
  /** One word of a doubleword register that is in a local. */
  private setHalf(s: number, v: Value): void {
    const whole = this.context.fpRegister(s & -2, true)!;
    const [kept, placed] = s & 1 ? [c64(-1, 0), shl64(extu(v), c64(32))] : [c64(0, -1), extu(v)];
    this.setFpBitsAt(s & -2, true, or64(and64(bitsF64(whole), kept), placed));
  }
  override ordinary(): Value {
    const { context, instruction } = this;
    if (context.knowsOrdinary()) return c(1);
    // Where this fails the region is left, so from here on it holds.
    if (!instruction.calls && instruction.cond === 14) context.nowOrdinary();
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
    return add(this.context.base, c(this.instruction.offset));
  }
  nextPc(): Value {
    return add(this.context.base, c(this.instruction.offset + this.instruction.length));
  }
  branch(): void {
    this.context.jump(this.instruction.flow.target!);
  }
  goto(target: Value): void {
    this.context.goto(target);
  }
  synchronize(): void {
    const { offset, length } = this.instruction;
    this.code.if(this.context.moved(offset), () => {
      if (this.remaining > 1) this.code.set(this.context.n, add(this.context.n, c(this.remaining - 1)));
      this.context.goto(add(this.context.base, c(offset + length)));
    });
  }
  next(): void {
    throw new Error(`${this.instruction.op.name} ends early`);
  }
  leave(): void {
    this.context.leave(false);
  }
  /** Leaves when a class of floating-point instructions is disabled: the interpreter takes the exception. */
  enabled(what: keyof typeof ENABLED): void {
    if (this.context.knowsEnabled(what, this.instruction.cond === 14)) return;
    this.code.if(eqz(this.state(ENABLED[what])), () => this.context.leave(false));
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

  /** Writes the state for a call; the instruction's own record says where it is. */
  private prepare(): void {
    const { code, cpu, context, instruction } = this;
    context.flush();
    const shift = context.thumb ? 3 : 2;
    code.store32(cpu, c(instruction.record), CPU.IP);
    code.store32(cpu, c(shift), CPU.PCSHIFT);
    code.store32(cpu, add(this.pc(), c(-(instruction.record >>> shift))), CPU.DELTA);
    code.store32(cpu, add(context.n, c(this.remaining)), CPU.BUDGET);
    if (instruction.it) code.store32(cpu, c(instruction.itNext), CPU.IT);
  }
  /** Reads it back; leaves when the call ended in an exception. */
  private resume(): void {
    const { code, cpu, context, instruction } = this;
    this.called = true;
    code.if(load32(cpu, CPU.EXIT), () => context.abandon());
    context.reload();
    code.store32(cpu, c(0), CPU.IP);
    code.set(context.n, add(load32(cpu, CPU.BUDGET), c(-this.remaining)));
    if (instruction.it) code.store32(cpu, c(0), CPU.IT);
  }

  system(what: number, encoding: Value): void {
    const { code, cpu, context } = this;
    const operand = this.tmp(encoding);
    this.prepare();
    const elsewhere = this.tmp(call(context.imports.typescript('system'), I32, cpu, c(what), operand));
    this.resume();
    code.if(elsewhere, () => {
      if (this.remaining > 1) code.set(context.n, add(context.n, c(this.remaining - 1)));
      context.goto(load32(cpu, CPU.PC));
    });
  }

  helper(name: HelperName, argument: Value): Value {
    const { code, cpu, context, instruction } = this;
    if (!instruction.calls) {
      context.leave(true);
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
    return eqz(xor(load32(this.entry(va, false), TLB.READ), and(va, c(PAGE_MASK))));
  }

  /** Does `slow` when the condition holds and this site calls; else leaves the region. */
  private unless(miss: Value, slow: () => void, fast: () => void): void {
    const { code, context, instruction } = this;
    if (instruction.calls) {
      code.if(
        miss,
        () => {
          this.prepare();
          slow();
          this.resume();
        },
        fast,
      );
      return;
    }
    code.if(miss, () => context.leave(true));
    fast();
  }

  /** The linear address of an access that belongs to a group; its first member looks into the TLB for all. */
  private grouped(address: Value): Value | undefined {
    const { context, code } = this;
    const access = context.group();
    if (!access) return undefined;
    const { group, first, distance } = access;
    const host = context.groupBase(group);
    if (first) {
      const va = this.tmp(add(address, c(group.low)));
      const te = this.tmp(this.entry(va, false));
      const page = this.tmp(and(va, c(PAGE_MASK | (group.align - 1))));
      let miss = group.reads ? ne(page, load32(te, TLB.READ)) : c(0);
      if (group.writes) miss = or(miss, ne(page, load32(te, TLB.WRITE)));
      if (group.span > group.align) miss = or(miss, gtu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE - group.span)));
      code.if(miss, () => context.leave(true));
      code.set(host, add(va, load32(te, TLB.ADDEND)));
    }
    return add(host, c(distance));
  }

  private entry(va: Value, user: boolean): Value {
    return tlbEntry(user ? load32(this.cpu, CPU.TLB_USER) : this.context.tlb, va);
  }

  load(access: Access, address: Value, user = false): Value {
    const { code, cpu, context, instruction } = this;
    const literal = user ? undefined : this.literal(access);
    if (literal) return this.tmp(literal);
    const grouped = this.grouped(address);
    if (grouped) return this.tmp(rawLoad(access, grouped));
    const va = this.tmp(address);
    const te = this.tmp(this.entry(va, user));
    const result = code.scratch(valueType(access));
    const slow = (): void => {
      const function_ = context.imports.slowLoad(access);
      const n = add(context.n, c(this.remaining));
      code.set(result, call(function_, valueType(access), cpu, c(instruction.record), n, va, te, c(user ? 256 : 0)));
    };
    const probe = and(va, c(PAGE_MASK | (ACCESS_SIZE[access] - 1)));
    const fast = (): void => code.set(result, rawLoad(access, add(va, load32(te, TLB.ADDEND))));
    const miss = ne(probe, load32(te, TLB.READ));
    if (!instruction.calls || fastAlignment(access) > 1) this.unless(miss, slow, fast);
    else {
      // Here it fails often: perhaps for being unaligned, which is allowed inside a page.
      const tag = and(va, c(PAGE_MASK));
      const second = or(ne(tag, load32(te, TLB.READ)), this.unalignedNotAllowed(access, va));
      code.if(miss, () => this.unless(second, slow, fast), fast);
    }
    return result;
  }

  /**
   * A load from the literal pool, when that lies in the pages of the region: what executes may be read, and where it
   * lies is known.
   */
  private literal(access: Access): Value | undefined {
    const { op, operands, offset, alignPc } = this.instruction;
    if (operands.rn !== 15 || !LITERAL_LOADS.has(op.name)) return undefined;
    if ((operands.form ?? 'imm') !== 'imm' || (operands.index ?? 'offset') !== 'offset') return undefined;
    const pc = offset + (this.context.thumb ? 4 : 8);
    const at = (alignPc ? pc & -4 : pc) + this.operand('imm');
    const size = ACCESS_SIZE[access];
    const host = this.context.host(at);
    const inPage = (at & (PAGE_SIZE - 1)) + size <= PAGE_SIZE;
    if (host === undefined || !inPage || at % Math.min(size, 4) !== 0) return undefined;
    return rawLoad(access, c(host));
  }

  store(access: Access, address: Value, v: Value, user = false): void {
    const { code, cpu, context, instruction } = this;
    const grouped = this.grouped(address);
    if (grouped) return rawStore(code, access, grouped, v);
    const va = this.tmp(address);
    const te = this.tmp(this.entry(va, user));
    const value = this.tmp(v);
    const slow = (): void => {
      const n = add(context.n, c(this.remaining));
      code.callVoid(context.imports.slowStore(access), cpu, c(instruction.record), n, va, te, value, c(user ? 256 : 0));
    };
    const probe = and(va, c(PAGE_MASK | (ACCESS_SIZE[access] - 1)));
    const miss = ne(probe, load32(te, TLB.WRITE));
    const fast = (): void => rawStore(code, access, add(va, load32(te, TLB.ADDEND)), value);
    if (!instruction.calls) return this.unless(miss, slow, fast);
    // Here it fails often: perhaps for being unaligned, or for code in the page that is not touched.
    code.if(
      miss,
      () => {
        const tag = this.tmp(ne(and(va, c(PAGE_MASK)), and(load32(te, TLB.WRITE), c(~TLB.CODE))));
        // Of an entry for another page the addend leads anywhere.
        const host = select(tag, c(context.host(instruction.offset)!), add(va, load32(te, TLB.ADDEND)));
        const second = or(or(tag, this.unalignedNotAllowed(access, va)), this.touchesCode(access, host, va));
        this.unless(second, slow, fast);
      },
      fast,
    );
  }

  /** Whether an access that is not aligned to its size crosses a page or must not be made. */
  private unalignedNotAllowed(access: Access, va: Value): Value {
    const size = ACCESS_SIZE[access];
    const must = fastAlignment(access);
    const crosses = gtu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE - size));
    if (must > 1) return or(crosses, ne(and(va, c(must - 1)), c(0)));
    return or(crosses, ne(and(load32(this.cpu, CPU.STRICT), and(va, c(size - 1))), c(0)));
  }

  /** Whether code was decoded from what a store inside a page changes. */
  private touchesCode(access: Access, host: Value, va: Value): Value {
    const bits = this.tmp(load32(this.context.granulesOf(host)));
    const granule = (at: Value): Value => and(shr(bits, shr(and(at, c(PAGE_SIZE - 1)), c(7))), c(1));
    return or(granule(va), granule(add(va, c(ACCESS_SIZE[access] - 1))));
  }

  /** Misses, when `bytes` bytes at `va` are not all in a page at hand, or not aligned to `align`. */
  private missed(te: Value, va: Value, load: boolean, bytes: number, align: number): Value {
    const miss = ne(and(va, c(PAGE_MASK | (align - 1))), load32(te, load ? TLB.READ : TLB.WRITE));
    if (bytes <= align) return miss;
    return or(miss, geu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE + 1 - bytes)));
  }

  multiple(isLoad: boolean, start: Value, list: string, count: string, pc: boolean): Value {
    const { code, cpu, context } = this;
    const bits = this.operand(list);
    const result = code.scratch(I32);
    const transfer = (host: Value): void => {
      let at = 0;
      for (let i = 0; i < 16; i++) {
        if (!(bits & (1 << i))) continue;
        if (isLoad) this.setReg(i, unaligned(load32(add(host, c(at)))));
        else code.store32(host, this.reg(i), at);
        at += 4;
      }
      if (pc) code.set(result, unaligned(load32(add(host, c(at)))));
    };
    const grouped = this.grouped(start);
    if (grouped) {
      transfer(this.tmp(grouped));
      return result;
    }
    const te = this.tmp(this.entry(start, false));
    const slow = (): void => {
      const flags = bits | (isLoad ? MULTIPLE.LOAD : 0) | (pc ? MULTIPLE.PC : 0);
      code.set(result, call(context.imports.typescript('multiple'), I32, cpu, start, c(flags)));
    };
    this.unless(this.missed(te, start, isLoad, 4 * this.operand(count), 4), slow, () => {
      transfer(this.tmp(add(start, load32(te, TLB.ADDEND))));
    });
    return result;
  }

  multipleVector(isLoad: boolean, start: Value, first: Value, words: Value, double: boolean): void {
    const { code, cpu, context } = this;
    const count = words.imm;
    const grouped = this.grouped(start);
    if (grouped) return this.copy(isLoad, this.tmp(grouped), first, 4 * count);
    const te = this.tmp(this.entry(start, false));
    const slow = (): void => {
      const number = this.extensionOffset('d') >> 2;
      const flags = (isLoad ? MULTIPLE_VECTOR.LOAD : 0) | (double ? MULTIPLE_VECTOR.DOUBLE : 0);
      const argument = number | (count << MULTIPLE_VECTOR.WORDS_SHIFT) | flags;
      code.callVoid(context.imports.typescript('multipleVector'), cpu, start, c(argument));
    };
    this.unless(this.missed(te, start, isLoad, 4 * count, 4), slow, () =>
      this.copy(isLoad, this.tmp(add(start, load32(te, TLB.ADDEND))), first, 4 * count),
    );
  }

  /** Copies bytes between guest memory at `host` and extension registers from `first` on, which the operand `d` names. */
  private copy(isLoad: boolean, host: Value, first: Value, bytes: number): void {
    const { code, context } = this;
    const s = this.sNumber('d');
    if (context.anyFpRegister(s, bytes >> 2)) return this.copyRegisters(isLoad, host, s, bytes >> 2);
    const [from, to] = isLoad ? [host, first] : [first, host];
    let at = 0;
    for (; at + 16 <= bytes; at += 16) code.storeV128(to, unaligned(loadV128(from, at)), at);
    for (; at + 8 <= bytes; at += 8) code.store64(to, unaligned(load64(from, at)), at);
    for (; at < bytes; at += 4) code.store32(to, unaligned(load32(from, at)), at);
  }

  private copyRegisters(isLoad: boolean, host: Value, first: number, words: number): void {
    const { code, context, cpu } = this;
    for (let at = 0; at < words;) {
      const s = first + at;
      const double = s % 2 === 0 && at + 2 <= words && !context.anySingle(s);
      const register = context.fpRegister(s, double);
      const place = 4 * at;
      if (isLoad && !double && context.fpRegister(s & -2, true))
        this.setHalf(s, unaligned(load32(add(host, c(place)))));
      else if (isLoad) this.setFpBitsAt(s, double, unaligned((double ? load64 : load32)(add(host, c(place)))));
      else if (double) code.store64(host, register ? bitsF64(register) : load64(cpu, CPU.V + 4 * s), place);
      else code.store32(host, register ? bitsF32(register) : this.wordAt(s), place);
      at += double ? 2 : 1;
    }
  }
  private wordAt(s: number): Value {
    const whole = this.context.fpRegister(s & -2, true);
    if (whole) return s & 1 ? hi64(bitsF64(whole)) : wrap(bitsF64(whole));
    return load32(this.cpu, CPU.V + 4 * s);
  }

  structure(va: Value, packed: Value): void {
    const s = unpackStructure(packed.imm);
    const te = this.tmp(this.entry(va, false));
    const unfit = or(this.missed(te, va, s.load, structureBytes(s), s.align), this.elementsUnfit(va, s.align, s.size));
    const slow = (): void => {
      this.code.callVoid(this.context.imports.typescript('structure'), this.cpu, va, packed);
    };
    this.unless(unfit, slow, () => transferInline(this.code, this.cpu, this.tmp(add(va, load32(te, TLB.ADDEND))), s));
  }

  /** Elements need their own alignment only while SCTLR.A says so. */
  private elementsUnfit(va: Value, align: number, size: number): Value {
    const element = 1 << size;
    return align < element ? and(ne(this.state(CPU.STRICT), c(0)), ne(and(va, c(element - 1)), c(0))) : c(0);
  }

  elements({ load, va, first, registers, size, align, packed }: Elements): void {
    const te = this.tmp(this.entry(va, false));
    const bytes = 8 * registers;
    const unfit = this.elementsUnfit(va, align, size);
    const slow = (): void => {
      this.code.callVoid(this.context.imports.typescript('structure'), this.cpu, va, packed);
    };
    this.unless(or(this.missed(te, va, load, bytes, align), unfit), slow, () =>
      this.copy(load, this.tmp(add(va, load32(te, TLB.ADDEND))), first, bytes),
    );
  }
}
