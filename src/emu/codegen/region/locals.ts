// Registers of a region in locals. Which of them the region uses and writes is known when all of it is written: places
// where all are stored or loaded stay open until then.
import { Code } from '../code';
import { CPU } from '../layout';
import { load32, loadF32, loadF64, type Value } from '../value';
import { Bytes, F32, F64, I32 } from '../wasm';
import type { FpPlan } from './fp-registers';

export class RegionLocals {
  private readonly general = new Map<number, Value>();
  private readonly written = new Set<number>();
  /** Locals of extension registers: by the number of the S register, and 64 more for doublewords. */
  private readonly extension = new Map<number, Value>();
  private readonly extensionWritten = new Set<number>();
  private readonly holes: { readonly at: number; readonly reload: boolean }[] = [];

  constructor(
    private readonly code: Code,
    private readonly cpu: Value,
    private readonly plan: FpPlan,
  ) {}

  /** r0 to r14. */
  get(n: number): Value {
    let value = this.general.get(n);
    if (!value) this.general.set(n, (value = this.code.newLocal(I32)));
    return value;
  }
  set(n: number, v: Value): void {
    const target = this.get(n);
    this.written.add(n);
    this.code.set(target, v);
  }

  private key(s: number, double: boolean): number | undefined {
    if (double) return this.plan.doubles.has(s >> 1) ? s + 64 : undefined;
    return this.plan.singles.has(s) ? s : undefined;
  }
  /** The local of an extension register (by number in units of S registers), when that is where it is. */
  fp(s: number, double: boolean): Value | undefined {
    const key = this.key(s, double);
    if (key === undefined) return undefined;
    let register = this.extension.get(key);
    if (!register) this.extension.set(key, (register = this.code.newLocal(double ? F64 : F32)));
    return register;
  }
  /** Sets it there. @returns false when it is not there */
  setFp(s: number, double: boolean, v: Value): boolean {
    const register = this.fp(s, double);
    if (!register) return false;
    this.extensionWritten.add(this.key(s, double)!);
    this.code.set(register, v);
    return true;
  }
  /** Whether any of `words` registers is in a local. */
  anyFp(s: number, words: number): boolean {
    for (let i = s; i < s + words; i++) if (this.plan.singles.has(i) || this.plan.doubles.has(i >> 1)) return true;
    return false;
  }
  /** Whether S register s or the one behind it is in a local of its own. */
  anySingle(s: number): boolean {
    return this.plan.singles.has(s) || this.plan.singles.has(s + 1);
  }

  /** Here all registers that are written anywhere are stored, or all are loaded. */
  hole(reload: boolean): void {
    this.holes.push({ at: this.code.bytes.length, reload });
  }

  /**
   * Puts what loads and stores registers where it belongs, and a load in front.
   * @param more what is loaded and stored beside registers
   */
  fill(body: Uint8Array, more: (load: Code, store: Code) => void): Uint8Array<ArrayBuffer> {
    const store = new Code(4);
    const load = new Code(4);
    const numbers = [...this.general.keys()].sort((a, b) => a - b);
    for (const i of numbers) {
      load.set(this.general.get(i)!, load32(this.cpu, CPU.R + 4 * i));
      if (this.written.has(i)) store.store32(this.cpu, this.general.get(i)!, CPU.R + 4 * i);
    }
    for (const [key, register] of this.extension) {
      const at = CPU.V + 4 * (key & 63);
      const wide = key >= 64;
      load.set(register, wide ? loadF64(this.cpu, at) : loadF32(this.cpu, at));
      if (!this.extensionWritten.has(key)) continue;
      if (wide) store.storeF64(this.cpu, register, at);
      else store.storeF32(this.cpu, register, at);
    }
    more(load, store);
    const out = new Bytes();
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
}
