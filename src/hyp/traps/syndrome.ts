// Fields of HSR, as a hypervisor reads them (ARM DDI 0406C, B3.13.6).

export const ecOf = (hsr: number): number => hsr >>> 26;
/** Length of the trapped instruction in bytes. */
export const lengthOf = (hsr: number): number => (hsr & (1 << 25) ? 4 : 2);

/** A trapped MCR or MRC. */
export interface RegisterAccess {
  /** For example `c1,0,c0,1`: CRn, opc1, CRm, opc2. */
  readonly key: string;
  readonly rt: number;
  readonly read: boolean;
}
export const registerAccess = (hsr: number): RegisterAccess => ({
  key: `c${(hsr >>> 10) & 15},${(hsr >>> 14) & 7},c${(hsr >>> 1) & 15},${(hsr >>> 17) & 7}`,
  rt: (hsr >>> 5) & 15,
  read: (hsr & 1) !== 0,
});

/** A trapped MCRR or MRRC. */
export interface WideAccess {
  /** For example `0,c14`: opc1, CRm. */
  readonly key: string;
  readonly rt: number;
  readonly rt2: number;
  readonly read: boolean;
}
export const wideAccess = (hsr: number): WideAccess => ({
  key: `${(hsr >>> 16) & 15},c${(hsr >>> 1) & 15}`,
  rt: (hsr >>> 5) & 15,
  rt2: (hsr >>> 10) & 15,
  read: (hsr & 1) !== 0,
});

/** A load or store that stage 2 did not let pass. */
export interface DataAccess {
  /** The other fields mean something. */
  readonly valid: boolean;
  readonly width: 1 | 2 | 4;
  readonly signed: boolean;
  readonly rt: number;
  readonly write: boolean;
  /** DFSC[5:0]. */
  readonly status: number;
}
export const dataAccess = (hsr: number): DataAccess => ({
  valid: (hsr & (1 << 24)) !== 0,
  width: ([1, 2, 4, 4] as const)[(hsr >>> 22) & 3]!,
  signed: (hsr & (1 << 21)) !== 0,
  rt: (hsr >>> 16) & 15,
  write: (hsr & (1 << 6)) !== 0,
  status: hsr & 0x3f,
});

/** Whether a status is a fault of translation, of any level. */
export const isTranslationFault = (status: number): boolean => (status & 0x3c) === 0x04;
