// Where kernel, initial RAM disk and device tree go in RAM for a native boot of Linux. The rules: Linux,
// Documentation/arch/arm/booting (sections 4 and 5) and Documentation/arch/arm64/booting.
import { alignUp } from './bytes';
import { hex, ImageError, size } from './error';
import { PC_MASK, runAddress, type KernelAddress } from './zimage-address';

const KIB = 1024;
const MIB = 1024 * KIB;
const PAGE = 4 * KIB;

/** A bank of RAM: physical address and length in bytes. */
export interface RamBank {
  readonly base: number;
  readonly size: number;
}

/** One image in memory; the rows of the table that a person sees. */
export interface PlacedImage {
  /** The file as the user named it. */
  readonly name: string;
  readonly role: string;
  /** Physical address of its first byte. */
  readonly address: number;
  /** Length of what is copied there. */
  readonly size: number;
  /** First and last-plus-one address of the memory that it needs to itself, besides what is copied there. */
  readonly reserved: { readonly from: number; readonly to: number };
  /** Why it lies there, in a few words. */
  readonly why: string;
}

/** A file that has to be in memory. */
export interface Payload {
  readonly name: string;
  readonly size: number;
}

/** The kernel, in one of its forms. Sizes in bytes. */
export type KernelPayload = Payload &
  (
    | { readonly form: 'unpacked'; readonly address: KernelAddress; readonly bssSize: number }
    /** `unpackedSize` and `bssSize` as far as the zImage says them, otherwise 0. */
    | {
        readonly form: 'zimage';
        readonly address: KernelAddress | undefined;
        readonly unpackedSize: number;
        readonly bssSize: number;
      }
    | { readonly form: 'arm64'; readonly textOffset: number; readonly memorySize: number }
  );

export interface PlacementRequest {
  /** The first is where Linux looks for itself. */
  readonly ram: readonly [RamBank, ...RamBank[]];
  readonly kernel: KernelPayload;
  readonly initrd?: Payload;
  readonly dtb?: Payload;
}

export interface Placement {
  /** Kernel, device tree, initial RAM disk: those that were asked for. */
  readonly images: readonly PlacedImage[];
  /** Where the processor starts. */
  readonly entry: number;
}

/** Page tables of the kernel lie below it: 16 KiB, 20 with LPAE; the memory from the start of RAM on is its own. */
const LOADER_SAFE = 32 * MIB;
/** Stack, heap and a copy of the decompressor behind what it unpacks. */
const DECOMPRESSOR_ROOM = 1 * MIB;
/** Without a word of the zImage about it: kernels pack to a quarter of their size or more. */
const USUAL_RATIO = 5;
/** The tree goes above the 128 MiB in which a decompressor looks for room, if there is so much. */
const DTB_ABOVE = 128 * MIB;
/** The kernel maps 2 MiB for the tree: it must not cross a boundary of that. */
const DTB_ALIGNMENT = 2 * MIB;
/** Memory that a 32-bit kernel with the usual split of addresses maps for itself: tree and RAM disk must be in it. */
const LOW_MEMORY = 760 * MIB;

/**
 * Places everything for a boot of Linux.
 * @throws ImageError naming both when something does not fit into RAM or two things overlap
 */
export function placeLinux(request: PlacementRequest): Placement {
  const [bank] = request.ram;
  const kernel = placeKernel(request.kernel, bank);
  const images = [kernel];
  const limit = request.kernel.form === 'arm64' ? bank.size : Math.min(bank.size, LOW_MEMORY);
  const end = bank.base + limit;

  const dtb = request.dtb;
  const initrd = request.initrd;
  const initrdRoom = initrd ? alignUp(initrd.size, PAGE) : 0;
  const dtbRoom = dtb ? alignUp(dtb.size, PAGE) : 0;
  // High if there is room for both, else as high as they go, else right behind the kernel.
  const candidates = [bank.base + DTB_ABOVE, alignDown(end - dtbRoom - initrdRoom, DTB_ALIGNMENT)];
  const behind = alignUp(kernel.reserved.to, DTB_ALIGNMENT);
  const start = candidates.find(at => at >= behind && at + dtbRoom + initrdRoom <= end) ?? behind;

  if (dtb) {
    images.push(image(dtb, 'device tree', start, 'at a multiple of 2 MiB, out of the way of the decompressor'));
  }
  if (initrd) {
    const at = start + dtbRoom;
    images.push(image(initrd, 'initial RAM disk', at, dtb ? 'behind the device tree' : 'out of the way of the kernel'));
  }
  checkPlacement(images, request.ram);
  for (const placed of images.slice(1)) {
    if (placed.reserved.to > end) throw beyondLowMemory(placed, bank);
  }
  return { images, entry: kernel.address };
}

function placeKernel(kernel: KernelPayload, bank: RamBank): PlacedImage {
  if (kernel.form === 'arm64') {
    const address = alignUp(bank.base, 2 * MIB) + kernel.textOffset;
    const to = address + Math.max(kernel.size, kernel.memorySize);
    return image(kernel, 'kernel', address, `text offset ${hex(kernel.textOffset)}`, { from: address, to });
  }
  if (kernel.form === 'unpacked') {
    const address = runAddress(kernel.address, bank.base);
    const why = 'absolute' in kernel.address ? 'linked to run here' : `text offset ${hex(kernel.address.textOffset)}`;
    const from = Math.min(address, alignUp(bank.base, 2 * MIB));
    return image(kernel, 'kernel', address, why, { from, to: address + kernel.size + kernel.bssSize });
  }
  return placeZImage(kernel, bank);
}

/** Above what it unpacks to, so that it need not move itself out of the way first; below 128 MiB, to find its memory. */
function placeZImage(kernel: KernelPayload & { form: 'zimage' }, bank: RamBank): PlacedImage {
  const unpacked = kernel.unpackedSize === 0 ? kernel.size * USUAL_RATIO : kernel.unpackedSize;
  const runsAt = kernel.address ? runAddress(kernel.address, bank.base) : bank.base + 32 * KIB;
  const unpackedEnd = runsAt + unpacked + kernel.bssSize;
  const end = Math.min(bank.base + bank.size, maskedWindowEnd(bank.base));
  const room = alignUp(kernel.size, PAGE) + DECOMPRESSOR_ROOM;
  const wish = Math.max(bank.base + LOADER_SAFE, alignUp(unpackedEnd, MIB));
  // In little RAM it starts where kernels always have; it moves itself, and that takes room behind the unpacked kernel.
  const fits = wish + room <= end;
  const address = fits ? wish : bank.base + 32 * KIB;
  const why = fits ? 'above what it unpacks to' : 'it moves itself out of the way of what it unpacks';
  const to = fits ? address + room : Math.max(address, alignUp(unpackedEnd, PAGE)) + room;
  return image(kernel, 'kernel', address, why, { from: bank.base, to });
}

/** End of the 128 MiB that a program counter at `base` stands for. */
function maskedWindowEnd(base: number): number {
  return Math.floor(base / (~PC_MASK + 1)) * (~PC_MASK + 1) + (~PC_MASK + 1);
}

function image(
  payload: Payload,
  role: string,
  address: number,
  why: string,
  reserved = { from: address, to: address + payload.size },
): PlacedImage {
  return { name: payload.name, role, address, size: payload.size, reserved, why };
}

/**
 * Holds a table against RAM and against itself; also for images that the user gave addresses for.
 * @throws ImageError naming what does not fit, or both that overlap
 */
export function checkPlacement(images: readonly PlacedImage[], ram: readonly RamBank[]): void {
  for (const placed of images) {
    const first = Math.min(placed.address, placed.reserved.from);
    const end = Math.max(placed.address + placed.size, placed.reserved.to);
    if (!ram.some(bank => first >= bank.base && end <= bank.base + bank.size)) throw doesNotFit(placed, ram);
  }
  const sorted = [...images].sort((a, b) => a.reserved.from - b.reserved.from);
  for (const [index, upper] of sorted.entries()) {
    const lower = sorted.slice(0, index).find(one => one.reserved.to > upper.reserved.from);
    if (lower) {
      throw new ImageError('image.overlap', `${range(upper)} overlaps ${range(lower)}`, {
        file: upper.name,
        remedy: 'choose other addresses, or give the board more memory (--memory)',
      });
    }
  }
}

function doesNotFit(placed: PlacedImage, ram: readonly RamBank[]): ImageError {
  const needs = placed.reserved.to - placed.reserved.from;
  const banks = ram.map(bank => `${size(bank.size)} of RAM at ${hex(bank.base)}`).join(', ');
  const [first] = ram;
  const inRam = first !== undefined && placed.reserved.from >= first.base;
  const least = inRam ? Math.ceil((placed.reserved.to - first.base) / MIB) : 0;
  return new ImageError('image.tooLarge', `${range(placed)}, ${size(needs)}, does not fit into ${banks}`, {
    file: placed.name,
    remedy: inRam ? `give the board at least --memory ${least}` : 'choose an address in RAM',
  });
}

function beyondLowMemory(placed: PlacedImage, bank: RamBank): ImageError {
  const most = `the ${size(LOW_MEMORY)} from ${hex(bank.base)} on that a 32-bit kernel maps`;
  return new ImageError('image.tooLarge', `${range(placed)} does not fit into ${most}`, {
    file: placed.name,
    remedy: 'make it smaller, or put it on a drive',
  });
}

/** `kernel (zImage) 0x80000000-0x81800000`. */
function range({ role, name, reserved }: PlacedImage): string {
  return `${role} (${name}) ${hex(reserved.from)}-${hex(reserved.to)}`;
}

function alignDown(value: number, alignment: number): number {
  return Math.floor(value / alignment) * alignment;
}
