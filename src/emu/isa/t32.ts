// T32: the 32-bit Thumb encodings (ARM DDI 0406C A6.3) but loads and stores.
import { EXIT } from '../codegen/layout';
import {
  type AluOpcode,
  aluRegisterShift,
  decodeImmShift,
  movt,
  PC_WRITE,
  REGISTER_SHIFTS,
} from '../codegen/operations/alu';
import { branch, branchIf, branchLink, branchLinkExchange, leave } from '../codegen/operations/branch';
import {
  bitFieldExtract, bitFieldInsert, countZeros, extend, pack, parallel, reverse, saturate, saturate16, saturatingAdd, selectBytes,
} from '../codegen/operations/media'; // prettier-ignore
import { clearExclusive, nop } from '../codegen/operations/memory';
import {
  absoluteDifferences, divide, mulDual, mulDualLong, mulHalf, mulHalfLong, mulHigh, mulLong, mulOp, mulWide, umaal,
} from '../codegen/operations/multiply'; // prettier-ignore
import type { Operands, Operation } from '../codegen/semantics';
import { hint } from './a32-control';
import { A32_COPROCESSOR } from './a32-coprocessor';
import { bitField } from './a32-media';
import { CONDITION_SUFFIX, hex, imm, ins, r, shiftedRegister, unsigned } from './asm';
import { bankedName, barrierText, cpsText, hintText, psrName } from './asm-system';
import { signExtend, thumbExpandImm } from './immediates';
import { badReg, bxj, isb, rowsOf, run, sys } from './rows';
import { aluAction } from './t16';
import type { Action, Fields, Row } from './table';

const row = rowsOf('t32');

/** op, name, name with Rd = 15 and S, name with Rn = 15. */
const DATA_PROCESSING: readonly (readonly [string, AluOpcode, AluOpcode | '', AluOpcode | ''])[] = [
  ['0000', 'and', 'tst', ''],
  ['0001', 'bic', '', ''],
  ['0010', 'orr', '', 'mov'],
  ['0011', 'orn', '', 'mvn'],
  ['0100', 'eor', 'teq', ''],
  ['1000', 'add', 'cmn', ''],
  ['1010', 'adc', '', ''],
  ['1011', 'sbc', '', ''],
  ['1101', 'sub', 'cmp', ''],
  ['1110', 'rsb', '', ''],
];
const imm12 = (f: Fields): number => (f.i! << 11) | (f.imm3! << 8) | f.imm8!;
const imm5 = (f: Fields): number => (f.imm3! << 2) | f.imm2!;

function dataProcessingRows(): Row[] {
  const rows: Row[] = [];
  for (const [bits, name, test, move] of DATA_PROCESSING) {
    const arithmetic = name === 'add' || name === 'sub';
    /** [opcode, suffix of the pattern: which registers are fixed] */
    const forms: [AluOpcode, string, string, string][] = [[name, 'S:1 Rn:4', 'Rd:4', 'normal']];
    if (test) forms.push([test, '1 Rn:4', '1111', 'test']);
    if (move) forms.push([move, 'S:1 1111', 'Rd:4', 'move']);
    for (const [opc, sn, rd, kind] of forms) {
      const title = opc.toUpperCase();
      const registers = (f: Fields): { rd: number; rn: number } => ({ rd: f.Rd ?? 0, rn: f.Rn ?? 0 });
      // SP may be base and destination of ADD and SUB, and Rn of CMP and CMN.
      const bad = (f: Fields): boolean => {
        if (kind === 'test') return f.Rn === 15 || (f.Rn === 13 && !arithmetic) || badReg('Rm')(f);
        if (kind === 'normal' && arithmetic)
          return f.Rn === 15 || f.Rd === 15 || (f.Rd === 13 && f.Rn !== 13) || badReg('Rm')(f);
        if (opc === 'mov') return f.Rd === 15 || f.Rm === 15;
        return badReg('Rd', 'Rm')(f) || (f.Rn !== undefined && badReg('Rn')(f));
      };
      const movTest = (f: Fields): boolean => (opc === 'mov' && (f.Rd === 13 || f.Rm === 13)) || bad(f);
      const s = (f: Fields): number => (kind === 'test' ? 1 : f.S!);
      const list = (f: Fields): string[] => [
        ...(kind === 'test' ? [] : [r(f.Rd)]),
        ...(kind === 'move' ? [] : [r(f.Rn)]),
      ];
      const wide = opc === 'orn' || opc === 'teq' || opc === 'rsb' ? '' : '.w';
      const mnemonic = (f: Fields, cond: string): string => `${opc}${kind !== 'test' && f.S ? 's' : ''}${cond}${wide}`;
      rows.push(
        row(
          `${title} (immediate) T32`,
          `11110 i:1 0 ${bits} ${sn} 0 imm3:3 ${rd} imm8:8`,
          f => {
            if (bad(f)) return undefined;
            const e = thumbExpandImm(imm12(f));
            return aluAction(opc, 'imm', s(f), { ...registers(f), imm: e.imm, ic: s(f) ? e.ic : 0 });
          },
          (f, x) => ins(mnemonic(f, x.cond), ...list(f), unsigned(thumbExpandImm(imm12(f)).imm)),
          { unpredictable: f => movTest(f) || (f.i === 0 && f.imm3! > 0 && f.imm3! < 4 && f.imm8 === 0) },
        ),
        row(
          `${title} (register) T32`,
          `1110101 ${bits} ${sn} (0) imm3:3 ${rd} imm2:2 type:2 Rm:4`,
          f => {
            if (bad(f)) return undefined;
            const shift = decodeImmShift(f.type!, imm5(f));
            return aluAction(opc, shift.form, s(f), { ...registers(f), rm: f.Rm!, sh: shift.sh });
          },
          (f, x) => ins(mnemonic(f, x.cond), ...list(f), shiftedRegister(f.Rm!, f.type!, imm5(f))),
          { unpredictable: movTest },
        ),
      );
    }
  }
  rows.push(
    row('PKHBT, PKHTB T1', '111010101100 Rn:4 (0) imm3:3 Rd:4 imm2:2 tb:1 0 Rm:4',
      f => (badReg('Rd', 'Rn', 'Rm')(f) ? undefined : run(pack, { tb: f.tb!, ...decodeImmShift(f.tb! * 2, imm5(f)), rd: f.Rd!, rn: f.Rn!, rm: f.Rm! })),
      (f, x) => ins(`pkh${f.tb ? 'tb' : 'bt'}${x.cond}`, r(f.Rd), r(f.Rn), shiftedRegister(f.Rm!, f.tb! * 2, imm5(f))), { unpredictable: badReg('Rd', 'Rn', 'Rm') }),
  ); // prettier-ignore
  return rows;
}

function plainImmediateRows(): Row[] {
  const movImm = (f: Fields): number => (f.imm4! << 12) | imm12(f);
  const rows: Row[] = [];
  for (const [opc, bits] of [['add', '00000'], ['sub', '01010']] as const)
    rows.push(
      row(`${opc.toUpperCase()}W T4`, `11110 i:1 1 ${bits} Rn:4 0 imm3:3 Rd:4 imm8:8`,
        f => (f.Rd === 15 || (f.Rd === 13 && f.Rn !== 13) ? undefined : { ...aluAction(opc, 'imm', 0, { rd: f.Rd!, rn: f.Rn!, imm: imm12(f) }), alignPc: true }),
        (f, x) => ins(`${opc}w${x.cond}`, r(f.Rd), r(f.Rn), imm(imm12(f))), { unpredictable: f => f.Rd === 15 || (f.Rd === 13 && f.Rn !== 13) }),
    ); // prettier-ignore
  rows.push(
    row('MOVW T3', '11110 i:1 100100 imm4:4 0 imm3:3 Rd:4 imm8:8', f => (badReg('Rd')(f) ? undefined : aluAction('mov', 'imm', 0, { rd: f.Rd!, imm: movImm(f) })), (f, x) => ins(`movw${x.cond}`, r(f.Rd), imm(movImm(f))), { unpredictable: badReg('Rd') }),
    row('MOVT T1', '11110 i:1 101100 imm4:4 0 imm3:3 Rd:4 imm8:8', f => (badReg('Rd')(f) ? undefined : run(movt, { rd: f.Rd!, imm: movImm(f) })), (f, x) => ins(`movt${x.cond}`, r(f.Rd), imm(movImm(f))), { unpredictable: badReg('Rd') }),
    row('BFI, BFC T1', '11110 (0) 110110 Rn:4 0 imm3:3 Rd:4 imm2:2 (0) msb:5', f => (badReg('Rd')(f) || f.Rn === 13 || f.msb! < imm5(f) ? undefined : run(bitFieldInsert, bitField(f.Rd!, f.Rn!, imm5(f), f.msb!))), (f, x) => (f.Rn === 15 ? ins(`bfc${x.cond}`, r(f.Rd), `#${imm5(f)}`, `#${f.msb! - imm5(f) + 1}`) : ins(`bfi${x.cond}`, r(f.Rd), r(f.Rn), `#${imm5(f)}`, `#${f.msb! - imm5(f) + 1}`)), { unpredictable: f => badReg('Rd')(f) || f.Rn === 13 || f.msb! < imm5(f) }),
  ); // prettier-ignore
  for (const signed of [1, 0]) {
    const u = signed ? '0' : '1';
    const name = signed ? 'ssat' : 'usat';
    const badField = (f: Fields): boolean => badReg('Rd', 'Rn')(f) || imm5(f) + f.widthm1! > 31;
    rows.push(
      row(`${name.toUpperCase()} T1`, `11110 (0) 11${u}0 sh:1 0 Rn:4 0 imm3:3 Rd:4 imm2:2 (0) sat:5`, f => (badReg('Rd', 'Rn')(f) ? undefined : run(saturate, { signed, ...decodeImmShift(f.sh! * 2, imm5(f)), rd: f.Rd!, rm: f.Rn!, sat: f.sat! + signed })), (f, x) => ins(`${name}${x.cond}`, r(f.Rd), `#${f.sat! + signed}`, shiftedRegister(f.Rn!, f.sh! * 2, imm5(f))), { when: f => f.sh === 0 || imm5(f) !== 0, unpredictable: badReg('Rd', 'Rn') }),
      row(`${name.toUpperCase()}16 T1`, `11110 (0) 11${u}010 Rn:4 0 000 Rd:4 00 (0)(0) sat:4`, f => (badReg('Rd', 'Rn')(f) ? undefined : run(saturate16, { signed, rd: f.Rd!, rm: f.Rn!, sat: f.sat! + signed })), (f, x) => ins(`${name}16${x.cond}`, r(f.Rd), `#${f.sat! + signed}`, r(f.Rn)), { unpredictable: badReg('Rd', 'Rn') }),
      row(`${signed ? 'S' : 'U'}BFX T1`, `11110 (0) 11${u}100 Rn:4 0 imm3:3 Rd:4 imm2:2 (0) widthm1:5`, f => (badField(f) ? undefined : run(bitFieldExtract, { signed, rd: f.Rd!, rn: f.Rn!, left: 31 - imm5(f) - f.widthm1!, right: 31 - f.widthm1! })), (f, x) => ins(`${signed ? 's' : 'u'}bfx${x.cond}`, r(f.Rd), r(f.Rn), `#${imm5(f)}`, `#${f.widthm1! + 1}`), { unpredictable: badField }),
    ); // prettier-ignore
  }
  return rows;
}

/** S:I1:I2:immH:imm11:0 with I = NOT(J XOR S). */
function branchOffset(f: Fields, high: number, highBits: number, low: number): number {
  const i1 = 1 - (f.J1! ^ f.S!);
  const i2 = 1 - (f.J2! ^ f.S!);
  return signExtend(
    (f.S! << (highBits + 14)) | (i1 << (highBits + 13)) | (i2 << (highBits + 12)) | (high << 12) | low,
    highBits + 15,
  );
}
const conditionalOffset = (f: Fields): number =>
  signExtend((f.S! << 20) | (f.J2! << 19) | (f.J1! << 18) | (f.imm6! << 12) | (f.imm11! << 1), 21);
const longOffset = (f: Fields): number => branchOffset(f, f.imm10!, 10, f.imm11! << 1);
const exchangeOffset = (f: Fields): number => branchOffset(f, f.imm10H!, 10, f.imm10L! << 2);

function branchAndControlRows(): Row[] {
  return [
    row('B T3', '11110 S:1 cond:4 imm6:6 10 J1:1 0 J2:1 imm11:11', (f, it) => (it ? undefined : { op: branchIf, operands: { cc: f.cond!, off: conditionalOffset(f) + 4 }, ownCondition: true }), (f, x) => ins(`b${CONDITION_SUFFIX[f.cond!]}.w`, hex(x.address + 4 + conditionalOffset(f))), { when: f => f.cond! < 14 }),
    row('B T4', '11110 S:1 imm10:10 10 J1:1 1 J2:1 imm11:11', f => run(branch, { off: longOffset(f) + 4 }), (f, x) => ins(`b${x.cond}.w`, hex(x.address + 4 + longOffset(f)))),
    row('BL T1', '11110 S:1 imm10:10 11 J1:1 1 J2:1 imm11:11', f => run(branchLink, { off: longOffset(f) + 4 }), (f, x) => ins(`bl${x.cond}`, hex(x.address + 4 + longOffset(f)))),
    row('BLX (immediate) T2', '11110 S:1 imm10H:10 11 J1:1 0 J2:1 imm10L:10 0', f => run(branchLinkExchange, { toThumb: 0, off: exchangeOffset(f) + 4 }), (f, x) => ins(`blx${x.cond}`, hex(((x.address + 4) & ~3) + exchangeOffset(f)))),
    row('MSR (register) T1', '11110011100 R:1 Rn:4 10 (0) 0 mask:4 (0)(0) 0 (0) (0)(0)(0)(0)', f => (badReg('Rn')(f) ? undefined : sys('msr', (f.R! << 22) | (f.mask! << 16) | f.Rn!)), (f, x) => ins(`msr${x.cond}`, psrName(f.R!, f.mask!), r(f.Rn)), { system: true }),
    row('MSR (Banked register) T1', '11110011100 R:1 Rn:4 10 (0) 0 M1:4 (0)(0) 1 M:1 (0)(0)(0)(0)', f => sys('msrBanked', (f.R! << 22) | (f.M1! << 16) | (f.M! << 8) | f.Rn!), (f, x) => ins(`msr${x.cond}`, bankedName(f.R!, (f.M! << 4) | f.M1!), r(f.Rn)), { system: true }),
    row('NOP and hints T2', '111100111010 (1)(1)(1)(1) 10 (0) 0 (0) 000 hint:8', f => hint(f.hint!), (f, x) => hintText(f.hint!, x.cond, '.w'), { system: true }),
    row('CPS T2', '111100111010 (1)(1)(1)(1) 10 (0) 0 (0) imod:2 M:1 A:1 I:1 F:1 mode:5', f => sys('cps', (f.imod! << 18) | (f.M! << 17) | (f.A! << 8) | (f.I! << 7) | (f.F! << 6) | f.mode!), f => cpsText(f, ', ', '.w'), { when: f => f.imod !== 0 || f.M !== 0, system: true }),
    row('CLREX T1', '111100111011 (1)(1)(1)(1) 10 (0) 0 (1)(1)(1)(1) 0010 (1)(1)(1)(1)', () => run(clearExclusive, {}), (_f, x) => ins(`clrex${x.cond}`)),
    row('DSB T1', '111100111011 (1)(1)(1)(1) 10 (0) 0 (1)(1)(1)(1) 0100 option:4', () => run(nop, {}), (f, x) => barrierText('dsb', f.option!, x.cond)),
    row('DMB T1', '111100111011 (1)(1)(1)(1) 10 (0) 0 (1)(1)(1)(1) 0101 option:4', () => run(nop, {}), (f, x) => barrierText('dmb', f.option!, x.cond)),
    row('ISB T1', '111100111011 (1)(1)(1)(1) 10 (0) 0 (1)(1)(1)(1) 0110 option:4', () => isb(), (f, x) => barrierText('isb', f.option!, x.cond), { system: true }),
    row('BXJ T1', '111100111100 Rm:4 10 (0) 0 (1)(1)(1)(1) (0)(0)(0)(0)(0)(0)(0)(0)', f => (badReg('Rm')(f) ? undefined : bxj(f.Rm!)), (f, x) => ins(`bxj${x.cond}`, r(f.Rm)), { unpredictable: badReg('Rm') }),
    row('SUBS PC, LR T1', '111100111101 (1)(1)(1)(0) 10 (0) 0 (1)(1)(1)(1) imm8:8', f => aluAction('sub', 'imm', 0, { rd: 15, rn: 14, imm: f.imm8!, pcw: PC_WRITE.exceptionReturn }), (f, x) => (f.imm8 ? ins(`subs${x.cond}`, 'pc', 'lr', imm(f.imm8!)) : ins(`eret${x.cond}`)), { system: true, when: f => f.imm8 !== 0 }),
    row('ERET T1', '111100111101 (1)(1)(1)(0) 10 (0) 0 (1)(1)(1)(1) 00000000', () => sys('eret', 0), (_f, x) => ins(`eret${x.cond}`), { system: true }),
    row('MRS T1', '11110011111 R:1 (1)(1)(1)(1) 10 (0) 0 Rd:4 (0)(0) 0 (0) (0)(0)(0)(0)', f => (badReg('Rd')(f) ? undefined : sys('mrs', (f.R! << 22) | (f.Rd! << 12))), (f, x) => ins(`mrs${x.cond}`, r(f.Rd), f.R ? 'SPSR' : 'CPSR'), { system: true }),
    row('MRS (Banked register) T1', '11110011111 R:1 M1:4 10 (0) 0 Rd:4 (0)(0) 1 M:1 (0)(0)(0)(0)', f => sys('mrsBanked', (f.R! << 22) | (f.M1! << 16) | (f.Rd! << 12) | (f.M! << 8)), (f, x) => ins(`mrs${x.cond}`, r(f.Rd), bankedName(f.R!, (f.M! << 4) | f.M1!)), { system: true }),
    row('HVC T1', '111101111110 imm4:4 1000 imm12:12', f => run(leave, { exit: EXIT.HVC, imm: (f.imm4! << 12) | f.imm12! }), f => ins('hvc', `#${(f.imm4! << 12) | f.imm12!}`), { system: true }),
    row('SMC T1', '111101111111 imm4:4 1000 (0)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)(0)', f => run(leave, { exit: EXIT.SMC, imm: f.imm4! }), (f, x) => ins(`smc${x.cond}`, imm(f.imm4!)), { system: true }),
    row('UDF T2', '111101111111 imm4:4 1010 imm12:12', f => run(leave, { exit: EXIT.UNDEFINED, imm: (f.imm4! << 12) | f.imm12! }), (f, x) => ins(`udf${x.cond}.w`, imm((f.imm4! << 12) | f.imm12!)), { system: true }),
  ]; // prettier-ignore
}

function registerRows(): Row[] {
  const rows: Row[] = [];
  const bad3 = badReg('Rd', 'Rn', 'Rm');
  REGISTER_SHIFTS.forEach((form, type) => {
    const name = form.slice(0, 3);
    rows.push(
      row(`${name.toUpperCase()} (register) T2`, `11111010 0${type.toString(2).padStart(2, '0')} S:1 Rn:4 1111 Rd:4 0000 Rm:4`,
        f => (bad3(f) ? undefined : run(aluRegisterShift, { opc: 'mov', form, s: f.S!, ic: 0, pcw: 0, rd: f.Rd!, rn: 0, rm: f.Rn!, rs: f.Rm! })),
        (f, x) => ins(`${name}${f.S ? 's' : ''}${x.cond}.w`, r(f.Rd), r(f.Rn), r(f.Rm)), { unpredictable: bad3 }),
    ); // prettier-ignore
  });
  for (const [i, suffix] of ['xth', 'xth', 'xtb16', 'xtb16', 'xtb', 'xtb'].entries()) {
    const signed = 1 - (i & 1);
    const letter = signed ? 's' : 'u';
    const kind = suffix.slice(2);
    const bits = i.toString(2).padStart(3, '0');
    const rotation = (f: Fields): string[] => (f.rotate ? [`ror #${f.rotate * 8}`] : []);
    const make = (f: Fields, acc: number): Action =>
      run(extend, { kind, signed, acc, rot: f.rotate! * 8, rd: f.Rd!, rn: f.Rn ?? 0, rm: f.Rm! });
    rows.push(
      row(`${letter}${suffix}`.toUpperCase() + ' T2', `111110100${bits} 1111 1111 Rd:4 1 (0) rotate:2 Rm:4`, f => (badReg('Rd', 'Rm')(f) ? undefined : make(f, 0)), (f, x) => ins(`${letter}${suffix}${x.cond}${kind === 'b16' ? '' : '.w'}`, r(f.Rd), r(f.Rm), ...rotation(f)), { unpredictable: badReg('Rd', 'Rm') }),
      row(`${letter}xta${kind}`.toUpperCase() + ' T1', `111110100${bits} Rn:4 1111 Rd:4 1 (0) rotate:2 Rm:4`, f => (badReg('Rd', 'Rm', 'Rn')(f) ? undefined : make(f, 1)), (f, x) => ins(`${letter}xta${kind}${x.cond}`, r(f.Rd), r(f.Rn), r(f.Rm), ...rotation(f)), { unpredictable: bad3 }),
    ); // prettier-ignore
  }
  for (const [bits, what] of [['001', 'add16'], ['010', 'asx'], ['110', 'sax'], ['101', 'sub16'], ['000', 'add8'], ['100', 'sub8']] as const) // prettier-ignore
    for (const [u, kinds] of [[0, ['s', 'q', 'sh']], [1, ['u', 'uq', 'uh']]] as const)
      kinds.forEach((kind, k) => rows.push(row(`${kind}${what}`.toUpperCase() + ' T1', `111110101${bits} Rn:4 1111 Rd:4 0${u}${k.toString(2).padStart(2, '0')} Rm:4`, f => (bad3(f) ? undefined : run(parallel, { kind, what, rd: f.Rd!, rn: f.Rn!, rm: f.Rm! })), (f, x) => ins(`${kind}${what}${x.cond}`, r(f.Rd), r(f.Rn), r(f.Rm)), { unpredictable: bad3 }))); // prettier-ignore
  for (const [i, name] of ['qadd', 'qdadd', 'qsub', 'qdsub'].entries())
    rows.push(row(`${name.toUpperCase()} T1`, `111110101000 Rn:4 1111 Rd:4 10${i.toString(2).padStart(2, '0')} Rm:4`, f => (bad3(f) ? undefined : run(saturatingAdd, { subtract: i >> 1, double: i & 1, rd: f.Rd!, rn: f.Rn!, rm: f.Rm! })), (f, x) => ins(`${name}${x.cond}`, r(f.Rd), r(f.Rm), r(f.Rn)), { unpredictable: bad3 })); // prettier-ignore
  const same = (f: Fields): boolean => badReg('Rd', 'Rm')(f);
  for (const [bits, kind] of [['00', 'rev'], ['01', 'rev16'], ['10', 'rbit'], ['11', 'revsh']] as const)
    rows.push(row(`${kind.toUpperCase()} T2`, `111110101001 Rm2:4 1111 Rd:4 10${bits} Rm:4`, f => (same(f) ? undefined : run(reverse, { kind, rd: f.Rd!, rm: f.Rm! })), (f, x) => ins(`${kind}${x.cond}${kind === 'rbit' ? '' : '.w'}`, r(f.Rd), r(f.Rm)), { unpredictable: f => same(f) || f.Rm2 !== f.Rm })); // prettier-ignore
  rows.push(
    row('SEL T1', '111110101010 Rn:4 1111 Rd:4 1000 Rm:4', f => (bad3(f) ? undefined : run(selectBytes, { rd: f.Rd!, rn: f.Rn!, rm: f.Rm! })), (f, x) => ins(`sel${x.cond}`, r(f.Rd), r(f.Rn), r(f.Rm)), { unpredictable: bad3 }),
    row('CLZ T1', '111110101011 Rm2:4 1111 Rd:4 1000 Rm:4', f => (same(f) ? undefined : run(countZeros, { rd: f.Rd!, rm: f.Rm! })), (f, x) => ins(`clz${x.cond}`, r(f.Rd), r(f.Rm)), { unpredictable: f => same(f) || f.Rm2 !== f.Rm }),
  ); // prettier-ignore
  return rows;
}

function multiplyRows(): Row[] {
  const rows: Row[] = [];
  const add = (
    name: string,
    pattern: string,
    op: Operation,
    fixed: Operands,
    registers: string,
    order: string,
  ): void => {
    const map = registers.split(' ').map(p => p.split('=') as [string, string]);
    const bad = (f: Fields): boolean => map.some(([, field]) => f[field] === 15 || f[field] === 13);
    rows.push(
      row(`${name.toUpperCase()} T1`, pattern, f => (bad(f) ? undefined : run(op, { ...fixed, ...Object.fromEntries(map.map(([o, n]) => [o, f[n]!])) })), (f, x) => ins(`${name}${x.cond}${name === 'mul' ? '.w' : ''}`, ...order.split(' ').map(n => r(f[n]))), { unpredictable: f => bad(f) || (f.RdHi !== undefined && f.RdHi === f.RdLo) }),
    ); // prettier-ignore
  };
  const d3 = 'rd=Rd rn=Rn rm=Rm ra=Ra';
  const d2 = 'rd=Rd rn=Rn rm=Rm';
  const dl = 'rdlo=RdLo rdhi=RdHi rn=Rn rm=Rm';
  const short = (name: string, op1: string, op2: string, op: Operation, fixed: Operands): void =>
    add(name, `111110110${op1} Rn:4 Ra:4 Rd:4 00${op2} Rm:4`, op, fixed, d3, 'Rd Rn Rm Ra');
  const noAcc = (name: string, op1: string, op2: string, op: Operation, fixed: Operands): void =>
    add(name, `111110110${op1} Rn:4 1111 Rd:4 00${op2} Rm:4`, op, { ...fixed, ra: 0 }, d2, 'Rd Rn Rm');
  const long = (name: string, op1: string, op2: string, op: Operation, fixed: Operands): void =>
    add(name, `111110111${op1} Rn:4 RdLo:4 RdHi:4 ${op2} Rm:4`, op, fixed, dl, 'RdLo RdHi Rn Rm');
  noAcc('mul', '000', '00', mulOp, { acc: 0, s: 0 });
  short('mla', '000', '00', mulOp, { acc: 1, s: 0 });
  short('mls', '000', '01', mulOp, { acc: 2, s: 0 });
  const ends = ['b', 't'];
  for (const n of [0, 1])
    for (const m of [0, 1]) {
      const xy = ends[n]! + ends[m]!;
      noAcc(`smul${xy}`, '001', `${n}${m}`, mulHalf, { acc: 0, n, m });
      short(`smla${xy}`, '001', `${n}${m}`, mulHalf, { acc: 1, n, m });
      long(`smlal${xy}`, '100', `10${n}${m}`, mulHalfLong, { n, m });
    }
  for (const m of [0, 1]) {
    const x = m ? 'x' : '';
    const rounded = m ? 'r' : '';
    noAcc(`smuad${x}`, '010', `0${m}`, mulDual, { subtract: 0, swap: m, acc: 0 });
    short(`smlad${x}`, '010', `0${m}`, mulDual, { subtract: 0, swap: m, acc: 1 });
    noAcc(`smulw${ends[m]}`, '011', `0${m}`, mulWide, { acc: 0, m });
    short(`smlaw${ends[m]}`, '011', `0${m}`, mulWide, { acc: 1, m });
    noAcc(`smusd${x}`, '100', `0${m}`, mulDual, { subtract: 1, swap: m, acc: 0 });
    short(`smlsd${x}`, '100', `0${m}`, mulDual, { subtract: 1, swap: m, acc: 1 });
    noAcc(`smmul${rounded}`, '101', `0${m}`, mulHigh, { acc: 0, round: m });
    short(`smmla${rounded}`, '101', `0${m}`, mulHigh, { acc: 1, round: m });
    short(`smmls${rounded}`, '110', `0${m}`, mulHigh, { acc: 2, round: m });
    long(`smlald${x}`, '100', `110${m}`, mulDualLong, { subtract: 0, swap: m });
    long(`smlsld${x}`, '101', `110${m}`, mulDualLong, { subtract: 1, swap: m });
  }
  noAcc('usad8', '111', '00', absoluteDifferences, { acc: 0 });
  short('usada8', '111', '00', absoluteDifferences, { acc: 1 });
  long('smull', '000', '0000', mulLong, { signed: 1, acc: 0, s: 0 });
  long('umull', '010', '0000', mulLong, { signed: 0, acc: 0, s: 0 });
  long('smlal', '100', '0000', mulLong, { signed: 1, acc: 1, s: 0 });
  long('umlal', '110', '0000', mulLong, { signed: 0, acc: 1, s: 0 });
  long('umaal', '110', '0110', umaal, {});
  for (const [name, op1, signed] of [
    ['sdiv', '001', 1],
    ['udiv', '011', 0],
  ] as const)
    add(name, `111110111${op1} Rn:4 (1)(1)(1)(1) Rd:4 1111 Rm:4`, divide, { signed }, d2, 'Rd Rn Rm');
  return rows;
}

/** A T32 row from an A32 row: coprocessor and floating-point space differ in the condition only. */
export function fromA32(a: Row): Row {
  return { ...a, name: `${a.name} T32`, set: 't32', pattern: a.pattern.replace('cond:4', '1110') };
}

/** The same for Advanced SIMD: 1111001U... becomes 111U1111..., and 11110100... becomes 11111001... (A7.4, A7.7). */
export function simdFromA32(a: Row): Row {
  const pattern = a.pattern
    .replace(/^1111\s*001\s*([01]|[A-Za-z]\w*:1)/, '111 $1 1111 ')
    .replace(/^1111\s*0100/, '1111 1001 ');
  return { ...a, name: `${a.name} T32`, set: 't32', pattern };
}

export const T32_CORE: readonly Row[] = [
  ...dataProcessingRows(),
  ...plainImmediateRows(),
  ...branchAndControlRows(),
  ...registerRows(),
  ...multiplyRows(),
  ...A32_COPROCESSOR.map(fromA32),
];
