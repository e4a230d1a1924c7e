// Builds tiny zImages out of a payload: the header, some code that says where the kernel goes, the table, the payload.
export interface ZImageParts {
  /** Compressed, as in the kernel's build before the size is added. */
  readonly payload: Uint8Array;
  readonly unpackedSize: number;
  /** The kernel size tag: none (before Linux 4.15), without text offset (before 5.9), or with it. */
  readonly table?: 'none' | 'short' | 'long';
  readonly textOffset?: number;
  /** Instructions, from 0x40 on; A32 words or T32 halfwords. */
  readonly code?: Uint32Array | Uint16Array;
  /** gzip ends with its size anyway; to others the build adds it. */
  readonly sizeAppended?: boolean;
  /** Put before the payload: for example magic numbers that are none. */
  readonly decoys?: Uint8Array;
  readonly bssSize?: number;
  readonly bigEndian?: boolean;
  readonly appended?: Uint8Array;
}

const CODE = 0x40;
const CODE_SIZE = 0x100;
const TABLE = CODE + CODE_SIZE;
const TABLE_SIZE = 7 * 4;

export function buildZImage(parts: ZImageParts): Uint8Array {
  const {
    payload,
    unpackedSize,
    table = 'long',
    textOffset = 0x8000,
    decoys = new Uint8Array(),
    bssSize = 0x1234,
  } = parts;
  const payloadAt = TABLE + TABLE_SIZE + decoys.length;
  const sizeAppended = parts.sizeAppended ?? true;
  const payloadEnd = payloadAt + payload.length + (sizeAppended ? 4 : 0);
  const end = (payloadEnd + 15) & ~7;
  const image = new Uint8Array(end + (parts.appended?.length ?? 0));
  const view = new DataView(image.buffer);
  const little = !parts.bigEndian;
  for (let at = 0; at < 0x20; at += 4) view.setUint32(at, 0xe1a00000, true);
  view.setUint32(0x20, 0xea000006, true);
  // The header words are little-endian in all kernels with BE8 code; the byte order word is not.
  view.setUint32(0x24, 0x016f2818, true);
  view.setUint32(0x2c, end, true);
  view.setUint32(0x30, 0x04030201, little);
  if (table !== 'none') {
    view.setUint32(0x34, 0x45454545, true);
    view.setUint32(0x38, TABLE, true);
    const words = [table === 'long' ? 6 : 4, 0x5a534c4b, payloadEnd - 4, bssSize];
    if (table === 'long') words.push(textOffset, 0x10000);
    [...words, 0].forEach((word, index) => view.setUint32(TABLE + index * 4, word, true));
  }
  const code = parts.code;
  if (code) image.set(new Uint8Array(code.buffer, code.byteOffset, code.byteLength), CODE);
  image.set(decoys, TABLE + TABLE_SIZE);
  image.set(payload, payloadAt);
  if (sizeAppended) view.setUint32(payloadEnd - 4, unpackedSize, true);
  if (parts.appended) image.set(parts.appended, end);
  return image;
}

/** A device tree blob of nothing but a header, for what only looks at magic and size. */
export function emptyTree(size = 72): Uint8Array {
  const tree = new Uint8Array(size);
  const view = new DataView(tree.buffer);
  view.setUint32(0, 0xd00dfeed);
  view.setUint32(4, size);
  return tree;
}
