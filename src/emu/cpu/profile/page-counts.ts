// Numbers by instruction: of each page of code and instruction set an array, by position in the page.
import { PAGE_SIZE } from '../../codegen/layout';

/** Bytes from one position to the next: code of both sets is aligned to them. */
const UNIT = 2;

/** A host page (numbered from `Layout.guest`) as code of one instruction set. */
export interface CodePage {
  readonly hostPage: number;
  readonly thumb: boolean;
}

export const pageKey = ({ hostPage, thumb }: CodePage): number => hostPage * 2 + (thumb ? 1 : 0);
export const pageOf = (key: number): CodePage => ({ hostPage: key >> 1, thumb: (key & 1) !== 0 });

export class PageCounts {
  private readonly pages = new Map<number, Float64Array>();

  /** @param key see {@link pageKey}. @param offset bytes from the beginning of the page */
  add(key: number, offset: number, n: number): void {
    this.page(key)[offset / UNIT]! += n;
  }
  set(key: number, offset: number, n: number): void {
    this.page(key)[offset / UNIT] = n;
  }
  get(key: number, offset: number): number {
    return this.pages.get(key)?.[offset / UNIT] ?? 0;
  }

  /** All that are not 0, by page and address. */
  *entries(): Generator<{ key: number; offset: number; count: number }> {
    for (const key of [...this.pages.keys()].sort((a, b) => a - b)) {
      const page = this.pages.get(key)!;
      for (let i = 0; i < page.length; i++) if (page[i] !== 0) yield { key, offset: i * UNIT, count: page[i]! };
    }
  }

  get total(): number {
    let sum = 0;
    for (const { count } of this.entries()) sum += count;
    return sum;
  }

  private page(key: number): Float64Array {
    let page = this.pages.get(key);
    if (!page) this.pages.set(key, (page = new Float64Array(PAGE_SIZE / UNIT)));
    return page;
  }
}
