// Floating-point instructions of WebAssembly in both precisions.
import type { Semantics } from './semantics';
import { f32c, f64c, op, type Value } from './value';
import { F32, F64, I32, type ValueType } from './wasm';

const unary =
  (code: number, type: ValueType) =>
  (a: Value): Value =>
    op(code, type, a);
const binary =
  (code: number, type: ValueType) =>
  (a: Value, b: Value): Value =>
    op(code, type, a, b);

const SINGLE = {
  /** The register that an operand names. */
  read: (x: Semantics, name: string): Value => x.fp(name, false),
  write: (x: Semantics, name: string, v: Value): void => x.setFp(name, false, v),
  /** The smallest normal number, and what no finite number reaches. */
  smallest: f32c(2 ** -126),
  infinity: f32c(Infinity),
  zero: f32c(0),
  eq: binary(0x5b, I32),
  ne: binary(0x5c, I32),
  lt: binary(0x5d, I32),
  le: binary(0x5f, I32),
  abs: unary(0x8b, F32),
  neg: unary(0x8c, F32),
  trunc: unary(0x8f, F32),
  nearest: unary(0x90, F32),
  sqrt: unary(0x91, F32),
  add: binary(0x92, F32),
  sub: binary(0x93, F32),
  mul: binary(0x94, F32),
  div: binary(0x95, F32),
} as const;

/** The instructions of one precision. */
export type Precision = { readonly [K in keyof typeof SINGLE]: (typeof SINGLE)[K] };

const DOUBLE: Precision = {
  read: (x, name) => x.fp(name, true),
  write: (x, name, v) => x.setFp(name, true, v),
  smallest: f64c(2 ** -1022),
  infinity: f64c(Infinity),
  zero: f64c(0),
  eq: binary(0x61, I32),
  ne: binary(0x62, I32),
  lt: binary(0x63, I32),
  le: binary(0x65, I32),
  abs: unary(0x99, F64),
  neg: unary(0x9a, F64),
  trunc: unary(0x9d, F64),
  nearest: unary(0x9e, F64),
  sqrt: unary(0x9f, F64),
  add: binary(0xa0, F64),
  sub: binary(0xa1, F64),
  mul: binary(0xa2, F64),
  div: binary(0xa3, F64),
};
export const precision = (double: boolean): Precision => (double ? DOUBLE : SINGLE);

/** To a number that the other precision has. */
export const promote = unary(0xbb, F64);
export const demote = unary(0xb6, F32);

/** A 32-bit integer as a double: exact. */
export const doubleOf = (v: Value, unsigned: boolean): Value => op(unsigned ? 0xb8 : 0xb7, F64, v);
/** A double that is a number in range as a 32-bit integer: towards zero. */
export const integerOf = (v: Value, unsigned: boolean): Value => op(unsigned ? 0xfc03 : 0xfc02, I32, v);
