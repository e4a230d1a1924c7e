// Xen for 32-bit ARM as a build leaves it: the flat file `xen`, which borrows the header of a zImage but has nothing to
// unpack, or `xen-syms`, the ELF file it was made from. Facts: Xen, xen/arch/arm/arm32/head.S, xen.lds.S and
// docs/misc/arm/booting.txt.
import { find, holds, alignUp } from './bytes';
import { unpack } from './compression';
import { parseElf } from './elf';
import { hex, ImageError, size } from './error';
import { compressionOf, describe, DTB_MAGIC, identify, XEN_FIRST_INSTRUCTIONS, ZIMAGE_MAGIC_OFFSET } from './identify';

const MIB = 1024 * 1024;
const END_OFFSET = 0x2c;
/** XEN_VIRT_START of the 32-bit port: where Xen is linked to run. */
export const XEN_VIRTUAL_START = 0x0020_0000;
/** Without a header that says it: the first releases map 2 MiB for text, data and bss. */
const UNSAID_MEMORY = 2 * MIB;
/** No build is larger: Xen reserves 8 MiB of its address space for itself. */
const LARGEST = 8 * MIB;
/** The file ends where data does; the bss behind it begins at the next multiple of the stack's size, 32 KiB or twice it. */
const BSS_ALIGNMENT = 64 * 1024;
/** MOV r2, #0; STR r2, [r0], #4; CMP r0, r1; BLO: the loop that clears the bss, the same since 4.3. */
const CLEAR_LOOP = [0xe3a02000, 0xe4802004, 0xe1500001, 0x3afffffc];
/** The loop is among the first code of every build that has it; all are larger than this. */
const CODE_WITHIN = 64 * 1024;
/** Instructions before the loop in which its bounds are loaded. */
const BOUNDS_WITHIN = 8;

/** A Xen binary, ready to be put into memory. */
export interface XenBinary {
  readonly file: string;
  /** What is put into memory; its first byte is its entry, in A32 and Hyp mode. */
  readonly image: Uint8Array;
  /** Bytes of memory from the first byte on, with the bss behind the image. */
  readonly memorySize: number;
  /** A device tree that was linked into it (CONFIG_DTB_FILE); Xen takes this one, whatever r2 says. */
  readonly linkedTree?: { readonly offset: number; readonly bytes: Uint8Array };
}

/**
 * Reads a Xen binary for 32-bit ARM.
 * @throws ImageError `image.magic`, `image.machine`, `image.unsupported` when it is something else, `image.truncated`
 */
export async function readXenBinary(data: Uint8Array, file: string): Promise<XenBinary> {
  const kind = identify(data);
  if (kind === 'elf') return flat(flatten(data, file), file);
  if (kind === 'xen-arm32') return flat({ image: data, memorySize: headerEnd(data) }, file);
  throw await notXen(data, file);
}

interface Flat {
  readonly image: Uint8Array;
  /** 0 when nothing says it. */
  readonly memorySize: number;
}

function flat({ image, memorySize }: Flat, file: string): XenBinary {
  const bss = clearedRange(image);
  if (bss ? image.length + BSS_ALIGNMENT < bss.from : image.length < CODE_WITHIN) throw truncated(image, bss, file);
  const linkedTree = findTree(image);
  const memory = Math.max(image.length, memorySize, bss?.to ?? 0, memorySize === 0 ? UNSAID_MEMORY : 0);
  if (memory > LARGEST)
    throw new ImageError('image.corrupt', `a Xen of ${size(memory)}; it has room for ${size(LARGEST)}`, { file });
  return { file, image, memorySize: memory, ...(linkedTree && { linkedTree }) };
}

function truncated(image: Uint8Array, bss: { from: number } | undefined, file: string): ImageError {
  const least = bss
    ? `its code clears memory from ${hex(bss.from)} on, so the data before that should be in the file`
    : 'the code that starts Xen is not all there';
  return new ImageError('image.truncated', `the file has ${image.length} bytes, but ${least}`, {
    file,
    remedy: 'the file is cut short: copy or fetch it again',
  });
}

/** `_end - start`; 0 in the first releases, which have no header. */
function headerEnd(data: Uint8Array): number {
  if (!holds(data, 0x30, XEN_FIRST_INSTRUCTIONS)) return 0;
  return new DataView(data.buffer, data.byteOffset).getUint32(END_OFFSET, true);
}

/** Segments side by side, as `objcopy -O binary` makes the flat file. */
function flatten(data: Uint8Array, file: string): Flat {
  const elf = parseElf(data, file, 'arm');
  const first = elf.segments.reduce((least, { virtualAddress: at }) => (at < least ? at : least), 1n << 32n);
  const spans = elf.segments.map(segment => ({ ...segment, at: Number(segment.virtualAddress - first) }));
  const end = Math.max(0, ...spans.map(({ at, memorySize }) => at + memorySize));
  if (end > LARGEST) throw notElfXen(file);
  const image = new Uint8Array(Math.max(0, ...spans.map(({ at, data: bytes }) => at + bytes.length)));
  for (const { at, data: bytes } of spans) image.set(bytes, at);
  if (identify(image) !== 'xen-arm32') throw notElfXen(file);
  return { image, memorySize: end };
}

const notElfXen = (file: string): ImageError =>
  new ImageError('image.magic', 'this is an ELF file for ARM, but its code is not that of Xen', {
    file,
    offset: 0,
    remedy: 'give the file xen/xen or xen/xen-syms of a Xen build for arm32',
  });

/** Which memory Xen clears, from its first byte on; undefined when the code is not found. */
function clearedRange(image: Uint8Array): { from: number; to: number } | undefined {
  const bytes = new Uint8Array(Uint32Array.from(CLEAR_LOOP).buffer);
  const loop = find(image, bytes, 0, Math.min(image.length, CODE_WITHIN));
  if (loop < 0) return undefined;
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const [from, to] = [0, 1].map(register => loadedBefore(view, loop, register));
  if (from === undefined || to === undefined || from < XEN_VIRTUAL_START || to < from) return undefined;
  const end = to - XEN_VIRTUAL_START;
  return end > LARGEST ? undefined : { from: from - XEN_VIRTUAL_START, to: end };
}

/** The constant last loaded into r0 or r1 before `end`: LDR from a literal (to 4.17), or MOVW and MOVT (since 4.18). */
function loadedBefore(code: DataView, end: number, register: number): number | undefined {
  let high: number | undefined;
  for (let at = end - 4; at >= Math.max(0, end - 4 * BOUNDS_WITHIN); at -= 4) {
    const word = code.getUint32(at, true);
    if ((word & 0xf000) >>> 12 !== register) continue;
    if ((word & 0xffff0000) >>> 0 === 0xe59f0000) {
      const literal = at + 8 + (word & 0xfff);
      return literal + 4 <= code.byteLength ? code.getUint32(literal, true) : undefined;
    }
    const immediate = ((word & 0xf0000) >>> 4) | (word & 0xfff);
    if ((word & 0xfff00000) >>> 0 === 0xe3400000) high = immediate;
    if ((word & 0xfff00000) >>> 0 === 0xe3000000 && high !== undefined) return ((high << 16) | immediate) >>> 0;
  }
  return undefined;
}

/** The first thing in the image that is a whole tree by its header: magic, sizes inside the image, version 16 or 17. */
function findTree(image: Uint8Array): XenBinary['linkedTree'] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  for (let offset = find(image, DTB_MAGIC); offset >= 0; offset = find(image, DTB_MAGIC, offset + 1)) {
    if (offset % 4 !== 0 || offset + 40 > image.length) continue;
    const [total, structure, strings] = [4, 8, 12].map(at => view.getUint32(offset + at));
    const plausible = total! >= 48 && offset + total! <= image.length && structure! < total! && strings! <= total!;
    if (plausible && view.getUint32(offset + 24) === 16)
      return { offset, bytes: image.subarray(offset, offset + total!) };
  }
  return undefined;
}

/** What it is instead, and what to give. */
async function notXen(data: Uint8Array, file: string): Promise<ImageError> {
  const kind = identify(data);
  const compression = compressionOf(kind);
  if (compression) {
    const inner = await unpack(compression, { data, file, origin: 0, limit: 64 * MIB }).catch(() => undefined);
    const what = inner ? `${describe(data)}; unpacked, ${describe(inner)}` : describe(data);
    const forHere = inner !== undefined && identify(inner) === 'xen-arm32';
    return new ImageError(inner && !forHere ? 'image.machine' : 'image.unsupported', what, {
      file,
      offset: 0,
      remedy: forHere
        ? 'unpack it: boot loaders start Xen uncompressed'
        : 'give Xen for armhf: this board has a 32-bit processor',
    });
  }
  if (kind === 'arm64-image')
    return new ImageError('image.machine', `${describe(data)}, but this board has a 32-bit processor`, {
      file,
      offset: 56,
      remedy: 'give Xen for armhf',
    });
  const asKernel = kind === 'zimage' || kind === 'uimage';
  return new ImageError('image.magic', `no Xen for 32-bit ARM: ${describe(data)}`, {
    file,
    offset: kind === 'zimage' ? ZIMAGE_MAGIC_OFFSET : 0,
    remedy: asKernel
      ? 'a kernel belongs to --kernel; --hypervisor none runs it on the bare board'
      : 'give the file xen/xen of a Xen build for arm32, or xen-VERSION-armhf of a distribution',
  });
}

/** Memory that a Xen binary needs where it lies, in whole pages. */
export const xenRoom = ({ memorySize }: XenBinary): number => alignUp(memorySize, 4096);
