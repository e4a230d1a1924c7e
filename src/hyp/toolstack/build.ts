// Fills a new domain: memory, kernel, RAM disk, tree, magic pages, ports and grants for console and store (Xen,
// tools/libs/guest/xg_dom_arm.c, xg_dom_boot.c and libxl_dom.c).
import { writeBlob } from '../../dt';
import { createGuest, GUEST, GUEST_LAYOUT, type GuestLayout, type GuestOptions } from '../domain-create';
import type { Domain, DomainImage } from '../domain';
import { BACKEND_DOMAIN } from '../backends/shared-page';
import type { Hypervisor } from '../hypervisor';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/physical';
import { addVpl011 } from '../vpl011';
import { BuildError } from './build-error';
import { completedTree, layoutOf } from './own-tree';
import { guestTree } from './tree';

const MIB = 2 ** 20;
/** Extents of guest memory as libxl asks for them: 2 MiB. */
const SUPERPAGE_ORDER = 9;
/** Where RAM disk and tree go beside a kernel in much memory. */
const MODULES_BELOW = 128 * MIB;
const KERNEL_GRANULE = 2 * MIB;

/** HVM parameters that a builder sets (Xen, public/hvm/params.h). */
export const PARAM = {
  STORE_PFN: 1,
  STORE_EVTCHN: 2,
  CONSOLE_PFN: 17,
  CONSOLE_EVTCHN: 18,
  MONITOR_RING_PFN: 28,
} as const;
/** Magic pages by their place behind GUEST.MAGIC. */
const MAGIC = { CONSOLE: 0, STORE: 1, MONITOR: 2, VUART: 3 } as const;
export const CONSOLE_RING = GUEST.MAGIC + MAGIC.CONSOLE * PAGE_SIZE;
export const STORE_RING = GUEST.MAGIC + MAGIC.STORE * PAGE_SIZE;
export const VUART_RING = GUEST.MAGIC + MAGIC.VUART * PAGE_SIZE;
/** Entries of the grant table that a builder fills (Xen, public/grant_table.h, GNTTAB_RESERVED_*). */
const GRANT = { CONSOLE: 0, STORE: 1 } as const;

/** What a domain is made of, everything read. */
export interface GuestImage {
  /** The kernel as it lies in memory, and where: from the start of memory. */
  readonly kernel: {
    readonly bytes: Uint8Array;
    readonly offset: number;
    /** Bytes from there on that the kernel needs before it looks at memory. */
    readonly needed: number;
  };
  readonly ramdisk: Uint8Array | undefined;
  readonly cmdline: string | undefined;
  /** Bytes, a multiple of 4 KiB. */
  readonly memory: number;
  /** All that it can have. */
  readonly vcpus: number;
  /** A tree of its own, from behind its kernel; it is told of memory and RAM disk. */
  readonly tree?: Uint8Array;
  /** It has a UART, beside its console. */
  readonly vuart?: boolean;
}

export interface Ports {
  readonly store: number;
  readonly console: number;
  /** Of the UART, if there is one. */
  readonly vuart?: number;
}

const pages = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;

/** @returns the domain, paused, with the ports of its store and console @throws BuildError; then nothing is left */
export function buildGuest(
  xen: Hypervisor,
  image: GuestImage,
  options: Pick<GuestOptions, 'id' | 'handle' | 'grantFrames' | 'ports'>,
): { domain: Domain; ports: Ports } {
  const layout = image.tree ? layoutOf(image.tree, image.memory) : GUEST_LAYOUT;
  const places = place(image, layout);
  const needed = pages(image.memory);
  if (needed > xen.heap.free)
    throw new BuildError(
      'memory',
      `${mebibytes(image.memory)} are more than the ${Math.floor((xen.heap.free * PAGE_SIZE) / MIB)} MiB that are free; set memory lower, give the board more with --memory, or dom0 less with dom0_mem`, // prettier-ignore
    );
  let domain: Domain | undefined;
  try {
    domain = createGuest(xen, { ...options, layout, vcpus: image.vcpus, ...(image.vuart && { sharedInterrupts: 1 }) });
    domain.createVcpus();
    if (domain.pool.resize(tablePages(image)) < 0) throw new RangeError('there is no memory for its tables');
    domain.maxPages = needed + GUEST.MAGIC_PAGES;
    populate(domain, layout.ram, needed);
    for (let i = 0; i < GUEST.MAGIC_PAGES; i++)
      if (domain.populate((GUEST.MAGIC >>> PAGE_SHIFT) + i, 0) < 0)
        throw new RangeError('no memory for its magic pages');
    const ports = setUp(domain, image);
    load(domain, 'kernel', places.kernel, image.kernel.bytes);
    if (image.ramdisk) load(domain, 'RAM disk', places.ramdisk, image.ramdisk);
    load(domain, 'device tree', places.tree, places.blob);
    domain.tree = places.blob;
    domain.vcpus[0]!.start(places.kernel, [0, 0xffffffff, places.tree]);
    return { domain, ports };
  } catch (error) {
    if (domain) xen.destroyDomain(domain);
    if (!(error instanceof RangeError)) throw error;
    throw new BuildError('memory', `${error.message}; set memory lower, or destroy another domain`);
  }
}

interface Places {
  readonly kernel: number;
  readonly ramdisk: number;
  readonly tree: number;
  readonly blob: Uint8Array;
}

/** RAM disk and tree as high as possible; in more than 128 MiB just above those, where every kernel can reach them. */
function place(image: GuestImage, { ram }: GuestLayout): Places {
  const { kernel, ramdisk, cmdline, memory, vcpus, vuart = false, tree: own } = image;
  if (memory > GUEST.RAM_MOST)
    throw new BuildError('memory', `a guest has ${mebibytes(GUEST.RAM_MOST)} at most; set memory lower`);
  const diskSize = ramdisk?.length ?? 0;
  const blobAt = (disk: number): Uint8Array => {
    const range = ramdisk && { start: disk, end: disk + pages(diskSize) * PAGE_SIZE };
    const facts = { vcpus, memory, cmdline, ramdisk: range, vuart };
    return writeBlob(own ? completedTree(own, facts) : guestTree(facts));
  };
  const modules = (pages(diskSize) + pages(blobAt(0).length)) * PAGE_SIZE;
  const end = memory;
  const kernelEnd = kernel.offset + Math.ceil(kernel.needed / KERNEL_GRANULE) * KERNEL_GRANULE;
  const fits = (base: number): boolean => base >= kernel.offset + kernel.needed && base + modules <= end;
  const base = fits(MODULES_BELOW) && kernelEnd < MODULES_BELOW ? MODULES_BELOW : end - modules;
  if (!fits(base))
    throw new BuildError(
      'memory',
      `${mebibytes(memory)} do not hold kernel (${mebibytes(kernel.offset + kernel.needed)} from the start) and RAM disk (${mebibytes(modules)}); set memory to ${Math.ceil((kernel.offset + kernel.needed + modules) / MIB)} at least`, // prettier-ignore
    );
  const disk = ram + base;
  const tree = disk + pages(diskSize) * PAGE_SIZE;
  return { kernel: ram + kernel.offset, ramdisk: disk, tree, blob: blobAt(disk) };
}

/** What libxl sets aside for the tables of a guest's memory (libxl_get_required_paging_memory). */
const tablePages = ({ vcpus, memory }: GuestImage): number => 256 * vcpus + Math.ceil(memory / MIB) + 512;

/** Superpages as far as there are any. */
function populate(domain: Domain, ram: number, count: number): void {
  const first = ram >>> PAGE_SHIFT;
  for (let done = 0; done < count;) {
    let order = count - done >= 1 << SUPERPAGE_ORDER ? SUPERPAGE_ORDER : 0;
    if (domain.populate(first + done, order) < 0) {
      order = 0;
      if (domain.populate(first + done, order) < 0) throw new RangeError('there is not so much memory');
    }
    done += 1 << order;
  }
}

function setUp(domain: Domain, { vuart }: GuestImage): Ports {
  const store = domain.channels.allocateUnbound(BACKEND_DOMAIN);
  const console = domain.channels.allocateUnbound(BACKEND_DOMAIN);
  domain.params.set(PARAM.CONSOLE_PFN, BigInt(CONSOLE_RING >>> PAGE_SHIFT));
  domain.params.set(PARAM.STORE_PFN, BigInt(STORE_RING >>> PAGE_SHIFT));
  domain.params.set(PARAM.MONITOR_RING_PFN, BigInt((GUEST.MAGIC >>> PAGE_SHIFT) + MAGIC.MONITOR));
  domain.params.set(PARAM.CONSOLE_EVTCHN, BigInt(console));
  domain.params.set(PARAM.STORE_EVTCHN, BigInt(store));
  domain.grants.permit(GRANT.CONSOLE, BACKEND_DOMAIN, CONSOLE_RING >>> PAGE_SHIFT);
  domain.grants.permit(GRANT.STORE, BACKEND_DOMAIN, STORE_RING >>> PAGE_SHIFT);
  if (!vuart) return { store, console };
  const port = addVpl011(domain, VUART_RING >>> PAGE_SHIFT, BACKEND_DOMAIN);
  if (port < 0) throw new RangeError('no event channel for its UART');
  return { store, console, vuart: port };
}

/** Copies bytes to addresses of the guest, page by page: they need not be next to each other in the machine. */
function load(domain: Domain, role: DomainImage['role'], at: number, bytes: Uint8Array): void {
  domain.images.push({ role, base: at, size: bytes.length });
  for (let done = 0; done < bytes.length;) {
    const ipa = at + done;
    const n = Math.min(bytes.length - done, PAGE_SIZE - (ipa % PAGE_SIZE));
    domain.memory.copyIn(domain.address(ipa), bytes.subarray(done, done + n));
    done += n;
  }
}
