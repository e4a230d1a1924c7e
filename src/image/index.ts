// File formats of kernels, packages and their surroundings. Portable: no Node, no editor, nothing of the machine.
export { parseArm64Image, type Arm64Image } from './arm64-image';
export { readAr, type ArMember } from './archive/ar';
export { parseControl, parseDeb, type Deb } from './archive/deb';
export { readTar, type TarEntry, type TarFile, type TarOptions } from './archive/tar';
export { compressionAt, unpack, unpackPieces, type Compression, type Packed } from './compression';
export { CpioWriter, MODE, readCpio, type CpioEntry } from './cpio';
export { parseElf, type ElfFile, type ElfMachine, type ElfSection, type ElfSegment, type ElfSymbol } from './elf';
export { IMAGE_PROBLEMS, ImageError, size, type ImageErrorDetails, type ImageProblemCode } from './error';
export { buildFatDisk, type FatFile } from './fat';
export { describe, identify, type ImageKind } from './identify';
export { checkPlacement, placeLinux } from './placement';
export type { KernelPayload, Payload, PlacedImage, Placement, PlacementRequest, RamBank } from './placement';
export { parseUImage, unpackUImage, type UImage, type UImageType } from './uimage';
export { parseCardBoard, parseCardFile, parseCardImages } from './versatile-card';
export type { CardBoard, CardImage, CardLine } from './versatile-card';
export { parseZImage, type KernelSizes, type ZImage } from './zimage';
export { guestRunAddress, kernelAddress, runAddress, type KernelAddress } from './zimage-address';
export {
  isPacked,
  kernelEntryRegisters,
  unpackZImage,
  type PayloadStore,
  type UnpackedKernel,
  type UnpackedPayload,
} from './zimage-unpack';
export { placeHigh, rounded, type Span, type Taken, type Unplaced } from './ram-placement';
export { isMovable, UNPACKED_HEAD, wrapUnpackedKernel, type MovableKernel } from './unpacked-zimage';
export { readXenBinary, XEN_VIRTUAL_START, xenRoom, type XenBinary } from './xen-binary';
export { unpacksInDomain, xenDomainLayout, type DomainLayout } from './xen-domain-layout';
