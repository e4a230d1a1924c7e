// One instruction in its region: where it is, and how it gets what generated code cannot do alone. Either it leaves the
// region with the state of its beginning, or, where that happens often, it calls TypeScript.
import { CPU } from '../layout';
import { add, c, load32, type Value } from '../value';
import type { RegionContext } from './context';
import type { RegionInstruction } from './region';

export class Site {
  /** A call into TypeScript was made by this instruction: it may have ended the slice, or dropped this code. */
  called = false;

  constructor(
    readonly context: RegionContext,
    readonly instruction: RegionInstruction,
    /** Instructions of the block that are not done, this one included. */
    readonly remaining: number,
  ) {}

  operand(name: string): number {
    return this.instruction.operands[name] as number;
  }

  pc(): Value {
    return add(this.context.base, c(this.instruction.offset));
  }
  nextPc(): Value {
    return add(this.context.base, c(this.instruction.offset + this.instruction.length));
  }
  /** A general register by number; 15 is the PC as an operand. */
  register(number: number): Value {
    if (number !== 15) return this.context.registers.get(number);
    const { offset, alignPc } = this.instruction;
    const at = offset + (this.context.thumb ? 4 : 8);
    // The base is that of a page, so aligning the offset aligns the address.
    return add(this.context.base, c(alignPc ? at & -4 : at));
  }
  /** Instructions left, as they are counted when this one begins. */
  budget(): Value {
    return add(this.context.n, c(this.remaining));
  }

  /** Writes the state for a call; the instruction's own record says where it is. */
  prepare(): void {
    const { context, instruction } = this;
    const { code, cpu } = context;
    context.flush();
    const shift = context.thumb ? 3 : 2;
    code.store32(cpu, c(instruction.record), CPU.IP);
    code.store32(cpu, c(shift), CPU.PCSHIFT);
    code.store32(cpu, add(this.pc(), c(-(instruction.record >>> shift))), CPU.DELTA);
    code.store32(cpu, this.budget(), CPU.BUDGET);
    if (instruction.it) code.store32(cpu, c(instruction.itNext), CPU.IT);
  }
  /** Reads it back; leaves when the call ended in an exception. */
  resume(): void {
    const { context, instruction } = this;
    const { code, cpu } = context;
    this.called = true;
    code.if(load32(cpu, CPU.EXIT), () => context.abandon());
    context.reload();
    code.store32(cpu, c(0), CPU.IP);
    code.set(context.n, add(load32(cpu, CPU.BUDGET), c(-this.remaining)));
    if (instruction.it) code.store32(cpu, c(0), CPU.IT);
  }

  /** Does `slow` when the condition holds and this site calls; else leaves the region. */
  unless(miss: Value, slow: () => void, fast: () => void): void {
    const { context, instruction } = this;
    const { code } = context;
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
    code.if(miss, () => context.leave('memory'));
    fast();
  }
}
