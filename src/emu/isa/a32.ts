// A32 (ARM DDI 0406C chapter A5): data processing; and all of A32 but loads and stores.
import {
  alu,
  type AluOpcode,
  aluRegisterShift,
  decodeImmShift,
  PC_WRITE,
  REGISTER_SHIFTS,
} from '../codegen/operations/alu';
import type { Operands, Operation } from '../codegen/semantics';
import { A32_CONTROL } from './a32-control';
import { A32_COPROCESSOR } from './a32-coprocessor';
import { A32_MEDIA } from './a32-media';
import { A32_MULTIPLY } from './a32-multiply';
import { ins, modifiedImmediate, r, SHIFTS, shiftedRegister } from './asm';
import { armExpandImm } from './immediates';
import { guarded, noPc, rowsOf, run } from './rows';
import type { Action, Fields, Row } from './table';

const row = rowsOf('a32');

const OPCODES: readonly AluOpcode[] = ['and', 'eor', 'sub', 'rsb', 'add', 'adc', 'sbc', 'rsc', 'tst', 'teq', 'cmp', 'cmn', 'orr', 'mov', 'bic', 'mvn']; // prettier-ignore
const isTest = (i: number): boolean => i >= 8 && i < 12;
const isMove = (i: number): boolean => i === 13 || i === 15;

/** Rd = 15 is a branch; with S it is an exception return (SUBS PC, LR and related, B9.3.20). */
function dataProcessing(i: number, f: Fields, operands: Operands, op: Operation = alu): Action {
  if (f.Rd === 15 && f.S && !isTest(i)) {
    return run(op, { ...operands, opc: OPCODES[i]!, s: 0, rd: 15, rn: f.Rn ?? 0, pcw: PC_WRITE.exceptionReturn });
  }
  const pcw = f.Rd === 15 && !isTest(i) ? PC_WRITE.interworking : PC_WRITE.none;
  return run(op, { ...operands, opc: OPCODES[i]!, s: isTest(i) ? 1 : f.S!, rd: f.Rd ?? 0, rn: f.Rn ?? 0, pcw });
}

function dataProcessingRows(): Row[] {
  const rows: Row[] = [];
  OPCODES.forEach((name, i) => {
    const bits = i.toString(2).padStart(4, '0');
    const s = isTest(i) ? '1' : 'S:1';
    const rn = isMove(i) ? '(0)(0)(0)(0)' : 'Rn:4';
    const rd = isTest(i) ? '(0)(0)(0)(0)' : 'Rd:4';
    const operands = (f: Fields): string[] => [...(isTest(i) ? [] : [r(f.Rd)]), ...(isMove(i) ? [] : [r(f.Rn)])];
    const mnemonic = (f: Fields, cond: string): string => `${name}${!isTest(i) && f.S ? 's' : ''}${cond}`;
    const title = name.toUpperCase();
    rows.push(
      row(
        `${title} (immediate) A1`,
        `cond:4 001 ${bits} ${s} ${rn} ${rd} imm12:12`,
        f => {
          const e = armExpandImm(f.imm12!);
          return dataProcessing(i, f, { form: 'imm', imm: e.imm, ic: e.ic, rm: 0, sh: 0 });
        },
        (f, x) => ins(mnemonic(f, x.cond), ...operands(f), modifiedImmediate(f.imm12!)),
        { unpredictable: f => f.Rd === 15 },
      ),
      row(
        `${title} (register) A1`,
        `cond:4 000 ${bits} ${s} ${rn} ${rd} imm5:5 type:2 0 Rm:4`,
        f => dataProcessing(i, f, { ...decodeImmShift(f.type!, f.imm5!), rm: f.Rm!, imm: 0, ic: 0 }),
        (f, x) => {
          if (name === 'mov' && (f.type || f.imm5)) {
            const suffix = `${f.S ? 's' : ''}${x.cond}`;
            if (f.type === 3 && f.imm5 === 0) return ins(`rrx${suffix}`, r(f.Rd), r(f.Rm));
            return ins(`${SHIFTS[f.type!]}${suffix}`, r(f.Rd), r(f.Rm), `#${f.imm5 || 32}`);
          }
          if (name === 'mov' && f.cond === 14 && !f.S && f.Rd === 0 && f.Rm === 0) return ins('nop'); // of old assemblers
          return ins(mnemonic(f, x.cond), ...operands(f), shiftedRegister(f.Rm!, f.type!, f.imm5!));
        },
        { unpredictable: f => f.Rd === 15 },
      ),
      row(
        `${title} (register-shifted register) A1`,
        `cond:4 000 ${bits} ${s} ${rn} ${rd} Rs:4 0 type:2 1 Rm:4`,
        guarded(noPc('Rd', 'Rn', 'Rs', 'Rm'), f =>
          dataProcessing(i, f, { form: REGISTER_SHIFTS[f.type!]!, rm: f.Rm!, rs: f.Rs!, ic: 0 }, aluRegisterShift),
        ),
        (f, x) =>
          name === 'mov'
            ? ins(`${SHIFTS[f.type!]}${f.S ? 's' : ''}${x.cond}`, r(f.Rd), r(f.Rm), r(f.Rs))
            : ins(mnemonic(f, x.cond), ...operands(f), `${r(f.Rm)}, ${SHIFTS[f.type!]} ${r(f.Rs)}`),
        { unpredictable: noPc('Rd', 'Rn', 'Rs', 'Rm') },
      ),
    );
  });
  return rows;
}

export const A32_CORE: readonly Row[] = [
  ...dataProcessingRows(),
  ...A32_MULTIPLY,
  ...A32_MEDIA,
  ...A32_CONTROL,
  ...A32_COPROCESSOR,
];
