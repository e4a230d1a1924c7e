// The extension registers and FPSCR of one core as TypeScript computes on them. Registers are numbered in units of S
// registers: D n is 2n, Q n is 4n; numbers of doublewords are even.
import { CPU } from '../../codegen/layout';

export class ExtensionRegisters {
  /** Views of V0..: 64 words, single and double numbers. */
  readonly words: Uint32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  private readonly wide: BigUint64Array;
  private readonly state: Uint32Array;

  /** @param cpu base of the core's state */
  constructor(memory: WebAssembly.Memory, cpu: number) {
    const { buffer } = memory;
    const base = cpu + CPU.V;
    this.words = new Uint32Array(buffer, base, 64);
    this.singles = new Float32Array(buffer, base, 64);
    this.doubles = new Float64Array(buffer, base, 32);
    this.wide = new BigUint64Array(buffer, base, 32);
    this.state = new Uint32Array(buffer, cpu, CPU.SIZE / 4);
  }

  /** A doubleword as an unsigned number. */
  doubleword(n: number): bigint {
    return this.wide[n >> 1]!;
  }

  setDoubleword(n: number, value: bigint): void {
    this.wide[n >> 1] = value;
  }

  /** FPSCR without NZCV. */
  get fpscr(): number {
    return this.state[CPU.FPSCR >> 2]!;
  }

  /** Sets cumulative flags of FPSCR. */
  raise(flags: number): void {
    this.state[CPU.FPSCR >> 2]! |= flags;
  }

  /** @param nzcv flags in bits 3:0 */
  setComparison(nzcv: number): void {
    this.state[CPU.FP_NZCV >> 2] = nzcv << 28;
  }
}
