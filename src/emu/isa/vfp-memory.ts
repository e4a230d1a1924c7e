// Loads and stores of extension registers (ARM DDI 0406C A7.6), as A32.
import { vldm, vldr, vstm, vstr } from '../codegen/operations/vfp-memory';
import { ins, memory, r } from './asm';
import { guarded, run } from './rows';
import type { AsmContext, Fields, Row } from './table';
import { PRECISIONS, register, registerRange, row, vd } from './vfp-registers';

/** VLDR, VSTR. The PC as the base of a store is UNPREDICTABLE in T32. */
function singleRows(): Row[] {
  return PRECISIONS.flatMap(({ sz, double }) =>
    ([1, 0] as const).map(L => {
      const name = L ? 'vldr' : 'vstr';
      return row(
        `${name.toUpperCase()} (${double ? 'doubleword' : 'single'})`,
        `cond:4 1101 U:1 D:1 0${L} Rn:4 Vd:4 101${sz} imm8:8`,
        f => {
          const operands = { double: sz, d: vd(f, double), rn: f.Rn!, imm: (f.U ? 4 : -4) * f.imm8! };
          return { op: L ? vldr : vstr, operands, alignPc: true };
        },
        (f, x) => {
          const offset = f.imm8 === 0 && f.U ? undefined : `#${f.U ? '' : '-'}${f.imm8! * 4}`;
          return ins(`${name}${x.cond}`, register(vd(f, double), double), memory(r(f.Rn), offset, 'offset'));
        },
      );
    }),
  );
}

/** Registers of a list: FLDMX and FSTMX have an odd imm8, of which the last word is not transferred. */
const countOf = (f: Fields, double: boolean): number => (double ? f.imm8! >> 1 : f.imm8!);

function badList(f: Fields, double: boolean): boolean {
  const count = countOf(f, double);
  return count === 0 || (double && count > 16) || vd(f, double) + count * (double ? 2 : 1) > (double ? 64 : 32);
}

/** VLDM, VSTM, with VPUSH, VPOP and the FLDMX forms. */
function multipleRows(): Row[] {
  const rows: Row[] = [];
  for (const { sz, double } of PRECISIONS)
    for (const L of [1, 0])
      for (const before of [0, 1]) {
        const name = L ? 'vldm' : 'vstm';
        const mode = before ? 'db' : 'ia';
        const title = `${name.toUpperCase()}${mode.toUpperCase()}`;
        // Without write-back the PC may be the base in A32.
        const bad = (f: Fields): boolean => badList(f, double) || (f.Rn === 15 && (before === 1 || f.W === 1));
        rows.push(
          row(
            `${title} (${double ? 'doubleword' : 'single'})`,
            `cond:4 110 ${before} ${before ? 0 : 1} D:1 ${before ? '1' : 'W:1'} ${L} Rn:4 Vd:4 101${sz} imm8:8`,
            guarded(bad, f => {
              const words = countOf(f, double) * (double ? 2 : 1);
              const early = { double: sz, before, w: f.W ?? 1 };
              const imm = (before ? -4 : 4) * f.imm8!;
              return run(L ? vldm : vstm, { ...early, d: vd(f, double), rn: f.Rn!, words, imm });
            }),
            (f, x) => multipleText(f, x, name, mode, double),
            { unpredictable: bad },
          ),
        );
      }
  return rows;
}

function multipleText(f: Fields, x: AsmContext, name: string, mode: string, double: boolean): string {
  const list = registerRange(vd(f, double), countOf(f, double), double);
  const writeBack = f.W ?? 1;
  const base = `${r(f.Rn)}${writeBack ? '!' : ''}`;
  if (double && f.imm8! & 1) return ins(`f${name === 'vldm' ? 'ld' : 'st'}m${mode}x${x.cond}`, base, list);
  if (f.Rn === 13 && writeBack && name === 'vldm' && mode === 'ia') return ins(`vpop${x.cond}`, list);
  if (f.Rn === 13 && writeBack && name === 'vstm' && mode === 'db') return ins(`vpush${x.cond}`, list);
  return ins(`${name}${mode}${x.cond}`, base, list);
}

export const VFP_MEMORY: readonly Row[] = [...singleRows(), ...multipleRows()];
