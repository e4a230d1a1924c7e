// Extension registers as operands: in locals where the region's plan has them, else in the core's state.
import { CPU } from '../layout';
import {
  and64, bitsF32, bitsF64, c64, extu, hi64, load32, or64, reinterpretF32, reinterpretF64, shl64, type Value, wrap,
} from '../value'; // prettier-ignore
import type { Site } from './site';

/** Registers are named by number in units of S registers. */
export class ExtensionOperands {
  constructor(private readonly site: Site) {}

  /** Bytes from CPU.V to the register that an operand names. */
  offset(name: string): number {
    const { site } = this;
    return site.operand(name) * (site.instruction.op.late[name] === 'd' ? 8 : 4);
  }
  number(name: string): number {
    return this.offset(name) >> 2;
  }

  /** The local of a register, when that is where it is. */
  local(s: number, double: boolean): Value | undefined {
    return this.site.context.registers.fp(s, double);
  }
  setBits(s: number, double: boolean, v: Value): void {
    const { code, cpu, registers } = this.site.context;
    const number = double ? reinterpretF64(v) : reinterpretF32(v);
    if (registers.setFp(s, double, number)) return;
    const at = CPU.V + 4 * s;
    if (double) code.store64(cpu, v, at);
    else code.store32(cpu, v, at);
  }

  /** A word by number: half of a doubleword register, or a register of its own. */
  word(s: number): Value {
    const whole = this.local(s & -2, true);
    if (whole) return s & 1 ? hi64(bitsF64(whole)) : wrap(bitsF64(whole));
    const single = this.local(s, false);
    return single ? bitsF32(single) : load32(this.site.context.cpu, CPU.V + 4 * s);
  }
  setWord(s: number, v: Value): void {
    const whole = this.local(s & -2, true);
    if (!whole) return this.setBits(s, false, v);
    const [kept, placed] = s & 1 ? [c64(-1, 0), shl64(extu(v), c64(32))] : [c64(0, -1), extu(v)];
    this.setBits(s & -2, true, or64(and64(bitsF64(whole), kept), placed));
  }
}
