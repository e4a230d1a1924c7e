// How generated code reaches guest memory: the entry of the TLB, and the access once it has hit.
import type { Code } from './code';
import { PAGE_SIZE, TLB } from './layout';
import { ACCESS_SIZE, type Access } from './semantics';
import { add, and, c, load16s, load16u, load32, load64, load8s, load8u, shr, unaligned, type Value } from './value';
import { I32, I64 } from './wasm';

export const PAGE_MASK = ~(PAGE_SIZE - 1);

/** Address of the entry for a guest address in the TLB at `tlb`. */
export const tlbEntry = (tlb: Value, va: Value): Value => add(tlb, and(shr(va, c(TLB.VA_SHIFT)), c(TLB.OFFSETS)));
/** A guest access at a linear address. */
export function rawLoad(access: Access, host: Value): Value {
  switch (access) {
    case 'u8':
      return load8u(host);
    case 's8':
      return load8s(host);
    case 'u16':
    case 'u16Aligned':
      return unaligned(load16u(host));
    case 's16':
      return unaligned(load16s(host));
    case 'word':
    case 'wordAligned':
      return unaligned(load32(host));
    case 'dwordAligned':
    case 'doubleAligned':
    case 'vector64':
      return unaligned(load64(host));
  }
}

export function rawStore(code: Code, access: Access, host: Value, v: Value): void {
  const size = ACCESS_SIZE[access];
  if (size === 1) code.store8(host, v);
  else if (size === 2) code.store16(host, v);
  else if (size === 4) code.store32(host, v);
  else code.store64(host, v);
}

/** How far an access that is not aligned to its size may still be done in WebAssembly: alignment it must have. */
export function fastAlignment(access: Access): number {
  if (access === 'dwordAligned' || access === 'vector64') return 4;
  if (access === 'u16' || access === 's16' || access === 'word') return 1;
  return ACCESS_SIZE[access];
}
export const valueType = (access: Access): typeof I32 | typeof I64 => (ACCESS_SIZE[access] === 8 ? I64 : I32);
