// A32 multiplication, division, saturating and parallel arithmetic (ARM DDI 0406C A5.2.5 to A5.2.7, A5.4.1, A5.4.2, A5.4.4).
import { parallel, saturatingAdd, selectBytes } from '../codegen/operations/media';
import {
  absoluteDifferences, divide, mulDual, mulDualLong, mulHalf, mulHalfLong, mulHigh, mulLong, mulOp, mulWide, umaal,
} from '../codegen/operations/multiply'; // prettier-ignore
import type { Operands, Operation } from '../codegen/semantics';
import { ins, r } from './asm';
import { guarded, rowsOf, run } from './rows';
import type { Fields, Row } from './table';

const row = rowsOf('a32');

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

export const A32_MULTIPLY: readonly Row[] = multiplyRows();
