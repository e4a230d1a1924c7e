// A32 media instructions (ARM DDI 0406C A5.4): extension, reversal, packing, saturation, bit fields.
import { decodeImmShift } from '../codegen/operations/alu';
import {
  bitFieldExtract, bitFieldInsert, countZeros, extend, pack, reverse, saturate, saturate16,
} from '../codegen/operations/media'; // prettier-ignore
import type { Operands } from '../codegen/semantics';
import { ins, r, shiftedRegister } from './asm';
import { guarded, noPc, rowsOf, run } from './rows';
import type { Fields, Row } from './table';

const row = rowsOf('a32');

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

export const A32_MEDIA: readonly Row[] = mediaRows();
