// The .xz format (its specification, version 1.1.0), unpacked by xz-decompress (xz-embedded as WebAssembly).
// The library leaves out the branch filters. Kernels for ARM are packed with one (`xz --arm`); for those the LZMA2 data
// is put into a stream of its own, which the library unpacks, and the filter and the check come after it.
import { XzReadableStream } from 'xz-decompress';
import { crc32 } from '../checksum';
import { ImageError } from '../error';
import { unfilterArm } from './arm-branch-filter';
import { corrupt, cutShort, reason, tooLarge, type Packed } from './packed';
import { parseXzStream, plainXzStream, usesFilters, type XzBlock } from './xz-container';

const SLICE = 1 << 16;

export async function* unxz(packed: Packed): AsyncGenerator<Uint8Array> {
  if (!usesFilters(packed)) {
    yield* unpackStream(packed.data, packed);
    return;
  }
  const { blocks, checkSize } = parseXzStream(packed);
  const total = blocks.reduce((sum, block) => sum + block.unpackedSize, 0);
  if (total > packed.limit) throw tooLarge(packed, 'xz');
  for (const block of blocks) yield await unpackFiltered(block, checkSize, packed);
}

async function unpackFiltered(block: XzBlock, checkSize: number, packed: Packed): Promise<Uint8Array> {
  // The header announces the size, and the caller has held it against the limit.
  const unpacked = new Uint8Array(block.unpackedSize);
  let at = 0;
  for await (const part of unpackStream(plainXzStream(block), packed)) {
    if (at + part.length > unpacked.length) throw sizeDiffers(block, packed);
    unpacked.set(part, at);
    at += part.length;
  }
  if (at < unpacked.length) throw sizeDiffers(block, packed);
  unfilterArm(unpacked, block.armStart);
  if (checkSize === 4 && crc32(unpacked) !== block.check) {
    throw corrupt(packed, 'xz', 'the unpacked data does not match its CRC-32', block.offset);
  }
  return unpacked;
}

const sizeDiffers = (block: XzBlock, packed: Packed): ImageError =>
  corrupt(packed, 'xz', 'the unpacked data has not the size that its header gives', block.offset);

async function* unpackStream(data: Uint8Array, packed: Packed): AsyncGenerator<Uint8Array> {
  let at = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= data.length) return controller.close();
      controller.enqueue(data.subarray(at, at + SLICE));
      at += SLICE;
    },
  });
  const reader = new XzReadableStream(source).getReader();
  let total = 0;
  let ended = false;
  try {
    while (!ended) {
      const next = await reader.read().catch((thrown: unknown) => {
        ended = true;
        throw failure(thrown, packed, at >= data.length);
      });
      ended = next.done;
      total += next.value?.length ?? 0;
      if (total > packed.limit) throw tooLarge(packed, 'xz');
      if (next.value?.length) yield next.value;
    }
  } finally {
    // The library unpacks one stream after the other: one that is left without this would block all others for ever.
    // Of a stream that is all in its queue by now it says that there is nothing to dispose of.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

/** Results of xz-embedded (xz.h, enum xz_ret) that mean something other than damaged data. */
const XZ_UNSUPPORTED = ['error code 2', 'error code 6'];
const XZ_MEMORY_LIMIT = ['error code 3', 'error code 4'];
const XZ_INPUT_ENDED = 'error code 8';

function failure(thrown: unknown, packed: Packed, inputUsedUp: boolean): ImageError {
  const why = reason(thrown);
  const place = { file: packed.file, offset: packed.origin };
  if (XZ_UNSUPPORTED.some(code => why.endsWith(code))) {
    return new ImageError('image.unsupported', 'the xz data uses a check or filter that is not supported', place);
  }
  if (XZ_MEMORY_LIMIT.some(code => why.endsWith(code))) {
    return new ImageError('image.tooLarge', 'the xz data asks for too large a dictionary', place);
  }
  if (why.endsWith(XZ_INPUT_ENDED) || (inputUsedUp && thrown instanceof TypeError)) return cutShort(packed, 'xz');
  return corrupt(packed, 'xz', why);
}
