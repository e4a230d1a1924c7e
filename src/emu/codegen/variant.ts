// A variant: an operation with its early operands fixed and its length known. It has one name, by which the interpreter
// finds its code; lists of frequent variants are made of these names.
import { OPERATIONS } from './operations';
import type { EarlyValue, Operands, Operation } from './semantics';

export interface Variant {
  readonly op: Operation;
  readonly values: Operands;
  /** Records (A32 words, T32 halfwords) that the instruction occupies. */
  readonly step: number;
}

/** For example `alu|add,imm,0,0,0|1`. */
export function variantKey(op: Operation, operands: Operands, step: number): string {
  let key = op.name + '|';
  for (let i = 0; i < op.early.length; i++) key += (i ? ',' : '') + operands[op.early[i]!]!;
  return `${key}|${step}`;
}

/** @throws Error when the name is not that of a variant. */
export function parseVariant(key: string): Variant {
  const [name, early, step] = key.split('|');
  const op = OPERATIONS.get(name ?? '');
  const texts = early ? early.split(',') : [];
  if (!op || step === undefined || texts.length !== op.early.length) throw new Error(`no variant ${key}`);
  const value = (text: string): EarlyValue => (/^-?\d+$/.test(text) ? Number(text) : text);
  return { op, values: Object.fromEntries(op.early.map((e, i) => [e, value(texts[i]!)])), step: Number(step) };
}
