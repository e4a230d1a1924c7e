// Tier 0: the meaning of instructions over operands that are read from predecoded records. Each variant of an operation
// becomes a case of the interpreter's switch, or, when it is rare, a function of its own behind a table.
import { Code } from './code';
import { fastAlignment, PAGE_MASK, rawLoad, rawStore, tlbEntry, valueType } from './guest-access';
import { type HelperName, HELPERS } from './helpers';
import { type Functions, MULTIPLE, MULTIPLE_VECTOR } from './imports';
import { CPU, EXIT, PAGE_SIZE, RECORD, TLB } from './layout';
import {
  ACCESSES,
  ACCESS_SIZE,
  type Access,
  type Elements,
  ENABLED,
  type Operands,
  type Operation,
  Semantics,
} from './semantics';
import {
  add, and, c, c64, call, ctz, eqz, extu, geu, hi64, load16u, load32, load64, load8u, local, lt, ltu, ne, or, or64,
  shl, shl64, shr, sub, unaligned, type Value, wrap, xor,
} from './value'; // prettier-ignore
import { I32, I64, type ModuleWriter } from './wasm';

const currentEntry = (cpu: Value, va: Value, user: boolean): Value =>
  tlbEntry(load32(cpu, user ? CPU.TLB_USER : CPU.TLB), va);

/** Whether SCTLR.A forbids the unaligned form of this access. */
const strict = (access: Access): boolean => access === 'u16' || access === 's16' || access === 'word';

/**
 * The second chance of accesses whose inline probe missed: those that are unaligned but inside a page, and stores next
 * to code. The rest goes to TypeScript. Signature (cpu, ip, n, va, tlb entry [, value]).
 */
export function defineSlowPaths(
  m: ModuleWriter,
  imports: Functions['imports'],
  l: SlowPathLayout,
): Omit<Functions, 'imports'> {
  const slowLoad: Partial<Record<Access, number>> = {};
  const slowStore: Partial<Record<Access, number>> = {};
  const [cpu, ip, n, va, te] = [0, 1, 2, 3, 4].map(i => local(i, I32)) as [Value, Value, Value, Value, Value];
  /** Conditions under which the access lies in one page and is allowed to be unaligned. */
  const inPage = (access: Access): Value => {
    const size = ACCESS_SIZE[access];
    const aligned = fastAlignment(access);
    const fits = leuPage(and(va, c(PAGE_SIZE - 1)), size);
    const allowed = strict(access)
      ? eqz(and(load32(cpu, CPU.STRICT), and(va, c(size - 1))))
      : aligned > 1
        ? eqz(and(va, c(aligned - 1)))
        : c(1);
    return and(fits, allowed);
  };
  const enter = (code: Code): void => {
    code.store32(cpu, ip, CPU.IP);
    code.store32(cpu, n, CPU.BUDGET);
  };
  for (const access of ACCESSES) {
    const type = valueType(access);
    {
      const code = new Code(6);
      const user = local(5, I32);
      const tag = code.tmp(load32(te, TLB.READ));
      code.if(and(eqzXor(tag, and(va, c(PAGE_MASK))), inPage(access)), () =>
        code.return(rawLoad(access, add(va, load32(te, TLB.ADDEND)))),
      );
      enter(code);
      const number = or(c(ACCESSES.indexOf(access)), user);
      const lo = call(imports.load, I32, cpu, va, number);
      if (type === I64) {
        const low = code.tmp(lo);
        code.put(joinHalves(low, load32(cpu, CPU.RESULT)));
      } else code.put(lo);
      slowLoad[access] = m.function(m.type([I32, I32, I32, I32, I32, I32], [type]), code.locals, code.finish());
    }
    {
      const code = new Code(7);
      const v = local(5, type);
      const user = local(6, I32);
      const page = code.tmp(and(va, c(PAGE_MASK)));
      const tag = code.tmp(load32(te, TLB.WRITE));
      code.if(and(eqzXor(and(tag, c(~TLB.CODE)), page), inPage(access)), () => {
        const host = code.tmp(add(va, load32(te, TLB.ADDEND)));
        const done = code.block();
        code.if(eqzXor(tag, page), () => code.br(done));
        // A page with predecoded code: data beside it may be written freely, granule by granule.
        const bits = code.tmp(load32(add(c(l.granules), shl(shr(sub(host, c(l.guest)), c(12)), c(2)))));
        const granule = (address: Value): Value => and(shr(bits, shr(and(address, c(PAGE_SIZE - 1)), c(7))), c(1));
        code.if(eqz(or(granule(va), granule(add(va, c(ACCESS_SIZE[access] - 1))))), () => code.br(done));
        enter(code);
        code.callVoid(imports.store, cpu, va, or(c(ACCESSES.indexOf(access)), user), ...halves(v));
        code.bytes.u8(0x0f);
        code.end();
        rawStore(code, access, host, v);
        code.bytes.u8(0x0f);
      });
      enter(code);
      code.callVoid(imports.store, cpu, va, or(c(ACCESSES.indexOf(access)), user), ...halves(v));
      slowStore[access] = m.function(m.type([I32, I32, I32, I32, I32, type, I32], []), code.locals, code.finish());
    }
  }
  return { slowLoad, slowStore } as Omit<Functions, 'imports'>;
}
const eqzXor = (a: Value, b: Value): Value => eqz(xor(a, b));
const leuPage = (inPage: Value, size: number): Value => ltu(inPage, c(PAGE_SIZE - size + 1));
const halves = (v: Value): [Value, Value] => (v.type === I64 ? [wrap(v), hi64(v)] : [v, c(0)]);
const joinHalves = (lo: Value, high: Value): Value => or64(extu(lo), shl64(extu(high), c64(32)));

/** What the slow paths need of the memory layout. */
export interface SlowPathLayout {
  readonly granules: number;
  readonly guest: number;
}

/** Where control goes at the end of an instruction: branches inside the interpreter, returns inside a function. */
export interface Exits {
  /** On to the record that `ip` names, after one instruction was counted. */
  next(): void;
  /** The same after a branch backwards: a loop. */
  back(): void;
  /** On to the address in `target`, in the current instruction set. */
  goto(): void;
  /** Back to TypeScript; CPU.IP and CPU.BUDGET are stored. */
  leave(): void;
}

/** Locals that every variant works on. */
export interface Frame {
  readonly cpu: Value;
  readonly ip: Value;
  /** Instructions left. */
  readonly n: Value;
  readonly target: Value;
}

const SLOTS = ['A', 'B', 'C', 'D'] as const;

/** The record slot of each late operand of an operation. */
export function recordSlots(op: Operation): Readonly<Record<string, keyof typeof RECORD>> {
  let byte = 0;
  return Object.fromEntries(
    Object.entries(op.late).map(([name, kind]) => [
      name,
      kind === 'imm' ? 'IMM' : kind === 'half' ? 'E' : SLOTS[byte++]!,
    ]),
  );
}

export class Tier0 extends Semantics {
  readonly cpu: Value;
  private readonly slots: Readonly<Record<string, keyof typeof RECORD>>;

  constructor(
    readonly code: Code,
    private readonly op: Operation,
    private readonly values: Operands,
    private readonly step: number,
    private readonly frame: Frame,
    private readonly functions: Functions,
    private readonly exits: Exits,
  ) {
    super();
    this.cpu = frame.cpu;
    this.slots = recordSlots(op);
  }

  /** Writes the whole variant. */
  emit(): void {
    const { fp } = this.op;
    if (fp) this.code.if(eqz(this.state(ENABLED[fp])), () => this.leave(EXIT.FP, c(fp === 'simd' ? 1 : 0)));
    this.op.emit(this);
    this.next();
  }

  early(name: string): number {
    const v = this.values[name];
    if (typeof v !== 'number') throw new Error(`${this.op.name}: early operand ${name} is ${v}`);
    return v;
  }
  earlyText(name: string): string {
    const v = this.values[name];
    if (typeof v !== 'string') throw new Error(`${this.op.name}: early operand ${name} is ${v}`);
    return v;
  }

  private slot(name: string): number {
    const slot = this.slots[name];
    if (!slot) throw new Error(`${this.op.name} has no late operand ${name}`);
    return RECORD[slot];
  }
  n(name: string): Value {
    const kind = this.op.late[name];
    const at = this.slot(name);
    return kind === 'imm'
      ? load32(this.frame.ip, at)
      : kind === 'half'
        ? load16u(this.frame.ip, at)
        : load8u(this.frame.ip, at);
  }
  private registerAddress(name: string): Value {
    return add(this.cpu, load8u(this.frame.ip, this.slot(name)));
  }
  r(name: string): Value {
    return load32(this.registerAddress(name), CPU.R);
  }
  w(name: string, v: Value): void {
    this.code.store32(this.registerAddress(name), v, CPU.R);
  }
  reg(number: number): Value {
    return load32(this.cpu, CPU.R + 4 * number);
  }
  setReg(number: number, v: Value): void {
    this.code.store32(this.cpu, v, CPU.R + 4 * number);
  }
  v(name: string): Value {
    return add(this.registerAddress(name), c(CPU.V));
  }
  vNumber(name: string): Value {
    return shr(load8u(this.frame.ip, this.slot(name)), c(2));
  }

  pc(): Value {
    return add(shr(this.frame.ip, this.state(CPU.PCSHIFT)), this.state(CPU.DELTA));
  }
  nextPc(): Value {
    return add(shr(add(this.frame.ip, c(this.step * RECORD.SIZE)), this.state(CPU.PCSHIFT)), this.state(CPU.DELTA));
  }
  next(): void {
    this.code.set(this.frame.ip, add(this.frame.ip, c(this.step * RECORD.SIZE)));
    this.exits.next();
  }
  synchronize(): void {
    this.goto(this.nextPc());
  }
  branch(): void {
    if (this.early('near')) {
      const offset = this.tmp(this.n('off'));
      this.code.set(this.frame.ip, add(this.frame.ip, offset));
      this.code.if(lt(offset, c(0)), () => this.exits.back());
      this.exits.next();
    } else this.goto(add(this.pc(), this.n('off')));
  }
  goto(target: Value): void {
    this.code.set(this.frame.target, target);
    this.exits.goto();
  }
  private saveForCall(): void {
    this.setState(CPU.IP, this.frame.ip);
    this.setState(CPU.BUDGET, this.frame.n);
  }
  leave(exit: number, argument: Value): void {
    this.setState(CPU.EXIT, c(exit));
    this.setState(CPU.EXIT_ARG, argument);
    this.saveForCall();
    this.exits.leave();
  }
  /** After a call into TypeScript: the budget may have changed, and EXIT may be set. */
  private afterCall(): void {
    this.code.set(this.frame.n, this.state(CPU.BUDGET));
    this.code.if(this.state(CPU.EXIT), () => this.exits.leave());
  }
  system(what: number, encoding: Value): void {
    this.saveForCall();
    const elsewhere = this.tmp(call(this.functions.imports.system, I32, this.cpu, c(what), encoding));
    this.afterCall();
    this.code.if(elsewhere, () => this.goto(this.state(CPU.PC)));
  }
  helper(name: HelperName, argument: Value): Value {
    this.saveForCall();
    const number = c(HELPERS.indexOf(name));
    const result = this.tmp(call(this.functions.imports.helper, I32, this.cpu, number, argument));
    this.afterCall();
    return result;
  }

  mapped(va: Value): Value {
    return eqzXor(load32(currentEntry(this.cpu, va, false), TLB.READ), and(va, c(PAGE_MASK)));
  }

  /** The address part that a fast access must match: the page, and alignment to the access's size. */
  private probe(access: Access, va: Value): Value {
    return and(va, c(PAGE_MASK | (ACCESS_SIZE[access] - 1)));
  }
  load(access: Access, address: Value, user = false): Value {
    const va = this.tmp(address);
    const te = this.tmp(currentEntry(this.cpu, va, user));
    const result = this.code.scratch(valueType(access));
    this.code.if(
      ne(this.probe(access, va), load32(te, TLB.READ)),
      () => {
        const f = this.frame;
        const slow = call(
          this.functions.slowLoad[access],
          valueType(access),
          f.cpu,
          f.ip,
          f.n,
          va,
          te,
          c(user ? 256 : 0),
        );
        this.setState(CPU.BUDGET, f.n);
        this.code.set(result, slow);
        this.afterCall();
      },
      () => this.code.set(result, rawLoad(access, add(va, load32(te, TLB.ADDEND)))),
    );
    return result;
  }
  store(access: Access, address: Value, v: Value, user = false): void {
    const va = this.tmp(address);
    const te = this.tmp(currentEntry(this.cpu, va, user));
    this.code.if(
      ne(this.probe(access, va), load32(te, TLB.WRITE)),
      () => {
        const f = this.frame;
        this.setState(CPU.BUDGET, f.n);
        this.code.callVoid(this.functions.slowStore[access], f.cpu, f.ip, f.n, va, te, v, c(user ? 256 : 0));
        this.afterCall();
      },
      () => rawStore(this.code, access, add(va, load32(te, TLB.ADDEND)), v),
    );
  }

  multiple(isLoad: boolean, start: Value, list: string, count: string, pc: boolean): Value {
    const te = this.tmp(currentEntry(this.cpu, start, false));
    const bits = this.tmp(this.n(list));
    const result = this.code.scratch(I32);
    // One probe serves all words when they stay in the page and are aligned.
    const hit = ne(and(start, c(PAGE_MASK | 3)), load32(te, isLoad ? TLB.READ : TLB.WRITE));
    const crosses = geu(and(start, c(PAGE_SIZE - 1)), sub(c(PAGE_SIZE + 1), shl(this.n(count), c(2))));
    this.code.if(
      or(hit, crosses),
      () => {
        this.saveForCall();
        const flags = (isLoad ? MULTIPLE.LOAD : 0) | (pc ? MULTIPLE.PC : 0);
        this.code.set(result, call(this.functions.imports.multiple, I32, this.cpu, start, or(bits, c(flags))));
        this.afterCall();
      },
      () => {
        const host = this.tmp(add(start, load32(te, TLB.ADDEND)));
        const done = this.code.block();
        const again = this.code.loop();
        this.code.if(eqz(bits), () => this.code.br(done));
        const register = add(this.cpu, shl(ctz(bits), c(2)));
        if (isLoad) this.code.store32(register, unaligned(load32(host)), CPU.R);
        else this.code.store32(host, load32(register, CPU.R));
        this.code.set(host, add(host, c(4)));
        this.code.set(bits, and(bits, sub(bits, c(1))));
        this.code.br(again);
        this.code.end();
        this.code.end();
        if (pc) this.code.set(result, unaligned(load32(host)));
      },
    );
    return result;
  }

  multipleVector(isLoad: boolean, start: Value, first: Value, words: Value, double: boolean): void {
    const te = this.tmp(currentEntry(this.cpu, start, false));
    const miss = ne(and(start, c(PAGE_MASK | 3)), load32(te, isLoad ? TLB.READ : TLB.WRITE));
    const crosses = geu(and(start, c(PAGE_SIZE - 1)), sub(c(PAGE_SIZE + 1), shl(words, c(2))));
    const register = this.tmp(first);
    this.code.if(
      or(miss, crosses),
      () => {
        this.saveForCall();
        const number = shr(sub(register, add(this.cpu, c(CPU.V))), c(2));
        const flags = (isLoad ? MULTIPLE_VECTOR.LOAD : 0) | (double ? MULTIPLE_VECTOR.DOUBLE : 0);
        const argument = or(or(number, shl(words, c(MULTIPLE_VECTOR.WORDS_SHIFT))), c(flags));
        this.code.callVoid(this.functions.imports.multipleVector, this.cpu, start, argument);
        this.afterCall();
      },
      () => {
        const step = double ? 8 : 4;
        const host = this.tmp(add(start, load32(te, TLB.ADDEND)));
        const end = this.tmp(add(host, shl(words, c(2))));
        const again = this.code.loop();
        const [from, to] = isLoad ? [host, register] : [register, host];
        if (double) this.code.store64(to, unaligned(load64(from)));
        else this.code.store32(to, unaligned(load32(from)));
        this.code.set(register, add(register, c(step)));
        this.code.set(host, add(host, c(step)));
        this.code.brIf(again, ltu(host, end));
        this.code.end();
      },
    );
  }

  structure(va: Value, packed: Value): void {
    this.saveForCall();
    this.code.callVoid(this.functions.imports.structure, this.cpu, va, packed);
    this.afterCall();
  }

  elements({ load, va, first, registers, size, align, packed }: Elements): void {
    const te = this.tmp(currentEntry(this.cpu, va, false));
    const bytes = 8 * registers;
    const miss = ne(and(va, c(PAGE_MASK | (align - 1))), load32(te, load ? TLB.READ : TLB.WRITE));
    const crosses = geu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE + 1 - bytes));
    // Elements need their own alignment only while SCTLR.A says so.
    const element = 1 << size;
    const checked = align < element ? and(ne(this.state(CPU.STRICT), c(0)), ne(and(va, c(element - 1)), c(0))) : c(0);
    this.code.if(
      or(or(miss, crosses), checked),
      () => this.structure(va, packed),
      () => {
        const host = this.tmp(add(va, load32(te, TLB.ADDEND)));
        const [from, to] = load ? [host, this.tmp(first)] : [this.tmp(first), host];
        for (let at = 0; at < bytes; at += 8) this.code.store64(to, unaligned(load64(from, at)), at);
      },
    );
  }
}
