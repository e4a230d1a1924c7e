// Faults of the MMU and their fault status codes in both formats (ARM DDI 0406C, B3.13, tables B3-23 and B3-24).
import type { Translation } from './translation';

export type FaultType =
  | 'alignment'
  | 'debug'
  | 'translation'
  | 'accessFlag'
  | 'domain'
  | 'permission'
  | 'external'
  | 'externalOnWalk'
  | 'asynchronousExternal'
  | 'tlbConflict';

/** Short-descriptor FS[4:0]: one code, or one for level 1 (section) and one for level 2 (page). */
const SHORT: Record<FaultType, number | readonly [level1: number, level2: number]> = {
  alignment: 0x01,
  debug: 0x02,
  translation: [0x05, 0x07],
  accessFlag: [0x03, 0x06],
  domain: [0x09, 0x0b],
  permission: [0x0d, 0x0f],
  external: 0x08,
  externalOnWalk: [0x0c, 0x0e],
  asynchronousExternal: 0x16,
  tlbConflict: 0x10,
};

/** Long-descriptor STATUS[5:0]; where a level belongs to it, that is added. */
const LONG: Record<FaultType, { readonly code: number; readonly levels?: true }> = {
  alignment: { code: 0x21 },
  debug: { code: 0x22 },
  translation: { code: 0x04, levels: true },
  accessFlag: { code: 0x08, levels: true },
  // Long descriptors have no domains: this is for long-format reports of walks over short ones.
  domain: { code: 0x3c, levels: true },
  permission: { code: 0x0c, levels: true },
  external: { code: 0x10 },
  externalOnWalk: { code: 0x14, levels: true },
  asynchronousExternal: { code: 0x11 },
  tlbConflict: { code: 0x30 },
};

/** FSR bits besides the status. */
export const FSR = { LPAE: 1 << 9, WNR: 1 << 11, EXT: 1 << 12, CM: 1 << 13 } as const;

/** What went wrong with one access. A core keeps one and refills it. */
export class Fault {
  type: FaultType = 'translation';
  /** Level of the table walk at which the fault was found: 1 to 3. */
  level = 1;
  /** Domain of the descriptor (short descriptors), else 0. */
  domain = 0;
  /** Virtual address. */
  address = 0;
  /** Whether the access was a write. */
  write = false;
  /** Whether a cache maintenance or address translation operation caused it. */
  maintenance = false;
  /** Found by stage 2, at the intermediate physical address `ipa`; `onWalk`: while stage 1 read a descriptor there. */
  stage2 = false;
  onWalk = false;
  ipa = 0;

  set(type: FaultType, level: number, domain: number, address: number): void {
    this.type = type;
    this.level = level;
    this.domain = domain;
    this.address = address;
    this.maintenance = false;
    this.stage2 = false;
    this.onWalk = false;
  }

  /** Takes over a fault that a walk found, at the virtual address `address`. */
  copy(walk: Translation, address: number): void {
    this.set(walk.fault || 'translation', walk.level, walk.domain, address);
    this.stage2 = walk.stage2;
    this.onWalk = walk.onWalk;
    this.ipa = walk.ipa;
  }

  /** External aborts are the ones that SCR.EA routes to Monitor mode. */
  get isExternal(): boolean {
    return this.type === 'external' || this.type === 'externalOnWalk' || this.type === 'asynchronousExternal';
  }
}

/** FS[4:0] of a fault in the short-descriptor format. */
export function shortStatus(type: FaultType, level: number): number {
  const code = SHORT[type];
  return typeof code === 'number' ? code : level <= 1 ? code[0] : code[1];
}

/** STATUS[5:0] of a fault in the long-descriptor format. */
export function longStatus(type: FaultType, level: number): number {
  const { code, levels } = LONG[type];
  return levels ? code | (level & 3) : code;
}

/** ISS[9:0] of HSR after an abort taken to Hyp mode (B3.13.6): CM, S1PTW, WnR and the status; WnR of data aborts only. */
export function hypFaultStatus(fault: Fault, data: boolean): number {
  return (
    (fault.maintenance ? 1 << 8 : 0) |
    (fault.onWalk ? 1 << 7 : 0) |
    (data && (fault.write || fault.maintenance) ? 1 << 6 : 0) |
    longStatus(fault.type, fault.level)
  );
}

/** The value of DFSR after a Data Abort. @param long whether the format is that of long descriptors (TTBCR.EAE) */
export function dataFaultStatus(fault: Fault, long: boolean): number {
  const flags = (fault.write || fault.maintenance ? FSR.WNR : 0) | (fault.maintenance ? FSR.CM : 0);
  if (long) return flags | FSR.LPAE | longStatus(fault.type, fault.level);
  const status = shortStatus(fault.type, fault.level);
  return flags | ((status & 0x10) << 6) | (fault.domain << 4) | (status & 0xf);
}

/** The value of IFSR after a Prefetch Abort. */
export function instructionFaultStatus(fault: Fault, long: boolean): number {
  if (long) return FSR.LPAE | longStatus(fault.type, fault.level);
  const status = shortStatus(fault.type, fault.level);
  return ((status & 0x10) << 6) | (status & 0xf);
}
