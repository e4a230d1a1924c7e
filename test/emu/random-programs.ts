// Random bare-metal programs: arithmetic, loads and stores near and across page borders, branches, loops, calls, exceptions,
// and instructions that the program writes over itself. The same seed gives the same program.
import { ROWS } from '../../src/emu/isa';
import { compileRow, type CompiledRow, type Fields, fieldsOf } from '../../src/emu/isa/table';

export const CODE_BASE = 0x80010000;
export const DATA_BASE = 0x80020000;
const DATA_MIDDLE = DATA_BASE + 0x8000;
/** Vectors and handlers; the first page of memory. */
export const VECTOR_BASE = 0x80000000;

export class Random {
  constructor(private state: number) {
    this.state = (state * 2654435761) >>> 0 || 1;
  }
  below(limit: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % limit;
  }
  word(): number {
    return (this.below(0x10000) * 0x10000 + this.below(0x10000)) >>> 0;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** Rows that compute, by set: their results go to r0 to r8, and they are no branches. */
const named = (set: string, test: (name: string) => boolean): CompiledRow[] =>
  ROWS.filter(r => r.set === set && !r.system && test(r.name)).map(compileRow);
const COMPUTES =
  /^(AND|EOR|SUB|RSB|ADD|ADC|SBC|RSC|TST|TEQ|CMP|CMN|ORR|MOV|BIC|MVN|ORN|LSL|LSR|ASR|ROR|RRX|MUL|MLA|MLS|UMULL|UMLAL|SMULL|SMLAL|UMAAL|SMUL|SMLA|CLZ|REV|RBIT|SXT|UXT|SSAT|USAT|SBFX|UBFX|BFI|BFC|PKH|SEL|QADD|QSUB|QDADD|QDSUB|SADD|UADD|SSUB|USUB|SHADD|UHADD|MOVW|MOVT|SDIV|UDIV|USAD)/;
const ARITHMETIC = { a32: named('a32', n => COMPUTES.test(n)), t32: named('t32', n => COMPUTES.test(n)), t16: named('t16', n => COMPUTES.test(n)) }; // prettier-ignore
const LOADS = {
  a32: named('a32', n => /^(LDR|STR|LDRB|STRB|LDRH|STRH|LDRSB|LDRSH|LDRD|STRD|LDM|STM) ?\(?(immediate|A1|register)?/.test(n) && !/literal|EX/.test(n)),
  t32: named('t32', n => /^(LDR|STR|LDRB|STRB|LDRH|STRH|LDRSB|LDRSH|LDRD|STRD|LDM|STM)/.test(n) && !/literal|EX/.test(n)),
}; // prettier-ignore

const DESTINATIONS = ['Rd', 'Rt', 'Rt2', 'RdLo', 'RdHi'];
/** Registers of operands: results must not reach those that hold the program together. */
function acceptable(row: CompiledRow, f: Fields): boolean {
  if ('cond' in f && f.cond === 15) return false;
  if (row.when && !row.when(f)) return false;
  if (row.unpredictable?.(f)) return false;
  for (const [name, value] of Object.entries(f)) {
    if (/^R/.test(name) && (value > 8 || row.set === 't16') && DESTINATIONS.includes(name) && value > 8) return false;
    if (/^(Rn|Rm|Rs|Ra|Rdn|Rdm)$/.test(name) && value > 8) return false;
  }
  const action = row.execute(f, false);
  if (!action) return false;
  const { op, operands } = action;
  const pcw = operands.pcw;
  if (typeof pcw === 'number' && pcw !== 0) return false;
  for (const name of ['rd', 'rdlo', 'rdhi', 'rt', 'rt2'])
    if (typeof operands[name] === 'number' && op.late[name] === 'reg' && (operands[name] as number) > 8) return false;
  return !['b', 'bcc', 'bl', 'bx', 'blxi', 'cbz', 'tbb', 'leave', 'it', 'system'].includes(op.name);
}

function encode(row: CompiledRow, random: Random, force: Readonly<Record<string, number>>): number | undefined {
  for (let attempt = 0; attempt < 40; attempt++) {
    let e = (random.word() & ~row.mask) | row.value;
    e = (e & ~row.should.mask) | row.should.value;
    for (const { name, shift, mask } of row.fields) {
      let value = force[name];
      if (value === undefined && /^R[a-z]/.test(name)) value = random.below(9) & mask;
      if (name === 'cond') value = random.below(3) ? 14 : random.below(14);
      if (value !== undefined) e = (e & ~(mask << shift)) | ((value & mask) << shift);
    }
    e >>>= 0;
    if (acceptable(row, fieldsOf(row, e))) return row.width === 16 ? e & 0xffff : e;
  }
  return undefined;
}

/** A program: bytes at CODE_BASE, in which instruction set, and with which registers it begins. */
export interface RandomProgram {
  readonly thumb: boolean;
  readonly code: Uint8Array;
  readonly registers: readonly number[];
  /** Writes instructions. */
  readonly rewrites: boolean;
}

/**
 * `any`: also what the architecture leaves open, which two tiers of one processor have to do alike: instructions that are
 * executed after they were written without any maintenance, and double words at addresses that are not aligned, which fault
 * and may leave anything in their registers (ARM DDI 0406C A3.5.4, B1.9.8). `defined`: only what is the same on all.
 */
export type Rules = 'any' | 'defined';

class Writer {
  readonly halves: number[] = [];
  get at(): number {
    return this.halves.length * 2;
  }
  a32(word: number): void {
    this.halves.push(word & 0xffff, word >>> 16);
  }
  /** First halfword in the upper half. */
  t32(word: number): void {
    this.halves.push(word >>> 16, word & 0xffff);
  }
  t16(half: number): void {
    this.halves.push(half & 0xffff);
  }
  patch32(at: number, word: number): void {
    this.halves[at / 2] = word & 0xffff;
    this.halves[at / 2 + 1] = word >>> 16;
  }
}

/** r9: a small index; r10: the middle of the data; r11: rounds; r12: free for the program itself. */
function registers(random: Random): number[] {
  const r = Array.from({ length: 9 }, () =>
    random.below(4) ? random.word() : random.of([0, 1, 0x80000000, 0xffffffff]),
  );
  return [...r, random.below(64), DATA_MIDDLE, 40 + random.below(400), 0, DATA_BASE + 0xf000];
}

function memoryInstruction(random: Random, set: 'a32' | 't32', rules: Rules): number | undefined {
  const row = random.of(LOADS[set]);
  // The address register is r10 and never written back; lists hold r0 to r8.
  const list = (random.below(0x1ff) | 1) & 0x1ff;
  for (let attempt = 0; attempt < 40; attempt++) {
    let e = (random.word() & ~row.mask) | row.value;
    e = (e & ~row.should.mask) | row.should.value;
    for (const { name, shift, mask } of row.fields) {
      let value: number | undefined;
      if (name === 'Rn') value = 10;
      else if (name === 'Rm') value = 9;
      else if (/^R/.test(name)) value = random.below(9);
      else if (name === 'list') value = list;
      else if (name === 'cond') value = random.below(3) ? 14 : random.below(14);
      else if (name === 'W') value = 0;
      else if (name === 'P') value = 1;
      else if (name === 'imm5') value = random.below(4);
      else if (name === 'imm4L' && rules === 'defined' && /^(LDRD|STRD)/.test(row.name)) value = random.below(4) * 4;
      if (value !== undefined) e = (e & ~(mask << shift)) | ((value & mask) << shift);
    }
    e >>>= 0;
    const f = fieldsOf(row, e);
    if (f['cond'] === 15 || (row.when && !row.when(f)) || row.unpredictable?.(f)) continue;
    const action = row.execute(f, false);
    if (!action || action.operands.user === 1 || (action.operands.rn ?? 10) !== 10) continue;
    if ((action.operands.index ?? 'offset') !== 'offset' || action.operands.w === 1) continue;
    if ((action.operands.pcw ?? 0) !== 0 || action.operands.pc === 1) continue;
    return e;
  }
  return undefined;
}

const CONDITIONS = 14;

/** What makes instructions visible that were written to the address in r12. */
const MAINTENANCE = [
  0xee07cf3b, // mcr p15, 0, r12, c7, c11, 1: DCCMVAU
  0xf57ff04f, // dsb
  0xee07cf35, // mcr p15, 0, r12, c7, c5, 1: ICIMVAU
  0xee07cfd5, // mcr p15, 0, r12, c7, c5, 6: BPIALL
  0xf57ff04f, // dsb
];

/** @returns whether it writes instructions */
function a32Program(random: Random, w: Writer, rules: Rules): boolean {
  const top = w.at;
  const length = 12 + random.below(40);
  const slots: number[] = [];
  for (let i = 0; i < length; i++) {
    const kind = random.below(20);
    if (kind < 10) {
      const e = encode(random.of(ARITHMETIC.a32), random, {});
      if (e !== undefined) w.a32(e);
    } else if (kind < 14) {
      const e = memoryInstruction(random, 'a32', rules);
      if (e !== undefined) w.a32(e);
    } else if (kind === 14) {
      // A branch over the next instructions, under a condition.
      const over = 1 + random.below(4);
      w.a32((random.below(CONDITIONS) << 28) | 0x0a000000 | (over - 1));
      for (let j = 0; j < over; j++) w.a32(encode(random.of(ARITHMETIC.a32), random, {}) ?? 0xe1a00000);
    } else if (kind === 15)
      w.a32(random.below(2) ? 0xef000000 | random.below(256) : 0xe7f000f0); // svc or udf
    else if (kind === 16)
      w.a32(0xe59bc000 | random.below(8)); // ldr r12,[r11,#n]: no memory there
    else if (kind === 17) {
      // A little loop: mov r12,#n; 1: op; subs r12,#1; bne 1b
      w.a32(0xe3a0c000 | (1 + random.below(30)));
      const begin = w.at;
      w.a32(encode(random.of(ARITHMETIC.a32), random, {}) ?? 0xe1a00000);
      const e = memoryInstruction(random, 'a32', rules);
      if (e !== undefined) w.a32(e);
      w.a32(0xe25cc001);
      w.a32(0x1a000000 | (((begin - w.at - 8) >> 2) & 0xffffff));
    } else if (kind === 18) {
      // A call: bl 1f; b 2f; 1: op; bx lr; 2:
      w.a32(0xeb000000);
      w.a32(0xea000001);
      w.a32(encode(random.of(ARITHMETIC.a32), random, {}) ?? 0xe1a00000);
      w.a32(0xe12fff1e);
    } else {
      // Something that will be overwritten.
      slots.push(w.at);
      w.a32(0xe2800001);
    }
  }
  let rewrites = false;
  for (const slot of slots.slice(0, 2)) {
    // Toggle the word between two additions: r12 = address; eor the immediate; store; isb.
    const pc = w.at + 8;
    const distance = pc - slot;
    if (distance > 0xff) continue;
    w.a32(0xe24fc000 | distance); // sub r12, pc, #distance
    w.a32(0xe59ce000); // ldr lr, [r12]
    w.a32(0xe22ee000 | (1 + random.below(7))); // eor lr, lr, #n
    w.a32(0xe58ce000); // str lr, [r12]
    if (rules === 'defined') MAINTENANCE.forEach(word => w.a32(word));
    w.a32(0xf57ff06f); // isb
    rewrites = true;
  }
  w.a32(0xe25bb001); // subs r11, r11, #1
  w.a32(0x1a000000 | (((top - w.at - 8) >> 2) & 0xffffff));
  w.a32(0xeafffffe);
  return rewrites;
}

function t32Program(random: Random, w: Writer, rules: Rules): void {
  const top = w.at;
  const length = 12 + random.below(40);
  const arithmetic = (inIt: boolean): void => {
    const wide = random.below(2) === 0;
    const e = encode(random.of(wide ? ARITHMETIC.t32 : ARITHMETIC.t16), random, {});
    if (e === undefined || (inIt && !wide && e >>> 8 === 0xbf)) w.t16(0x46c0);
    else if (wide) w.t32(e);
    else w.t16(e);
  };
  for (let i = 0; i < length; i++) {
    const kind = random.below(20);
    if (kind < 10) arithmetic(false);
    else if (kind < 14) {
      const e = memoryInstruction(random, 't32', rules);
      if (e !== undefined) w.t32(e);
    } else if (kind === 14) {
      // IT block of one to four.
      const count = 1 + random.below(4);
      const cc = random.below(CONDITIONS);
      let mask = 0;
      for (let j = 1; j < count; j++) mask |= ((cc & 1) ^ random.below(2)) << (4 - j);
      w.t16(0xbf00 | (cc << 4) | mask | (1 << (4 - count)));
      for (let j = 0; j < count; j++) arithmetic(true);
    } else if (kind === 15) w.t16(random.below(2) ? 0xdf00 | random.below(256) : 0xde00);
    else if (kind === 16)
      w.t32(0xf8dbc000 | random.below(8)); // ldr r12,[r11,#n]
    else if (kind === 17) {
      w.t32(0xf04f0c00 | (1 + random.below(30))); // mov r12,#n
      const begin = w.at;
      arithmetic(false);
      w.t32(0xf1bc0c01); // subs r12,#1
      w.t16(0xd100 | (((begin - w.at - 4) >> 1) & 0xff));
    } else if (kind === 18) {
      // bl 1f; b 2f; 1: op; bx lr; 2:
      w.t32(0xf000f801);
      w.t16(0xe001);
      w.t16(0x1c40 | random.below(8)); // adds rn, r0, #1
      w.t16(0x4770);
    } else {
      // cbz over one
      w.t16(0xb100 | random.below(8));
      w.t16(0x3001);
    }
  }
  w.t32(0xf1bb0b01); // subs r11,#1
  const offset = (top - w.at - 4) >> 1;
  // bne.w
  const s = offset < 0 ? 1 : 0;
  w.t32(0xf0408000 | (s << 26) | (((offset >> 11) & 0x3f) << 16) | (offset & 0x7ff) | (s << 13) | (s << 11));
  w.t16(0xe7fe);
}

/** The program of a seed; its last instruction branches to itself. */
export function randomProgram(seed: number, rules: Rules = 'any'): RandomProgram {
  const random = new Random(seed + 1);
  const thumb = random.below(2) === 1;
  const w = new Writer();
  // Some programs straddle a page border.
  const pad = random.below(4) === 0 ? 2048 - 2 * random.below(20) - 20 : 0;
  for (let i = 0; i < pad; i++) w.t16(thumb ? 0x46c0 : i % 2 ? 0xe1a0 : 0x0000);
  let rewrites = false;
  if (thumb) t32Program(random, w, rules);
  else rewrites = a32Program(random, w, rules);
  const code = new Uint8Array(Uint16Array.from(w.halves).buffer);
  const values = registers(random);
  // Offsets of double words.
  if (rules === 'defined') values[9]! &= ~3;
  return { thumb, code, registers: values, rewrites };
}

/** Vectors at VECTOR_BASE: SVC and UDF go on behind the instruction, aborts too; each counts in r12's memory slot. */
export function vectors(): Uint8Array {
  const words = [
    0xeafffffe, // reset
    0xe1b0f00e, // undefined: movs pc, lr
    0xe1b0f00e, // svc: movs pc, lr
    0xe25ef004, // prefetch abort: subs pc, lr, #4
    0xe25ef004, // data abort: subs pc, lr, #4
    0xeafffffe,
    0xe25ef004,
    0xe25ef004,
  ];
  return new Uint8Array(Uint32Array.from(words).buffer);
}
