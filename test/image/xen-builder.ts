// Builds small files that are Xen binaries by everything that a boot loader can see of them.
export interface XenParts {
  /** Bytes of the file. */
  readonly length?: number;
  /** `_end - start`, as the header says it. */
  readonly memory?: number;
  /** Where the code begins to clear memory, from the start; and how it loads the address: LDR, or MOVW and MOVT. */
  readonly bss?: number;
  readonly loads?: 'literal' | 'immediate' | 'none';
  /** Without the header of a zImage, as Xen 4.2. */
  readonly headerless?: boolean;
  /** A device tree, linked in. */
  readonly tree?: Uint8Array;
}

const START = 0x0020_0000;
const LOOP = 0x100;
const LITERALS = 0x180;
const TREE = 0x800;

export function buildXen(parts: XenParts = {}): Uint8Array {
  const { length = 0x4000, memory = 0x9000, bss = 0x5000, loads = 'literal', headerless = false, tree } = parts;
  const image = new Uint8Array(length);
  const view = new DataView(image.buffer);
  const words = (at: number, ...all: number[]): void =>
    all.forEach((word, i) => view.setUint32(at + 4 * i, word, true));
  const entry = [0xf10c01c0, 0xe1a07001, 0xe1a08002];
  if (headerless) words(0, ...entry);
  else {
    words(0, ...Array<number>(8).fill(0xe1a00000), 0xea000002, 0x016f2818, 0, memory);
    words(0x30, 0xf10c01c0, 0xe1a08002);
  }
  const [from, to] = [START + bss, START + memory];
  const literal = (register: number, at: number): number => (0xe59f0000 | (register << 12) | (LITERALS - at - 8)) >>> 0;
  const half = (opcode: number, register: number, value: number): number =>
    (opcode | (register << 12) | ((value & 0xf000) << 4) | (value & 0xfff)) >>> 0;
  if (loads === 'literal') words(LOOP - 8, literal(0, LOOP - 8), literal(1, LOOP - 8));
  if (loads === 'immediate')
    words(
      LOOP - 16,
      ...[half(0xe3000000, 0, from & 0xffff), half(0xe3400000, 0, from >>> 16)],
      ...[half(0xe3000000, 1, to & 0xffff), half(0xe3400000, 1, to >>> 16)],
    );
  words(LITERALS, from, to);
  if (loads !== 'none') words(LOOP, 0xe3a02000, 0xe4802004, 0xe1500001, 0x3afffffc);
  if (tree) image.set(tree, TREE);
  return image;
}
