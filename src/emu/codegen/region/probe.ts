// Whether an access of a region can be made at once: what generated code asks the TLB, alignment and the map of code.
import { CPU, PAGE_SIZE, TLB } from '../layout';
import { ACCESS_SIZE, type Access } from '../semantics';
import { fastAlignment, PAGE_MASK, tlbEntry } from '../guest-access';
import { add, and, c, geu, gtu, load32, ne, or, shr, type Value } from '../value';
import type { Site } from './site';

/** The TLB entry of an address. `user`: with the privilege of PL0. */
export const entryOf = ({ context }: Site, va: Value, user = false): Value =>
  tlbEntry(user ? load32(context.cpu, CPU.TLB_USER) : context.tlb, va);

/** The linear address of an access that belongs to a group; its first member looks into the TLB for all. */
export function grouped(site: Site, address: Value): Value | undefined {
  const { context, instruction } = site;
  const { code, facts } = context;
  const access = facts.group(instruction);
  if (!access) return undefined;
  const { group, first, distance } = access;
  const host = facts.groupBase(group);
  if (first) {
    const va = code.tmp(add(address, c(group.low)));
    const te = code.tmp(entryOf(site, va));
    const page = code.tmp(and(va, c(PAGE_MASK | (group.align - 1))));
    let miss = group.reads ? ne(page, load32(te, TLB.READ)) : c(0);
    if (group.writes) miss = or(miss, ne(page, load32(te, TLB.WRITE)));
    if (group.span > group.align) miss = or(miss, gtu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE - group.span)));
    code.if(miss, () => context.leave('group'));
    code.set(host, add(va, load32(te, TLB.ADDEND)));
  }
  return add(host, c(distance));
}

/** Misses, when `bytes` bytes at `va` are not all in a page at hand, or not aligned to `align`. */
export function missed(te: Value, va: Value, load: boolean, bytes: number, align: number): Value {
  const miss = ne(and(va, c(PAGE_MASK | (align - 1))), load32(te, load ? TLB.READ : TLB.WRITE));
  if (bytes <= align) return miss;
  return or(miss, geu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE + 1 - bytes)));
}

/** Whether an access that is not aligned to its size crosses a page or must not be made. */
export function unalignedNotAllowed({ context }: Site, access: Access, va: Value): Value {
  const size = ACCESS_SIZE[access];
  const must = fastAlignment(access);
  const crosses = gtu(and(va, c(PAGE_SIZE - 1)), c(PAGE_SIZE - size));
  if (must > 1) return or(crosses, ne(and(va, c(must - 1)), c(0)));
  return or(crosses, ne(and(load32(context.cpu, CPU.STRICT), and(va, c(size - 1))), c(0)));
}

/** Whether elements of `1 << size` bytes at `va` lie so as SCTLR.A forbids; `align` is what is checked anyway. */
export function elementsUnfit({ context }: Site, va: Value, align: number, size: number): Value {
  const element = 1 << size;
  if (align >= element) return c(0);
  return and(ne(load32(context.cpu, CPU.STRICT), c(0)), ne(and(va, c(element - 1)), c(0)));
}

/** Whether code was decoded from what a store inside a page changes. */
export function touchesCode({ context }: Site, access: Access, host: Value, va: Value): Value {
  const bits = context.code.tmp(load32(context.granulesOf(host)));
  const granule = (at: Value): Value => and(shr(bits, shr(and(at, c(PAGE_SIZE - 1)), c(7))), c(1));
  return or(granule(va), granule(add(va, c(ACCESS_SIZE[access] - 1))));
}
