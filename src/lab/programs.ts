// What can be started: a kernel in one of its forms, or an ELF file. Reading only; where it goes, boot-plan.ts says.
import {
  describe,
  identify,
  ImageError,
  isPacked,
  kernelAddress,
  parseElf,
  parseUImage,
  parseZImage,
  unpackUImage,
  type PayloadStore,
  unpackZImage,
  type KernelPayload,
  type ZImage,
} from '../image';

/** Bytes with a fixed place. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** With zeros behind the bytes. */
  readonly memorySize: number;
}

export type Program =
  /** A kernel that goes where the rules of Linux want it. */
  | {
      readonly kind: 'linux';
      readonly payload: KernelPayload;
      readonly bytes: Uint8Array;
      readonly appendedDtb?: Uint8Array;
    }
  /** Something linked to run at one place. Bit 0 of the entry means Thumb. */
  | { readonly kind: 'linked'; readonly name: string; readonly segments: readonly Segment[]; readonly entry: number };

/**
 * Reads a kernel: a zImage, one in a U-Boot image, or an ELF file.
 * @param decompress who is to unpack a zImage
 * @throws ImageError
 */
export async function readKernel(
  data: Uint8Array,
  file: string,
  decompress: 'host' | 'guest',
  unpacked?: PayloadStore,
): Promise<Program> {
  const kind = identify(data);
  if (kind === 'elf') return readElf(data, file);
  const inner = kind === 'uimage' ? await unpackUImage(parseUImage(data, file)) : data;
  if (identify(inner) === 'arm64-image')
    throw new ImageError('image.machine', `${describe(inner)}, but this board has a 32-bit processor`, {
      file,
      remedy: 'give a kernel for armhf (a zImage)',
    });
  const zimage = parseZImage(inner, file);
  const appended = zimage.appendedDtb && { appendedDtb: zimage.appendedDtb };
  if (decompress === 'guest' || !isPacked(zimage))
    return { kind: 'linux', payload: packedPayload(zimage), bytes: zimage.data, ...appended };
  const { image, address, bssSize } = await unpackZImage(zimage, unpacked);
  const payload = { form: 'unpacked', name: file, size: image.length, address, bssSize } as const;
  return { kind: 'linux', payload, bytes: image, ...appended };
}

function packedPayload(zimage: ZImage): KernelPayload {
  const { file, data, sizes } = zimage;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    form: 'zimage',
    name: file,
    size: data.length,
    address: kernelAddress(zimage),
    unpackedSize: sizes ? view.getUint32(sizes.unpackedSizeOffset, true) : 0,
    bssSize: sizes?.bssSize ?? 0,
  };
}

/** @throws ImageError */
export function readElf(data: Uint8Array, file: string): Program {
  const elf = parseElf(data, file, 'arm');
  if (elf.type !== 'executable' || elf.segments.length === 0)
    throw new ImageError('image.unsupported', `an ELF file of type "${elf.type}" has no fixed place in memory`, {
      file,
      offset: 16,
      remedy: 'link it as an executable',
    });
  const segments = elf.segments.map(({ physicalAddress, data: bytes, memorySize }) => ({
    address: Number(physicalAddress),
    bytes,
    memorySize,
  }));
  return { kind: 'linked', name: file, segments, entry: Number(elf.entry) };
}
