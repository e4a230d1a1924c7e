// The kernel of a domain of the built-in hypervisor: unpacked here where that is possible, else it unpacks itself.
import {
  describe, identify, ImageError, isMovable, isPacked, parseUImage, parseZImage, unpack, unpackUImage, unpackZImage, type ZImage,
} from '../../image'; // prettier-ignore
import { type GuestImage, isGuestTree } from '../../hyp';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { problem } from '../problems';
import type { LabProblem } from '../protocol';

const MIB = 1 << 20;
const LARGEST_KERNEL = 256 * MIB;
/** Where a zImage goes in a guest (Xen, tools/libs/guest/xg_dom_armzimageloader.c). */
const ZIMAGE_OFFSET = 0x8000;
/** A zImage moves itself away from what it unpacks: it needs room for both. */
const UNPACKED_TIMES = 5;

/** A zImage, also in gzip or a U-Boot image. @throws ImageError */
export async function findZImage(data: Uint8Array, file: string): Promise<ZImage> {
  const kind = identify(data);
  if (kind === 'uimage') return parseZImage(await unpackUImage(parseUImage(data, file)), file);
  if (kind === 'gzip') return parseZImage(await unpack('gzip', { data, file, origin: 0, limit: LARGEST_KERNEL }), file);
  if (kind !== 'zimage')
    throw new ImageError('image.magic', `${describe(data)}, no zImage`, {
      ...{ file, offset: 0 },
      remedy: 'give arch/arm/boot/zImage of a build for 32-bit ARM',
    });
  return parseZImage(data, file);
}

/** @throws LabFailure, ImageError */
export async function readGuestKernel(
  host: LabHost,
  file: string,
  domain: string,
  decompress: 'host' | 'guest',
  say: (problem: LabProblem) => void,
): Promise<Pick<GuestImage, 'kernel' | 'tree'>> {
  const zimage = await findZImage(await readInput(host, file, `kernel of ${domain}`), file);
  const { appendedDtb } = zimage;
  const tree = appendedDtb && isGuestTree(appendedDtb) ? { tree: appendedDtb } : {};
  if (appendedDtb) {
    const why = tree.tree
      ? 'the device tree behind the kernel is that of the domain; memory and command line are corrected in it'
      : 'the device tree behind the kernel is left out, for it is none of a guest of Xen: the domain gets one of its own';
    say({ ...problem('xen.choice', `${file}: ${why}`, { file }), severity: 'information' });
  }
  const unpacked = decompress === 'host' && isPacked(zimage) ? await unpackZImage(zimage, host.unpacked) : undefined;
  if (unpacked && isMovable(unpacked)) {
    const { image, address, bssSize } = unpacked;
    return { kernel: { bytes: image, offset: address.textOffset, needed: image.length + bssSize }, ...tree };
  }
  const bytes = zimage.data;
  return { kernel: { bytes, offset: ZIMAGE_OFFSET, needed: UNPACKED_TIMES * bytes.length }, ...tree };
}
