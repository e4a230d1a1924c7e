// Finds the code of a region: what control reaches from its entries without leaving their page, as far as it was executed
// (or decoded ahead) before.
import { CASE } from '../codegen/interpreter-module';
import { EXIT, PAGE_SIZE, RECORD } from '../codegen/layout';
import { PC_WRITE } from '../codegen/operations/alu';
import type { Flow, RegionBlock, RegionInstruction } from '../codegen/region/region';
import { LONGEST_BLOCK } from '../codegen/region/exits';
import { type Predecoded, predecode } from '../isa/predecode';
import { nextItState } from './code-cache';

/** What discovery sees of the page of a region. */
export interface DecodedPage {
  readonly thumb: boolean;
  /** See CodeCache. */
  readonly traps: boolean;
  /** Linear address of its records. */
  readonly slot: number;
  /** The encoding at an offset, or −1 when it straddles pages. */
  encoding(offset: number): number;
  /** RECORD.H of the record at a linear address. */
  state(record: number): number;
  /** Whether the region is left at this record again and again. */
  calls(record: number): boolean;
  /** Whether it was so because a group of accesses crossed pages. */
  alone(record: number): boolean;
}

export interface Discovered {
  readonly blocks: ReadonlyMap<number, RegionBlock>;
  readonly entries: readonly number[];
  readonly instructions: number;
}

/** What TypeScript executes and then goes elsewhere. */
const RETURNS = new Set(['exceptionReturn', 'rfe', 'eret', 'ldmReturn', 'bxj']);
/** Reasons to leave after which the next instruction comes, some time. */
const COMES_BACK: readonly number[] = [EXIT.SVC, EXIT.HVC, EXIT.SMC, EXIT.WAIT];

interface Step extends Flow {
  /** Control comes back behind this instruction: a call, a system call. */
  readonly returns: boolean;
}

const SEQUENTIAL: Step = { falls: true, ends: false, returns: false };

function stepOf(p: Predecoded, offset: number, thumb: boolean): Step {
  const { op, operands } = p;
  const always = p.cond === 14;
  const target = (): number => {
    const off = operands.off as number;
    return offset + (operands.near ? (off / RECORD.SIZE) * (thumb ? 2 : 4) : off);
  };
  const indirect: Step = { falls: !always, ends: true, returns: false };
  switch (op.name) {
    case 'b':
      return { target: target(), falls: !always, ends: true, returns: false };
    case 'bcc':
    case 'cbz':
      return { target: target(), falls: true, ends: true, returns: false };
    case 'bl':
      return { target: target(), falls: !always, ends: true, returns: true };
    case 'blxi':
      return { ...indirect, returns: true };
    case 'bx':
      return { ...indirect, returns: operands.link !== 0 };
    case 'tbb':
      return indirect;
    case 'ldm':
      return operands.pc ? indirect : SEQUENTIAL;
    case 'alu':
    case 'alur':
    case 'ldr':
      return (operands.pcw ?? PC_WRITE.none) === PC_WRITE.none ? SEQUENTIAL : indirect;
    case 'leave':
      return { falls: !always, ends: true, returns: COMES_BACK.includes(operands.exit as number) };
    case 'system':
      return RETURNS.has(operands.what as string) ? indirect : SEQUENTIAL;
    default:
      return SEQUENTIAL;
  }
}

interface Found {
  readonly instruction: RegionInstruction;
  readonly step: Step;
}

export class Discovery {
  private readonly found = new Map<number, Found>();
  private readonly leaders = new Set<number>();
  private readonly entries: Set<number>;
  private readonly todo: number[] = [];

  constructor(
    private readonly page: DecodedPage,
    entries: readonly number[],
    /** Instructions at most. */
    private readonly limit: number,
  ) {
    this.entries = new Set(entries);
    for (const e of entries) this.lead(e);
  }

  run(): Discovered | undefined {
    for (let at = this.todo.shift(); at !== undefined; at = this.todo.shift()) this.follow(at);
    const entries = [...this.entries].filter(e => this.found.has(e)).sort((a, b) => a - b);
    const blocks = this.blocks();
    if (!blocks || entries.length === 0) return undefined;
    return { blocks, entries, instructions: this.found.size };
  }

  private lead(offset: number): void {
    if (this.leaders.has(offset)) return;
    this.leaders.add(offset);
    this.todo.push(offset);
  }

  private record(offset: number): number {
    return this.page.slot + offset * (this.page.thumb ? 8 : 4);
  }

  /** Whether an instruction was executed, or decoded, and lies in the page. */
  private known(offset: number): boolean {
    if (offset < 0 || offset >= PAGE_SIZE) return false;
    const state = this.page.state(this.record(offset));
    return state !== CASE.UNDECODED && state !== CASE.STRADDLE;
  }

  private follow(from: number): void {
    const { page, found, limit } = this;
    let it = 0;
    for (let at = from; (found.size < limit || it !== 0) && !found.has(at) && this.known(at);) {
      const encoding = page.encoding(at);
      if (encoding < 0) return;
      const record = this.record(at);
      const size = page.thumb ? 2 : 4;
      const p = predecode(encoding, page.thumb, it, at / size, PAGE_SIZE / size, page.traps);
      const length = p.step * size;
      const step = stepOf(p, at, page.thumb);
      const itNext = nextItState(encoding, page.thumb, it);
      const { op, operands, cond, alignPc } = p;
      const calls = page.calls(record);
      const alone = page.alone(record);
      const instruction = {
        offset: at,
        length,
        record,
        op,
        operands,
        cond,
        it,
        itNext,
        alignPc,
        flow: step,
        calls,
        alone,
      };
      found.set(at, { instruction, step });
      if (step.target !== undefined && this.known(step.target)) {
        // Loops can be entered at their head, so that they are found again after the interpreter had to help.
        if (step.target <= at || step.returns) this.entries.add(step.target);
        this.lead(step.target);
      }
      at += length;
      it = itNext;
      if (step.returns && this.known(at) && it === 0) {
        this.entries.add(at);
        this.lead(at);
      }
      if (!step.falls) return;
      if (step.ends) {
        this.leaders.add(at);
        if (it !== 0) return;
      }
    }
  }

  /** Cuts what was found into blocks. @returns undefined when somebody jumps into an IT block */
  private blocks(): Map<number, RegionBlock> | undefined {
    const blocks = new Map<number, RegionBlock>();
    for (const leader of this.leaders) {
      const first = this.found.get(leader);
      if (!first) continue;
      if (first.instruction.it !== 0) return undefined;
      const instructions: RegionInstruction[] = [];
      let at = leader;
      for (;;) {
        const next = this.found.get(at);
        if (!next) break;
        instructions.push(next.instruction);
        at += next.instruction.length;
        if (next.step.ends || this.leaders.has(at)) break;
        // Long lines are cut, but not in an IT block.
        if (instructions.length >= LONGEST_BLOCK - 4 && next.instruction.itNext === 0) {
          this.leaders.add(at);
          break;
        }
      }
      blocks.set(leader, { offset: leader, instructions });
    }
    return blocks;
  }
}
