// From an encoding to what the interpreter runs: a variant, prefixes, and the operands of the record.
import { PC_WRITE } from '../codegen/operations/alu';
import { leave } from '../codegen/operations/branch';
import { CASE, STEP_ALIGN_PC } from '../codegen/interpreter-module';
import { EXIT, RECORD } from '../codegen/layout';
import type { Operands, Operation } from '../codegen/semantics';
import { recordSlots } from '../codegen/tier0';
import { variantKey } from '../codegen/variant';
import { decode } from './index';
import type { Action } from './table';

/** One instruction as the interpreter wants it. */
export interface Predecoded {
  readonly op: Operation;
  readonly operands: Operands;
  readonly key: string;
  /** Condition 0..13 under which it executes, or 14: always, or the operation tests it itself. */
  readonly cond: number;
  /** The PC as an operand is aligned. */
  readonly alignPc: boolean;
  /** Case to run before the variant, or undefined. */
  readonly prefix: number | undefined;
  readonly step: number;
  /** Flags beside the step: STEP_ALIGN_PC. */
  readonly stepFlags: number;
  /** A branch: what follows in memory may not be reached, so it is decoded when it is. */
  readonly ends: boolean;
}

const UNDEFINED_ACTION: Action = { op: leave, operands: { exit: EXIT.UNDEFINED, imm: 0 } };

/**
 * @param it ITSTATE of the instruction (T32).
 * @param index position in the page, in records; branches that stay in the page become near.
 * @param traps Hyp mode may trap what generated code otherwise does alone.
 */
export function predecode(
  encoding: number,
  thumb: boolean,
  it: number,
  index: number,
  records: number,
  traps = false,
): Predecoded {
  const found = decode(encoding, thumb);
  const inIt = (it & 15) !== 0;
  const plain = found?.row.execute(found.fields, inIt) ?? UNDEFINED_ACTION;
  const action = (traps && plain.trapped) || plain;
  const { op } = action;
  let { operands } = action;
  const step = thumb && encoding >>> 16 !== 0 ? 2 : 1;

  if (op.early.includes('near')) {
    const bytes = operands.off as number;
    const distance = thumb ? bytes >> 1 : bytes >> 2;
    const to = index + distance;
    const near = to >= 0 && to < records;
    operands = { ...operands, near: near ? 1 : 0, off: near ? distance * RECORD.SIZE : bytes };
  }

  const readsPc = operands.pcRead === 1 || (op.reads?.some(r => operands[r] === 15) ?? false);
  let prefix: number | undefined;
  let stepFlags = 0;
  const encoded = thumb ? (inIt ? Math.min(it >> 4, 14) : 14) : (found?.fields.cond ?? 14);
  const cond = action.ownCondition ? 14 : encoded;
  if (thumb) {
    if (inIt) {
      prefix = CASE.IT + cond;
      if (action.alignPc) stepFlags = STEP_ALIGN_PC;
    } else if (readsPc) prefix = action.alignPc ? CASE.PC_T32_ALIGNED : CASE.PC_T32;
  } else {
    if (cond < 14) prefix = (readsPc ? CASE.COND_PC : CASE.COND) + cond;
    else if (readsPc) prefix = CASE.PC_A32;
  }
  const ends =
    BRANCHES.has(op.name) ||
    (operands.pcw ?? PC_WRITE.none) !== PC_WRITE.none ||
    (op.name === 'ldm' && operands.pc === 1);
  const alignPc = action.alignPc === true;
  return { op, operands, key: variantKey(op, operands, step), cond, alignPc, prefix, step, stepFlags, ends };
}
const BRANCHES = new Set(['b', 'bcc', 'cbz', 'bl', 'bx', 'leave', 'blxi', 'tbb']);

const slotCache = new Map<Operation, Readonly<Record<string, keyof typeof RECORD>>>();

/** Writes a record at `at`; `h` is the case of the variant. */
export function writeRecord(u8: Uint8Array, at: number, p: Predecoded, h: number, it: number): void {
  let slots = slotCache.get(p.op);
  if (!slots) slotCache.set(p.op, (slots = recordSlots(p.op)));
  const u16 = (offset: number, v: number): void => {
    u8[at + offset] = v;
    u8[at + offset + 1] = v >>> 8;
  };
  for (const name in p.op.late) {
    const v = p.operands[name];
    if (typeof v !== 'number') continue; // an operand that this form does not have
    const slot = RECORD[slots[name]!];
    switch (p.op.late[name]) {
      case 'reg':
      case 's':
        u8[at + slot] = v * 4;
        break;
      case 'd':
        u8[at + slot] = v * 8;
        break;
      case 'byte':
        u8[at + slot] = v;
        break;
      case 'half':
        u16(slot, v);
        break;
      case 'imm':
        u16(slot, v);
        u16(slot + 2, v >>> 16);
        break;
    }
  }
  u8[at + RECORD.STEP] = p.step | p.stepFlags;
  u8[at + RECORD.IT] = it;
  u16(RECORD.INNER, h);
  u16(RECORD.H, p.prefix ?? h);
}
