// A32 loads and stores (ARM DDI 0406C A5.2.8 to A5.2.10, A5.3, A5.5).
import { decodeImmShift, PC_WRITE } from '../codegen/operations/alu';
import { system } from '../codegen/operations/system';
import {
  loadDual, loadExclusive, loadMultiple, loadRegister, storeDual, storeExclusive, storeMultiple, storeRegister,
} from '../codegen/operations/memory'; // prettier-ignore
import type { Access, Operands } from '../codegen/semantics';
import { blockMode } from './a32-control';
import { type Asm, ins, memory, r, registerList, shiftedRegister } from './asm';
import { bitCount } from './immediates';
import type { Action, Fields, Row } from './table';

const row = (name: string, pattern: string, rest: Omit<Row, 'name' | 'set' | 'pattern'>): Row => ({
  name,
  set: 'a32',
  pattern,
  ...rest,
});

type Index = 'offset' | 'pre' | 'post';
const indexOf = (f: Fields): Index => (f.P ? (f.W ? 'pre' : 'offset') : 'post');
/** P = 0, W = 1: the access is made with the privilege of PL0. */
const unprivileged = (f: Fields): number => (!f.P && f.W ? 1 : 0);
const writesBack = (f: Fields): boolean => !f.P || f.W === 1;

/** Operands of an immediate offset; it carries its sign, so `minus` stays 0. */
const immediate = (f: Fields, offset: number): Operands => ({
  form: 'imm',
  minus: 0,
  imm: f.U ? offset : -offset,
  rm: 0,
  sh: 0,
});
const registerOffset = (f: Fields, type: number, imm5: number): Operands => ({
  ...decodeImmShift(type, imm5),
  minus: f.U ? 0 : 1,
  imm: 0,
  rm: f.Rm!,
});

function single(load: boolean, access: Access, f: Fields, offset: Operands): Action {
  const common = { access, index: indexOf(f), user: unprivileged(f), rt: f.Rt!, rn: f.Rn!, ...offset };
  if (!load) return { op: storeRegister, operands: common };
  return { op: loadRegister, operands: { ...common, pcw: f.Rt === 15 ? PC_WRITE.interworking : PC_WRITE.none } };
}

/** Write-back to the PC or to the register transferred, narrow accesses of the PC, LDRT to the PC. */
const badSingle =
  (load: number, narrow: boolean) =>
  (f: Fields): boolean =>
    (writesBack(f) && (f.Rn === 15 || f.Rn === f.Rt)) ||
    (f.Rt === 15 && (narrow || (load === 1 && unprivileged(f) === 1))) ||
    f.Rm === 15;

const signedOffset = (f: Fields, offset: number): string | undefined =>
  offset === 0 && f.U && f.P && !f.W ? undefined : `#${f.U ? '' : '-'}${offset}`;

function wordAndByteRows(): Row[] {
  const rows: Row[] = [];
  for (const load of [1, 0])
    for (const byte of [0, 1]) {
      const name = `${load ? 'ldr' : 'str'}${byte ? 'b' : ''}`;
      const access: Access = byte ? 'u8' : 'word';
      const mnemonic = (f: Fields, cond: string): string => `${name}${unprivileged(f) ? 't' : ''}${cond}`;
      const bad = badSingle(load, byte === 1);
      rows.push(
        row(`${name.toUpperCase()} (immediate) A1`, `cond:4 010 P:1 U:1 ${byte} W:1 ${load} Rn:4 Rt:4 imm12:12`, {
          execute: f => (bad(f) ? undefined : single(load === 1, access, f, immediate(f, f.imm12!))),
          asm: (f, x) => {
            if (!byte && f.Rn === 13 && f.imm12 === 4 && !unprivileged(f)) {
              if (load && !f.P && f.U) return ins(`pop${x.cond}`, `{${r(f.Rt)}}`);
              if (!load && f.P && !f.U && f.W) return ins(`push${x.cond}`, `{${r(f.Rt)}}`);
            }
            return ins(mnemonic(f, x.cond), r(f.Rt), memory(r(f.Rn), signedOffset(f, f.imm12!), indexOf(f)));
          },
          unpredictable: f => bad(f) || f.Rt === 15,
        }),
        row(
          `${name.toUpperCase()} (register) A1`,
          `cond:4 011 P:1 U:1 ${byte} W:1 ${load} Rn:4 Rt:4 imm5:5 type:2 0 Rm:4`,
          {
            execute: f => (bad(f) ? undefined : single(load === 1, access, f, registerOffset(f, f.type!, f.imm5!))),
            asm: (f, x) =>
              ins(
                mnemonic(f, x.cond),
                r(f.Rt),
                memory(r(f.Rn), `${f.U ? '' : '-'}${shiftedRegister(f.Rm!, f.type!, f.imm5!)}`, indexOf(f)),
              ),
            unpredictable: f => bad(f) || f.Rt === 15,
          },
        ),
      );
    }
  return rows;
}

/** STRH, LDRH, LDRSB, LDRSH, LDRD, STRD. */
function extraRows(): Row[] {
  const rows: Row[] = [];
  const split = (f: Fields): number => (f.imm4H! << 4) | f.imm4L!;
  for (const [name, load, op2, access] of [
    ['strh', 0, '01', 'u16'],
    ['ldrh', 1, '01', 'u16'],
    ['ldrsb', 1, '10', 's8'],
    ['ldrsh', 1, '11', 's16'],
  ] as const) {
    // prettier-ignore
    const bad = badSingle(load, true);
    const mnemonic = (f: Fields, cond: string): string => `${name}${unprivileged(f) ? 't' : ''}${cond}`;
    rows.push(
      row(
        `${name.toUpperCase()} (immediate) A1`,
        `cond:4 000 P:1 U:1 1 W:1 ${load} Rn:4 Rt:4 imm4H:4 1 ${op2} 1 imm4L:4`,
        {
          execute: f => (bad(f) ? undefined : single(load === 1, access, f, immediate(f, split(f)))),
          asm: (f, x) => ins(mnemonic(f, x.cond), r(f.Rt), memory(r(f.Rn), signedOffset(f, split(f)), indexOf(f))),
          unpredictable: bad,
        },
      ),
      row(
        `${name.toUpperCase()} (register) A1`,
        `cond:4 000 P:1 U:1 0 W:1 ${load} Rn:4 Rt:4 (0)(0)(0)(0) 1 ${op2} 1 Rm:4`,
        {
          execute: f => (bad(f) ? undefined : single(load === 1, access, f, registerOffset(f, 0, 0))),
          asm: (f, x) => ins(mnemonic(f, x.cond), r(f.Rt), memory(r(f.Rn), `${f.U ? '' : '-'}${r(f.Rm)}`, indexOf(f))),
          unpredictable: bad,
        },
      ),
    );
  }
  for (const [name, op2] of [
    ['ldrd', '10'],
    ['strd', '11'],
  ] as const) {
    const op = name === 'ldrd' ? loadDual : storeDual;
    const bad = (f: Fields): boolean =>
      (f.Rt! & 1) === 1 ||
      f.Rt === 14 ||
      unprivileged(f) === 1 ||
      f.Rm === 15 ||
      (writesBack(f) && (f.Rn === 15 || f.Rn === f.Rt || f.Rn === f.Rt! + 1)) ||
      (name === 'ldrd' && f.Rm !== undefined && (f.Rm === f.Rt || f.Rm === f.Rt! + 1));
    const operands = (f: Fields): Operands => ({ index: indexOf(f), rt: f.Rt!, rt2: f.Rt! + 1, rn: f.Rn! });
    const strip = (o: Operands): Operands => ({ form: o.form!, minus: o.minus!, imm: o.imm!, rm: o.rm! });
    rows.push(
      row(`${name.toUpperCase()} (immediate) A1`, `cond:4 000 P:1 U:1 1 W:1 0 Rn:4 Rt:4 imm4H:4 1 ${op2} 1 imm4L:4`, {
        execute: f => (bad(f) ? undefined : { op, operands: { ...operands(f), ...strip(immediate(f, split(f))) } }),
        asm: (f, x) => ins(`${name}${x.cond}`, r(f.Rt), memory(r(f.Rn), signedOffset(f, split(f)), indexOf(f))),
        unpredictable: bad,
      }),
      row(`${name.toUpperCase()} (register) A1`, `cond:4 000 P:1 U:1 0 W:1 0 Rn:4 Rt:4 (0)(0)(0)(0) 1 ${op2} 1 Rm:4`, {
        execute: f => (bad(f) ? undefined : { op, operands: { ...operands(f), ...strip(registerOffset(f, 0, 0)) } }),
        asm: (f, x) => ins(`${name}${x.cond}`, r(f.Rt), memory(r(f.Rn), `${f.U ? '' : '-'}${r(f.Rm)}`, indexOf(f))),
        unpredictable: bad,
      }),
    );
  }
  return rows;
}

/** Operands of LDM and STM: where the lowest word lies, and what write-back adds. */
export function blockOperands(f: { P: number; U: number; W: number; Rn: number }, list: number): Operands {
  const count = bitCount(list);
  const start = f.U ? (f.P ? 4 : 0) : f.P ? -4 * count : 4 - 4 * count;
  return { w: f.W, rn: f.Rn, list, count, imm: start, delta: (f.U ? 4 * count : -4 * count) & 255 };
}

function blockRows(): Row[] {
  const suffix = (name: string, user: boolean, f: Fields): string => {
    const mode = blockMode(f);
    const said = mode !== 'ia' || (name === 'stm' && (user || f.W === 1));
    return said ? mode : '';
  };
  const text =
    (name: string, user: boolean): Asm =>
    (f, x) => {
      const several = bitCount(f.list!) > 1 || user;
      if (!user && f.Rn === 13 && f.W && several) {
        if (name === 'ldm' && f.U && !f.P) return ins(`pop${x.cond}`, registerList(f.list!));
        if (name === 'stm' && !f.U && f.P) return ins(`push${x.cond}`, registerList(f.list!));
      }
      const single = !user && f.Rn === 13 && f.W && !several;
      const mode =
        single && ((name === 'ldm' && f.U && !f.P) || (name === 'stm' && !f.U && f.P)) ? 'fd' : suffix(name, user, f);
      return ins(`${name}${mode}${x.cond}`, `${r(f.Rn)}${f.W ? '!' : ''}`, registerList(f.list!) + (user ? '^' : ''));
    };
  const bad = (f: Fields): boolean => f.Rn === 15 || f.list === 0;
  const lowest = (f: Fields): boolean => (f.list! & -f.list!) === 1 << f.Rn!;
  return [
    row('LDM A1', 'cond:4 100 P:1 U:1 0 W:1 1 Rn:4 list:16', {
      execute: f => {
        if (bad(f)) return undefined;
        const o = blockOperands(f as Parameters<typeof blockOperands>[0], f.list!);
        return { op: loadMultiple, operands: { ...o, pc: f.list! >> 15, list: f.list! & 0x7fff } };
      },
      asm: text('ldm', false),
      unpredictable: f => bad(f) || (f.W === 1 && ((f.list! >> f.Rn!) & 1) === 1) || f.list! >> 15 === 1,
    }),
    row('STM A1', 'cond:4 100 P:1 U:1 0 W:1 0 Rn:4 list:16', {
      execute: f => (bad(f) ? undefined : { op: storeMultiple, operands: { ...blockOperands(f as Parameters<typeof blockOperands>[0], f.list!), pcRead: f.list! >> 15 } }), // prettier-ignore
      asm: text('stm', false),
      unpredictable: f => bad(f) || (f.W === 1 && ((f.list! >> f.Rn!) & 1) === 1 && !lowest(f)) || f.list! >> 15 === 1,
    }),
    ...(['ldm', 'stm'] as const).map(name =>
      row(
        `${name.toUpperCase()} (user registers, exception return) A1`,
        `cond:4 100 P:1 U:1 1 W:1 ${name === 'ldm' ? 1 : 0} Rn:4 list:16`,
        {
          execute: f => {
            if (bad(f)) return undefined;
            const what = name === 'stm' ? 'stmUser' : f.list! >> 15 ? 'ldmReturn' : 'ldmUser';
            const encoding = (f.P! << 24) | (f.U! << 23) | (f.W! << 21) | (f.Rn! << 16) | f.list!;
            return { op: system, operands: { what, imm: encoding } };
          },
          asm: text(name, true),
          system: true,
        },
      ),
    ),
  ];
}

function exclusiveRows(): Row[] {
  const rows: Row[] = [];
  for (const [suffix, bits, width] of [
    ['', '00', 'w'],
    ['d', '01', 'd'],
    ['b', '10', 'b'],
    ['h', '11', 'h'],
  ] as const) {
    const dual = width === 'd';
    const rt2 = (rt: number): number => (dual ? rt + 1 : 0);
    const badLoad = (f: Fields): boolean => f.Rn === 15 || f.Rt === 15 || (dual && ((f.Rt! & 1) === 1 || f.Rt === 14));
    const badStore = (f: Fields): boolean =>
      badLoad(f) || f.Rd === 15 || f.Rd === f.Rn || f.Rd === f.Rt || (dual && f.Rd === f.Rt! + 1);
    rows.push(
      row(`LDREX${suffix.toUpperCase()} A1`, `cond:4 00011${bits}1 Rn:4 Rt:4 (1)(1)(1)(1) 1001 (1)(1)(1)(1)`, {
        execute: f => (badLoad(f) ? undefined : { op: loadExclusive, operands: { width, rt: f.Rt!, rt2: rt2(f.Rt!), rn: f.Rn!, imm: 0 } }), // prettier-ignore
        asm: (f, x) => ins(`ldrex${suffix}${x.cond}`, r(f.Rt), `[${r(f.Rn)}]`),
        unpredictable: badLoad,
      }),
      row(`STREX${suffix.toUpperCase()} A1`, `cond:4 00011${bits}0 Rn:4 Rd:4 (1)(1)(1)(1) 1001 Rt:4`, {
        execute: f => (badStore(f) ? undefined : { op: storeExclusive, operands: { width, rd: f.Rd!, rt: f.Rt!, rt2: rt2(f.Rt!), rn: f.Rn!, imm: 0 } }), // prettier-ignore
        asm: (f, x) => ins(`strex${suffix}${x.cond}`, r(f.Rd), r(f.Rt), `[${r(f.Rn)}]`),
        unpredictable: badStore,
      }),
    );
  }
  return rows;
}

export const A32_MEMORY: readonly Row[] = [...wordAndByteRows(), ...extraRows(), ...blockRows(), ...exclusiveRows()];
