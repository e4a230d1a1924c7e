// Where Xen for ARM puts what a domain boots from: the rules of kernel_zimage_place and place_modules (Xen,
// xen/arch/arm/kernel.c), the same from 4.5 on. Offsets from the start of the domain's first bank of memory.
import { alignUp } from './bytes';
import { UNPACKED_HEAD, type MovableKernel } from './unpacked-zimage';

const MIB = 1024 * 1024;
/** Xen rounds the device tree and the RAM disk up to this, and the kernel's address down to it. */
const GRANULE = 2 * MIB;
/** A zImage goes as high as possible below this, tree and RAM disk behind it if there is memory. */
const WINDOW = 128 * MIB;
/** Of the tree that Xen makes: far less than a granule. */
const TREE = GRANULE;

export interface DomainLayout {
  readonly kernel: number;
  readonly tree: number;
  readonly initrd: number;
}

/**
 * @param memory bytes of the first bank of the domain's memory
 * @param kernel bytes of the zImage as its header says them
 * @returns undefined when Xen finds no place, and panics
 */
export function xenDomainLayout(memory: number, kernel: number, initrd: number): DomainLayout | undefined {
  const window = Math.min(memory, WINDOW);
  const start = Math.floor((window - kernel) / GRANULE) * GRANULE;
  const modules = TREE + alignUp(initrd, GRANULE);
  const end = start + kernel;
  const place = (tree: number): DomainLayout => ({ kernel: start, tree, initrd: tree + TREE });
  if (start < 0 || modules + (alignUp(end, GRANULE) - start) > memory) return undefined;
  if (memory >= WINDOW + modules && end < WINDOW) return place(WINDOW);
  if (memory - modules > alignUp(end, GRANULE)) return place(memory - modules);
  return start > modules ? place(start - modules) : undefined;
}

/**
 * Whether an unpacked kernel, wrapped into a zImage, can be copied to where it runs: below where Xen puts the wrapped one,
 * and clear of tree and RAM disk.
 * @param memory as for {@link xenDomainLayout}
 */
export function unpacksInDomain(memory: number, kernel: MovableKernel, initrd: number): boolean {
  const { image, address, bssSize } = kernel;
  const layout = xenDomainLayout(memory, UNPACKED_HEAD + image.length + 32, initrd);
  if (!layout) return false;
  const end = address.textOffset + image.length + bssSize;
  return end <= layout.kernel && (layout.tree >= layout.kernel || end <= layout.tree);
}
