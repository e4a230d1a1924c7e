// Expressions: small trees over constants, locals and memory that fold themselves where operands are known. The same
// description of an instruction therefore gives generic code when its operands come from a record, and exact code when
// they are numbers.
//
// A tree is evaluated where it is consumed. One that reads memory or a local must be pinned with `Code.tmp` when
// something is written between its construction and its use.
import { F32, F64, I32, I64, V128, type ValueType } from './wasm';

/** Pseudo opcodes beside the real ones. SIMD opcodes are 0xfd00 + n, saturating conversions 0xfc00 + n. */
export const CONST = -1;
export const LOCAL = -2;
export const CALL = -3;
export const SELECT = 0x1b;

export class Value {
  constructor(
    readonly op: number,
    readonly type: ValueType,
    /** Constant (low half), local index, static offset, function index or lane. */
    readonly imm: number,
    readonly args: readonly Value[],
    /** High half of a 64-bit constant; alignment of a memory access. */
    readonly imm2 = 0,
    /** Bytes of a v128 constant or shuffle. */
    readonly lanes?: readonly number[],
  ) {}

  get isConst(): boolean {
    return this.op === CONST;
  }
}

const NONE: readonly Value[] = [];
export const c = (n: number): Value => new Value(CONST, I32, n | 0, NONE);
export const c64 = (lo: number, hi = 0): Value => new Value(CONST, I64, lo | 0, NONE, hi | 0);
export const f64c = (n: number): Value => new Value(CONST, F64, n, NONE);
export const f32c = (n: number): Value => new Value(CONST, F32, n, NONE);
export const local = (index: number, type: ValueType): Value => new Value(LOCAL, type, index, NONE);
export const isConst = (v: Value, n: number): boolean => v.op === CONST && v.type === I32 && v.imm === (n | 0);

/** Any instruction that takes only operands. */
export const op = (code: number, type: ValueType, ...args: Value[]): Value => new Value(code, type, 0, args);

type Fold = (a: number, b: number) => number;
const bin =
  (code: number, fold: Fold) =>
  (a: Value, b: Value): Value =>
    a.op === CONST && b.op === CONST ? c(fold(a.imm, b.imm)) : op(code, I32, a, b);

const addRaw = bin(0x6a, (a, b) => a + b);
/** i32 addition; constants gather on the right. */
export function add(a: Value, b: Value): Value {
  if (isConst(b, 0)) return a;
  if (isConst(a, 0)) return b;
  if (b.op === CONST && a.op === 0x6a && a.args[1]!.op === CONST) return add(a.args[0]!, c(a.args[1]!.imm + b.imm));
  return a.op === CONST && b.op !== CONST ? addRaw(b, a) : addRaw(a, b);
}
const subRaw = bin(0x6b, (a, b) => a - b);
export const sub = (a: Value, b: Value): Value => (b.op === CONST ? add(a, c(-b.imm)) : subRaw(a, b));
export const mul = bin(0x6c, Math.imul);
const andRaw = bin(0x71, (a, b) => a & b);
export const and = (a: Value, b: Value): Value => (isConst(b, -1) ? a : isConst(b, 0) && pure(a) ? b : andRaw(a, b));
const orRaw = bin(0x72, (a, b) => a | b);
export const or = (a: Value, b: Value): Value => (isConst(b, 0) ? a : isConst(a, 0) ? b : orRaw(a, b));
const xorRaw = bin(0x73, (a, b) => a ^ b);
export const xor = (a: Value, b: Value): Value => (isConst(b, 0) ? a : isConst(a, 0) ? b : xorRaw(a, b));
const shift = (code: number, fold: Fold) => {
  const raw = bin(code, fold);
  return (a: Value, b: Value): Value => (b.op === CONST && (b.imm & 31) === 0 ? a : raw(a, b));
};
/** Shifts take their amount modulo 32, as WebAssembly does. */
export const shl = shift(0x74, (a, b) => a << b);
export const sar = shift(0x75, (a, b) => a >> b);
export const shr = shift(0x76, (a, b) => a >>> b);
export const rotl = shift(0x77, (a, b) => (a << b) | (a >>> (-b & 31)));
export const rotr = shift(0x78, (a, b) => (a >>> b) | (a << (-b & 31)));
export const eq = bin(0x46, (a, b) => +(a === b));
export const ne = bin(0x47, (a, b) => +(a !== b));
export const lt = bin(0x48, (a, b) => +(a < b));
export const ltu = bin(0x49, (a, b) => +(a >>> 0 < b >>> 0));
export const gt = bin(0x4a, (a, b) => +(a > b));
export const gtu = bin(0x4b, (a, b) => +(a >>> 0 > b >>> 0));
export const le = bin(0x4c, (a, b) => +(a <= b));
export const leu = bin(0x4d, (a, b) => +(a >>> 0 <= b >>> 0));
export const ge = bin(0x4e, (a, b) => +(a >= b));
export const geu = bin(0x4f, (a, b) => +(a >>> 0 >= b >>> 0));
export const eqz = (a: Value): Value => (a.op === CONST ? c(+(a.imm === 0)) : op(0x45, I32, a));
export const clz = (a: Value): Value => (a.op === CONST ? c(Math.clz32(a.imm)) : op(0x67, I32, a));
export const ctz = (a: Value): Value => op(0x68, I32, a);
export const popcnt = (a: Value): Value => op(0x69, I32, a);
export const sext8 = (a: Value): Value => (a.op === CONST ? c((a.imm << 24) >> 24) : op(0xc0, I32, a));
export const sext16 = (a: Value): Value => (a.op === CONST ? c((a.imm << 16) >> 16) : op(0xc1, I32, a));
export const not = (a: Value): Value => xor(a, c(-1));
/** Division traps in WebAssembly where ARM gives a number: guard before use. */
export const divs = (a: Value, b: Value): Value => op(0x6d, I32, a, b);
export const divu = (a: Value, b: Value): Value => op(0x6e, I32, a, b);

/** `cond != 0 ? a : b`; both are evaluated. */
export function select(cond: Value, a: Value, b: Value): Value {
  if (cond.op === CONST) return cond.imm !== 0 ? a : b;
  return new Value(SELECT, a.type, 0, [a, b, cond]);
}

export const extu = (a: Value): Value => (a.op === CONST ? c64(a.imm, 0) : op(0xad, I64, a));
export const exts = (a: Value): Value => (a.op === CONST ? c64(a.imm, a.imm >> 31) : op(0xac, I64, a));
export const wrap = (a: Value): Value => (a.op === CONST ? c(a.imm) : op(0xa7, I32, a));
const bin64 =
  (code: number, type: ValueType = I64) =>
  (a: Value, b: Value): Value =>
    op(code, type, a, b);
export const add64 = bin64(0x7c);
export const sub64 = bin64(0x7d);
export const mul64 = bin64(0x7e);
export const and64 = bin64(0x83);
export const or64 = bin64(0x84);
export const xor64 = bin64(0x85);
export const shl64 = bin64(0x86);
export const sar64 = bin64(0x87);
export const shr64 = bin64(0x88);
export const eq64 = bin64(0x51, I32);
export const ne64 = bin64(0x52, I32);
export const lt64 = bin64(0x53, I32);
export const ltu64 = bin64(0x54, I32);
export const gt64 = bin64(0x55, I32);
export const gtu64 = bin64(0x56, I32);
/** High word of a 64-bit value. */
export const hi64 = (a: Value): Value => wrap(shr64(a, c64(32)));

/** Whether evaluating the tree can neither trap nor read anything that a statement writes. */
function pure(v: Value): boolean {
  return v.op === CONST || (v.op > 0x44 && v.op < 0xc5 && !(v.op >= 0x6d && v.op <= 0x70) && v.args.every(pure));
}

const load =
  (code: number, type: ValueType, align: number) =>
  (address: Value, offset = 0): Value => {
    // A constant part of the address becomes the static offset; only where it cannot wrap.
    if (
      address.op === 0x6a &&
      address.args[1]!.op === CONST &&
      address.args[1]!.imm >= 0 &&
      address.args[1]!.imm < 65536
    )
      return new Value(code, type, offset + address.args[1]!.imm, [address.args[0]!], align);
    return new Value(code, type, offset, [address], align);
  };
export const load32 = load(0x28, I32, 2);
export const load64 = load(0x29, I64, 3);
export const loadF32 = load(0x2a, F32, 2);
export const loadF64 = load(0x2b, F64, 3);
export const load8s = load(0x2c, I32, 0);
export const load8u = load(0x2d, I32, 0);
export const load16s = load(0x2e, I32, 1);
export const load16u = load(0x2f, I32, 1);
export const loadV128 = load(0xfd00, V128, 4);
/** 64 bits to the lower half, zeros to the upper. */
export const load64Zero = load(0xfd5d, V128, 3);
/** A load of any size without alignment promise, for guest addresses that were checked for their page only. */
export const unaligned = (v: Value): Value => new Value(v.op, v.type, v.imm, v.args, 0);

export const reinterpretF32 = (a: Value): Value => op(0xbe, F32, a);
export const reinterpretF64 = (a: Value): Value => op(0xbf, F64, a);
export const bitsF32 = (a: Value): Value => op(0xbc, I32, a);
export const bitsF64 = (a: Value): Value => op(0xbd, I64, a);

/** v128 constant of 16 bytes. */
export const v128c = (bytes: readonly number[]): Value => new Value(CONST, V128, 0, NONE, 0, bytes);
/** SIMD instruction 0xfd `code` over operands. */
export const simd = (code: number, type: ValueType, ...args: Value[]): Value => op(0xfd00 + code, type, ...args);
/** SIMD instruction with a lane number. */
export const simdLane = (code: number, type: ValueType, lane: number, ...args: Value[]): Value =>
  new Value(0xfd00 + code, type, lane, args, 0, LANE);
/** i8x16.shuffle. */
export const shuffle = (a: Value, b: Value, lanes: readonly number[]): Value =>
  new Value(0xfd0d, V128, 0, [a, b], 0, lanes);
/** Marks values whose immediate is a lane. */
export const LANE: readonly number[] = [];

/** A call of a function by index; statement order applies: pin the result. */
export const call = (index: number, type: ValueType, ...args: Value[]): Value => new Value(CALL, type, index, args);
