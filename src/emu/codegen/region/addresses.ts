// From an address of guest code to what is known of it.
import { type Layout, PAGE_SIZE } from '../layout';
import { add, and, c, load32, shl, shr, sub, type Value } from '../value';

/** The slot of the page at a linear address, or 0; `thumb` is 0 or 1. */
export function slotAt(l: Layout, host: Value, thumb: Value): Value {
  const page = shr(sub(host, c(l.guest)), c(12));
  return load32(add(c(l.codeMap), shl(add(shl(page, c(1)), thumb), c(2))));
}
/** The record of an address in the slot of its page. */
export const recordIn = (slot: Value, va: Value, thumb: Value): Value =>
  add(slot, shl(and(va, c(PAGE_SIZE - 1)), add(thumb, c(2))));
/** The ENTRY of a record. */
export const entryOf = (l: Layout, record: Value): Value => add(shr(record, c(1)), c(l.entries));
