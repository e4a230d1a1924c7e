// Writes one region as a function `(cpu, n, t, e) -> status`: n instructions are left, control is at the address t, which
// is the entry number e. It answers with CPU.PC and CPU.BUDGET set, and a STATUS.
import { Code, type Label } from '../code';
import { CPU, ENTRY, type Layout, PAGE_SIZE, TLB } from '../layout';
import { PAGE_MASK, tlbEntry } from '../tier0';
import {
  add,
  and,
  c,
  eq,
  eqz,
  load32,
  loadF32,
  loadF64,
  local,
  lt,
  ne,
  or,
  sar,
  shl,
  shr,
  sub,
  type Value,
} from '../value';
import type { Bytes, ValueType } from '../wasm';
import { Bytes as ByteBuffer, F32, F64, I32 } from '../wasm';
import { type FpPlan, planFpRegisters } from './fp-registers';
import { entryOf, recordIn, slotAt } from './addresses';
import { ControlFlow, flatten, type Item, structure } from './control-flow';
import { type AccessGroup, accessGroups, type GroupAccess } from './groups';
import { afterCarry, afterNZ, FLAGS, Flags, type FlagsKind } from './flags';
import { flagsAtBorders, setsFlags } from './flag-flow';
import { type Region, type RegionBlock, type RegionInstruction, STATUS } from './region';
import { type RegionContext, type RegionImports, Tier1 } from './tier1';

/** Instructions that a region runs at most between two looks at the budget, about. */
const LONGEST_PATH = 96;

/** How a packed exit is laid out: kind of flags, whether to learn from it, instructions to give back, offset. */
const PACK = { LEARN: 8, REFUND_SHIFT: 4, REFUND_MASK: 511, OFFSET_SHIFT: 13 } as const;
/** Instructions of a block, at most: their number fits in a packed exit. */
export const LONGEST_BLOCK = PACK.REFUND_MASK;

export interface RegionFunction {
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array<ArrayBuffer>;
}

export function writeRegion(l: Layout, region: Region, imports: RegionImports): RegionFunction {
  return new RegionWriter(l, region, imports).write();
}

/** The node of the graph where control arrives from outside. */
const ARRIVAL = 0;

class RegionWriter implements RegionContext {
  readonly code = new Code(4);
  readonly cpu = local(0, I32);
  readonly n = local(1, I32);
  private readonly t = local(2, I32);
  private readonly e = local(3, I32);
  readonly base = this.code.newLocal(I32);
  readonly tlb = this.code.newLocal(I32);
  /** A packed exit. */
  private readonly x = this.code.newLocal(I32);
  private readonly status = this.code.newLocal(I32);
  readonly flags = new Flags(this.code);
  readonly thumb: boolean;
  private readonly registers = new Map<number, Value>();
  private readonly written = new Set<number>();
  private readonly fpPlan: FpPlan;
  /** Locals of extension registers: by the number of the S register, and 64 more for doublewords. */
  private readonly fpLocals = new Map<number, Value>();
  private readonly fpWritten = new Set<number>();
  /** What the block knows: classes of instructions that are enabled, whether FPSCR is ordinary. */
  private readonly enabled = new Set<string>();
  private isOrdinary = false;
  /** Places where all registers are written out or read: which ones is known at the end. */
  private readonly holes: { readonly at: number; readonly reload: boolean }[] = [];
  private readonly blocks: readonly RegionBlock[];
  private readonly nodeOf = new Map<number, number>();
  private readonly edges: number[][] = [];
  private readonly kinds: ReadonlyMap<RegionBlock, FlagsKind>;
  /** Kinds of flags at exits. */
  private readonly exitKinds = new Set<FlagsKind>();
  /** Kinds that come together as MIXED, and what becomes of them. */
  private readonly mixedKinds = new Set<FlagsKind>();
  private readonly flow: ControlFlow;
  private readonly pages: ReadonlyMap<number, number>;
  /** The node that finds the way for branches to addresses in registers; −1 when no such branch can stay inside. */
  private readonly route: number;
  private readonly budgets = new Map<number, number>();
  /** Instructions from the end of each block to the next look at the budget, at most. */
  private readonly beyond = new Map<number, number>();
  /** The same of the block that is written. */
  private after = 0;
  private exit!: Label;
  private packed!: Label;
  private instruction!: RegionInstruction;
  private groups: ReadonlyMap<RegionInstruction, GroupAccess> = new Map();
  private readonly groupBases = new Map<AccessGroup, Value>();
  /** Locals for the groups of a block; every block uses the same. */
  private readonly groupLocals: Value[] = [];
  private remaining = 0;

  constructor(
    private readonly l: Layout,
    private readonly region: Region,
    readonly imports: RegionImports,
  ) {
    this.thumb = region.thumb;
    this.pages = new Map(region.pages.map(p => [p.offset, p.host]));
    this.blocks = [...region.blocks.values()].sort((a, b) => a.offset - b.offset);
    this.blocks.forEach((b, i) => this.nodeOf.set(b.offset, 1 + i));
    const indirect = this.blocks.some(b => b.instructions.some(i => i.flow.ends && i.flow.target === undefined));
    this.route = indirect && region.entries.length > 1 ? 1 + this.blocks.length : -1;
    this.fpPlan = planFpRegisters(this.blocks);
    this.connect();
    this.kinds = this.flagKinds();
    this.flow = new ControlFlow(this.code, node => this.node(node));
  }

  private stub(entry: number): number {
    return 1 + this.blocks.length + (this.route < 0 ? 0 : 1) + entry;
  }

  /** Blocks that follow a block without leaving the region. */
  private following(block: RegionBlock): RegionBlock[] {
    const last = block.instructions[block.instructions.length - 1]!;
    const offsets = last.flow.target === undefined ? [] : [last.flow.target];
    if (last.flow.falls) offsets.push(last.offset + last.length);
    return offsets.flatMap(o => this.region.blocks.get(o) ?? []);
  }

  private connect(): void {
    const { region, blocks } = this;
    this.edges[ARRIVAL] = region.entries.map((_, i) => this.stub(i));
    blocks.forEach((block, i) => {
      const to = this.following(block).map(b => this.nodeOf.get(b.offset)!);
      const indirect = block.instructions.some(x => x.flow.ends && x.flow.target === undefined);
      if (indirect && this.route >= 0) to.push(this.route);
      this.edges[1 + i] = to;
    });
    if (this.route >= 0) this.edges[this.route] = [ARRIVAL];
    region.entries.forEach((offset, i) => (this.edges[this.stub(i)] = [this.nodeOf.get(offset)!]));
  }

  private flagKinds(): ReadonlyMap<RegionBlock, FlagsKind> {
    const before = new Map<RegionBlock, RegionBlock[]>(this.blocks.map(b => [b, []]));
    for (const block of this.blocks) for (const to of this.following(block)) before.get(to)!.push(block);
    const entries = new Set(this.region.entries);
    return flagsAtBorders(this.blocks, b => before.get(b)!, b => entries.has(b.offset)); // prettier-ignore
  }

  write(): RegionFunction {
    const { code, cpu, t, x, n, status } = this;
    const order = this.edges.map((_, node) => {
      if (node === ARRIVAL || node === this.route) return node === ARRIVAL ? -2e9 : 2e9;
      const offset =
        node <= this.blocks.length ? this.blocks[node - 1]!.offset : this.region.entries[node - this.stub(0)]!;
      return node <= this.blocks.length ? offset : offset - 0.5;
    });
    const items = structure(ARRIVAL, this.edges, order);
    this.planBudgets(items);
    this.exit = code.block();
    this.packed = code.block();
    this.flow.write(items);
    code.unreachable();
    code.end(); // packed: what is left of the block is given back
    code.set(t, add(this.base, sar(x, c(PACK.OFFSET_SHIFT))));
    code.set(n, add(n, and(shr(x, c(PACK.REFUND_SHIFT)), c(PACK.REFUND_MASK))));
    code.set(status, add(c(STATUS.TAIL), and(sar(shl(x, c(28)), c(31)), c(STATUS.SLOW - STATUS.TAIL))));
    code.end(); // exit: to the address t
    this.materialize();
    this.hole(false);
    code.store32(cpu, t, CPU.PC);
    code.store32(cpu, n, CPU.BUDGET);
    code.put(status);
    return { locals: code.locals, body: this.finish(code.finish()) };
  }

  /** Flags of the exit that was taken into their locals. */
  private materialize(): void {
    const { flags, exitKinds, x } = this;
    const mixed = exitKinds.delete(FLAGS.MIXED);
    if (mixed)
      for (const k of this.mixedKinds)
        exitKinds
          .add(k)
          .add(afterNZ(k))
          .add(afterCarry(afterNZ(k)));
    exitKinds.delete(FLAGS.STORED);
    if (exitKinds.size === 0) return;
    const bits = and(x, c(7));
    const kind = mixed ? flags.kindOf(this.code.tmp(bits)) : bits;
    for (const one of exitKinds) this.code.if(eq(kind, c(one)), () => flags.materialize(one));
  }

  /** Puts what loads and stores registers where it belongs. */
  private finish(body: Uint8Array): Uint8Array<ArrayBuffer> {
    const store = new Code(4);
    const load = new Code(4);
    const numbers = [...this.registers.keys()].sort((a, b) => a - b);
    for (const i of numbers) {
      load.set(this.registers.get(i)!, load32(this.cpu, CPU.R + 4 * i));
      if (this.written.has(i)) store.store32(this.cpu, this.registers.get(i)!, CPU.R + 4 * i);
    }
    for (const [key, register] of this.fpLocals) {
      const at = CPU.V + 4 * (key & 63);
      const wide = key >= 64;
      load.set(register, wide ? loadF64(this.cpu, at) : loadF32(this.cpu, at));
      if (!this.fpWritten.has(key)) continue;
      if (wide) store.storeF64(this.cpu, register, at);
      else store.storeF32(this.cpu, register, at);
    }
    load.set(this.tlb, load32(this.cpu, CPU.TLB));
    if (this.flags.used) this.flags.load(this.cpu, load);
    if (this.flags.written) this.flags.store(this.cpu, store);
    const out: Bytes = new ByteBuffer();
    out.bytes(load.bytes.view());
    let from = 0;
    for (const hole of this.holes) {
      out.bytes(body.subarray(from, hole.at));
      out.bytes((hole.reload ? load : store).bytes.view());
      from = hole.at;
    }
    out.bytes(body.subarray(from));
    return out.finish();
  }
  private hole(reload: boolean): void {
    this.holes.push({ at: this.code.bytes.length, reload });
  }

  /** Where the budget is looked at, and what it must be at least there: instructions to the next such place. */
  private planBudgets(items: readonly Item[]): void {
    const { order, headers } = flatten(items);
    const looks = new Set([...headers, ARRIVAL]);
    const longest = new Map<number, number>();
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i]!;
      const own = node >= 1 && node <= this.blocks.length ? this.blocks[node - 1]!.instructions.length : 0;
      const more = this.edges[node]!.map(to => (looks.has(to) ? 0 : (longest.get(to) ?? 0)));
      const beyond = Math.max(0, ...more);
      this.beyond.set(node, beyond);
      const path = own + beyond;
      longest.set(node, path);
      if (own > 0 && path > LONGEST_PATH) looks.add(node);
    }
    for (const node of looks) this.budgets.set(node, longest.get(node)!);
  }

  private node(node: number): void {
    if (node === ARRIVAL) this.arrive();
    else if (node <= this.blocks.length) this.block(this.blocks[node - 1]!, node);
    else if (node === this.route) this.findRoute();
    else {
      const offset = this.region.entries[node - this.stub(0)]!;
      this.code.set(this.base, sub(this.t, c(offset)));
      this.flow.finish(this.nodeOf.get(offset)!);
    }
  }

  private arrive(): void {
    const { code } = this;
    code.if(lt(this.n, c(this.budgets.get(ARRIVAL)!)), () => {
      code.set(this.status, c(STATUS.TAIL));
      this.leaveTo(FLAGS.STORED);
    });
    this.flow.dispatch(this.e, this.edges[ARRIVAL]!);
  }

  /** Leaves to the address in `t`. */
  private leaveTo(kind: FlagsKind): void {
    this.exitKinds.add(kind);
    this.code.set(this.x, c(kind));
    this.code.br(this.exit);
  }

  /** Whether the address in `t` is an entry of this region, as the dispatcher would find it. */
  private findRoute(): void {
    const { code, t, l } = this;
    const out = code.block();
    const te = code.tmp(tlbEntry(this.tlb, t));
    const elsewhere = or(
      ne(and(t, c(PAGE_MASK)), load32(te, TLB.EXEC)),
      ne(load32(this.cpu, CPU.THUMB), c(this.thumb ? 1 : 0)),
    );
    code.brIf(out, elsewhere);
    const thumb = c(this.thumb ? 1 : 0);
    const slot = code.tmp(slotAt(l, add(t, load32(te, TLB.ADDEND)), thumb));
    code.brIf(out, eqz(slot));
    const word = code.tmp(load32(entryOf(l, recordIn(slot, t, thumb)), ENTRY.REGION));
    code.brIf(out, ne(shr(word, c(16)), c(this.region.index)));
    code.set(this.e, and(word, c(0xffff)));
    this.flow.jump(ARRIVAL);
    code.end();
    code.set(this.status, c(STATUS.GO));
    this.leaveTo(FLAGS.STORED);
  }

  private block(block: RegionBlock, node: number): void {
    const { code, flags } = this;
    flags.kind = this.kinds.get(block)!;
    const { instructions } = block;
    this.after = this.beyond.get(node)!;
    this.enabled.clear();
    this.isOrdinary = false;
    this.groups = accessGroups(block);
    this.groupBases.clear();
    this.instruction = instructions[0]!;
    this.remaining = 0;
    const needed = this.budgets.get(node);
    if (needed !== undefined) code.if(lt(this.n, c(needed)), () => this.leave(false));
    code.set(this.n, sub(this.n, c(instructions.length)));
    instructions.forEach((instruction, i) => this.one(instruction, instructions.length - i));
    const last = instructions[instructions.length - 1]!;
    if (last.flow.falls) this.fall(last.offset + last.length, last.itNext);
  }

  private one(instruction: RegionInstruction, remaining: number): void {
    const { code, flags } = this;
    this.instruction = instruction;
    this.remaining = remaining;
    const { op, cond } = instruction;
    const x = new Tier1(this, instruction, remaining);
    const emit = (): void => {
      if (op.fp) x.enabled(op.fp);
      op.emit(x);
    };
    if (cond === 14) emit();
    else {
      const touched = setsFlags(instruction);
      const condition = flags.condition(cond);
      if (touched) {
        const pinned = code.tmp(condition);
        flags.settle();
        code.if(pinned, () => {
          emit();
          flags.settle();
        });
      } else code.if(condition, emit);
    }
    code.recycle();
    if (op.name === 'system') {
      this.enabled.clear();
      this.isOrdinary = false;
    }
    if (x.called && (instruction.flow.falls || instruction.flow.target !== undefined)) this.afterCall(instruction);
  }

  /** A call into TypeScript may have shortened the slice, dropped this region, or made data big-endian. */
  private afterCall({ offset, length, itNext, op }: RegionInstruction): void {
    const { code, cpu } = this;
    let stop = or(lt(this.n, c(this.after)), load32(cpu, CPU.STALE));
    if (op.name === 'system') stop = or(stop, load32(cpu, CPU.BIG_ENDIAN));
    code.if(stop, () => {
      code.store32(cpu, c(0), CPU.STALE);
      if (itNext) code.store32(cpu, c(itNext), CPU.IT);
      this.packedExit(offset + length, this.remaining - 1, false);
    });
  }

  private packedExit(offset: number, refund: number, learn: boolean): void {
    const { kind } = this.flags;
    this.exitKinds.add(kind);
    const bits = kind | (learn ? PACK.LEARN : 0) | (refund << PACK.REFUND_SHIFT) | (offset << PACK.OFFSET_SHIFT);
    this.code.set(this.x, c(bits));
    this.code.br(this.packed);
  }

  // What instructions ask for.

  register(n: number): Value {
    let value = this.registers.get(n);
    if (!value) this.registers.set(n, (value = this.code.newLocal(I32)));
    return value;
  }
  setRegister(n: number, v: Value): void {
    const target = this.register(n);
    this.written.add(n);
    this.code.set(target, v);
  }

  private fpKey(s: number, double: boolean): number | undefined {
    if (double) return this.fpPlan.doubles.has(s >> 1) ? s + 64 : undefined;
    return this.fpPlan.singles.has(s) ? s : undefined;
  }
  fpRegister(s: number, double: boolean): Value | undefined {
    const key = this.fpKey(s, double);
    if (key === undefined) return undefined;
    let register = this.fpLocals.get(key);
    if (!register) this.fpLocals.set(key, (register = this.code.newLocal(double ? F64 : F32)));
    return register;
  }
  setFpRegister(s: number, double: boolean, v: Value): boolean {
    const register = this.fpRegister(s, double);
    if (!register) return false;
    this.fpWritten.add(this.fpKey(s, double)!);
    this.code.set(register, v);
    return true;
  }
  anyFpRegister(s: number, words: number): boolean {
    for (let i = s; i < s + words; i++) if (this.fpPlan.singles.has(i) || this.fpPlan.doubles.has(i >> 1)) return true;
    return false;
  }
  anySingle(s: number): boolean {
    return this.fpPlan.singles.has(s) || this.fpPlan.singles.has(s + 1);
  }
  knowsOrdinary(): boolean {
    return this.isOrdinary;
  }
  nowOrdinary(): void {
    this.isOrdinary = true;
  }
  knowsEnabled(what: string, certain: boolean): boolean {
    const known = this.enabled.has(what);
    if (certain) this.enabled.add(what);
    return known;
  }

  granulesOf(host: Value): Value {
    return add(c(this.l.granules), shl(shr(sub(host, c(this.l.guest)), c(12)), c(2)));
  }

  host(offset: number): number | undefined {
    const page = this.pages.get(offset & PAGE_MASK);
    return page === undefined ? undefined : page + (offset & (PAGE_SIZE - 1));
  }

  group(): GroupAccess | undefined {
    return this.groups.get(this.instruction);
  }
  groupBase(group: AccessGroup): Value {
    let base = this.groupBases.get(group);
    if (base) return base;
    const used = this.groupBases.size;
    if (used === this.groupLocals.length) this.groupLocals.push(this.code.newLocal(I32));
    base = this.groupLocals[used]!;
    this.groupBases.set(group, base);
    return base;
  }

  leave(learn: boolean): void {
    const { instruction } = this;
    if (instruction.it) this.code.store32(this.cpu, c(instruction.it), CPU.IT);
    this.packedExit(instruction.offset, this.remaining, learn);
  }

  /** Control goes on behind the block. */
  private fall(offset: number, it: number): void {
    if (it) {
      // In the middle of an IT block, which is not all here.
      this.code.store32(this.cpu, c(it), CPU.IT);
      this.packedExit(offset, 0, false);
    } else this.to(offset, true);
  }
  jump(offset: number): void {
    this.to(offset, false);
  }

  private to(offset: number, last: boolean): void {
    const { code, flags } = this;
    const block = this.region.blocks.get(offset);
    if (!block) return this.out(offset);
    if (!this.samePage(offset)) code.if(this.moved(offset), () => this.out(offset));
    const wanted = this.kinds.get(block)!;
    if (wanted !== flags.kind) {
      if (wanted !== FLAGS.MIXED) throw new Error(`flags at ${offset}: ${wanted} was said, and it is ${flags.kind}`);
      flags.mix();
      this.mixedKinds.add(flags.kind);
    }
    const node = this.nodeOf.get(offset)!;
    if (last) this.flow.finish(node);
    else this.flow.jump(node);
  }

  private samePage(offset: number): boolean {
    return (offset & PAGE_MASK) === (this.instruction.offset & PAGE_MASK);
  }
  moved(offset: number): Value {
    const { code } = this;
    const page = code.tmp(add(this.base, c(offset & PAGE_MASK)));
    const te = code.tmp(tlbEntry(this.tlb, page));
    const host = add(page, load32(te, TLB.ADDEND));
    return or(ne(load32(te, TLB.EXEC), page), ne(host, c(this.pages.get(offset & PAGE_MASK)!)));
  }

  /** Leaves to an offset that is not part of the region. */
  private out(offset: number): void {
    this.code.set(this.t, add(this.base, c(offset)));
    this.code.set(this.status, c(STATUS.GO));
    this.leaveTo(this.flags.kind);
  }

  goto(target: Value): void {
    const { code, flags } = this;
    code.set(this.t, target);
    if (this.route >= 0 && this.instruction.flow.ends && this.instruction.flow.target === undefined) {
      flags.materialize();
      this.flow.jump(this.route);
      return;
    }
    code.set(this.status, c(STATUS.GO));
    this.leaveTo(flags.kind);
  }

  flush(): void {
    this.flags.materialize();
    this.hole(false);
  }
  reload(): void {
    if (this.instruction.op.name === 'system') this.flags.kind = FLAGS.STORED;
    this.hole(true);
  }
  abandon(): void {
    this.code.return(c(STATUS.LEAVE));
  }
}
