// LZMA in its oldest frame ("alone", `lzma -9`), unpacked by lzma1.
import { Bytes } from '../bytes';
import { decompress } from './lzma1';
import { corrupt, cutShort, reason, tooLarge, type Packed } from './packed';

/** One byte of lc, lp and pb; four of dictionary size; eight of unpacked size, all ones when an end mark follows. */
const HEADER = 13;
const UNKNOWN_SIZE = 0xffff_ffff_ffff_ffffn;
const SMALLEST_DICTIONARY = 4096;

/**
 * The library believes the header: it reserves a dictionary of any size and, past the end of damaged data, unpacks for
 * ever. So it is given a header with the dictionary no larger than the result can be, and a size to stop at.
 */
export function* unlzma(packed: Packed): Generator<Uint8Array> {
  const input = new Bytes(packed.data, packed.file, true, packed.origin);
  const properties = input.u8(0, 'the lzma header');
  if (!plausible(properties)) throw corrupt(packed, 'lzma', `properties of ${properties} in the header`);
  const dictionary = input.u32(1, 'the lzma header');
  const announced = input.u64(5, 'the lzma header');
  const bounded = announced !== UNKNOWN_SIZE;
  if (bounded && announced > BigInt(packed.limit)) throw tooLarge(packed, 'lzma');
  const most = bounded ? Number(announced) : packed.limit + 1;

  const copy = packed.data.slice();
  const header = new DataView(copy.buffer);
  header.setUint32(1, Math.max(SMALLEST_DICTIONARY, Math.min(dictionary, most)), true);
  header.setBigUint64(5, BigInt(most), true);
  if (copy.length < HEADER + 5) throw cutShort(packed, 'lzma');

  let unpacked: Uint8Array;
  try {
    unpacked = decompress(copy);
  } catch (thrown) {
    throw corrupt(packed, 'lzma', reason(thrown));
  }
  if (unpacked.length < most && bounded) throw cutShort(packed, 'lzma');
  // Also where data of unknown size is cut short: what is behind its end reads as more and more data.
  if (unpacked.length > packed.limit) throw tooLarge(packed, 'lzma');
  yield unpacked;
}

/** lc + 9 * lp + 45 * pb. liblzma allows no more than 4 for lc + lp; lzma1 takes properties from 128 on as negative. */
function plausible(properties: number): boolean {
  const lc = properties % 9;
  const lp = Math.floor(properties / 9) % 5;
  return properties < 128 && lc + lp <= 4;
}
