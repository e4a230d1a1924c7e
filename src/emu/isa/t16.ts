// T16: the 16-bit Thumb encodings (ARM DDI 0406C A6.2).
import { EXIT } from '../codegen/layout';
import {
  alu,
  type AluOpcode,
  aluRegisterShift,
  decodeImmShift,
  PC_WRITE,
  type ShiftForm,
} from '../codegen/operations/alu';
import { branch, branchExchange, branchIf, compareBranch, leave } from '../codegen/operations/branch';
import { extend, reverse } from '../codegen/operations/media';
import { ifThen, loadMultiple, loadRegister, storeMultiple, storeRegister } from '../codegen/operations/memory';
import { mulOp } from '../codegen/operations/multiply';
import type { Access } from '../codegen/semantics';
import { blockOperands } from './a32-memory';
import { hint } from './a32-control';
import { CONDITION_SUFFIX, hex, imm, ins, r, registerList } from './asm';
import { cpsText, hintText } from './asm-system';
import { signExtend } from './immediates';
import { rowsOf, run, sys } from './rows';
import type { Action, Fields, Row } from './table';

const row = rowsOf('t16');

/** An ALU action with everything that a form does not use at rest. */
export function aluAction(
  opc: AluOpcode,
  form: ShiftForm,
  s: number,
  o: { rd?: number; rn?: number; rm?: number; sh?: number; imm?: number; ic?: number; pcw?: number },
): Action {
  return run(alu, { opc, form, s, ic: 0, pcw: PC_WRITE.none, rd: 0, rn: 0, rm: 0, sh: 0, imm: 0, ...o });
}
const setsFlags = (inIt: boolean): number => (inIt ? 0 : 1);
/** `adds` outside an IT block, `add<c>` inside. */
const flagged = (name: string, x: { inIt: boolean; cond: string }): string => `${name}${x.inIt ? '' : 's'}${x.cond}`;

function shiftAndAddRows(): Row[] {
  const rows: Row[] = ['lsl', 'lsr', 'asr'].map((name, type) =>
    row(
      `${name.toUpperCase()} (immediate) T1`,
      `000${type.toString(2).padStart(2, '0')} imm5:5 Rm:3 Rd:3`,
      (f, it) => {
        const shift = decodeImmShift(type, f.imm5!);
        return aluAction('mov', shift.form, setsFlags(it), { rd: f.Rd!, rm: f.Rm!, sh: shift.sh });
      },
      (f, x) =>
        name === 'lsl' && f.imm5 === 0
          ? ins(flagged('mov', x), r(f.Rd), r(f.Rm))
          : ins(flagged(name, x), r(f.Rd), r(f.Rm), `#${f.imm5 || 32}`),
    ),
  );
  for (const [i, opc] of (['add', 'sub'] as const).entries()) {
    const title = opc.toUpperCase();
    rows.push(
      row(`${title} (register) T1`, `000110${i} Rm:3 Rn:3 Rd:3`, (f, it) => aluAction(opc, 'reg', setsFlags(it), { rd: f.Rd!, rn: f.Rn!, rm: f.Rm! }), (f, x) => ins(flagged(opc, x), r(f.Rd), r(f.Rn), r(f.Rm))),
      row(`${title} (immediate) T1`, `000111${i} imm3:3 Rn:3 Rd:3`, (f, it) => aluAction(opc, 'imm', setsFlags(it), { rd: f.Rd!, rn: f.Rn!, imm: f.imm3! }), (f, x) => ins(flagged(opc, x), r(f.Rd), r(f.Rn), imm(f.imm3!))),
      row(`${title} (immediate) T2`, `0011${i} Rd:3 imm8:8`, (f, it) => aluAction(opc, 'imm', setsFlags(it), { rd: f.Rd!, rn: f.Rd!, imm: f.imm8! }), (f, x) => ins(flagged(opc, x), r(f.Rd), imm(f.imm8!))),
    ); // prettier-ignore
  }
  rows.push(
    row('MOV (immediate) T1', '00100 Rd:3 imm8:8', (f, it) => aluAction('mov', 'imm', setsFlags(it), { rd: f.Rd!, imm: f.imm8! }), (f, x) => ins(flagged('mov', x), r(f.Rd), imm(f.imm8!))),
    row('CMP (immediate) T1', '00101 Rn:3 imm8:8', f => aluAction('cmp', 'imm', 1, { rn: f.Rn!, imm: f.imm8! }), (f, x) => ins(`cmp${x.cond}`, r(f.Rn), imm(f.imm8!))),
  ); // prettier-ignore
  return rows;
}

const OPCODES = ['and', 'eor', 'lsl', 'lsr', 'asr', 'adc', 'sbc', 'ror', 'tst', 'rsb', 'cmp', 'cmn', 'orr', 'mul', 'bic', 'mvn'] as const; // prettier-ignore

function registerRows(): Row[] {
  const rows: Row[] = OPCODES.map((name, i) =>
    row(
      `${name.toUpperCase()} (register) T1`,
      `010000 ${i.toString(2).padStart(4, '0')} Rm:3 Rdn:3`,
      (f, it): Action => {
        const s = setsFlags(it);
        const both = { rd: f.Rdn!, rn: f.Rdn!, rm: f.Rm! };
        switch (name) {
          case 'lsl':
          case 'lsr':
          case 'asr':
          case 'ror':
            return run(aluRegisterShift, {
              opc: 'mov',
              form: `${name}r`,
              s,
              ic: 0,
              pcw: 0,
              rd: f.Rdn!,
              rn: 0,
              rm: f.Rdn!,
              rs: f.Rm!,
            });
          case 'mul':
            return run(mulOp, { acc: 0, s, ...both, ra: 0 });
          case 'rsb':
            return aluAction('rsb', 'imm', s, { rd: f.Rdn!, rn: f.Rm!, imm: 0 });
          case 'mvn':
            return aluAction('mvn', 'reg', s, { rd: f.Rdn!, rm: f.Rm! });
          case 'tst':
          case 'cmp':
          case 'cmn':
            return aluAction(name, 'reg', 1, { rn: f.Rdn!, rm: f.Rm! });
          default:
            return aluAction(name, 'reg', s, both);
        }
      },
      (f, x) => {
        if (name === 'tst' || name === 'cmp' || name === 'cmn') return ins(`${name}${x.cond}`, r(f.Rdn), r(f.Rm));
        if (name === 'rsb') return ins(flagged('neg', x), r(f.Rdn), r(f.Rm));
        return ins(flagged(name, x), r(f.Rdn), r(f.Rm));
      },
    ),
  );
  const high = (f: Fields): number => f.D! * 8 + f.Rdn!;
  const pcw = (rd: number): number => (rd === 15 ? PC_WRITE.branch : PC_WRITE.none);
  rows.push(
    row('ADD (register) T2', '01000100 D:1 Rm:4 Rdn:3', f => aluAction('add', 'reg', 0, { rd: high(f), rn: high(f), rm: f.Rm!, pcw: pcw(high(f)) }), (f, x) => ins(`add${x.cond}`, r(high(f)), r(f.Rm)), { unpredictable: f => high(f) === 15 && f.Rm === 15 }),
    row('CMP (register) T2', '01000101 D:1 Rm:4 Rdn:3', f => aluAction('cmp', 'reg', 1, { rn: high(f), rm: f.Rm! }), (f, x) => ins(`cmp${x.cond}`, r(high(f)), r(f.Rm)), { unpredictable: f => high(f) === 15 || f.Rm === 15 || (high(f) < 8 && f.Rm! < 8) }),
    row('MOV (register) T1', '01000110 D:1 Rm:4 Rdn:3', f => aluAction('mov', 'reg', 0, { rd: high(f), rm: f.Rm!, pcw: pcw(high(f)) }), (f, x) => (f.D && f.Rm === 8 && f.Rdn === 0 ? ins(`nop${x.cond}`) : ins(`mov${x.cond}`, r(high(f)), r(f.Rm)))),
    row('BX T1', '010001110 Rm:4 (0)(0)(0)', f => run(branchExchange, { link: 0, rm: f.Rm! }), (f, x) => ins(`bx${x.cond}`, r(f.Rm))),
    row('BLX (register) T1', '010001111 Rm:4 (0)(0)(0)', f => (f.Rm === 15 ? undefined : run(branchExchange, { link: 1, rm: f.Rm! })), (f, x) => ins(`blx${x.cond}`, r(f.Rm)), { unpredictable: f => f.Rm === 15 }),
  ); // prettier-ignore
  return rows;
}

/** A load or store with an immediate offset from a register. */
function single(load: boolean, access: Access, rt: number, rn: number, offset: number): Action {
  const operands = { access, form: 'imm', minus: 0, index: 'offset', user: 0, rt, rn, rm: 0, sh: 0, imm: offset };
  return load ? run(loadRegister, { ...operands, pcw: PC_WRITE.none }) : run(storeRegister, operands);
}

function memoryRows(): Row[] {
  const rows: Row[] = [
    row('LDR (literal) T1', '01001 Rt:3 imm8:8', f => ({ ...single(true, 'word', f.Rt!, 15, f.imm8! * 4), alignPc: true }), (f, x) => ins(`ldr${x.cond}`, r(f.Rt), `[pc, #${f.imm8! * 4}]`)),
  ]; // prettier-ignore
  const kinds = [['str', 'word'], ['strh', 'u16'], ['strb', 'u8'], ['ldrsb', 's8'], ['ldr', 'word'], ['ldrh', 'u16'], ['ldrb', 'u8'], ['ldrsh', 's16']] as const; // prettier-ignore
  kinds.forEach(([name, access], i) => {
    const load = name.startsWith('ldr');
    rows.push(
      row(
        `${name.toUpperCase()} (register) T1`,
        `0101 ${i.toString(2).padStart(3, '0')} Rm:3 Rn:3 Rt:3`,
        f => {
          const operands = {
            access,
            form: 'reg',
            minus: 0,
            index: 'offset',
            user: 0,
            rt: f.Rt!,
            rn: f.Rn!,
            rm: f.Rm!,
            sh: 0,
            imm: 0,
          };
          return load ? run(loadRegister, { ...operands, pcw: PC_WRITE.none }) : run(storeRegister, operands);
        },
        (f, x) => ins(`${name}${x.cond}`, r(f.Rt), `[${r(f.Rn)}, ${r(f.Rm)}]`),
      ),
    );
  });
  for (const [name, bits, access, scale] of [['str', '01100', 'word', 4], ['ldr', '01101', 'word', 4], ['strb', '01110', 'u8', 1], ['ldrb', '01111', 'u8', 1], ['strh', '10000', 'u16', 2], ['ldrh', '10001', 'u16', 2]] as const) // prettier-ignore
    rows.push(
      row(`${name.toUpperCase()} (immediate) T1`, `${bits} imm5:5 Rn:3 Rt:3`, f => single(name.startsWith('ldr'), access, f.Rt!, f.Rn!, f.imm5! * scale), (f, x) => ins(`${name}${x.cond}`, r(f.Rt), `[${r(f.Rn)}, #${f.imm5! * scale}]`)),
    ); // prettier-ignore
  for (const [name, bits] of [['str', '10010'], ['ldr', '10011']] as const)
    rows.push(row(`${name.toUpperCase()} (immediate) T2`, `${bits} Rt:3 imm8:8`, f => single(name === 'ldr', 'word', f.Rt!, 13, f.imm8! * 4), (f, x) => ins(`${name}${x.cond}`, r(f.Rt), `[sp, #${f.imm8! * 4}]`))); // prettier-ignore
  const block = (load: boolean, f: { P: number; U: number; W: number; Rn: number }, list: number): Action => {
    const o = blockOperands(f, list);
    return load ? run(loadMultiple, { ...o, pc: list >> 15, list: list & 0x7fff }) : run(storeMultiple, o);
  };
  rows.push(
    row('STM T1', '11000 Rn:3 list:8', f => (f.list ? block(false, { P: 0, U: 1, W: 1, Rn: f.Rn! }, f.list) : undefined), (f, x) => ins(`stmia${x.cond}`, `${r(f.Rn)}!`, registerList(f.list!)), { unpredictable: f => f.list === 0 || (((f.list! >> f.Rn!) & 1) === 1 && (f.list! & -f.list!) !== 1 << f.Rn!) }),
    row('LDM T1', '11001 Rn:3 list:8', f => (f.list ? block(true, { P: 0, U: 1, W: (f.list >> f.Rn!) & 1 ? 0 : 1, Rn: f.Rn! }, f.list) : undefined), (f, x) => ins(`ldmia${x.cond}`, `${r(f.Rn)}${(f.list! >> f.Rn!) & 1 ? '' : '!'}`, registerList(f.list!)), { unpredictable: f => f.list === 0 }),
    row('PUSH T1', '1011010 M:1 list:8', f => (f.M! + f.list! ? block(false, { P: 1, U: 0, W: 1, Rn: 13 }, (f.M! << 14) | f.list!) : undefined), (f, x) => ins(`push${x.cond}`, registerList((f.M! << 14) | f.list!)), { unpredictable: f => f.M! + f.list! === 0 }),
    row('POP T1', '1011110 P:1 list:8', f => (f.P! + f.list! ? block(true, { P: 0, U: 1, W: 1, Rn: 13 }, (f.P! << 15) | f.list!) : undefined), (f, x) => ins(`pop${x.cond}`, registerList((f.P! << 15) | f.list!)), { unpredictable: f => f.P! + f.list! === 0 || f.P === 1 }),
  ); // prettier-ignore
  return rows;
}

function miscellaneousRows(): Row[] {
  const rows: Row[] = [
    row('ADR T1', '10100 Rd:3 imm8:8', f => ({ ...aluAction('add', 'imm', 0, { rd: f.Rd!, rn: 15, imm: f.imm8! * 4 }), alignPc: true }), (f, x) => ins(`add${x.cond}`, r(f.Rd), 'pc', imm(f.imm8! * 4))),
    row('ADD (SP plus immediate) T1', '10101 Rd:3 imm8:8', f => aluAction('add', 'imm', 0, { rd: f.Rd!, rn: 13, imm: f.imm8! * 4 }), (f, x) => ins(`add${x.cond}`, r(f.Rd), 'sp', imm(f.imm8! * 4))),
    row('ADD (SP plus immediate) T2', '101100000 imm7:7', f => aluAction('add', 'imm', 0, { rd: 13, rn: 13, imm: f.imm7! * 4 }), (f, x) => ins(`add${x.cond}`, 'sp', imm(f.imm7! * 4))),
    row('SUB (SP minus immediate) T1', '101100001 imm7:7', f => aluAction('sub', 'imm', 0, { rd: 13, rn: 13, imm: f.imm7! * 4 }), (f, x) => ins(`sub${x.cond}`, 'sp', imm(f.imm7! * 4))),
    row('CBNZ, CBZ T1', '1011 op:1 0 i:1 1 imm5:5 Rn:3', (f, it) => (it ? undefined : run(compareBranch, { nonZero: f.op!, rn: f.Rn!, off: (f.i! << 6) + f.imm5! * 2 + 4 })), (f, x) => ins(f.op ? 'cbnz' : 'cbz', r(f.Rn), hex(x.address + 4 + (f.i! << 6) + f.imm5! * 2))),
    row('SETEND T1', '10110110010 (1) E:1 (0)(0)(0)', f => sys('setend', f.E! << 9), f => ins('setend', f.E ? 'be' : 'le'), { system: true }),
    row('CPS T1', '10110110011 im:1 (0) A:1 I:1 F:1', f => sys('cps', ((2 + f.im!) << 18) | (f.A! << 8) | (f.I! << 7) | (f.F! << 6)), f => cpsText({ imod: 2 + f.im!, A: f.A!, I: f.I!, F: f.F!, M: 0, mode: 0 }, ', '), { system: true }),
    row('BKPT T1', '10111110 imm8:8', f => ({ op: leave, operands: { exit: EXIT.BREAKPOINT, imm: f.imm8! }, ownCondition: true }), f => ins('bkpt', `0x${f.imm8!.toString(16).padStart(4, '0')}`), { system: true }),
    row('IT T1', '10111111 firstcond:4 mask:4', (f, it) => (it || f.firstcond === 15 || (f.firstcond === 14 && (f.mask! & (f.mask! - 1)) !== 0) ? undefined : run(ifThen, { imm: (f.firstcond! << 4) | f.mask! })), f => itText(f), { when: f => f.mask !== 0, unpredictable: f => f.firstcond! >= 14 }),
    row('NOP and hints T1', '10111111 hint:4 0000', f => hint(f.hint!), (f, x) => hintText(f.hint!, x.cond, ''), { system: true }),
    row('B T1', '1101 cond:4 imm8:8', (f, it) => (it ? undefined : { op: branchIf, operands: { cc: f.cond!, off: signExtend(f.imm8!, 8) * 2 + 4 }, ownCondition: true }), (f, x) => ins(`b${CONDITION_SUFFIX[f.cond!]}.n`, hex(x.address + 4 + signExtend(f.imm8!, 8) * 2)), { when: f => f.cond! < 14 }),
    row('UDF T1', '11011110 imm8:8', f => run(leave, { exit: EXIT.UNDEFINED, imm: f.imm8! }), (f, x) => ins(`udf${x.cond}`, imm(f.imm8!)), { system: true }),
    row('SVC T1', '11011111 imm8:8', f => run(leave, { exit: EXIT.SVC, imm: f.imm8! }), (f, x) => ins(`svc${x.cond}`, `${f.imm8}`), { system: true }),
    row('B T2', '11100 imm11:11', f => run(branch, { off: signExtend(f.imm11!, 11) * 2 + 4 }), (f, x) => ins(`b${x.cond}.n`, hex(x.address + 4 + signExtend(f.imm11!, 11) * 2))),
  ]; // prettier-ignore
  for (const [i, name] of ['sxth', 'sxtb', 'uxth', 'uxtb'].entries())
    rows.push(row(`${name.toUpperCase()} T1`, `10110010 ${i.toString(2).padStart(2, '0')} Rm:3 Rd:3`, f => run(extend, { kind: i & 1 ? 'b' : 'h', signed: i < 2 ? 1 : 0, acc: 0, rot: 0, rd: f.Rd!, rn: 0, rm: f.Rm! }), (f, x) => ins(`${name}${x.cond}`, r(f.Rd), r(f.Rm)))); // prettier-ignore
  for (const [bits, kind] of [['00', 'rev'], ['01', 'rev16'], ['11', 'revsh']] as const)
    rows.push(row(`${kind.toUpperCase()} T1`, `10111010 ${bits} Rm:3 Rd:3`, f => run(reverse, { kind, rd: f.Rd!, rm: f.Rm! }), (f, x) => ins(`${kind}${x.cond}`, r(f.Rd), r(f.Rm)))); // prettier-ignore
  return rows;
}

/** `itte eq`: a t or e for each instruction after the first. */
function itText(f: Fields): string {
  const first = f.firstcond! & 1;
  let letters = '';
  for (let bit = 3; bit > 0 && (f.mask! & ((1 << bit) - 1)) !== 0; bit--)
    letters += ((f.mask! >> bit) & 1) === first ? 't' : 'e';
  return ins(`it${letters}`, CONDITION_SUFFIX[f.firstcond!] || 'al');
}

export const T16_ROWS: readonly Row[] = [
  ...shiftAndAddRows(),
  ...registerRows(),
  ...memoryRows(),
  ...miscellaneousRows(),
];
