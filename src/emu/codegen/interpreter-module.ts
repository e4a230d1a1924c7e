// The interpreter as a WebAssembly module: one function with a switch over the frequent variants, and a table of
// functions for the others. A switch beats a table by a factor of three here (docs/decisions/001), but engines stop
// optimizing functions that grow too large; so its size is bounded by the list of frequent variants.
import { Code, type Label } from './code';
import { CPU, DISPATCHER, ENTRY, GLOBAL, type Layout, RECORD, TLB } from './layout';
import { STATUS } from './region/region';
import { entryOf, recordIn, slotAt } from './region/addresses';
import { PAGE_MASK, tlbEntry } from './guest-access';
import { declareImports, type Functions } from './imports';
import { defineSlowPaths, type Exits, type Frame, Tier0 } from './tier0';
import { ACCESSES, ACCESS_SIZE, type Access, CONDITIONS } from './semantics';
import {
  add, add64, and, c, c64, call, eq, eqz, extu, geu, load16u, load32, load64, load8u, local, mul, ne, not, or, shl, shr, sub, type Value,
} from './value'; // prettier-ignore
import type { Variant } from './variant';
import { I32, I64, ModuleWriter } from './wasm';

/** Cases of the switch that are not variants. */
export const CASE = {
  /** The record is not decoded yet. */
  UNDECODED: 0,
  /** Find the record for CPU.PC. */
  LOOKUP: 1,
  /** Behind the last record of a page. */
  PAGE_END: 2,
  /** A 32-bit instruction whose second half lies in the next page. */
  STRADDLE: 3,
  /** A32 condition 0..13, then INNER. */
  COND: 4,
  /** The same, with the PC as an operand. */
  COND_PC: 4 + 14,
  /** The PC as an operand, then INNER. */
  PC_A32: 4 + 28,
  PC_T32: 4 + 29,
  PC_T32_ALIGNED: 4 + 30,
  /** In an IT block with condition 0..14, then INNER. */
  IT: 4 + 31,
  /** A region begins here. What the record was before is in its ENTRY. */
  REGION: 4 + 46,
  /** First case of a variant. */
  VARIANT: 4 + 47,
} as const;

/** Flag in RECORD.STEP for the IT cases: the PC operand is aligned. */
export const STEP_ALIGN_PC = 0x80;

/** Answers of a function variant beside the address of the next record. */
export const ANSWER = { LEAVE: 0, GOTO: 1 } as const;

/** ITAdvance (ARM DDI 0406C A2.5.2). */
export const itAdvance = (it: number): number => ((it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f));

/** How the interpreter finds what is worth translating. */
export interface Heat {
  /** Arrivals at a place (calls, returns, branches back) after which it is hot, 1 to 65535. */
  readonly threshold: number;
  /** Times that a region is left at an instruction after which that is told. */
  readonly leaves: number;
}

/** Adds one to the u64 at an address. */
const countUp = (code: Code, address: Value): void => code.store64(address, add64(load64(address), c64(1)));

/**
 * @param hot variants that get cases, from CASE.VARIANT on in this order.
 * @param heat undefined: nothing is translated.
 * @param profile address of a u32 counter per case, or 0. Executions of records are counted when the layout has room.
 */
export function interpreterModule(
  l: Layout,
  hot: readonly Variant[],
  heat: Heat | undefined,
  profile = 0,
): Uint8Array<ArrayBuffer> {
  const m = new ModuleWriter();
  m.importMemory('lab', 'memory', l.wasmPages, l.wasmPages);
  m.importTable('lab', 'table', 0);
  if (heat) m.importTable('lab', 'regions', 0);
  const imports = declareImports(m);
  const functions: Functions = { imports, ...defineSlowPaths(m, imports, l) };
  const handlerType = m.type([I32, I32], [I32]);
  const dispatcher = heat ? defineDispatcher(m, l) : undefined;

  const cpu = local(0, I32);
  const code = new Code(1);
  const [ip, n, target, h, learn] = [0, 1, 2, 3, 4].map(() => code.newLocal(I32)) as [
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const frame: Frame = { cpu, ip, n, target };

  code.set(n, load32(cpu, CPU.BUDGET));
  code.set(target, load32(cpu, CPU.PC));
  code.set(h, c(CASE.LOOKUP));
  const leave = code.block();
  const main = code.loop();
  const next = code.block();
  const back = heat ? code.block() : next;
  const plain = heat ? code.block() : undefined;
  const lookup = code.block();
  const goto = code.block();
  const again = code.block();
  const count = CASE.VARIANT + hot.length;
  const otherwise = code.block();
  const labels: Label[] = new Array<Label>(count);
  for (let i = count - 1; i >= 0; i--) labels[i] = code.block();
  if (profile) {
    const counter = add(c(profile), shl(h, c(2)));
    code.store32(counter, add(load32(counter), c(1)));
  }
  /** The record at `ip` is executed: once for each instruction, prefixes or not. */
  const countExecution = (): void => {
    if (l.executions) countUp(code, code.tmp(add(shr(ip, c(1)), c(l.executions))));
  };
  if (l.executions) code.if(geu(h, c(CASE.VARIANT)), countExecution);
  code.brTable(h, labels, otherwise);

  const exits: Exits = {
    next: () => code.br(next),
    back: () => code.br(back),
    goto: () => code.br(goto),
    leave: () => code.br(leave),
  };
  const inner = (): void => {
    code.set(h, load16u(ip, RECORD.INNER));
    code.br(main);
  };
  const tier0 = (v: Variant): Tier0 => new Tier0(code, v.op, v.values, v.step, frame, functions, exits);
  // For the conditions and the PC of prefix cases, which belong to no variant.
  const context = tier0({ op: NOTHING, values: {}, step: 1 });
  const supplyPc = (plus: number, aligned: boolean): void => {
    const pc = add(context.pc(), c(plus));
    context.setReg(15, aligned ? and(pc, c(-4)) : pc);
  };
  const save = (): void => {
    code.store32(cpu, ip, CPU.IP);
    code.store32(cpu, n, CPU.BUDGET);
  };

  const cases: (() => void)[] = [];
  cases[CASE.UNDECODED] = () => {
    save();
    code.callVoid(imports.decode, cpu, ip);
    code.br(again);
  };
  cases[CASE.LOOKUP] = () => code.br(lookup);
  cases[CASE.PAGE_END] = () => {
    code.set(target, context.pc());
    code.br(lookup);
  };
  cases[CASE.STRADDLE] = () => {
    code.store32(cpu, context.pc(), CPU.PC);
    code.store32(cpu, c(0), CPU.IP);
    code.store32(cpu, n, CPU.BUDGET);
    code.set(ip, call(imports.fetch, I32, cpu));
    code.brIf(leave, load32(cpu, CPU.EXIT));
    code.br(again);
  };
  CONDITIONS.forEach((_, cc) => {
    const conditional = (pc: boolean) => (): void => {
      code.if(eqz(context.condition(cc)), () => {
        countExecution();
        code.set(ip, add(ip, c(RECORD.SIZE)));
        code.br(next);
      });
      if (pc) supplyPc(8, false);
      inner();
    };
    cases[CASE.COND + cc] = conditional(false);
    cases[CASE.COND_PC + cc] = conditional(true);
  });
  cases[CASE.PC_A32] = () => (supplyPc(8, false), inner());
  cases[CASE.PC_T32] = () => (supplyPc(4, false), inner());
  cases[CASE.PC_T32_ALIGNED] = () => (supplyPc(4, true), inner());
  for (let cc = 0; cc < 15; cc++)
    cases[CASE.IT + cc] = () => {
      const it = load8u(ip, RECORD.IT);
      // Decoded for another place in an IT block than the one it is reached in.
      code.if(ne(it, load32(cpu, CPU.IT)), () => {
        save();
        code.callVoid(imports.decode, cpu, ip);
        code.br(again);
      });
      const state = code.tmp(it);
      const more = and(state, c(7));
      const advanced = and(state, c(0xe0));
      code.if(more, () => code.store32(cpu, or(advanced, and(shl(state, c(1)), c(0x1f))), CPU.IT), () => code.store32(cpu, c(0), CPU.IT)); // prettier-ignore
      const step = code.tmp(load8u(ip, RECORD.STEP));
      if (cc < 14)
        code.if(eqz(context.condition(cc)), () => {
          countExecution();
          code.set(ip, add(ip, shl(and(step, c(3)), c(4))));
          code.br(next);
        });
      const pc = add(context.pc(), c(4));
      context.setReg(15, and(pc, not(mul(shr(step, c(7)), c(3)))));
      inner();
    };
  cases[CASE.REGION] = () => {
    if (!dispatcher || !plain) return code.unreachable();
    code.set(target, context.pc());
    code.store32(cpu, c(0), CPU.IP);
    const status = code.tmp(call(dispatcher, I32, cpu, n, target));
    code.set(n, load32(cpu, CPU.BUDGET));
    code.brIf(leave, eq(status, c(STATUS.LEAVE)));
    code.set(target, load32(cpu, CPU.PC));
    code.brIf(lookup, eqz(status));
    code.set(learn, eq(status, c(STATUS.SLOW)));
    code.br(plain);
  };
  hot.forEach((v, i) => {
    cases[CASE.VARIANT + i] = () => tier0(v).emit();
  });
  for (let i = 0; i < count; i++) {
    code.end(); // of labels[i]
    cases[i]!();
    code.recycle();
  }

  code.end(); // otherwise: a function
  save();
  const answer = code.scratch(I32);
  code.callIndirect(handlerType, h, [cpu, ip], answer);
  code.set(n, load32(cpu, CPU.BUDGET));
  code.if(eqz(shr(answer, c(1))), () => {
    code.brIf(leave, eqz(answer));
    code.set(target, load32(cpu, CPU.PC));
    code.br(goto);
  });
  code.set(ip, answer);
  code.br(next);

  code.end(); // again: run the record at ip, which was not counted yet
  code.set(h, load16u(ip));
  code.br(main);

  code.end(); // goto: one instruction is done, control goes to `target`
  code.set(n, sub(n, c(1)));
  code.if(eqz(n), () => {
    code.store32(cpu, target, CPU.PC);
    code.store32(cpu, c(0), CPU.IP);
    code.store32(cpu, n, CPU.BUDGET);
    code.br(leave);
  });

  code.end(); // lookup: find the record for `target`
  const record = (found: () => void): void => {
    emitLookup(code, frame, imports, l, leave, found);
    code.set(h, load16u(ip));
    code.br(main);
  };
  /** Counts an arrival at `ip`. Where a region begins the count is that of times when it was left there: see `plain`. */
  const countArrival = (): void => {
    if (!heat) return;
    code.if(ne(load16u(ip), c(CASE.REGION)), () => {
      const entry = code.tmp(entryOf(l, ip));
      const times = code.tmp(add(load16u(entry, ENTRY.COUNT), c(1)));
      code.store16(entry, times, ENTRY.COUNT);
      code.if(eq(times, c(heat.threshold)), () => code.callVoid(imports.hot, cpu, ip));
    });
  };
  record(countArrival);

  if (heat && plain) {
    code.end(); // plain: the same, but the instruction is interpreted whatever region begins there
    emitLookup(code, frame, imports, l, leave, () => {
      code.if(learn, () => {
        const entry = code.tmp(entryOf(l, ip));
        const times = code.tmp(add(load16u(entry, ENTRY.COUNT), c(1)));
        code.store16(entry, times, ENTRY.COUNT);
        code.if(geu(times, c(heat.leaves)), () => code.callVoid(imports.stuck, cpu, ip));
      });
    });
    code.set(h, load16u(ip));
    code.if(eq(h, c(CASE.REGION)), () => code.set(h, load16u(entryOf(l, ip), ENTRY.H)));
    code.br(main);

    code.end(); // back: one instruction is done, which branched backwards
    code.set(n, sub(n, c(1)));
    code.if(eqz(n), () => {
      save();
      code.br(leave);
    });
    countArrival();
    code.set(h, load16u(ip));
    code.br(main);
  }

  code.end(); // next: one instruction is done
  code.set(n, sub(n, c(1)));
  code.if(eqz(n), () => {
    save();
    code.br(leave);
  });
  code.set(h, load16u(ip));
  code.br(main);
  code.end(); // main
  code.end(); // leave
  m.function(m.type([I32], []), code.locals, code.finish(), 'run');
  exportSlowPaths(m, functions);
  return m.finish();
}

const NOTHING = { name: 'nothing', early: [], late: {}, emit: () => {} };

/** Finds `ip` for the PC in `target`: TLB, then the map from pages to slots; TypeScript when either misses. */
function emitLookup(
  code: Code,
  f: Frame,
  imports: Functions['imports'],
  l: Layout,
  leave: Label,
  whenFound: () => void,
): void {
  const { cpu, target, ip } = f;
  const te = code.tmp(add(load32(cpu, CPU.TLB), and(shr(target, c(TLB.VA_SHIFT)), c(TLB.OFFSETS))));
  const thumb = code.tmp(load32(cpu, CPU.THUMB));
  const found = code.scratch(I32);
  code.set(found, c(0));
  // Inside an IT block the record must be checked for where it stands in the block.
  code.if(and(eq(and(target, c(-4096)), load32(te, TLB.EXEC)), eqz(load32(cpu, CPU.IT))), () => {
    code.set(found, slotAt(l, add(target, load32(te, TLB.ADDEND)), thumb));
  });
  code.if(
    found,
    () => {
      const shift = code.tmp(add(thumb, c(2)));
      code.set(ip, add(found, shl(and(target, c(4095)), shift)));
      code.store32(cpu, shift, CPU.PCSHIFT);
      code.store32(cpu, sub(target, shr(ip, shift)), CPU.DELTA);
      whenFound();
    },
    () => {
      code.store32(cpu, target, CPU.PC);
      code.store32(cpu, c(0), CPU.IP);
      code.store32(cpu, f.n, CPU.BUDGET);
      code.set(ip, call(imports.fetch, I32, cpu));
      code.brIf(leave, load32(cpu, CPU.EXIT));
    },
  );
}

/**
 * `(cpu, n, t) -> STATUS`: runs regions from the address t on, as long as one follows the other. Afterwards CPU.PC and
 * CPU.BUDGET say where things stand.
 */
function defineDispatcher(m: ModuleWriter, l: Layout): number {
  const code = new Code(3);
  const [cpu, n, t] = [0, 1, 2].map(i => local(i, I32)) as [Value, Value, Value];
  const began = code.newLocal(I32);
  const status = code.newLocal(I32);
  code.set(began, n);
  if (l.executions) countUp(code, c(DISPATCHER.RUNS));
  code.store32(c(GLOBAL.IN_REGIONS), c(1));
  const done = code.block();
  code.loop();
  const again: Label = { depth: done.depth + 1 };
  code.set(status, c(STATUS.GO));
  const none = code.block();
  /** No region follows when the condition holds. */
  const unless = (condition: Value, counter: number): void => {
    if (!l.executions) return code.brIf(none, condition);
    code.if(condition, () => {
      countUp(code, c(counter));
      code.br(none);
    });
  };
  unless(or(load32(cpu, CPU.IT), load32(cpu, CPU.BIG_ENDIAN)), DISPATCHER.STATE);
  const te = code.tmp(tlbEntry(load32(cpu, CPU.TLB), t));
  unless(ne(and(t, c(PAGE_MASK)), load32(te, TLB.EXEC)), DISPATCHER.UNMAPPED);
  const thumb = code.tmp(load32(cpu, CPU.THUMB));
  const slot = code.tmp(slotAt(l, add(t, load32(te, TLB.ADDEND)), thumb));
  unless(eqz(slot), DISPATCHER.NO_REGION);
  const word = code.tmp(load32(entryOf(l, recordIn(slot, t, thumb)), ENTRY.REGION));
  unless(eqz(word), DISPATCHER.NO_REGION);
  code.callIndirect(
    m.type([I32, I32, I32, I32], [I32]),
    shr(word, c(16)),
    [cpu, n, t, and(word, c(0xffff))],
    status,
    1,
  );
  code.set(n, load32(cpu, CPU.BUDGET));
  code.set(t, load32(cpu, CPU.PC));
  code.brIf(done, status);
  code.if(eqz(n), () => {
    code.set(status, c(STATUS.LEAVE));
    code.br(done);
  });
  code.br(again);
  code.end(); // none
  code.store32(cpu, t, CPU.PC);
  code.store32(cpu, n, CPU.BUDGET);
  code.end(); // loop
  code.end(); // done
  // The end of the slice may come with a region's last instruction.
  code.if(and(eqz(n), ne(status, c(STATUS.LEAVE))), () => code.set(status, c(STATUS.LEAVE)));
  code.store64(c(GLOBAL.TRANSLATED), add64(load64(c(GLOBAL.TRANSLATED)), extu(sub(began, n))));
  code.store32(c(GLOBAL.IN_REGIONS), c(0));
  code.put(status);
  return m.function(m.type([I32, I32, I32], [I32]), code.locals, code.finish());
}

export const slowName = (access: Access, store: boolean): string => `${store ? 'store' : 'load'}.${access}`;

function exportSlowPaths(m: ModuleWriter, f: Functions): void {
  for (const access of ACCESSES) {
    m.export(slowName(access, false), f.slowLoad[access]);
    m.export(slowName(access, true), f.slowStore[access]);
  }
}

/** Variants as functions `(cpu, ip) -> answer`, exported as `0`, `1`, ...; the slow paths come from the interpreter. */
export function variantModule(l: Layout, variants: readonly Variant[]): Uint8Array<ArrayBuffer> {
  const m = new ModuleWriter();
  m.importMemory('lab', 'memory', l.wasmPages, l.wasmPages);
  const imports = declareImports(m);
  const slow = (store: boolean): Record<Access, number> =>
    Object.fromEntries(
      ACCESSES.map(access => {
        const wide = ACCESS_SIZE[access] === 8 ? I64 : I32;
        const params = store ? [I32, I32, I32, I32, I32, wide, I32] : [I32, I32, I32, I32, I32, I32];
        return [access, m.importFunction('interpreter', slowName(access, store), m.type(params as (typeof I32)[], store ? [] : [wide]))]; // prettier-ignore
      }),
    ) as Record<Access, number>;
  const functions: Functions = { imports, slowLoad: slow(false), slowStore: slow(true) };
  const type = m.type([I32, I32], [I32]);
  variants.forEach((v, i) => {
    const code = new Code(2);
    const cpu = local(0, I32);
    const ip = local(1, I32);
    const n = code.newLocal(I32);
    const target = code.newLocal(I32);
    code.set(n, load32(cpu, CPU.BUDGET));
    const exits: Exits = {
      next: () => code.return(ip),
      back: () => code.return(ip),
      goto: () => {
        code.store32(cpu, target, CPU.PC);
        code.return(c(ANSWER.GOTO));
      },
      leave: () => code.return(c(ANSWER.LEAVE)),
    };
    new Tier0(code, v.op, v.values, v.step, { cpu, ip, n, target }, functions, exits).emit();
    code.unreachable();
    m.function(type, code.locals, code.finish(), String(i));
  });
  return m.finish();
}
