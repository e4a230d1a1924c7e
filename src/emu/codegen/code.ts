// Statements of one function body: locals, control flow, stores. Labels know their depth, so branches are written by name.
import { CALL, CONST, LANE, LOCAL, type Value, local } from './value';
import { Bytes, F32, F64, I32, I64, V128, type ValueType } from './wasm';

/** A target of branches; made by `block` and `loop`. */
export interface Label {
  readonly depth: number;
}

const EMPTY = 0x40;
const LOAD64_ZERO = 0xfd5d;

export class Code {
  readonly bytes = new Bytes();
  /** Types of the locals declared so far, parameters excluded. */
  readonly locals: ValueType[] = [];
  private depth = 0;
  /** Free scratch locals by type, and those in use since the last `recycle`. */
  private readonly free = new Map<ValueType, Value[]>();
  private used: Value[] = [];

  constructor(private readonly params: number) {}

  /** A new local for the whole function. */
  newLocal(type: ValueType): Value {
    this.locals.push(type);
    return local(this.params + this.locals.length - 1, type);
  }

  /** A scratch local that lives until `recycle`. */
  scratch(type: ValueType): Value {
    const v = this.free.get(type)?.pop() ?? this.newLocal(type);
    this.used.push(v);
    return v;
  }

  /** Gives all scratch locals back: what they hold is not needed any more. */
  recycle(): void {
    // In reverse, so that the next user gets the same locals in the same order: fewer live ranges for the engine.
    for (let i = this.used.length - 1; i >= 0; i--) {
      const v = this.used[i]!;
      const list = this.free.get(v.type);
      if (list) list.push(v);
      else this.free.set(v.type, [v]);
    }
    this.used = [];
  }

  /** Evaluates now and remembers; constants stay constants. */
  tmp(v: Value): Value {
    if (v.op === CONST) return v;
    const t = this.scratch(v.type);
    this.set(t, v);
    return t;
  }

  set(target: Value, v: Value): void {
    this.put(v);
    this.bytes.u8(0x21);
    this.bytes.u32(target.imm);
  }

  /** Evaluates for its effect. */
  drop(v: Value): void {
    this.put(v);
    this.bytes.u8(0x1a);
  }

  /** A call of a function without result. */
  callVoid(index: number, ...args: Value[]): void {
    for (const a of args) this.put(a);
    this.bytes.u8(0x10);
    this.bytes.u32(index);
  }

  /** Adds one to a global of type i64. */
  countUp(index: number): void {
    const b = this.bytes;
    b.u8(0x23);
    b.u32(index);
    b.bytes([0x42, 1, 0x7c]); // i64.const 1, i64.add
    b.u8(0x24);
    b.u32(index);
  }

  private store(opcode: number, align: number, address: Value, offset: number, v: Value): void {
    this.put(address);
    this.put(v);
    if (opcode >= 0xfd00) {
      this.bytes.u8(0xfd);
      this.bytes.u32(opcode - 0xfd00);
    } else this.bytes.u8(opcode);
    this.bytes.u32(align);
    this.bytes.u32(offset);
  }
  store8(address: Value, v: Value, offset = 0): void {
    this.store(0x3a, 0, address, offset, v);
  }
  store16(address: Value, v: Value, offset = 0): void {
    this.store(0x3b, 0, address, offset, v);
  }
  store32(address: Value, v: Value, offset = 0): void {
    this.store(0x36, 0, address, offset, v);
  }
  store64(address: Value, v: Value, offset = 0): void {
    this.store(0x37, 0, address, offset, v);
  }
  storeF32(address: Value, v: Value, offset = 0): void {
    this.store(0x38, 0, address, offset, v);
  }
  storeF64(address: Value, v: Value, offset = 0): void {
    this.store(0x39, 0, address, offset, v);
  }
  storeV128(address: Value, v: Value, offset = 0): void {
    this.store(0xfd0b, 0, address, offset, v);
  }

  if(cond: Value, then: () => void, otherwise?: () => void): void {
    if (cond.op === CONST) {
      if (cond.imm !== 0) then();
      else otherwise?.();
      return;
    }
    this.put(cond);
    this.bytes.u8(0x04);
    this.bytes.u8(EMPTY);
    this.depth++;
    then();
    if (otherwise) {
      this.bytes.u8(0x05);
      otherwise();
    }
    this.end();
  }

  /** Opens a block; branches to the label leave it. Close it with `end`. */
  block(): Label {
    return this.open(0x02);
  }

  /** Opens a loop; branches to the label start it again. Close it with `end`. */
  loop(): Label {
    return this.open(0x03);
  }

  private open(opcode: number): Label {
    this.bytes.u8(opcode);
    this.bytes.u8(EMPTY);
    return { depth: this.depth++ };
  }

  end(): void {
    this.bytes.u8(0x0b);
    this.depth--;
  }

  br(label: Label): void {
    this.bytes.u8(0x0c);
    this.bytes.u32(this.depth - 1 - label.depth);
  }

  brIf(label: Label, cond: Value): void {
    this.put(cond);
    this.bytes.u8(0x0d);
    this.bytes.u32(this.depth - 1 - label.depth);
  }

  /** Jumps to `labels[index]`, or to `otherwise`. */
  brTable(index: Value, labels: readonly Label[], otherwise: Label): void {
    this.put(index);
    this.bytes.u8(0x0e);
    this.bytes.u32(labels.length);
    for (const l of labels) this.bytes.u32(this.depth - 1 - l.depth);
    this.bytes.u32(this.depth - 1 - otherwise.depth);
  }

  return(v: Value): void {
    this.put(v);
    this.bytes.u8(0x0f);
  }

  unreachable(): void {
    this.bytes.u8(0x00);
  }

  /** `call_indirect` through a table. */
  callIndirect(type: number, index: Value, args: readonly Value[], into: Value, table = 0): void {
    for (const a of args) this.put(a);
    this.put(index);
    this.bytes.u8(0x11);
    this.bytes.u32(type);
    this.bytes.u32(table);
    this.bytes.u8(0x21);
    this.bytes.u32(into.imm);
  }

  /** Writes the code that leaves the value on the stack. */
  put(v: Value): void {
    const b = this.bytes;
    if (v.op === CONST) return this.putConst(v);
    for (const a of v.args) this.put(a);
    if (v.op === LOCAL) {
      b.u8(0x20);
      b.u32(v.imm);
    } else if (v.op === CALL) {
      b.u8(0x10);
      b.u32(v.imm);
    } else if (v.op >= 0xfd00) {
      b.u8(0xfd);
      b.u32(v.op - 0xfd00);
      if (v.lanes === LANE) b.u8(v.imm);
      else if (v.lanes) b.bytes(v.lanes);
      else if (v.op <= 0xfd0b || v.op === LOAD64_ZERO) this.memoryArgument(v);
    } else if (v.op >= 0xfc00) {
      b.u8(0xfc);
      b.u32(v.op - 0xfc00);
    } else {
      b.u8(v.op);
      if (v.op >= 0x28 && v.op <= 0x35) this.memoryArgument(v);
    }
  }

  private memoryArgument(v: Value): void {
    this.bytes.u32(v.imm2);
    this.bytes.u32(v.imm);
  }

  private putConst(v: Value): void {
    const b = this.bytes;
    if (v.type === I32) {
      b.u8(0x41);
      b.s32(v.imm);
    } else if (v.type === I64) {
      b.u8(0x42);
      b.s64(v.imm, v.imm2);
    } else if (v.type === V128) {
      b.u8(0xfd);
      b.u32(12);
      b.bytes(v.lanes!);
    } else if (v.type === F64 || v.type === F32) {
      const wide = v.type === F64;
      const view = new DataView(new ArrayBuffer(8));
      if (wide) view.setFloat64(0, v.imm, true);
      else view.setFloat32(0, v.imm, true);
      b.u8(wide ? 0x44 : 0x43);
      b.bytes(new Uint8Array(view.buffer, 0, wide ? 8 : 4));
    }
  }

  /** Closes the function body. */
  finish(): Uint8Array<ArrayBuffer> {
    this.bytes.u8(0x0b);
    return this.bytes.finish();
  }
}
