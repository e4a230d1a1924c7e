// System registers as a table: each row says where a register is encoded, who may access it and what an access does.
// Execution, debugger and documentation read the same rows.
import type { Core } from '../core';
import { MODE } from '../modes';
import { regionTrapped, registerTrapped, type Traps, trapsOf } from './hyp-traps';
import { HIGH_WORD, isBanked, slot, type StoredName } from './storage';

/** Answers of accesses that do not complete; values of registers are never negative. */
export const UNDEFINED = -1;
/** The access ends in a Data Abort; `core.fault` says which. */
export const ABORT = -2;
/** Hyp mode wants to see this access. */
export const TRAPPED = -3;

export type RegisterGroup =
  | 'Identification'
  | 'Control'
  | 'Translation'
  | 'Faults'
  | 'Cache and TLB operations'
  | 'Exceptions'
  | 'Threads'
  | 'Generic Timer'
  | 'Hypervisor'
  | 'Performance monitors'
  | 'Implementation defined'
  | 'Debug'
  | 'Floating point';

type Rights = 'rw' | 'ro' | 'wo';

export interface SystemRegister {
  readonly name: string;
  /** As in assembly: `p15,0,c1,c0,0` (MRC, MCR: coprocessor, opc1, CRn, CRm, opc2) or `p15,0,c2` (MRRC, MCRR: CRm). */
  readonly at: string;
  readonly group: RegisterGroup;
  /** One line for people. */
  readonly about: string;
  /** Rights at PL1 and above; default `rw`. */
  readonly rights?: Rights;
  /** Rights at PL0; none by default. */
  readonly user?: Rights | undefined;
  /** Only Hyp mode may do this, and Monitor mode while SCR.NS is set; UNDEFINED elsewhere. */
  readonly hypOnly?: true;
  /**
   * Only Secure PL1 modes may do this; UNDEFINED elsewhere. On a core without the Security Extensions `all` is UNDEFINED
   * and `write` open to PL1.
   */
  readonly secureOnly?: 'all' | 'write';
  /** A further condition, for example an enable bit; false makes the access UNDEFINED. */
  readonly permit?: ((core: Core, write: boolean) => boolean) | undefined;
  /** A constant. */
  readonly value?: number;
  /** Where the value is stored. */
  readonly store?: StoredName;
  /** Number of the register in its store. */
  readonly n?: number;
  /** Bits that writes change, of bits 31:0; default all. */
  readonly mask?: number;
  /** The same of bits 63:32. */
  readonly highMask?: number;
  /** Instead of reading the store. @returns 32 bits, signed or not */
  readonly read?: (core: Core) => number;
  /** Instead of writing the store. @returns ABORT to end in a Data Abort */
  readonly write?: (core: Core, value: number) => void | typeof ABORT;
  /** After the store has changed. */
  readonly written?: (core: Core) => void;
  /** Of 64-bit registers, instead of the store. @returns bits 31:0; the others are in `core.high` */
  readonly readWide?: (core: Core) => number;
  readonly writeWide?: (core: Core, low: number, high: number) => void;
  /** A read changes something or is an operation: debuggers do not read it. */
  readonly volatile?: true;
  /** Reads as zero and means nothing: debuggers do not show it. */
  readonly reserved?: true;
}

/** A row with its encoding parsed. All of them have all fields, in one order: accesses are frequent. */
export class Row {
  readonly name: string;
  readonly at: string;
  readonly group: RegisterGroup;
  readonly about: string;
  readonly rights: Rights;
  readonly user: Rights | undefined;
  readonly hypOnly: boolean;
  readonly secureOnly: SystemRegister['secureOnly'];
  readonly permit: SystemRegister['permit'];
  readonly value: number;
  /** Index of the Non-secure or only copy in `Core.sys`; −1: not stored. */
  readonly index: number;
  readonly banked: boolean;
  readonly mask: number;
  readonly highMask: number;
  readonly read: SystemRegister['read'];
  readonly write: SystemRegister['write'];
  readonly written: SystemRegister['written'];
  readonly readWide: SystemRegister['readWide'];
  readonly writeWide: SystemRegister['writeWide'];
  readonly volatile: boolean;
  readonly reserved: boolean;
  /** What can trap accesses at Non-secure PL1 and PL0. */
  readonly traps: Traps;

  constructor(
    row: SystemRegister,
    readonly key: number,
    readonly wide: boolean,
  ) {
    this.name = row.name;
    this.at = row.at;
    this.group = row.group;
    this.about = row.about;
    this.rights = row.rights ?? 'rw';
    this.user = row.user;
    this.hypOnly = row.hypOnly === true;
    this.secureOnly = row.secureOnly;
    this.permit = row.permit;
    this.value = (row.value ?? 0) >>> 0;
    this.index = row.store === undefined ? -1 : slot(row.store, row.n);
    this.banked = row.store !== undefined && isBanked(row.store);
    this.mask = row.mask ?? -1;
    this.highMask = row.highMask ?? -1;
    this.read = row.read;
    this.write = row.write;
    this.written = row.written;
    this.readWide = row.readWide;
    this.writeWide = row.writeWide;
    this.volatile = row.volatile === true;
    this.reserved = row.reserved === true;
    this.traps = trapsOf(row.name, key);
  }
}

const WIDE = 1 << 20;

/** The encoding of a 32-bit register as one number; also what decoders keep. */
export const packKey = (cp: number, opc1: number, crn: number, crm: number, opc2: number): number =>
  (cp << 14) | (opc1 << 11) | (crn << 7) | (crm << 3) | opc2;

/** The same of a 64-bit register, whose opc1 has four bits. */
export const packWideKey = (cp: number, opc1: number, crm: number): number => WIDE | (cp << 14) | (opc1 << 4) | crm;

const NARROW_FORM = /^p(\d+),(\d),c(\d+),c(\d+),(\d)$/;
const WIDE_FORM = /^p(\d+),(\d+),c(\d+)$/;

function parse(row: SystemRegister): Row {
  const narrow = NARROW_FORM.exec(row.at)?.slice(1).map(Number);
  if (narrow) return new Row(row, packKey(narrow[0]!, narrow[1]!, narrow[2]!, narrow[3]!, narrow[4]!), false);
  const wide = WIDE_FORM.exec(row.at)?.slice(1).map(Number);
  if (wide) return new Row(row, packWideKey(wide[0]!, wide[1]!, wide[2]!), true);
  throw new Error(`${row.name}: encoding ${row.at} is malformed`);
}

/** Registers of coprocessors 14 and 15 by number: 32-bit ones first, then those of 64 bits. */
const FIRST_COPROCESSOR = 14;
const NARROW_PLACES = 2 << 14;
const PLACES = NARROW_PLACES + (2 << 8);
const place = (key: number): number =>
  key & WIDE ? NARROW_PLACES + (((key >> 14) & 1) << 8) + (key & 0xff) : key & (NARROW_PLACES - 1);

/** Rows by encoding. Two rows with one encoding are an error of the tables. */
export class SystemRegisterTable {
  readonly rows: readonly Row[];
  /** By `place`. */
  private readonly byKey = new Array<Row | undefined>(PLACES).fill(undefined);

  /** @throws Error for an encoding that is malformed, of another coprocessor than 14 and 15, or given twice */
  constructor(rows: readonly SystemRegister[]) {
    this.rows = rows.map(parse);
    for (const row of this.rows) {
      const other = this.byKey[place(row.key)];
      if (other) throw new Error(`${row.name} and ${other.name} have one encoding, ${row.at}`);
      if (((row.key >> 14) & 15) < FIRST_COPROCESSOR) throw new Error(`${row.name}: no coprocessor of ${row.at}`);
      this.byKey[place(row.key)] = row;
    }
  }

  /** @param key of coprocessor 14 or 15 */
  find(key: number): Row | undefined {
    return this.byKey[place(key)];
  }
}

/** Whether the current mode may do this. */
function allowed(core: Core, row: Row, write: boolean): boolean {
  const rights = core.privileged ? row.rights : row.user;
  if (rights === undefined || rights === (write ? 'ro' : 'wo')) return false;
  if (row.secureOnly === 'all' && !core.secure) return false;
  if (row.secureOnly === 'write' && write && !core.owner) return false;
  if (row.hypOnly && core.mode.privilege < 2 && !(core.mode.number === MODE.mon && core.bank === 0)) return false;
  return row.permit === undefined || row.permit(core, write);
}

const indexOf = (core: Core, row: Row): number => row.index + (row.banked ? core.bank : 0);

/** Reads bits 31:0 without any check of rights. */
export function peek(core: Core, row: Row): number {
  if (row.read) return row.read(core) >>> 0;
  return row.index < 0 ? row.value : core.sys[indexOf(core, row)]!;
}

/** Reads a 64-bit register without any check of rights. @returns bits 31:0; the others are in `core.high` */
export function peekWide(core: Core, row: Row): number {
  if (row.readWide) return row.readWide(core) >>> 0;
  core.high = 0;
  if (row.index < 0) return row.value;
  const index = indexOf(core, row);
  core.high = core.sys[index + HIGH_WORD]!;
  return core.sys[index]!;
}

function poke(core: Core, row: Row, value: number): number {
  if (row.write) return row.write(core, value) ?? 0;
  if (row.index < 0) return 0;
  const index = indexOf(core, row);
  const { mask } = row;
  core.sys[index] = (core.sys[index]! & ~mask) | (value & mask);
  row.written?.(core);
  return 0;
}

function pokeWide(core: Core, row: Row, low: number, high: number): number {
  if (row.writeWide) row.writeWide(core, low >>> 0, high >>> 0);
  else if (row.index >= 0) {
    const index = indexOf(core, row);
    const { mask, highMask } = row;
    core.sys[index] = (core.sys[index]! & ~mask) | (low & mask);
    core.sys[index + HIGH_WORD] = (core.sys[index + HIGH_WORD]! & ~highMask) | (high & highMask);
    row.written?.(core);
  }
  return 0;
}

function unknown(core: Core, what: string): typeof UNDEFINED {
  const pc = `0x${core.pc.toString(16)}`;
  core.env.log(
    `core ${core.index}: ${what} is no register of this processor (at ${pc}); the instruction is UNDEFINED`,
    what,
  );
  return UNDEFINED;
}

function nameOf(key: number, write: boolean): string {
  const cp = (key >> 14) & 15;
  if (key & WIDE) return `${write ? 'MCRR' : 'MRRC'} p${cp},${(key >> 4) & 15},c${key & 15}`;
  const [crn, crm] = [(key >> 7) & 15, (key >> 3) & 15];
  return `${write ? 'MCR' : 'MRC'} p${cp},${(key >> 11) & 7},c${crn},c${crm},${key & 7}`;
}

/**
 * What becomes of an access: its row, UNDEFINED or TRAPPED. At PL1 traps of whole regions come before all else, even of
 * encodings that are no register; at PL0 they concern what PL0 may access only.
 */
function find(
  table: SystemRegisterTable,
  core: Core,
  key: number,
  write: boolean,
): Row | typeof UNDEFINED | typeof TRAPPED {
  const { trappable } = core;
  if (trappable && core.privileged && regionTrapped(core, key)) return TRAPPED;
  const row = table.find(key);
  if (!row) return unknown(core, nameOf(key, write));
  if (!allowed(core, row, write)) return UNDEFINED;
  if (trappable && (regionTrapped(core, key) || registerTrapped(core, row.traps, write))) return TRAPPED;
  return row;
}

/** @returns the value as an unsigned number, UNDEFINED or TRAPPED. @param key of {@link packKey} */
export function readRegister(table: SystemRegisterTable, core: Core, key: number): number {
  const row = find(table, core, key, false);
  return typeof row === 'number' ? row : peek(core, row);
}

/** @returns 0, UNDEFINED, ABORT or TRAPPED. */
export function writeRegister(table: SystemRegisterTable, core: Core, key: number, value: number): number {
  const row = find(table, core, key, true);
  return typeof row === 'number' ? row : poke(core, row, value);
}

/** @returns bits 31:0, with the others in `core.high`; UNDEFINED or TRAPPED. @param key of {@link packWideKey} */
export function readWideRegister(table: SystemRegisterTable, core: Core, key: number): number {
  const row = find(table, core, key, false);
  return typeof row === 'number' ? row : peekWide(core, row);
}

/** @returns 0, UNDEFINED, ABORT or TRAPPED. */
export function writeWideRegister(
  table: SystemRegisterTable,
  core: Core,
  key: number,
  low: number,
  high: number,
): number {
  const row = find(table, core, key, true);
  return typeof row === 'number' ? row : pokeWide(core, row, low, high);
}
