// LZ4 in the legacy frame that kernels are packed in (`lz4 -l`): a magic, then blocks of 8 MiB, each with the length of
// its compressed form. The blocks are unpacked by hyparquet-compressors. The frame has no end mark: what follows it in a
// kernel is the unpacked size, and that is how the end is known.
import { decompressLz4Raw } from 'hyparquet-compressors';
import { Bytes } from '../bytes';
import { corrupt, cutShort, reason, tooLarge, type Packed } from './packed';

const BLOCK = 8 * 1024 * 1024;
/** The longest that a block can become by being "compressed". */
const LONGEST = BLOCK + Math.ceil(BLOCK / 255) + 16;

export function* unlz4(packed: Packed): Generator<Uint8Array> {
  const { blocks, size } = layout(packed);
  if (size > packed.limit) throw tooLarge(packed, 'lz4');
  for (const [index, block] of blocks.entries()) {
    const length = Math.min(BLOCK, size - index * BLOCK);
    let unpacked: Uint8Array;
    try {
      unpacked = decompressLz4Raw(block.data, length);
    } catch (thrown) {
      throw corrupt(packed, 'lz4', reason(thrown), block.offset);
    }
    yield unpacked;
  }
}

interface Block {
  readonly offset: number;
  readonly data: Uint8Array;
}

function layout(packed: Packed): { blocks: Block[]; size: number } {
  const input = new Bytes(packed.data, packed.file, true, packed.origin);
  const blocks: Block[] = [];
  for (let at = 4; ;) {
    if (at === input.length) throw cutShort(packed, 'lz4');
    const word = input.u32(at, 'an lz4 block length');
    if (isSize(word, blocks.length) && !isBlock(input, at, blocks.length)) return { blocks, size: word };
    if (word === 0 || word > LONGEST) throw corrupt(packed, 'lz4', `a block of ${word} bytes`, at);
    blocks.push({ offset: at + 4, data: input.slice(at + 4, word, 'an lz4 block') });
    at += 4 + word;
  }
}

/** Whether so many bytes fill `blocks` blocks, of which only the last may be short. */
function isSize(bytes: number, blocks: number): boolean {
  return bytes > (blocks - 1) * BLOCK && bytes <= blocks * BLOCK;
}

/** Whether a block is at `at`, after `blocks` others: it fits, and so does what follows it. */
function isBlock(input: Bytes, at: number, blocks: number): boolean {
  const fits = (length: number, place: number) => length > 0 && length <= LONGEST && place + 4 + length <= input.length;
  const length = input.u32(at, 'an lz4 block length');
  const next = at + 4 + length;
  if (!fits(length, at) || next + 4 > input.length) return false;
  const word = input.u32(next, 'an lz4 block length');
  return fits(word, next) || isSize(word, blocks + 1);
}
