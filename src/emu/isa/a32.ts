// A32 (ARM DDI 0406C chapter A5): data processing, multiplication, miscellaneous.
import {
  alu,
  type AluOpcode,
  aluRegisterShift,
  decodeImmShift,
  movt,
  PC_WRITE,
  REGISTER_SHIFTS,
} from '../codegen/operations/alu';
import {
  branch,
  branchExchange,
  branchIf,
  branchLink,
  branchLinkExchange,
  leave,
  system,
} from '../codegen/operations/branch';
import { clearExclusive, nop } from '../codegen/operations/memory';
import {
  bitFieldExtract, bitFieldInsert, countZeros, extend, pack, parallel, reverse, saturate, saturate16, saturatingAdd, selectBytes,
} from '../codegen/operations/media'; // prettier-ignore
import {
  absoluteDifferences, divide, mulDual, mulDualLong, mulHalf, mulHalfLong, mulHigh, mulLong, mulOp, mulWide, umaal,
} from '../codegen/operations/multiply'; // prettier-ignore
import { EXIT } from '../codegen/layout';
import type { Operands, Operation, SystemInstruction } from '../codegen/semantics';
import { type Asm, hex, imm, ins, r, SHIFTS, shiftedRegister } from './asm';
import { armExpandImm, signExtend } from './immediates';
import type { Action, Fields, Row } from './table';

type Rest = Partial<Pick<Row, 'when' | 'unpredictable' | 'system'>>;
const row = (
  name: string,
  pattern: string,
  execute: (f: Fields) => Action | undefined,
  asm: Asm,
  rest: Rest = {},
): Row => ({
  name,
  set: 'a32',
  pattern,
  execute,
  asm,
  ...rest,
});
/** An action whose operands have the names of the operation already. */
const run = (op: Operation, operands: Operands): Action => ({ op, operands });
/** All general registers of the row differ from the PC. */
const noPc =
  (...names: string[]) =>
  (f: Fields): boolean =>
    names.some(n => f[n] === 15);
/** Executes only where no named register is the PC (UNPREDICTABLE there). */
const guarded =
  (bad: (f: Fields) => boolean, make: (f: Fields) => Action) =>
  (f: Fields): Action | undefined =>
    bad(f) ? undefined : make(f);

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
        (f, x) => {
          const { imm: v } = armExpandImm(f.imm12!);
          // A value with a smaller rotation than the one encoded is shown as it is encoded.
          const rotation = (f.imm12! >>> 8) * 2;
          const shown = canonicalRotation(v) === rotation ? imm(v) : `#${f.imm12! & 255}, ${rotation}`;
          return ins(mnemonic(f, x.cond), ...operands(f), shown);
        },
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

/** The rotation an assembler would choose for a value. */
function canonicalRotation(v: number): number {
  for (let rotate = 0; rotate < 32; rotate += 2)
    if (((v << rotate) | (v >>> ((32 - rotate) & 31))) >>> 0 < 256) return rotate;
  return -1;
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
    s = false,
  ): void => {
    // registers: operand=Field pairs; order: fields as the assembler lists them.
    const map = registers.split(' ').map(p => p.split('=') as [string, string]);
    const bad = (f: Fields): boolean => map.some(([, field]) => f[field] === 15);
    const sameLong = (f: Fields): boolean => f.RdHi !== undefined && f.RdHi === f.RdLo;
    rows.push(
      row(
        `${name.toUpperCase()} A1`,
        pattern,
        guarded(bad, f =>
          run(op, { ...fixed, ...(s ? { s: f.S! } : {}), ...Object.fromEntries(map.map(([o, n]) => [o, f[n]!])) }),
        ),
        (f, x) => ins(`${name}${s && f.S ? 's' : ''}${x.cond}`, ...order.split(' ').map(n => r(f[n]))),
        { unpredictable: f => bad(f) || sameLong(f) },
      ),
    );
  };
  const d3 = 'rd=Rd rn=Rn rm=Rm ra=Ra';
  const d2 = 'rd=Rd rn=Rn rm=Rm';
  const dl = 'rdlo=RdLo rdhi=RdHi rn=Rn rm=Rm';
  add('mul', 'cond:4 0000000 S:1 Rd:4 (0)(0)(0)(0) Rm:4 1001 Rn:4', mulOp, { acc: 0, ra: 0 }, d2, 'Rd Rn Rm', true);
  add('mla', 'cond:4 0000001 S:1 Rd:4 Ra:4 Rm:4 1001 Rn:4', mulOp, { acc: 1 }, d3, 'Rd Rn Rm Ra', true);
  add('mls', 'cond:4 00000110 Rd:4 Ra:4 Rm:4 1001 Rn:4', mulOp, { acc: 2, s: 0 }, d3, 'Rd Rn Rm Ra');
  add('umaal', 'cond:4 00000100 RdHi:4 RdLo:4 Rm:4 1001 Rn:4', umaal, {}, dl, 'RdLo RdHi Rn Rm');
  for (const [name, bits, signed, acc] of [
    ['umull', '100', 0, 0],
    ['umlal', '101', 0, 1],
    ['smull', '110', 1, 0],
    ['smlal', '111', 1, 1],
  ] as const)
    // prettier-ignore
    add(name, `cond:4 0000${bits} S:1 RdHi:4 RdLo:4 Rm:4 1001 Rn:4`, mulLong, { signed, acc }, dl, 'RdLo RdHi Rn Rm', true);
  const ends = ['b', 't'];
  for (const n of [0, 1])
    for (const m of [0, 1]) {
      const xy = ends[n]! + ends[m]!;
      add(
        `smla${xy}`,
        `cond:4 00010000 Rd:4 Ra:4 Rm:4 1 ${m} ${n} 0 Rn:4`,
        mulHalf,
        { acc: 1, n, m },
        d3,
        'Rd Rn Rm Ra',
      );
      add(`smul${xy}`, `cond:4 00010110 Rd:4 (0)(0)(0)(0) Rm:4 1 ${m} ${n} 0 Rn:4`, mulHalf, { acc: 0, n, m, ra: 0 }, d2, 'Rd Rn Rm'); // prettier-ignore
      add(`smlal${xy}`, `cond:4 00010100 RdHi:4 RdLo:4 Rm:4 1 ${m} ${n} 0 Rn:4`, mulHalfLong, { n, m }, dl, 'RdLo RdHi Rn Rm'); // prettier-ignore
    }
  for (const m of [0, 1]) {
    add(`smlaw${ends[m]}`, `cond:4 00010010 Rd:4 Ra:4 Rm:4 1 ${m} 00 Rn:4`, mulWide, { acc: 1, m }, d3, 'Rd Rn Rm Ra');
    add(`smulw${ends[m]}`, `cond:4 00010010 Rd:4 (0)(0)(0)(0) Rm:4 1 ${m} 10 Rn:4`, mulWide, { acc: 0, m, ra: 0 }, d2, 'Rd Rn Rm'); // prettier-ignore
    const swap = m;
    const suffix = swap ? 'x' : '';
    for (const subtract of [0, 1]) {
      const mnemonic = subtract ? 'sd' : 'ad';
      add(`smu${mnemonic}${suffix}`, `cond:4 01110000 Rd:4 1111 Rm:4 0${subtract}${swap}1 Rn:4`, mulDual, { subtract, swap, acc: 0, ra: 0 }, d2, 'Rd Rn Rm'); // prettier-ignore
      add(`sml${mnemonic}${suffix}`, `cond:4 01110000 Rd:4 Ra:4 Rm:4 0${subtract}${swap}1 Rn:4`, mulDual, { subtract, swap, acc: 1 }, d3, 'Rd Rn Rm Ra'); // prettier-ignore
      add(`sml${subtract ? 'sld' : 'ald'}${suffix}`, `cond:4 01110100 RdHi:4 RdLo:4 Rm:4 0${subtract}${swap}1 Rn:4`, mulDualLong, { subtract, swap }, dl, 'RdLo RdHi Rn Rm'); // prettier-ignore
    }
    const rounded = m ? 'r' : '';
    add(
      `smmul${rounded}`,
      `cond:4 01110101 Rd:4 1111 Rm:4 00${m}1 Rn:4`,
      mulHigh,
      { acc: 0, round: m, ra: 0 },
      d2,
      'Rd Rn Rm',
    );
    add(
      `smmla${rounded}`,
      `cond:4 01110101 Rd:4 Ra:4 Rm:4 00${m}1 Rn:4`,
      mulHigh,
      { acc: 1, round: m },
      d3,
      'Rd Rn Rm Ra',
    );
    add(
      `smmls${rounded}`,
      `cond:4 01110101 Rd:4 Ra:4 Rm:4 11${m}1 Rn:4`,
      mulHigh,
      { acc: 2, round: m },
      d3,
      'Rd Rn Rm Ra',
    );
  }
  add('sdiv', 'cond:4 01110001 Rd:4 (1)(1)(1)(1) Rm:4 0001 Rn:4', divide, { signed: 1 }, d2, 'Rd Rn Rm');
  add('udiv', 'cond:4 01110011 Rd:4 (1)(1)(1)(1) Rm:4 0001 Rn:4', divide, { signed: 0 }, d2, 'Rd Rn Rm');
  add('usad8', 'cond:4 01111000 Rd:4 1111 Rm:4 0001 Rn:4', absoluteDifferences, { acc: 0, ra: 0 }, d2, 'Rd Rn Rm');
  add('usada8', 'cond:4 01111000 Rd:4 Ra:4 Rm:4 0001 Rn:4', absoluteDifferences, { acc: 1 }, d3, 'Rd Rn Rm Ra');
  for (const [i, name] of ['qadd', 'qsub', 'qdadd', 'qdsub'].entries())
    add(name, `cond:4 00010${i.toString(2).padStart(2, '0')}0 Rn:4 Rd:4 (0)(0)(0)(0) 0101 Rm:4`, saturatingAdd, { subtract: i & 1, double: i >> 1 }, d2, 'Rd Rm Rn'); // prettier-ignore
  add('sel', 'cond:4 01101000 Rn:4 Rd:4 (1)(1)(1)(1) 1011 Rm:4', selectBytes, {}, d2, 'Rd Rn Rm');
  const kinds = ['', 's', 'q', 'sh', '', 'u', 'uq', 'uh'];
  for (const k of [1, 2, 3, 5, 6, 7])
    for (const [bits, what] of [['000', 'add16'], ['001', 'asx'], ['010', 'sax'], ['011', 'sub16'], ['100', 'add8'], ['111', 'sub8']] as const) // prettier-ignore
      add(`${kinds[k]}${what}`, `cond:4 01100${k.toString(2).padStart(3, '0')} Rn:4 Rd:4 (1)(1)(1)(1) ${bits}1 Rm:4`, parallel, { kind: kinds[k]!, what }, d2, 'Rd Rn Rm'); // prettier-ignore
  return rows;
}

function mediaRows(): Row[] {
  const rows: Row[] = [];
  for (const [i, kind] of ['b16', '', 'b', 'h'].entries()) {
    if (kind === '') continue;
    for (const signed of [1, 0]) {
      const op = (signed ? 0b01101000 : 0b01101100) + i;
      const name = `${signed ? 's' : 'u'}xt`;
      const bits = op.toString(2).padStart(8, '0');
      const rotation = (f: Fields): string[] => (f.rotate ? [`ror #${f.rotate * 8}`] : []);
      rows.push(
        row(
          `${name}${kind}`.toUpperCase() + ' A1',
          `cond:4 ${bits} 1111 Rd:4 rotate:2 (0)(0) 0111 Rm:4`,
          guarded(noPc('Rd', 'Rm'), f =>
            run(extend, { kind, signed, acc: 0, rot: f.rotate! * 8, rd: f.Rd!, rn: 0, rm: f.Rm! }),
          ),
          (f, x) => ins(`${name}${kind}${x.cond}`, r(f.Rd), r(f.Rm), ...rotation(f)),
          { unpredictable: noPc('Rd', 'Rm') },
        ),
        row(
          `${signed ? 's' : 'u'}xta${kind}`.toUpperCase() + ' A1',
          `cond:4 ${bits} Rn:4 Rd:4 rotate:2 (0)(0) 0111 Rm:4`,
          guarded(noPc('Rd', 'Rm'), f =>
            run(extend, { kind, signed, acc: 1, rot: f.rotate! * 8, rd: f.Rd!, rn: f.Rn!, rm: f.Rm! }),
          ),
          (f, x) => ins(`${signed ? 's' : 'u'}xta${kind}${x.cond}`, r(f.Rd), r(f.Rn), r(f.Rm), ...rotation(f)),
          { unpredictable: noPc('Rd', 'Rm') },
        ),
      );
    }
  }
  for (const [kind, bits] of [
    ['rev', '01101011 (1)(1)(1)(1) Rd:4 (1)(1)(1)(1) 0011'],
    ['rev16', '01101011 (1)(1)(1)(1) Rd:4 (1)(1)(1)(1) 1011'],
    ['revsh', '01101111 (1)(1)(1)(1) Rd:4 (1)(1)(1)(1) 1011'],
    ['rbit', '01101111 (1)(1)(1)(1) Rd:4 (1)(1)(1)(1) 0011'],
  ] as const)
    // prettier-ignore
    rows.push(
      row(
        `${kind.toUpperCase()} A1`,
        `cond:4 ${bits} Rm:4`,
        guarded(noPc('Rd', 'Rm'), f => run(reverse, { kind, rd: f.Rd!, rm: f.Rm! })),
        (f, x) => ins(`${kind}${x.cond}`, r(f.Rd), r(f.Rm)),
        { unpredictable: noPc('Rd', 'Rm') },
      ),
    );
  rows.push(
    row(
      'CLZ A1',
      'cond:4 00010110 (1)(1)(1)(1) Rd:4 (1)(1)(1)(1) 0001 Rm:4',
      guarded(noPc('Rd', 'Rm'), f => run(countZeros, { rd: f.Rd!, rm: f.Rm! })),
      (f, x) => ins(`clz${x.cond}`, r(f.Rd), r(f.Rm)),
      { unpredictable: noPc('Rd', 'Rm') },
    ),
  );
  for (const signed of [1, 0]) {
    const name = signed ? 'ssat' : 'usat';
    const u = signed ? '0' : '1';
    rows.push(
      row(
        `${name.toUpperCase()} A1`,
        `cond:4 01101${u}1 sat:5 Rd:4 imm5:5 sh:1 01 Rn:4`,
        guarded(noPc('Rd', 'Rn'), f =>
          run(saturate, { signed, ...decodeImmShift(f.sh! * 2, f.imm5!), rd: f.Rd!, rm: f.Rn!, sat: f.sat! + signed }),
        ),
        (f, x) => ins(`${name}${x.cond}`, r(f.Rd), `#${f.sat! + signed}`, shiftedRegister(f.Rn!, f.sh! * 2, f.imm5!)),
        { unpredictable: noPc('Rd', 'Rn') },
      ),
      row(
        `${name.toUpperCase()}16 A1`,
        `cond:4 01101${u}10 sat:4 Rd:4 (1)(1)(1)(1) 0011 Rn:4`,
        guarded(noPc('Rd', 'Rn'), f => run(saturate16, { signed, rd: f.Rd!, rm: f.Rn!, sat: f.sat! + signed })),
        (f, x) => ins(`${name}16${x.cond}`, r(f.Rd), `#${f.sat! + signed}`, r(f.Rn)),
        { unpredictable: noPc('Rd', 'Rn') },
      ),
      row(
        `${signed ? 'SBFX' : 'UBFX'} A1`,
        `cond:4 01111${u}1 widthm1:5 Rd:4 lsb:5 101 Rn:4`,
        guarded(
          f => noPc('Rd', 'Rn')(f) || f.lsb! + f.widthm1! > 31,
          f =>
            run(bitFieldExtract, {
              signed,
              rd: f.Rd!,
              rn: f.Rn!,
              left: 31 - f.lsb! - f.widthm1!,
              right: 31 - f.widthm1!,
            }),
        ),
        (f, x) => ins(`${signed ? 's' : 'u'}bfx${x.cond}`, r(f.Rd), r(f.Rn), `#${f.lsb}`, `#${f.widthm1! + 1}`),
        { unpredictable: f => noPc('Rd', 'Rn')(f) || f.lsb! + f.widthm1! > 31 },
      ),
    );
  }
  rows.push(
    row(
      'PKHBT, PKHTB A1',
      'cond:4 01101000 Rn:4 Rd:4 imm5:5 tb:1 01 Rm:4',
      guarded(noPc('Rd', 'Rn', 'Rm'), f =>
        run(pack, { tb: f.tb!, ...decodeImmShift(f.tb! * 2, f.imm5!), rd: f.Rd!, rn: f.Rn!, rm: f.Rm! }),
      ),
      (f, x) => ins(`pkh${f.tb ? 'tb' : 'bt'}${x.cond}`, r(f.Rd), r(f.Rn), shiftedRegister(f.Rm!, f.tb! * 2, f.imm5!)),
      { unpredictable: noPc('Rd', 'Rn', 'Rm') },
    ),
    row(
      'BFI, BFC A1',
      'cond:4 0111110 msb:5 Rd:4 lsb:5 001 Rn:4',
      guarded(
        f => f.Rd === 15 || f.msb! < f.lsb!,
        f => run(bitFieldInsert, bitField(f.Rd!, f.Rn!, f.lsb!, f.msb!)),
      ),
      (f, x) => {
        const width = `#${f.msb! - f.lsb! + 1}`;
        return f.Rn === 15
          ? ins(`bfc${x.cond}`, r(f.Rd), `#${f.lsb}`, width)
          : ins(`bfi${x.cond}`, r(f.Rd), r(f.Rn), `#${f.lsb}`, width);
      },
      { unpredictable: f => f.Rd === 15 || f.msb! < f.lsb! },
    ),
  );
  return rows;
}

/** Operands of BFI (or BFC, with Rn 15). */
export function bitField(rd: number, rn: number, lsb: number, msb: number): Operands {
  const mask = (msb - lsb === 31 ? -1 : 2 ** (msb - lsb + 1) - 1) << lsb;
  return { clear: rn === 15 ? 1 : 0, rd, rn: rn & 15, lsb, imm: mask };
}

const sys = (what: SystemInstruction, encoding: number): Action => run(system, { what, imm: encoding });

function miscellaneousRows(): Row[] {
  const word = (hi: number, lo: number): number => (hi << 12) | lo;
  const rows: Row[] = [
    row('MOVW A2', 'cond:4 00110000 imm4:4 Rd:4 imm12:12',
      guarded(noPc('Rd'), f => run(alu, { opc: 'mov', form: 'imm', s: 0, ic: 0, pcw: 0, rd: f.Rd!, rn: 0, rm: 0, sh: 0, imm: word(f.imm4!, f.imm12!) })),
      (f, x) => ins(`movw${x.cond}`, r(f.Rd), imm(word(f.imm4!, f.imm12!))), { unpredictable: noPc('Rd') }),
    row('MOVT A1', 'cond:4 00110100 imm4:4 Rd:4 imm12:12',
      guarded(noPc('Rd'), f => run(movt, { rd: f.Rd!, imm: word(f.imm4!, f.imm12!) })),
      (f, x) => ins(`movt${x.cond}`, r(f.Rd), imm(word(f.imm4!, f.imm12!))), { unpredictable: noPc('Rd') }),
    row('NOP and hints A1', 'cond:4 001100100000 (1)(1)(1)(1) (0)(0)(0)(0) hint:8', f => hint(f.hint!), (f, x) => hintText(f.hint!, x.cond), { system: true }),
    row('BX A1', 'cond:4 00010010 (1)(1)(1)(1) (1)(1)(1)(1) (1)(1)(1)(1) 0001 Rm:4', f => run(branchExchange, { link: 0, rm: f.Rm! }), (f, x) => ins(`bx${x.cond}`, r(f.Rm))),
    // Jazelle is trivial on the Cortex-A15: BXJ is BX.
    row('BXJ A1', 'cond:4 00010010 (1)(1)(1)(1) (1)(1)(1)(1) (1)(1)(1)(1) 0010 Rm:4', guarded(noPc('Rm'), f => run(branchExchange, { link: 0, rm: f.Rm! })), (f, x) => ins(`bxj${x.cond}`, r(f.Rm)), { unpredictable: noPc('Rm') }),
    row('BLX (register) A1', 'cond:4 00010010 (1)(1)(1)(1) (1)(1)(1)(1) (1)(1)(1)(1) 0011 Rm:4', guarded(noPc('Rm'), f => run(branchExchange, { link: 1, rm: f.Rm! })), (f, x) => ins(`blx${x.cond}`, r(f.Rm)), { unpredictable: noPc('Rm') }),
    row('B A1', 'cond:4 1010 imm24:24',
      f => {
        const operands = { off: signExtend(f.imm24!, 24) * 4 + 8 };
        return f.cond === 14 ? run(branch, operands) : { op: branchIf, operands: { ...operands, cc: f.cond! }, ownCondition: true };
      },
      (f, x) => ins(`b${x.cond}`, hex(x.address + 8 + signExtend(f.imm24!, 24) * 4))),
    row('BL A1', 'cond:4 1011 imm24:24', f => run(branchLink, { off: signExtend(f.imm24!, 24) * 4 + 8 }), (f, x) => ins(`bl${x.cond}`, hex(x.address + 8 + signExtend(f.imm24!, 24) * 4))),
    row('BLX (immediate) A2', '1111 101 H:1 imm24:24', f => run(branchLinkExchange, { toThumb: 1, off: signExtend(f.imm24!, 24) * 4 + f.H! * 2 + 8 }), (f, x) => ins('blx', hex(x.address + 8 + signExtend(f.imm24!, 24) * 4 + f.H! * 2))),
    row('SVC A1', 'cond:4 1111 imm24:24', f => run(leave, { exit: EXIT.SVC, imm: f.imm24! }), (f, x) => ins(`svc${x.cond}`, `0x${f.imm24!.toString(16).padStart(8, '0')}`), { system: true }),
    row('BKPT A1', 'cond:4 00010010 imm12:12 0111 imm4:4', f => run(leave, { exit: EXIT.BREAKPOINT, imm: (f.imm12! << 4) | f.imm4! }), f => ins('bkpt', `0x${((f.imm12! << 4) | f.imm4!).toString(16).padStart(4, '0')}`), { system: true }),
    row('HVC A1', 'cond:4 00010100 imm12:12 0111 imm4:4', f => run(leave, { exit: EXIT.HVC, imm: (f.imm12! << 4) | f.imm4! }), f => ins('hvc', `${(f.imm12! << 4) | f.imm4!}`), { system: true }),
    row('SMC A1', 'cond:4 00010110 (0)(0)(0)(0) (0)(0)(0)(0) (0)(0)(0)(0) 0111 imm4:4', f => run(leave, { exit: EXIT.SMC, imm: f.imm4! }), (f, x) => ins(`smc${x.cond}`, imm(f.imm4!)), { system: true }),
    row('ERET A1', 'cond:4 00010110 (0)(0)(0)(0) (0)(0)(0)(0) (0)(0)(0)(0) 0110 (1)(1)(1)(0)', () => sys('eret', 0), (_f, x) => ins(`eret${x.cond}`), { system: true }),
    row('UDF A1', '1110 01111111 imm12:12 1111 imm4:4', f => run(leave, { exit: EXIT.UNDEFINED, imm: (f.imm12! << 4) | f.imm4! }), f => ins('udf', imm((f.imm12! << 4) | f.imm4!)), { system: true }),
    row('MRS A1', 'cond:4 00010 R:1 00 (1)(1)(1)(1) Rd:4 (0)(0) 0 (0) 0000 (0)(0)(0)(0)', guarded(noPc('Rd'), f => sys('mrs', (f.R! << 22) | (f.Rd! << 12))), (f, x) => ins(`mrs${x.cond}`, r(f.Rd), f.R ? 'SPSR' : 'CPSR'), { system: true }),
    row('MRS (Banked register) A1', 'cond:4 00010 R:1 00 M1:4 Rd:4 (0)(0) 1 M:1 0000 (0)(0)(0)(0)', guarded(noPc('Rd'), f => sys('mrsBanked', (f.R! << 22) | (f.M1! << 16) | (f.Rd! << 12) | (f.M! << 8))), (f, x) => ins(`mrs${x.cond}`, r(f.Rd), bankedName(f.R!, (f.M! << 4) | f.M1!)), { system: true }),
    row('MSR (register) A1', 'cond:4 00010 R:1 10 mask:4 (1)(1)(1)(1) (0)(0) 0 (0) 0000 Rn:4', guarded(f => f.Rn === 15, f => run(system, { what: 'msr', imm: (f.R! << 22) | (f.mask! << 16) | f.Rn! })), (f, x) => ins(`msr${x.cond}`, psrName(f.R!, f.mask!), r(f.Rn)), { system: true }),
    row('MSR (Banked register) A1', 'cond:4 00010 R:1 10 M1:4 (1)(1)(1)(1) (0)(0) 1 M:1 0000 Rn:4', guarded(f => f.Rn === 15, f => sys('msrBanked', (f.R! << 22) | (f.M1! << 16) | (f.M! << 8) | f.Rn!)), (f, x) => ins(`msr${x.cond}`, bankedName(f.R!, (f.M! << 4) | f.M1!), r(f.Rn)), { system: true }),
    row('MSR (immediate) A1', 'cond:4 00110 R:1 10 mask:4 (1)(1)(1)(1) imm12:12', f => msrImmediate(f), (f, x) => ins(`msr${x.cond}`, psrName(f.R!, f.mask!), imm(armExpandImm(f.imm12!).imm)), { system: true, when: f => f.mask !== 0 || f.R !== 0 }),
    row('CPS A1', '1111 00010000 imod:2 M:1 0 (0)(0)(0)(0)(0)(0)(0) A:1 I:1 F:1 0 mode:5', f => sys('cps', (f.imod! << 18) | (f.M! << 17) | (f.A! << 8) | (f.I! << 7) | (f.F! << 6) | f.mode!), f => cpsText(f), { system: true }),
    row('SETEND A1', '1111 00010000 (0)(0)(0) 1 (0)(0)(0)(0)(0)(0) E:1 (0) 0000 (0)(0)(0)(0)', f => sys('setend', f.E! << 9), f => ins('setend', f.E ? 'be' : 'le'), { system: true }),
    row('SWP, SWPB A1', 'cond:4 00010 B:1 00 Rn:4 Rt:4 (0)(0)(0)(0) 1001 Rt2:4', guarded(noPc('Rn', 'Rt', 'Rt2'), f => sys(f.B ? 'swpb' : 'swp', (f.Rn! << 16) | (f.Rt! << 12) | f.Rt2!)), (f, x) => ins(`swp${f.B ? 'b' : ''}${x.cond}`, r(f.Rt), r(f.Rt2), `[${r(f.Rn)}]`), { system: true }),
    row('CLREX A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0001 (1)(1)(1)(1)', () => run(clearExclusive, {}), () => ins('clrex')),
    row('DSB A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0100 option:4', () => run(nop, {}), f => ins('dsb', barrier(f.option!))),
    row('DMB A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0101 option:4', () => run(nop, {}), f => ins('dmb', barrier(f.option!))),
    row('ISB A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0110 option:4', () => sys('isb', 0), f => ins('isb', barrier(f.option!)), { system: true }),
    row('PLD, PLDW (immediate) A1', '1111 0101 U:1 R:1 01 Rn:4 (1)(1)(1)(1) imm12:12', () => run(nop, {}), f => ins(f.R || f.Rn === 15 ? 'pld' : 'pldw', `[${r(f.Rn)}${preloadOffset(f)}]`)),
    row('PLD, PLDW (register) A1', '1111 0111 U:1 R:1 01 Rn:4 (1)(1)(1)(1) imm5:5 type:2 0 Rm:4', () => run(nop, {}), f => ins(f.R ? 'pld' : 'pldw', `[${r(f.Rn)}, ${f.U ? '' : '-'}${shiftedRegister(f.Rm!, f.type!, f.imm5!)}]`), { unpredictable: noPc('Rm') }),
    row('PLI (immediate) A1', '1111 0100 U:1 101 Rn:4 (1)(1)(1)(1) imm12:12', () => run(nop, {}), f => ins('pli', `[${r(f.Rn)}${preloadOffset(f)}]`)),
    row('PLI (register) A1', '1111 0110 U:1 101 Rn:4 (1)(1)(1)(1) imm5:5 type:2 0 Rm:4', () => run(nop, {}), f => ins('pli', `[${r(f.Rn)}, ${f.U ? '' : '-'}${shiftedRegister(f.Rm!, f.type!, f.imm5!)}]`), { unpredictable: noPc('Rm') }),
    row('Unallocated memory hint A1', '1111 0100 U:1 001 Rn:4 Rt:4 imm12:12', () => run(nop, {}), f => ins('nop', `@ hint ${r(f.Rn)}`), { unpredictable: () => true }),
    row('Unallocated memory hint (register) A1', '1111 0110 U:1 001 Rn:4 Rt:4 imm5:5 type:2 0 Rm:4', () => run(nop, {}), f => ins('nop', `@ hint ${r(f.Rn)}`), { unpredictable: () => true }),
    row('RFE A1', '1111 100 P:1 U:1 0 W:1 1 Rn:4 (0)(0)(0)(0) (1)(0)(1)(0) (0)(0)(0)(0) (0)(0)(0)(0)', guarded(noPc('Rn'), f => sys('rfe', (f.P! << 24) | (f.U! << 23) | (f.W! << 21) | (f.Rn! << 16))), f => ins(`rfe${blockMode(f)}`, `${r(f.Rn)}${f.W ? '!' : ''}`), { system: true }),
    row('SRS A1', '1111 100 P:1 U:1 1 W:1 0 (1)(1)(0)(1) (0)(0)(0)(0) (0)(1)(0)(1) (0)(0)(0) mode:5', f => sys('srs', (f.P! << 24) | (f.U! << 23) | (f.W! << 21) | f.mode!), f => ins(`srs${blockMode(f)}`, `sp${f.W ? '!' : ''}`, imm(f.mode!)), { system: true }),
  ]; // prettier-ignore
  return rows;
}

function coprocessorRows(): Row[] {
  const rows: Row[] = [];
  for (const two of ['', '2']) {
    const prefix = two ? '1111' : 'cond:4';
    const coproc = (f: Fields): boolean => f.coproc !== 10 && f.coproc !== 11;
    const cp = (f: Fields): string => `${f.coproc}`;
    const known = (f: Fields): boolean => f.coproc! >= 14 && two === '';
    const make = (what: SystemInstruction, f: Fields, encoding: number): Action | undefined =>
      known(f) ? sys(what, encoding) : undefined;
    rows.push(
      row(`MCR${two}`, `${prefix} 1110 opc1:3 0 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4`, f => make('mcr', f, coprocessorEncoding(f)), (f, x) => ins(`mcr${two}${x.cond}`, cp(f), imm(f.opc1!), r(f.Rt), `cr${f.CRn}`, `cr${f.CRm}`, `{${f.opc2}}`), { when: coproc, system: true }),
      row(`MRC${two}`, `${prefix} 1110 opc1:3 1 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4`, f => make('mrc', f, coprocessorEncoding(f)), (f, x) => ins(`mrc${two}${x.cond}`, cp(f), imm(f.opc1!), f.Rt === 15 ? 'APSR_nzcv' : r(f.Rt), `cr${f.CRn}`, `cr${f.CRm}`, `{${f.opc2}}`), { when: coproc, system: true }),
      row(`MCRR${two}`, `${prefix} 11000100 Rt2:4 Rt:4 coproc:4 opc1:4 CRm:4`, f => make('mcrr', f, (f.Rt2! << 16) | (f.Rt! << 12) | (f.coproc! << 8) | (f.opc1! << 4) | f.CRm!), (f, x) => ins(`mcrr${two}${x.cond}`, cp(f), imm(f.opc1!), r(f.Rt), r(f.Rt2), `cr${f.CRm}`), { when: coproc, system: true }),
      row(`MRRC${two}`, `${prefix} 11000101 Rt2:4 Rt:4 coproc:4 opc1:4 CRm:4`, f => make('mrrc', f, (f.Rt2! << 16) | (f.Rt! << 12) | (f.coproc! << 8) | (f.opc1! << 4) | f.CRm!), (f, x) => ins(`mrrc${two}${x.cond}`, cp(f), imm(f.opc1!), r(f.Rt), r(f.Rt2), `cr${f.CRm}`), { when: coproc, system: true }),
      row(`LDC, STC${two}`, `${prefix} 110 P:1 U:1 D:1 W:1 L:1 Rn:4 CRd:4 coproc:4 imm8:8`, f => make(f.L ? 'ldc' : 'stc', f, (f.P! << 24) | (f.U! << 23) | (f.D! << 22) | (f.W! << 21) | (f.L! << 20) | (f.Rn! << 16) | (f.CRd! << 12) | (f.coproc! << 8) | f.imm8!), (f, x) => ins(`${f.L ? 'ldc' : 'stc'}${two}${f.D ? 'l' : ''}${x.cond}`, cp(f), `cr${f.CRd}`, ldcAddress(f)), { when: f => coproc(f) && (f.P! | f.U! | f.W!) !== 0, system: true }),
      row(`CDP${two}`, `${prefix} 1110 opc1:4 CRn:4 CRd:4 coproc:4 opc2:3 0 CRm:4`, () => undefined, (f, x) => ins(`cdp${two}${x.cond}`, cp(f), `${f.opc1}`, `cr${f.CRd}`, `cr${f.CRn}`, `cr${f.CRm}`, `{${f.opc2}}`), { when: coproc, system: true }),
    ); // prettier-ignore
  }
  return rows;
}

/** A coprocessor register transfer with its fields back in place (bits 27..0 of the encoding). */
export const coprocessorEncoding = (f: Fields): number =>
  (f.opc1! << 21) | (f.CRn! << 16) | (f.Rt! << 12) | (f.coproc! << 8) | (f.opc2! << 5) | f.CRm!;

function ldcAddress(f: Fields): string {
  const rn = r(f.Rn);
  const offset = `#${f.U ? '' : '-'}${f.imm8! * 4}`;
  if (f.P) return `[${rn}${f.imm8 === 0 && f.U && !f.W ? '' : `, ${offset}`}]${f.W ? '!' : ''}`;
  return f.W ? `[${rn}], ${offset}` : `[${rn}], {${f.imm8}}`;
}

const preloadOffset = (f: Fields): string => (f.imm12 === 0 && f.U ? '' : `, #${f.U ? '' : '-'}${f.imm12}`);
export const blockMode = (f: Fields): string => `${f.U ? 'i' : 'd'}${f.P ? 'b' : 'a'}`;

/** NOP, YIELD, WFE, WFI, SEV; the rest are NOPs. */
export function hint(n: number): Action {
  if (n === 2 || n === 3) return run(leave, { exit: EXIT.WAIT, imm: n === 2 ? 1 : 0 });
  return n === 4 ? sys('sev', 0) : run(nop, {});
}
export const hintText = (n: number, cond: string): string =>
  n >= 0xf0
    ? ins(`dbg${cond}`, `#${n & 15}`)
    : ins(`${['nop', 'yield', 'wfe', 'wfi', 'sev'][n] ?? 'nop'}${cond}${n > 4 ? `\t{${n}}` : n === 0 ? '\t{0}' : ''}`);

export function psrName(R: number, mask: number): string {
  const letters = `${mask & 8 ? 'f' : ''}${mask & 4 ? 's' : ''}${mask & 2 ? 'x' : ''}${mask & 1 ? 'c' : ''}`;
  return `${R ? 'SPSR' : 'CPSR'}_${letters}`;
}

const BANKED: Readonly<Record<number, string>> = {
  0: 'R8_usr', 1: 'R9_usr', 2: 'R10_usr', 3: 'R11_usr', 4: 'R12_usr', 5: 'SP_usr', 6: 'LR_usr', 8: 'R8_fiq', 9: 'R9_fiq',
  10: 'R10_fiq', 11: 'R11_fiq', 12: 'R12_fiq', 13: 'SP_fiq', 14: 'LR_fiq', 16: 'LR_irq', 17: 'SP_irq', 18: 'LR_svc', 19: 'SP_svc',
  20: 'LR_abt', 21: 'SP_abt', 22: 'LR_und', 23: 'SP_und', 28: 'LR_mon', 29: 'SP_mon', 30: 'ELR_hyp', 31: 'SP_hyp',
}; // prettier-ignore
const BANKED_SPSR: Readonly<Record<number, string>> = { 14: 'SPSR_fiq', 16: 'SPSR_irq', 18: 'SPSR_svc', 20: 'SPSR_abt', 22: 'SPSR_und', 28: 'SPSR_mon', 30: 'SPSR_hyp' }; // prettier-ignore
/** SYSm of MRS and MSR (Banked register), ARM DDI 0406C B9.2.3. */
export const bankedName = (R: number, sysm: number): string =>
  (R ? BANKED_SPSR[sysm] : BANKED[sysm]) ?? `(UNDEF: ${sysm})`;

function msrImmediate(f: Fields): Action {
  // The immediate form goes through the same door: a marker bit says that the value is encoded.
  return sys('msr', 0x02000000 | (f.R! << 22) | (f.mask! << 16) | f.imm12!);
}

export const cpsText = (f: Fields): string => {
  const flags = `${f.A ? 'a' : ''}${f.I ? 'i' : ''}${f.F ? 'f' : ''}`;
  if (f.imod! < 2) return ins('cps', imm(f.mode!));
  return ins(`cps${f.imod === 2 ? 'ie' : 'id'}`, flags || 'none', ...(f.M ? [imm(f.mode!)] : []));
};
const BARRIERS: Readonly<Record<number, string>> = { 15: 'sy', 14: 'st', 11: 'ish', 10: 'ishst', 7: 'un', 6: 'unst', 3: 'osh', 2: 'oshst' }; // prettier-ignore
export const barrier = (option: number): string => BARRIERS[option] ?? `#${option}`;

export const A32_COPROCESSOR: readonly Row[] = coprocessorRows();
export const A32_CORE: readonly Row[] = [
  ...dataProcessingRows(),
  ...multiplyRows(),
  ...mediaRows(),
  ...miscellaneousRows(),
  ...A32_COPROCESSOR,
];
