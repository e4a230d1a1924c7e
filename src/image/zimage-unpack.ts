// Does on the host what the decompressor of a zImage does in the guest: finds the payload, unpacks it, and says where the
// result runs. On a guest of a thousand million instructions a second this saves two of them.
import { find } from './bytes';
import { findCompressed, unpack, type Compression } from './compression';
import { hex, ImageError, size } from './error';
import { parseZImage, ZIMAGE_HEADER_SIZE, type ZImage } from './zimage';
import { kernelAddress, type KernelAddress } from './zimage-address';

/** No kernel unpacks to more: the decompressor looks for memory in steps of 128 MiB. */
const LARGEST_KERNEL = 128 * 1024 * 1024;
/** The decompressor's code holds the magic numbers too; there are a few of these, and one real payload. */
const MOST_CANDIDATES = 32;

/** An unpacked kernel, ready to be put into memory. */
export interface UnpackedKernel {
  /** What runs: the file arch/arm/boot/Image of the build. */
  readonly image: Uint8Array;
  readonly compression: Compression;
  /** Where the payload starts in the zImage. */
  readonly payloadOffset: number;
  /** Where it runs: see `runAddress`. */
  readonly address: KernelAddress;
  /** Memory behind the image that the kernel clears; 0 when the zImage is too old to say it. */
  readonly bssSize: number;
  readonly bigEndian: boolean;
  /** The tree that was appended to the zImage; the decompressor passes it on instead of the loader's. */
  readonly appendedDtb?: Uint8Array;
}

/**
 * What the decompressor leaves in the registers for the kernel: MMU, data cache and interrupts off, in the mode in
 * which the zImage was entered (SVC or Hyp).
 * @param machineType the loader's r1; ~0 when only the tree describes the board
 * @param dtb physical address of the tree (the appended one, if there is one)
 */
export function kernelEntryRegisters(machineType: number, dtb: number): { r0: number; r1: number; r2: number } {
  return { r0: 0, r1: machineType >>> 0, r2: dtb };
}

/**
 * Unpacks the kernel of a zImage.
 * @param zimage a parsed header, or the bytes of a file
 * @param more the file as the user named it, for messages; with a parsed header, where unpacked kernels are kept
 * @throws ImageError when no payload is found or it is damaged
 */
export async function unpackZImage(zimage: ZImage, store?: PayloadStore): Promise<UnpackedKernel>;
export async function unpackZImage(zimage: Uint8Array, file: string): Promise<UnpackedKernel>;
export async function unpackZImage(zimage: ZImage | Uint8Array, more?: PayloadStore | string): Promise<UnpackedKernel> {
  const file = typeof more === 'string' ? more : '';
  const store = typeof more === 'string' ? undefined : more;
  const parsed = zimage instanceof Uint8Array ? parseZImage(zimage, file) : zimage;
  const address = kernelAddress(parsed);
  if (address === undefined) {
    throw new ImageError('image.unsupported', 'no instruction here says where the kernel runs', {
      file: parsed.file,
      offset: 0,
      remedy: 'let the guest unpack it: --decompress guest',
    });
  }
  const kept = await store?.get(parsed.data);
  const payload = kept ?? (await unpackPayload(parsed));
  if (!kept) await store?.put(parsed.data, payload);
  return {
    ...payload,
    address,
    bssSize: parsed.sizes?.bssSize ?? 0,
    bigEndian: parsed.bigEndian,
    ...(parsed.appendedDtb && { appendedDtb: parsed.appendedDtb }),
  };
}

/**
 * Whether a kernel is packed in a zImage: what brings neither the table of Linux nor anything that looks compressed is a
 * kernel itself, with the head of a zImage so that loaders take it.
 */
export function isPacked({ data, sizes }: ZImage): boolean {
  if (sizes) return true;
  return findCompressed(data, ZIMAGE_HEADER_SIZE, data.length).next().done !== true;
}

export type UnpackedPayload = Pick<UnpackedKernel, 'image' | 'compression' | 'payloadOffset'>;

/** Remembers what was unpacked, by the bytes it came from; may forget it at any time. Neither function rejects. */
export interface PayloadStore {
  get(zimage: Uint8Array): Promise<UnpackedPayload | undefined>;
  put(zimage: Uint8Array, payload: UnpackedPayload): Promise<void>;
}

/** Tries what looks like compressed data, in order, until one of them unpacks to a kernel of the right size. */
async function unpackPayload(zimage: ZImage): Promise<UnpackedPayload> {
  const { data, file, sizes } = zimage;
  const expected = sizes && unpackedSize(zimage, sizes.unpackedSizeOffset);
  const end = sizes ? sizes.unpackedSizeOffset + 4 : data.length;
  const limit = expected ?? LARGEST_KERNEL;
  const failures = new Failures();
  /** Bytes that may still come out of all candidates together: a file made for it could have many that are huge. */
  let budget = 2 * limit;
  let tried = 0;
  for (const { offset, compression } of findCompressed(data, ZIMAGE_HEADER_SIZE, end)) {
    failures.endAt(offset);
    if (tried++ === MOST_CANDIDATES) break;
    const packed = { data: data.subarray(offset, end), file, origin: offset, limit: Math.min(limit, budget) };
    try {
      const image = await unpack(compression, packed);
      budget -= image.length;
      if (isWhole(image, expected, packed.data)) return { image, compression, payloadOffset: offset };
      failures.mismatch ??= sizeMismatch(file, offset, image.length, expected);
    } catch (thrown) {
      if (!(thrown instanceof ImageError)) throw thrown;
      if (thrown.code === 'image.tooLarge') budget -= packed.limit;
      failures.begin(offset, thrown);
    }
  }
  failures.endAt(end);
  throw (
    failures.worst ?? new ImageError('image.unsupported', 'no compressed kernel in this zImage', { file, offset: 0 })
  );
}

/** What runs longest before the next candidate is most likely the real payload; its failure is what matters. */
class Failures {
  mismatch: ImageError | undefined;
  private longest: { error: ImageError; length: number } | undefined;
  private last: { error: ImageError; offset: number } | undefined;

  /** The candidate at `offset` does not unpack. */
  begin(offset: number, error: ImageError): void {
    this.last = { error, offset };
  }

  /** The next candidate, or the end of all, is at `offset`. */
  endAt(offset: number): void {
    if (!this.last) return;
    const length = offset - this.last.offset;
    if (length > (this.longest?.length ?? 0)) this.longest = { error: this.last.error, length };
    this.last = undefined;
  }

  get worst(): ImageError | undefined {
    return this.longest?.error ?? this.mismatch;
  }
}

function unpackedSize(zimage: ZImage, offset: number): number {
  const view = new DataView(zimage.data.buffer, zimage.data.byteOffset, zimage.data.byteLength);
  const bytes = view.getUint32(offset, true);
  if (bytes === 0 || bytes > LARGEST_KERNEL) {
    throw new ImageError('image.corrupt', `a kernel of ${bytes} bytes; none is larger than ${size(LARGEST_KERNEL)}`, {
      file: zimage.file,
      offset,
      remedy: 'the file is damaged: fetch it again',
    });
  }
  return bytes;
}

/** Without a table the size is somewhere behind the payload: gzip has it as its last field, the build adds it to others. */
function isWhole(image: Uint8Array, expected: number | undefined, packed: Uint8Array): boolean {
  if (expected !== undefined) return image.length === expected;
  const word = new DataView(new ArrayBuffer(4));
  word.setUint32(0, image.length, true);
  return find(packed, new Uint8Array(word.buffer)) >= 0;
}

function sizeMismatch(file: string, offset: number, bytes: number, expected: number | undefined): ImageError {
  const wanted = expected === undefined ? 'a size that is not written behind it' : `not to ${expected} as it should`;
  return new ImageError(
    'image.corrupt',
    `the data here (payload at ${hex(offset)}) unpacks to ${bytes} bytes, ${wanted}`,
    {
      file,
      offset,
      remedy: 'the file is damaged: fetch it again',
    },
  );
}
