// The files that Xen starts domains from: kernels, made ready for Xen, and RAM disks.
import {
  describe,
  identify,
  ImageError,
  isMovable,
  isPacked,
  parseUImage,
  parseZImage,
  unpack,
  unpacksInDomain,
  unpackUImage,
  unpackZImage,
  wrapUnpackedKernel,
  xenDomainLayout,
  type ImageKind,
} from '../../image';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { fail, problem } from '../problems';
import type { LabProblem } from '../protocol';

const MIB = 1 << 20;
const LARGEST_KERNEL = 256 * MIB;

export interface ModuleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** How it was made ready, in a few words, for the table of what lies where. */
  readonly why: string;
}

export interface KernelRequest {
  readonly host: LabHost;
  readonly file: string;
  /** Of whom, as messages say it: `dom0`, or a name of a domain. */
  readonly domain: string;
  /** Undefined: as it is. */
  readonly decompress: 'host' | 'guest';
  /** Bytes of the domain's memory, and of its RAM disk. */
  readonly memory: number;
  readonly initrd: number;
  readonly say: (problem: LabProblem) => void;
}

/**
 * Reads a kernel for a domain. Xen for 32-bit ARM takes a zImage, also gzipped or in a U-Boot image, and unpacks no zImage
 * itself: the kernel does. With `decompress: host` it gets a zImage that has nothing left to unpack.
 * @throws LabFailure, ImageError
 */
export async function readDomainKernel(request: KernelRequest): Promise<ModuleFile> {
  const { host, file, domain, memory, initrd } = request;
  const data = await readInput(host, file, `kernel of ${domain}`);
  const { zimage, bytes } = await findZImage(data, file);
  const plain = { name: file, bytes, why: 'unpacks itself' };
  const layout = xenDomainLayout(memory, zimage.data.length, initrd);
  if (!layout)
    fail(
      'xen.memory',
      `${file}: kernel, RAM disk and device tree do not fit into the ${memory / MIB} MiB of ${domain}`,
      {
        file,
      },
    );
  if (zimage.appendedDtb) {
    const why = 'the device tree behind the kernel is left out: Xen gives a domain a tree of its own';
    request.say({ ...problem('xen.choice', `${file}: ${why}`, { file }), severity: 'information' });
  }
  if (!isPacked(zimage)) return { ...plain, why: 'its own kernel, nothing to unpack' };
  if (request.decompress === 'guest') return plain;
  const kernel = await unpackZImage(zimage, request.host.unpacked);
  if (!isMovable(kernel)) return { ...plain, why: 'runs at one address only, so it unpacks itself' };
  if (!unpacksInDomain(memory, kernel, initrd))
    return { ...plain, why: `unpacks itself: ${memory / MIB} MiB are too few for both forms of it` };
  return { name: file, bytes: wrapUnpackedKernel(kernel), why: 'unpacked, in a zImage that copies it' };
}

/** The zImage in a file, and what to load of the file so that Xen finds it too. */
async function findZImage(data: Uint8Array, file: string) {
  const kind = identify(data);
  if (kind === 'uimage') {
    const image = parseUImage(data, file);
    return { zimage: parseZImage(await unpackUImage(image), file), bytes: data };
  }
  if (kind === 'gzip') {
    const inner = await unpack('gzip', { data, file, origin: 0, limit: LARGEST_KERNEL });
    return { zimage: parseZImage(inner, file), bytes: data };
  }
  if (kind === 'elf' || kind === 'arm64-image' || kind === 'xen-arm32')
    throw new ImageError(kind === 'arm64-image' ? 'image.machine' : 'image.magic', `${describe(data)}, no zImage`, {
      file,
      offset: 0,
      remedy: WANTED[kind],
    });
  const zimage = parseZImage(data, file);
  return { zimage, bytes: zimage.data };
}

const WANTED = {
  elf: 'Xen starts no ELF files: give arch/arm/boot/zImage of the same build',
  'arm64-image': 'Xen for 32-bit ARM starts 32-bit kernels: give a zImage for armhf',
  'xen-arm32': 'this belongs to --hypervisor; --kernel takes the kernel that Xen starts',
} as const;

/** What a RAM disk never is. */
const NO_RAM_DISK: readonly ImageKind[] = ['zimage', 'xen-arm32', 'arm64-image', 'elf', 'dtb', 'empty'];

/** Reads a RAM disk. @throws LabFailure, ImageError `image.magic` when it is something that no kernel takes for one */
export async function readRamDisk(host: LabHost, file: string, domain: string): Promise<ModuleFile> {
  const bytes = await readInput(host, file, `initial RAM disk of ${domain}`);
  if (NO_RAM_DISK.includes(identify(bytes)))
    throw new ImageError('image.magic', `no initial RAM disk: ${describe(bytes)}`, {
      file,
      offset: 0,
      remedy: 'give a cpio archive, compressed or not',
    });
  return { name: file, bytes, why: '' };
}
