// What a file is, by its first bytes: for messages that say what was given instead of what was asked for.
import { ascii, holds } from './bytes';
import { compressionAt, type Compression } from './compression';

export type ImageKind =
  | 'zimage'
  | 'xen-arm32'
  | 'arm64-image'
  | 'elf'
  | 'uimage'
  | 'dtb'
  | 'cpio'
  | 'ar'
  | 'text'
  | 'empty'
  | 'unknown'
  | Compression;

/** Kinds in words, as they stand in messages after "this is". */
const DESCRIPTIONS: Readonly<Record<ImageKind, string>> = {
  zimage: 'a zImage (compressed ARM Linux)',
  'xen-arm32': 'a Xen binary for 32-bit ARM',
  'arm64-image': 'an Image for 64-bit ARM',
  elf: 'an ELF file',
  uimage: 'a U-Boot image',
  dtb: 'a device tree blob',
  cpio: 'a cpio archive',
  ar: 'an ar archive or Debian package',
  text: 'text',
  empty: 'empty',
  unknown: 'no known kind of image',
  gzip: 'gzip-compressed data',
  xz: 'xz-compressed data',
  lzma: 'lzma-compressed data',
  lzo: 'lzo-compressed data',
  lz4: 'lz4-compressed data',
  zstd: 'zstd-compressed data',
};

const COMPRESSIONS: readonly Compression[] = ['gzip', 'xz', 'lzma', 'lzo', 'lz4', 'zstd'];

/** Where the zImage magic stands, in the byte order of the kernel; Linux, arch/arm/boot. */
export const ZIMAGE_MAGIC_OFFSET = 0x24;
export const ZIMAGE_MAGIC = 0x016f2818;
/** `ARM\x64` at offset 56; Linux, Documentation/arch/arm64/booting. */
export const ARM64_MAGIC_OFFSET = 56;
const ARM64_MAGIC = [0x41, 0x52, 0x4d, 0x64];
export const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];
export const UIMAGE_MAGIC = [0x27, 0x05, 0x19, 0x56];
export const DTB_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];
export const AR_MAGIC = [...'!<arch>\n'].map(character => character.charCodeAt(0));
const CPIO_MAGIC = /^07070[12]/;
/** Xen borrows the header of a zImage; its code goes on with CPSID aif, which no Linux has there. */
export const XEN_FIRST_INSTRUCTIONS = [0xc0, 0x01, 0x0c, 0xf1];
/** Xen 4.2 has no header: CPSID aif; MOV r7, r1; MOV r8, r2. */
const XEN_4_2 = [...XEN_FIRST_INSTRUCTIONS, 0x01, 0x70, 0xa0, 0xe1, 0x02, 0x80, 0xa0, 0xe1];

export function identify(data: Uint8Array): ImageKind {
  if (data.length === 0) return 'empty';
  if (hasZImageMagic(data)) return holds(data, 0x30, XEN_FIRST_INSTRUCTIONS) ? 'xen-arm32' : 'zimage';
  if (holds(data, 0, XEN_4_2)) return 'xen-arm32';
  if (holds(data, ARM64_MAGIC_OFFSET, ARM64_MAGIC)) return 'arm64-image';
  if (holds(data, 0, ELF_MAGIC)) return 'elf';
  if (holds(data, 0, UIMAGE_MAGIC)) return 'uimage';
  if (holds(data, 0, DTB_MAGIC)) return 'dtb';
  if (holds(data, 0, AR_MAGIC)) return 'ar';
  const start = ascii(data.subarray(0, 256));
  if (CPIO_MAGIC.test(start)) return 'cpio';
  return compressionAt(data) ?? (/^[\t\n\r\x20-\x7e]+$/.test(start) ? 'text' : 'unknown');
}

/** The compression among the kinds; undefined when the data is not packed. */
export function compressionOf(kind: ImageKind): Compression | undefined {
  return COMPRESSIONS.find(one => one === kind);
}

/** `this is an ELF file`, with what it is for when the header says that. */
export function describe(data: Uint8Array): string {
  const kind = identify(data);
  const details = kind === 'elf' ? elfTarget(data) : '';
  return `this is ${DESCRIPTIONS[kind]}${details}`;
}

/** Little-endian, or big-endian as kernels before the byte-swapped header had it. */
function hasZImageMagic(data: Uint8Array): boolean {
  const bytes = [0x18, 0x28, 0x6f, 0x01];
  return holds(data, ZIMAGE_MAGIC_OFFSET, bytes) || holds(data, ZIMAGE_MAGIC_OFFSET, bytes.reverse());
}

/** e_machine of the ELF header by its commonest values, System V ABI. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: '64-bit PowerPC',
  22: 'S/390',
  40: 'ARM',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
};

/** A machine number in words. */
export function elfMachineName(machine: number): string {
  return MACHINES[machine] ?? `machine ${machine}`;
}

function elfTarget(data: Uint8Array): string {
  if (data.length < 20) return '';
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return ` for ${elfMachineName(view.getUint16(18, data[5] !== 2))}`;
}
