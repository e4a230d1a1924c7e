// Guest memory as instructions of a region access it: at once where the probe finds the page, else through the
// instruction's site. Knows nothing of the instructions themselves.
import type { Code } from '../code';
import { CPU, PAGE_SIZE, TLB } from '../layout';
import { ACCESS_SIZE, type Access, type Elements } from '../semantics';
import { structureBytes, unpackStructure } from '../structure';
import { fastAlignment, PAGE_MASK, rawLoad, rawStore, valueType } from '../guest-access';
import { MULTIPLE, MULTIPLE_VECTOR } from '../imports';
import {
  add, and, bitsF64, c, call, eqz, load32, load64, loadV128, ne, or, select, unaligned, type Value,
} from '../value'; // prettier-ignore
import { I32 } from '../wasm';
import type { ExtensionOperands } from './extension';
import { elementsUnfit, entryOf, grouped, missed, touchesCode, unalignedNotAllowed } from './probe';
import type { Site } from './site';
import { transferInline } from './structures';

const LITERAL_LOADS = new Set(['ldr', 'ldrd', 'vldr']);

/** The memory part of `Semantics`; see there for what each access means. */
export class RegionMemory {
  private readonly code: Code;
  private readonly cpu: Value;

  constructor(
    private readonly site: Site,
    private readonly extension: ExtensionOperands,
  ) {
    this.code = site.context.code;
    this.cpu = site.context.cpu;
  }

  /** Whether the TLB has an entry for loads at an address. */
  mapped(va: Value): Value {
    return eqz(ne(load32(entryOf(this.site, va), TLB.READ), and(va, c(PAGE_MASK))));
  }

  load(access: Access, address: Value, user: boolean): Value {
    const { code, cpu, site } = this;
    const { context, instruction } = site;
    const literal = user ? undefined : this.literal(access);
    if (literal) return code.tmp(literal);
    const inGroup = grouped(site, address);
    if (inGroup) return code.tmp(rawLoad(access, inGroup));
    const va = code.tmp(address);
    const te = code.tmp(entryOf(site, va, user));
    const result = code.scratch(valueType(access));
    const slow = (): void => {
      const function_ = context.imports.slowLoad(access);
      const as = c(user ? 256 : 0);
      code.set(result, call(function_, valueType(access), cpu, c(instruction.record), site.budget(), va, te, as));
    };
    const probe = and(va, c(PAGE_MASK | (ACCESS_SIZE[access] - 1)));
    const fast = (): void => code.set(result, rawLoad(access, add(va, load32(te, TLB.ADDEND))));
    const miss = ne(probe, load32(te, TLB.READ));
    if (!instruction.calls || fastAlignment(access) > 1) site.unless(miss, slow, fast);
    else {
      // Here it fails often: perhaps for being unaligned, which is allowed inside a page.
      const tag = and(va, c(PAGE_MASK));
      const second = or(ne(tag, load32(te, TLB.READ)), unalignedNotAllowed(site, access, va));
      code.if(miss, () => site.unless(second, slow, fast), fast);
    }
    return result;
  }

  /**
   * A load from the literal pool, when that lies in the page of the region: what executes may be read, and where it
   * lies is known.
   */
  private literal(access: Access): Value | undefined {
    const { context, instruction } = this.site;
    const { op, operands, offset, alignPc } = instruction;
    if (operands.rn !== 15 || !LITERAL_LOADS.has(op.name)) return undefined;
    if ((operands.form ?? 'imm') !== 'imm' || (operands.index ?? 'offset') !== 'offset') return undefined;
    const pc = offset + (context.thumb ? 4 : 8);
    const at = (alignPc ? pc & -4 : pc) + this.site.operand('imm');
    const size = ACCESS_SIZE[access];
    if (at < 0 || at + size > PAGE_SIZE || at % Math.min(size, 4) !== 0) return undefined;
    return rawLoad(access, c(context.page + at));
  }

  store(access: Access, address: Value, v: Value, user: boolean): void {
    const { code, cpu, site } = this;
    const { context, instruction } = site;
    const inGroup = grouped(site, address);
    if (inGroup) return rawStore(code, access, inGroup, v);
    const va = code.tmp(address);
    const te = code.tmp(entryOf(site, va, user));
    const value = code.tmp(v);
    const slow = (): void => {
      const as = c(user ? 256 : 0);
      const function_ = context.imports.slowStore(access);
      code.callVoid(function_, cpu, c(instruction.record), site.budget(), va, te, value, as);
    };
    const probe = and(va, c(PAGE_MASK | (ACCESS_SIZE[access] - 1)));
    const miss = ne(probe, load32(te, TLB.WRITE));
    const fast = (): void => rawStore(code, access, add(va, load32(te, TLB.ADDEND)), value);
    if (!instruction.calls) return site.unless(miss, slow, fast);
    // Here it fails often: perhaps for being unaligned, or for code in the page that is not touched.
    code.if(
      miss,
      () => {
        const tag = code.tmp(ne(and(va, c(PAGE_MASK)), and(load32(te, TLB.WRITE), c(~TLB.CODE))));
        // Of an entry for another page the addend leads anywhere.
        const host = select(tag, c(context.page), add(va, load32(te, TLB.ADDEND)));
        const second = or(or(tag, unalignedNotAllowed(site, access, va)), touchesCode(site, access, host, va));
        site.unless(second, slow, fast);
      },
      fast,
    );
  }

  multiple(isLoad: boolean, start: Value, list: string, count: string, pc: boolean): Value {
    const { code, cpu, site } = this;
    const { registers, imports } = site.context;
    const bits = site.operand(list);
    const result = code.scratch(I32);
    const transfer = (host: Value): void => {
      let at = 0;
      for (let i = 0; i < 16; i++) {
        if (!(bits & (1 << i))) continue;
        if (isLoad) registers.set(i, unaligned(load32(add(host, c(at)))));
        else code.store32(host, site.register(i), at);
        at += 4;
      }
      if (pc) code.set(result, unaligned(load32(add(host, c(at)))));
    };
    const inGroup = grouped(site, start);
    if (inGroup) {
      transfer(code.tmp(inGroup));
      return result;
    }
    const te = code.tmp(entryOf(site, start));
    const slow = (): void => {
      const flags = bits | (isLoad ? MULTIPLE.LOAD : 0) | (pc ? MULTIPLE.PC : 0);
      code.set(result, call(imports.typescript('multiple'), I32, cpu, start, c(flags)));
    };
    site.unless(missed(te, start, isLoad, 4 * site.operand(count), 4), slow, () => {
      transfer(code.tmp(add(start, load32(te, TLB.ADDEND))));
    });
    return result;
  }

  /** @param first address of the first register in the core's state; the operand `d` names it */
  multipleVector(isLoad: boolean, start: Value, first: Value, count: number, double: boolean): void {
    const { code, cpu, site } = this;
    const inGroup = grouped(site, start);
    if (inGroup) return this.copy(isLoad, code.tmp(inGroup), first, 4 * count);
    const te = code.tmp(entryOf(site, start));
    const slow = (): void => {
      const flags = (isLoad ? MULTIPLE_VECTOR.LOAD : 0) | (double ? MULTIPLE_VECTOR.DOUBLE : 0);
      const argument = this.extension.number('d') | (count << MULTIPLE_VECTOR.WORDS_SHIFT) | flags;
      code.callVoid(site.context.imports.typescript('multipleVector'), cpu, start, c(argument));
    };
    site.unless(missed(te, start, isLoad, 4 * count, 4), slow, () =>
      this.copy(isLoad, code.tmp(add(start, load32(te, TLB.ADDEND))), first, 4 * count),
    );
  }

  /** Copies bytes between guest memory at `host` and extension registers from `first` on, which the operand `d` names. */
  private copy(isLoad: boolean, host: Value, first: Value, bytes: number): void {
    const { code } = this;
    const s = this.extension.number('d');
    if (this.site.context.registers.anyFp(s, bytes >> 2)) return this.copyRegisters(isLoad, host, s, bytes >> 2);
    const [from, to] = isLoad ? [host, first] : [first, host];
    let at = 0;
    for (; at + 16 <= bytes; at += 16) code.storeV128(to, unaligned(loadV128(from, at)), at);
    for (; at + 8 <= bytes; at += 8) code.store64(to, unaligned(load64(from, at)), at);
    for (; at < bytes; at += 4) code.store32(to, unaligned(load32(from, at)), at);
  }

  private copyRegisters(isLoad: boolean, host: Value, first: number, words: number): void {
    const { code, cpu, extension } = this;
    const { registers } = this.site.context;
    for (let at = 0; at < words;) {
      const s = first + at;
      const double = s % 2 === 0 && at + 2 <= words && !registers.anySingle(s);
      const place = 4 * at;
      if (isLoad && double) extension.setBits(s, true, unaligned(load64(add(host, c(place)))));
      else if (isLoad) extension.setWord(s, unaligned(load32(add(host, c(place)))));
      else if (double) {
        const whole = extension.local(s, true);
        code.store64(host, whole ? bitsF64(whole) : load64(cpu, CPU.V + 4 * s), place);
      } else code.store32(host, extension.word(s), place);
      at += double ? 2 : 1;
    }
  }

  structure(va: Value, packed: Value): void {
    const { code, site } = this;
    const s = unpackStructure(packed.imm);
    const te = code.tmp(entryOf(site, va));
    const unfit = or(missed(te, va, s.load, structureBytes(s), s.align), elementsUnfit(site, va, s.align, s.size));
    site.unless(unfit, this.structureCall(va, packed), () =>
      transferInline(code, this.cpu, code.tmp(add(va, load32(te, TLB.ADDEND))), s),
    );
  }

  elements({ load, va, first, registers, size, align, packed }: Elements): void {
    const { code, site } = this;
    const te = code.tmp(entryOf(site, va));
    const bytes = 8 * registers;
    const unfit = elementsUnfit(site, va, align, size);
    site.unless(or(missed(te, va, load, bytes, align), unfit), this.structureCall(va, packed), () =>
      this.copy(load, code.tmp(add(va, load32(te, TLB.ADDEND))), first, bytes),
    );
  }

  private structureCall(va: Value, packed: Value): () => void {
    const { code, cpu, site } = this;
    return () => code.callVoid(site.context.imports.typescript('structure'), cpu, va, packed);
  }
}
