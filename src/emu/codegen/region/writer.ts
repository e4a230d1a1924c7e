// Writes one region as a function `(cpu, n, t, e) -> status`: n instructions are left, control is at the address t, which
// is the entry number e. It answers with CPU.PC and CPU.BUDGET set, and a STATUS.
import { Code } from '../code';
import { CPU, ENTRY, type Layout, TLB } from '../layout';
import { PAGE_MASK, tlbEntry } from '../guest-access';
import {
  add, and, c, eqz, load32, local, lt, ne, or, shl, shr, sub, type Value,
} from '../value'; // prettier-ignore
import { I32, type ValueType } from '../wasm';
import { entryOf, recordIn, slotAt } from './addresses';
import { BlockFacts } from './block-facts';
import type { RegionContext, RegionImports } from './context';
import { ControlFlow } from './control-flow';
import type { RegionCounters } from './counters';
import type { GoReason, StopReason } from './exit-reasons';
import { RegionExits } from './exits';
import { setsFlags } from './flag-flow';
import { FLAGS, Flags, type FlagsKind } from './flags';
import { planFpRegisters } from './fp-registers';
import { ARRIVAL, type Budgets, RegionGraph } from './graph';
import { RegionLocals } from './locals';
import { type Region, type RegionBlock, type RegionInstruction, STATUS } from './region';
import { Tier1 } from './tier1';

export interface RegionFunction {
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array<ArrayBuffer>;
}

/** @param counters undefined: nothing is counted */
export function writeRegion(
  l: Layout,
  region: Region,
  imports: RegionImports,
  counters?: RegionCounters,
): RegionFunction {
  return new RegionWriter(l, region, imports, counters).write();
}

class RegionWriter implements RegionContext {
  readonly code = new Code(4);
  readonly cpu = local(0, I32);
  readonly n = local(1, I32);
  readonly t = local(2, I32);
  private readonly e = local(3, I32);
  readonly base = this.code.newLocal(I32);
  readonly tlb = this.code.newLocal(I32);
  /** A packed exit. */
  readonly x = this.code.newLocal(I32);
  readonly status = this.code.newLocal(I32);
  readonly flags = new Flags(this.code);
  readonly thumb: boolean;
  readonly registers: RegionLocals;
  private readonly graph: RegionGraph;
  readonly facts = new BlockFacts(this.code);
  /** Kinds of flags at the beginnings of blocks. */
  private readonly kinds: ReadonlyMap<RegionBlock, FlagsKind>;
  private readonly exits: RegionExits;
  private readonly flow: ControlFlow;
  readonly page: number;
  private budgets!: Budgets;
  /** Instructions from the end of the block that is written to the next look at the budget, at most. */
  private after = 0;
  private instruction!: RegionInstruction;
  private remaining = 0;

  constructor(
    private readonly l: Layout,
    private readonly region: Region,
    readonly imports: RegionImports,
    private readonly counters: RegionCounters | undefined,
  ) {
    this.thumb = region.thumb;
    this.page = region.host;
    this.graph = new RegionGraph(region);
    this.registers = new RegionLocals(this.code, this.cpu, planFpRegisters(this.graph.blocks));
    this.kinds = this.graph.flagKinds();
    this.exits = new RegionExits(this.code, this.flags, this, counters);
    this.flow = new ControlFlow(this.code, node => this.node(node));
  }

  write(): RegionFunction {
    const { code, cpu, t, n, status } = this;
    const items = this.graph.structure();
    this.budgets = this.graph.budgets(items);
    this.counters?.enter(code);
    this.exits.open();
    this.flow.write(items);
    code.unreachable();
    this.exits.close();
    this.registers.hole(false);
    code.store32(cpu, t, CPU.PC);
    code.store32(cpu, n, CPU.BUDGET);
    code.put(status);
    return { locals: code.locals, body: this.finish(code.finish()) };
  }

  /** Closes the places where registers, flags and the base of the TLB are loaded and stored. */
  private finish(body: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.registers.fill(body, (load, store) => {
      load.set(this.tlb, load32(this.cpu, CPU.TLB));
      if (this.flags.used) this.flags.load(this.cpu, load);
      if (this.flags.written) this.flags.store(this.cpu, store);
    });
  }

  private node(node: number): void {
    const { graph } = this;
    const block = graph.block(node);
    this.counters?.locate(undefined);
    if (node === ARRIVAL) this.arrive();
    else if (block) this.block(block, node);
    else if (node === graph.route) this.findRoute();
    else {
      const offset = this.region.entries[node - graph.stub(0)]!;
      this.code.set(this.base, sub(this.t, c(offset)));
      this.flow.finish(graph.nodeOf.get(offset)!);
    }
  }

  private arrive(): void {
    const { code } = this;
    const least = this.budgets.least.get(ARRIVAL)!;
    code.if(lt(this.n, c(least)), () => this.exits.to('budget', FLAGS.STORED));
    this.flow.dispatch(this.e, this.graph.edges[ARRIVAL]!);
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
    this.exits.to('indirect', FLAGS.STORED);
  }

  private block(block: RegionBlock, node: number): void {
    const { code, flags } = this;
    flags.kind = this.kinds.get(block)!;
    const { instructions } = block;
    this.after = this.budgets.beyond.get(node)!;
    this.facts.begin(block);
    this.at(block, instructions[0]!, 0);
    const needed = this.budgets.least.get(node);
    if (needed !== undefined) code.if(lt(this.n, c(needed)), () => this.leave('budget'));
    code.set(this.n, sub(this.n, c(instructions.length)));
    this.counters?.block(code, block);
    instructions.forEach((instruction, i) => {
      this.at(block, instruction, instructions.length - i);
      this.one(instruction);
    });
    const last = instructions[instructions.length - 1]!;
    if (last.flow.falls) this.fall(last.offset + last.length, last.itNext);
  }

  /** @param remaining instructions of the block that are not done when this one begins */
  private at(block: RegionBlock, instruction: RegionInstruction, remaining: number): void {
    this.instruction = instruction;
    this.remaining = remaining;
    this.counters?.locate({ block, instruction });
  }

  private one(instruction: RegionInstruction): void {
    const { code, flags } = this;
    const { op, cond } = instruction;
    const x = new Tier1(this, instruction, this.remaining);
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
    if (op.name === 'system') this.facts.forget();
    if (x.called && (instruction.flow.falls || instruction.flow.target !== undefined)) this.afterCall(instruction);
  }

  /** A call into TypeScript may have shortened the slice, dropped this region, or made data big-endian. */
  private afterCall({ offset, length, itNext, op }: RegionInstruction): void {
    const { code, cpu } = this;
    let stop = or(lt(this.n, c(this.after)), load32(cpu, CPU.STALE));
    if (op.name === 'system') stop = or(stop, load32(cpu, CPU.BIG_ENDIAN));
    code.if(stop, () => {
      if (this.counters) this.countStop(op);
      code.store32(cpu, c(0), CPU.STALE);
      if (itNext) code.store32(cpu, c(itNext), CPU.IT);
      this.exits.stop(offset + length, this.remaining - 1, false);
    });
  }
  private countStop({ name }: RegionInstruction['op']): void {
    const { code, cpu, exits } = this;
    const refund = this.remaining - 1;
    const otherwise = (): void =>
      name === 'system'
        ? code.if(
            load32(cpu, CPU.BIG_ENDIAN),
            () => exits.count('bigEndian', refund),
            () => exits.count('shortened', refund),
          )
        : exits.count('shortened', refund);
    code.if(load32(cpu, CPU.STALE), () => exits.count('stale', refund), otherwise);
  }

  // What instructions ask for.

  granulesOf(host: Value): Value {
    return add(c(this.l.granules), shl(shr(sub(host, c(this.l.guest)), c(12)), c(2)));
  }

  leave(reason: StopReason): void {
    const { instruction } = this;
    if (instruction.it) this.code.store32(this.cpu, c(instruction.it), CPU.IT);
    this.exits.at(reason, instruction.offset, this.remaining);
  }

  /** Control goes on behind the block. */
  private fall(offset: number, it: number): void {
    if (it) {
      // In the middle of an IT block, which is not all here.
      this.code.store32(this.cpu, c(it), CPU.IT);
      this.exits.at('itBlock', offset, 0);
    } else this.to(offset, true);
  }
  jump(offset: number): void {
    this.to(offset, false);
  }

  private to(offset: number, last: boolean): void {
    const { flags } = this;
    const block = this.region.blocks.get(offset);
    if (!block) return this.out('outside', offset);
    const wanted = this.kinds.get(block)!;
    if (wanted !== flags.kind) {
      if (wanted !== FLAGS.MIXED) throw new Error(`flags at ${offset}: ${wanted} was said, and it is ${flags.kind}`);
      flags.mix();
      this.exits.mixes(flags.kind);
    }
    const node = this.graph.nodeOf.get(offset)!;
    if (last) this.flow.finish(node);
    else this.flow.jump(node);
  }

  moved(): Value {
    const { base } = this;
    const te = this.code.tmp(tlbEntry(this.tlb, base));
    const host = add(base, load32(te, TLB.ADDEND));
    return or(ne(load32(te, TLB.EXEC), base), ne(host, c(this.page)));
  }

  /** Leaves to an offset that is not part of the region. */
  private out(reason: GoReason, offset: number): void {
    this.code.set(this.t, add(this.base, c(offset)));
    this.exits.to(reason, this.flags.kind);
  }

  goto(target: Value, reason: GoReason = 'indirect'): void {
    const { code, flags } = this;
    code.set(this.t, target);
    if (this.graph.route >= 0 && this.instruction.flow.ends && this.instruction.flow.target === undefined) {
      flags.materialize();
      this.flow.jump(this.graph.route);
      return;
    }
    this.exits.to(reason, flags.kind);
  }

  depart(reason: GoReason, target: Value): void {
    const { code, flags } = this;
    // An instruction that ends its block may find its way inside.
    if (this.remaining === 1) return this.goto(target, reason);
    code.set(this.n, add(this.n, c(this.remaining - 1)));
    code.set(this.t, target);
    this.exits.to(reason, flags.kind, this.remaining - 1);
  }

  flush(): void {
    this.flags.materialize();
    this.registers.hole(false);
  }
  reload(): void {
    if (this.instruction.op.name === 'system') this.flags.kind = FLAGS.STORED;
    this.registers.hole(true);
  }
  abandon(): void {
    this.exits.count('aborted', this.remaining);
    this.code.return(c(STATUS.LEAVE));
  }
}
