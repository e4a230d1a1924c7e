// Pages that are set aside for the stage 2 tables of a domain: its toolstack says how many, and no guest takes more (Xen,
// arch/arm/p2m.c, p2m_set_allocation).
import { ERRNO } from '../abi/errno';
import type { TablePages } from '../p2m';
import { type Heap, OWNER } from './heap';

/** What a domain has from the start: enough for the CPU interface of its GIC. */
export const FIRST_PAGES = 16;

/** Tables of dom0, which have no limit. */
export const tablesOfHeap = (heap: Heap): TablePages => ({
  take: () => heap.take(0, OWNER.XEN),
  give: mfn => void heap.give(mfn, 0),
});

export class PagingPool implements TablePages {
  private readonly free: number[] = [];
  /** Pages of the pool, used ones included. */
  total = 0;

  constructor(private readonly heap: Heap) {}

  take(): number {
    return this.free.pop() ?? -1;
  }
  give(mfn: number): void {
    this.free.push(mfn);
  }

  /** @returns 0 or a negative error; then the pool has as many pages as could be had */
  resize(pages: number): number {
    while (this.total < pages) {
      const mfn = this.heap.take(0, OWNER.XEN);
      if (mfn < 0) return -ERRNO.ENOMEM;
      this.free.push(mfn);
      this.total++;
    }
    while (this.total > pages) {
      const mfn = this.free.pop();
      // The rest is in use.
      if (mfn === undefined) return -ERRNO.ENOMEM;
      this.heap.give(mfn, 0);
      this.total--;
    }
    return 0;
  }
}
