// The memory map of a lab, as its clients get it: address spaces with everything that lies in them.

/** What a stretch of an address space is. */
export type MapKind =
  /** Main memory, and other memory of the board. */
  | 'ram'
  | 'memory'
  | 'device'
  /** A part of the interrupt controller that a domain sees. */
  | 'gic'
  /** The board has it, and this release does not. */
  | 'unmodelled'
  /** Nothing answers. */
  | 'absent'
  /** Loaded before the start: a kernel, a RAM disk, a device tree. */
  | 'image'
  /** Pages by which a domain and the outside talk: rings, shared info, grant table. */
  | 'magic'
  /** Memory of another domain, by a grant or by the right of who controls it. */
  | 'grant'
  | 'foreign'
  /** The domain's own, and others may map it. */
  | 'granted'
  /** Of main memory: whose it is. */
  | 'domain'
  | 'xen'
  | 'free';

export interface MapStretch {
  /** Bytes; an address of the space that it stands for. */
  base: number;
  size: number;
}

export interface MapEntry extends MapStretch {
  kind: MapKind;
  name: string;
  /** For people: what it is for, or why there is nothing. */
  about: string;
  readOnly?: boolean;
  /** Whose it is: the id of a domain. */
  domain?: number;
  /** Physical addresses behind it, in order of its own; missing where it is itself physical, or is emulated. */
  machine?: MapStretch[];
  /** Stretches of `machine` that were left out, because there are too many to show. */
  more?: number;
  /** What lies in it, in order of address. They may lie in each other. */
  parts?: MapEntry[];
}

export interface AddressSpaceMap {
  /** How its addresses begin: `pa`, `dom1:ipa`. */
  space: string;
  title: string;
  domain?: number;
  /** In order of address, without gaps up to the end of the last one. */
  entries: MapEntry[];
}

export interface LabMemoryMap {
  board: string;
  title: string;
  /** The machine first, then the domains in order of their ids. */
  spaces: AddressSpaceMap[];
}

/** Hexadecimal digits of an address of 32 bits; addresses of domains can have more. */
const DIGITS = 8;

/** An address as people read it here: with its space. */
export function formatAddress(space: string, address: number): string {
  return `${space}:0x${address.toString(16).padStart(DIGITS, '0')}`;
}
