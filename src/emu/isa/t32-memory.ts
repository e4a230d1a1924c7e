// T32 loads and stores (ARM DDI 0406C A6.3.5 to A6.3.10).
import { PC_WRITE } from '../codegen/operations/alu';
import { system } from '../codegen/operations/system';
import {
  loadDual, loadExclusive, loadMultiple, loadRegister, nop, storeDual, storeExclusive, storeMultiple, storeRegister, tableBranch,
} from '../codegen/operations/memory'; // prettier-ignore
import type { Access, Operands } from '../codegen/semantics';
import { blockOperands } from './a32-memory';
import { type Asm, imm, ins, memory, r, registerList } from './asm';
import { bitCount } from './immediates';
import { rowsOf } from './rows';
import type { Action, Fields, Row } from './table';

const row = rowsOf('t32');
const bad = (...registers: (number | undefined)[]): boolean => registers.some(n => n === 13 || n === 15);

type Index = 'offset' | 'pre' | 'post';
const indexOf = (f: Fields): Index => (f.P ? (f.W ? 'pre' : 'offset') : 'post');

/** Name, bits of size and sign, access, load. */
const SINGLES: readonly (readonly [string, string, Access, boolean])[] = [
  ['strb', '0000', 'u8', false],
  ['strh', '0010', 'u16', false],
  ['str', '0100', 'word', false],
  ['ldrb', '0001', 'u8', true],
  ['ldrh', '0011', 'u16', true],
  ['ldr', '0101', 'word', true],
  ['ldrsb', '1001', 's8', true],
  ['ldrsh', '1011', 's16', true],
];

function action(load: boolean, access: Access, f: Fields, more: Operands): Action {
  const operands = {
    access,
    form: 'imm',
    minus: 0,
    index: 'offset',
    user: 0,
    rt: f.Rt!,
    rn: f.Rn!,
    rm: 0,
    sh: 0,
    imm: 0,
    ...more,
  };
  if (!load) return { op: storeRegister, operands };
  return {
    op: loadRegister,
    operands: { ...operands, pcw: f.Rt === 15 ? PC_WRITE.interworking : PC_WRITE.none },
    alignPc: true,
  };
}

/** What narrow loads to the PC are; halfwords with a sign have none (unallocated hints). */
const HINTS: Readonly<Record<string, string>> = { ldrb: 'pld', ldrh: 'pldw', ldrsb: 'pli' };
/** Text of an immediate offset; none for zero, whatever its sign. */
const offset = (u: number, imm: number): string | undefined => (imm === 0 ? undefined : `#${u ? '' : '-'}${imm}`);

/** Bit 24 and bits 22..20 of `1111100s UooL`, with bit 23 given. */
const opcode = (bits: string, u: string): string => `1111100${bits[0]} ${u} ${bits.slice(1)}`;

function singleRows(): Row[] {
  const rows: Row[] = [];
  for (const [name, bits, access, load] of SINGLES) {
    const title = name.toUpperCase();
    const word = access === 'word';
    // Rt = 15 is a branch for LDR, a preload hint for narrow loads, and nothing for stores.
    const badRt = (f: Fields): boolean => (word ? !load && f.Rt === 15 : f.Rt === 13 || (f.Rt === 15 && !load));
    const hint = (f: Fields): boolean => load && !word && f.Rt === 15;
    const guard = (f: Fields, wrong: boolean, make: () => Action): Action | undefined =>
      wrong || badRt(f) ? undefined : hint(f) ? { op: nop, operands: {} } : make();
    const text = (f: Fields, cond: string, address: string, suffix: 't' | '' = ''): string => {
      const hintName = hint(f) ? HINTS[name] : undefined;
      if (hintName !== undefined) return ins(`${hintName}${cond}`, address);
      return ins(`${name}${suffix}${cond}${suffix ? '' : '.w'}`, r(f.Rt), address);
    };
    const storeToPc = (f: Fields): boolean => !load && f.Rn === 15;
    const oddPc = (f: Fields): boolean => badRt(f) || hint(f) || f.Rt === 15 || f.Rn === 15;
    rows.push(
      row(`${title} (immediate) T3`, `${opcode(bits, '1')} Rn:4 Rt:4 imm12:12`, f => guard(f, storeToPc(f), () => action(load, access, f, { imm: f.imm12! })), (f, x) => text(f, x.cond, memory(r(f.Rn), offset(1, f.imm12!), 'offset')), { when: f => f.Rn !== 15 || !load, unpredictable: oddPc }),
      row(`${title} (immediate) T4`, `${opcode(bits, '0')} Rn:4 Rt:4 1 P:1 U:1 W:1 imm8:8`,
        f => guard(f, storeToPc(f) || (f.W === 1 && f.Rn === f.Rt) || (f.W === 1 && hint(f)), () => action(load, access, f, { index: indexOf(f), imm: f.U ? f.imm8! : -f.imm8! })),
        (f, x) => text(f, x.cond, memory(r(f.Rn), offset(f.U!, f.imm8!), indexOf(f))),
        { when: f => (f.Rn !== 15 || !load) && (f.P === 1 || f.W === 1) && !(f.P === 1 && f.U === 1 && f.W === 0), unpredictable: f => oddPc(f) || (f.W === 1 && f.Rn === f.Rt) }),
      row(`${title}T T1`, `${opcode(bits, '0')} Rn:4 Rt:4 1110 imm8:8`, f => guard(f, storeToPc(f) || bad(f.Rt), () => action(load, access, f, { user: 1, imm: f.imm8! })), (f, x) => text(f, x.cond, memory(r(f.Rn), offset(1, f.imm8!), 'offset'), 't'), { when: f => f.Rn !== 15 || !load, unpredictable: f => oddPc(f) || bad(f.Rt) }),
      row(`${title} (register) T2`, `${opcode(bits, '0')} Rn:4 Rt:4 000000 imm2:2 Rm:4`, f => guard(f, storeToPc(f) || bad(f.Rm), () => action(load, access, f, { form: f.imm2 ? 'lsl' : 'reg', rm: f.Rm!, sh: f.imm2! })), (f, x) => text(f, x.cond, `[${r(f.Rn)}, ${r(f.Rm)}${f.imm2 ? `, lsl #${f.imm2}` : ''}]`), { when: f => f.Rn !== 15 || !load, unpredictable: f => oddPc(f) || bad(f.Rm) }),
    ); // prettier-ignore
    if (load)
      rows.push(
        row(`${title} (literal) T2`, `1111100${bits[0]} U:1 ${bits.slice(1)} 1111 Rt:4 imm12:12`, f => guard(f, false, () => action(load, access, { ...f, Rn: 15 }, { imm: f.U ? f.imm12! : -f.imm12! })), (f, x) => text(f, x.cond, memory('pc', offset(f.U!, f.imm12!), 'offset')), { unpredictable: () => true }),
      ); // prettier-ignore
  }
  return rows;
}

function dualAndExclusiveRows(): Row[] {
  const rows: Row[] = [];
  for (const [name, L] of [
    ['strd', 0],
    ['ldrd', 1],
  ] as const) {
    const wrong = (f: Fields): boolean =>
      bad(f.Rt, f.Rt2) ||
      (L === 1 && f.Rt === f.Rt2) ||
      (f.W === 1 && (f.Rn === 15 || f.Rn === f.Rt || f.Rn === f.Rt2)) ||
      (L === 0 && f.Rn === 15);
    rows.push(
      row(`${name.toUpperCase()} (immediate) T1`, `1110100 P:1 U:1 1 W:1 ${L} Rn:4 Rt:4 Rt2:4 imm8:8`,
        f => (wrong(f) ? undefined : { op: L ? loadDual : storeDual, operands: { form: 'imm', minus: 0, index: indexOf(f), rt: f.Rt!, rt2: f.Rt2!, rn: f.Rn!, rm: 0, imm: (f.U ? 4 : -4) * f.imm8! }, alignPc: true }),
        (f, x) => ins(`${name}${x.cond}`, r(f.Rt), r(f.Rt2), f.imm8 === 0 && f.U && f.P ? `[${r(f.Rn)}]` : memory(r(f.Rn), `#${f.U ? '' : '-'}${f.imm8! * 4}`, indexOf(f))),
        { when: f => f.P === 1 || f.W === 1, unpredictable: f => wrong(f) || f.Rn === 15 }),
    ); // prettier-ignore
  }
  rows.push(
    row('STREX T1', '111010000100 Rn:4 Rt:4 Rd:4 imm8:8', f => (bad(f.Rd, f.Rt) || f.Rn === 15 || f.Rd === f.Rn || f.Rd === f.Rt ? undefined : { op: storeExclusive, operands: { width: 'w', rd: f.Rd!, rt: f.Rt!, rt2: 0, rn: f.Rn!, imm: f.imm8! * 4 } }), (f, x) => ins(`strex${x.cond}`, r(f.Rd), r(f.Rt), memory(r(f.Rn), f.imm8 ? `#${f.imm8 * 4}` : undefined, 'offset')), { unpredictable: f => bad(f.Rd, f.Rt) || f.Rn === 15 || f.Rd === f.Rn || f.Rd === f.Rt }),
    row('LDREX T1', '111010000101 Rn:4 Rt:4 (1)(1)(1)(1) imm8:8', f => (bad(f.Rt) || f.Rn === 15 ? undefined : { op: loadExclusive, operands: { width: 'w', rt: f.Rt!, rt2: 0, rn: f.Rn!, imm: f.imm8! * 4 } }), (f, x) => ins(`ldrex${x.cond}`, r(f.Rt), memory(r(f.Rn), f.imm8 ? `#${f.imm8 * 4}` : undefined, 'offset')), { unpredictable: f => bad(f.Rt) || f.Rn === 15 }),
  ); // prettier-ignore
  for (const [suffix, bits] of [
    ['b', '0100'],
    ['h', '0101'],
    ['d', '0111'],
  ] as const) {
    const dual = suffix === 'd';
    const rt2 = dual ? 'Rt2:4' : '(1)(1)(1)(1)';
    const wrongLoad = (f: Fields): boolean => bad(f.Rt) || f.Rn === 15 || (dual && (bad(f.Rt2) || f.Rt === f.Rt2));
    const wrongStore = (f: Fields): boolean =>
      bad(f.Rd, f.Rt) ||
      f.Rn === 15 ||
      (dual && bad(f.Rt2)) ||
      f.Rd === f.Rn ||
      f.Rd === f.Rt ||
      (dual && f.Rd === f.Rt2);
    const list = (f: Fields): string[] => (dual ? [r(f.Rt), r(f.Rt2)] : [r(f.Rt)]);
    rows.push(
      row(`STREX${suffix.toUpperCase()} T1`, `111010001100 Rn:4 Rt:4 ${rt2} ${bits} Rd:4`, f => (wrongStore(f) ? undefined : { op: storeExclusive, operands: { width: suffix, rd: f.Rd!, rt: f.Rt!, rt2: f.Rt2 ?? 0, rn: f.Rn!, imm: 0 } }), (f, x) => ins(`strex${suffix}${x.cond}`, r(f.Rd), ...list(f), `[${r(f.Rn)}]`), { unpredictable: wrongStore }),
      row(`LDREX${suffix.toUpperCase()} T1`, `111010001101 Rn:4 Rt:4 ${rt2} ${bits} (1)(1)(1)(1)`, f => (wrongLoad(f) ? undefined : { op: loadExclusive, operands: { width: suffix, rt: f.Rt!, rt2: f.Rt2 ?? 0, rn: f.Rn!, imm: 0 } }), (f, x) => ins(`ldrex${suffix}${x.cond}`, ...list(f), `[${r(f.Rn)}]`), { unpredictable: wrongLoad }),
    ); // prettier-ignore
  }
  for (const half of [0, 1])
    rows.push(
      row(half ? 'TBH T1' : 'TBB T1', `111010001101 Rn:4 (1)(1)(1)(1) (0)(0)(0)(0) 000${half} Rm:4`, f => (f.Rn === 13 || bad(f.Rm) ? undefined : { op: tableBranch, operands: { half, rn: f.Rn!, rm: f.Rm! } }), (f, x) => ins(`tb${half ? 'h' : 'b'}${x.cond}`, `[${r(f.Rn)}, ${r(f.Rm)}${half ? ', lsl #1' : ''}]`), { unpredictable: f => f.Rn === 13 || f.Rn === 15 || bad(f.Rm) }),
    ); // prettier-ignore
  return rows;
}

function blockRows(): Row[] {
  const rows: Row[] = [];
  for (const [mode, bits, P, U] of [
    ['ia', '01', 0, 1],
    ['db', '10', 1, 0],
  ] as const) {
    const wrong = (f: Fields): boolean =>
      f.Rn === 15 ||
      bitCount(f.list!) < 2 ||
      ((f.list! >> 13) & 1) === 1 ||
      (f.W === 1 && ((f.list! >> f.Rn!) & 1) === 1);
    const wrongLoad = (f: Fields): boolean => wrong(f) || f.list! >> 14 === 3;
    const wrongStore = (f: Fields): boolean => wrong(f) || f.list! >> 15 === 1;
    const text =
      (name: string): Asm =>
      (f, x) =>
        ins(`${name}${mode}${x.cond}${U ? '.w' : ''}`, `${r(f.Rn)}${f.W ? '!' : ''}`, registerList(f.list!));
    const operands = (f: Fields): Operands => blockOperands({ P, U, W: f.W!, Rn: f.Rn! }, f.list!);
    rows.push(
      row(`LDM${mode.toUpperCase()} T2`, `1110100 ${bits} 0 W:1 1 Rn:4 list:16`, f => (wrongLoad(f) ? undefined : { op: loadMultiple, operands: { ...operands(f), pc: f.list! >> 15, list: f.list! & 0x7fff } }), text('ldm'), { unpredictable: f => wrongLoad(f) || f.list! >> 15 === 1 }),
      row(`STM${mode.toUpperCase()} T2`, `1110100 ${bits} 0 W:1 0 Rn:4 list:16`, f => (wrongStore(f) ? undefined : { op: storeMultiple, operands: operands(f) }), text('stm'), { unpredictable: wrongStore }),
      row(`RFE${mode.toUpperCase()} T1`, `1110100 ${U ? '11' : '00'} 0 W:1 1 Rn:4 (1)(1)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)`, f => (f.Rn === 15 ? undefined : { op: system, operands: { what: 'rfe', imm: (P << 24) | (U << 23) | (f.W! << 21) | (f.Rn! << 16) } }), (f, x) => ins(`rfe${mode}${x.cond}`, `${r(f.Rn)}${f.W ? '!' : ''}`), { system: true }),
      row(`SRS${mode.toUpperCase()} T1`, `1110100 ${U ? '11' : '00'} 0 W:1 0 (1)(1)(0)(1) (1)(1)(0)(0)(0)(0)(0)(0)(0)(0)(0) mode:5`, f => ({ op: system, operands: { what: 'srs', imm: (P << 24) | (U << 23) | (f.W! << 21) | f.mode! } }), (f, x) => ins(`srs${mode}${x.cond}`, `sp${f.W ? '!' : ''}`, imm(f.mode!)), { system: true }),
    ); // prettier-ignore
  }
  return rows;
}

export const T32_MEMORY: readonly Row[] = [...singleRows(), ...dualAndExclusiveRows(), ...blockRows()];
