// Real code for the comparison: of a kernel, of the programs in a RAM disk, or raw bytes.
import { disassembleBytes } from '../../../src/emu/isa/disassemble';
import { identify, parseElf, readCpio, unpack } from '../../../src/image';
import { unpackZImage } from '../../../src/image/zimage-unpack';
import { compare, type Group } from './compare';
import { intended } from './intended';
import { objdump } from './listing';
import { plain } from './ours';

/** @returns the kernel of a zImage, the code of an ELF file's largest executable segment, or the bytes as they are */
export async function codeOf(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const kind = identify(bytes);
  if (kind === 'zimage') return (await unpackZImage(bytes, file)).image;
  if (kind !== 'elf') return bytes;
  const segments = parseElf(bytes, file).segments.filter(s => s.executable);
  return segments.sort((a, b) => b.data.length - a.data.length)[0]?.data ?? bytes;
}

/** @returns a program of a gzip-compressed RAM disk */
export async function programOf(ramDisk: Uint8Array, file: string, program: string): Promise<Uint8Array> {
  const archive = await unpack('gzip', { data: ramDisk, file, origin: 0, limit: 1 << 28 });
  const found = readCpio(archive, file).find(entry => entry.name === program);
  if (!found) throw new Error(`${file}: there is no ${program}`);
  return found.body;
}

export interface Comparison {
  /** Instructions compared; zero words, which are padding, are passed over. */
  readonly count: number;
  /** Unintended differences. */
  readonly groups: readonly Group[];
  /** Intended differences by reason. */
  readonly accepted: ReadonlyMap<string, number>;
}

/** Compares the first `wanted` instructions of little-endian code with objdump. */
export function compareCode(code: Uint8Array, thumb: boolean, base: number, wanted: number): Comparison {
  let words = 0;
  let at = 0;
  for (; at + 4 <= code.length && words < wanted; at += 4)
    if (code[at]! | code[at + 1]! | code[at + 2]! | code[at + 3]!) words++;
  const lines = objdump(code.subarray(0, at), thumb, base)
    .filter(line => line.encoding !== 0)
    .slice(0, wanted);
  const ours = new Map<number, string>();
  for (const line of disassembleBytes(code.subarray(0, at), base, thumb ? 't32' : 'a32'))
    ours.set(line.address, plain(line.text));
  const accepted = new Map<string, number>();
  const groups = compare(
    lines,
    (_, address) => ours.get(address) ?? 'within an instruction',
    difference => {
      const why = intended(difference, thumb);
      if (why !== undefined) accepted.set(why, (accepted.get(why) ?? 0) + 1);
      return why !== undefined;
    },
  );
  return { count: lines.length, groups, accepted };
}
