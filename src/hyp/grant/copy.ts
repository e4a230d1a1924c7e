// GNTTABOP_copy: bytes from one page to another, each a grant or one's own (Xen, public/grant_table.h).
import type { Domain } from '../domain';
import { PAGE_SIZE } from '../memory/physical';
import { GNTST } from './grant-table';

const FLAG = { SOURCE_GREF: 1, DEST_GREF: 2 } as const;

export interface CopyArguments {
  readonly source_ref: number;
  readonly source_domid: number;
  readonly source_offset: number;
  readonly dest_ref: number;
  readonly dest_domid: number;
  readonly dest_offset: number;
  readonly len: number;
  readonly flags: number;
}

interface Side {
  readonly address: number;
  readonly release: () => void;
}

/** One side of a copy. @returns a negative GNTST when it may not be reached */
function side(caller: Domain, owner: Domain | undefined, ref: number, granted: boolean, write: boolean): Side | number {
  if (!owner) return GNTST.BAD_DOMAIN;
  if (!granted) {
    if (owner !== caller) return GNTST.PERMISSION_DENIED;
    const address = owner.frame(ref);
    return address < 0 ? GNTST.BAD_PAGE : { address, release: () => {} };
  }
  const mfn = owner.grants.acquire(ref, caller.id, write);
  if (mfn < 0) return mfn;
  return { address: mfn * PAGE_SIZE, release: () => owner.grants.release(ref, write) };
}

/** @param mayShare whether two domains may have memory in common @returns a GNTST */
export function copyGrant(
  caller: Domain,
  v: CopyArguments,
  find: (id: number) => Domain | undefined,
  mayShare: (a: Domain, b: Domain) => boolean,
): number {
  const [source, dest] = [find(v.source_domid), find(v.dest_domid)];
  if (source && dest && !mayShare(source, dest)) return GNTST.PERMISSION_DENIED;
  if (v.source_offset + v.len > PAGE_SIZE || v.dest_offset + v.len > PAGE_SIZE) return GNTST.BAD_COPY_ARG;
  const from = side(caller, source, v.source_ref, (v.flags & FLAG.SOURCE_GREF) !== 0, false);
  if (typeof from === 'number') return from;
  const to = side(caller, dest, v.dest_ref, (v.flags & FLAG.DEST_GREF) !== 0, true);
  if (typeof to === 'number') {
    from.release();
    return to;
  }
  caller.memory.move(to.address + v.dest_offset, from.address + v.source_offset, v.len);
  from.release();
  to.release();
  return GNTST.OKAY;
}
