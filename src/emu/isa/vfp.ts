// Floating-point data processing (ARM DDI 0406C A7.5), as A32.
import { vadd, vcmp, vdiv, vfma, vmla, vmul, vsqrt, vsub } from '../codegen/operations/vfp-arithmetic';
import { vcvtFixed, vcvtFromInteger, vcvtHalf, vcvtPrecision, vcvtToInteger } from '../codegen/operations/vfp-convert';
import { vmov, vmovImmediate } from '../codegen/operations/vfp-transfer';
import type { Operands, Operation } from '../codegen/semantics';
import { imm, ins } from './asm';
import { guarded, run } from './rows';
import type { Fields, Row } from './table';
import { expandImmediate, PRECISIONS, register, row, suffix, vd, vm, vn } from './vfp-registers';

/** Mnemonic, bits 23 and 21..20 of the encoding, bit 6, operation, its further early operands. */
const THREE: readonly (readonly [string, string, string, Operation, Operands])[] = [
  ['vmla', '0 D:1 00', '0', vmla, { negateProduct: 0, negateAddend: 0 }],
  ['vmls', '0 D:1 00', '1', vmla, { negateProduct: 1, negateAddend: 0 }],
  ['vnmls', '0 D:1 01', '0', vmla, { negateProduct: 0, negateAddend: 1 }],
  ['vnmla', '0 D:1 01', '1', vmla, { negateProduct: 1, negateAddend: 1 }],
  ['vmul', '0 D:1 10', '0', vmul, { negateProduct: 0 }],
  ['vnmul', '0 D:1 10', '1', vmul, { negateProduct: 1 }],
  ['vadd', '0 D:1 11', '0', vadd, {}],
  ['vsub', '0 D:1 11', '1', vsub, {}],
  ['vdiv', '1 D:1 00', '0', vdiv, {}],
  ['vfnms', '1 D:1 01', '0', vfma, { negateProduct: 0, negateAddend: 1 }],
  ['vfnma', '1 D:1 01', '1', vfma, { negateProduct: 1, negateAddend: 1 }],
  ['vfma', '1 D:1 10', '0', vfma, { negateProduct: 0, negateAddend: 0 }],
  ['vfms', '1 D:1 10', '1', vfma, { negateProduct: 1, negateAddend: 0 }],
];

function threeRegisterRows(): Row[] {
  return THREE.flatMap(([name, opc1, op, operation, fixed]) =>
    PRECISIONS.map(({ sz, double }) =>
      row(
        `${name.toUpperCase()}${suffix(double)}`,
        `cond:4 1110 ${opc1} Vn:4 Vd:4 101${sz} N:1 ${op} M:1 0 Vm:4`,
        f => run(operation, { ...fixed, double: sz, d: vd(f, double), n: vn(f, double), m: vm(f, double) }),
        (f, x) => {
          const registers = [vd(f, double), vn(f, double), vm(f, double)];
          return ins(`${name}${x.cond}${suffix(double)}`, ...registers.map(n => register(n, double)));
        },
      ),
    ),
  );
}

/** Mnemonic, bits 19..16 and 7..6, operation, its further early operands. */
const TWO: readonly (readonly [string, string, string, Operation, Operands])[] = [
  ['vmov', '0000', '01', vmov, { sign: 'keep' }],
  ['vabs', '0000', '11', vmov, { sign: 'clear' }],
  ['vneg', '0001', '01', vmov, { sign: 'flip' }],
  ['vsqrt', '0001', '11', vsqrt, { n: 0 }],
  ['vcmp', '0100', '01', vcmp, { signal: 0, zero: 0 }],
  ['vcmpe', '0100', '11', vcmp, { signal: 1, zero: 0 }],
];

function twoRegisterRows(): Row[] {
  return PRECISIONS.flatMap(({ sz, double }) => [
    ...TWO.map(([name, opc2, opc3, operation, fixed]) =>
      row(
        `${name.toUpperCase()}${suffix(double)}${name === 'vmov' ? ' (register)' : ''}`,
        `cond:4 11101 D:1 11 ${opc2} Vd:4 101${sz} ${opc3} M:1 0 Vm:4`,
        f => run(operation, { ...fixed, double: sz, d: vd(f, double), m: vm(f, double) }),
        (f, x) =>
          ins(`${name}${x.cond}${suffix(double)}`, register(vd(f, double), double), register(vm(f, double), double)),
      ),
    ),
    ...(['vcmp', 'vcmpe'] as const).map((name, signal) =>
      row(
        `${name.toUpperCase()}${suffix(double)} (zero)`,
        `cond:4 11101 D:1 11 0101 Vd:4 101${sz} ${signal} 1 (0) 0 (0)(0)(0)(0)`,
        f => run(vcmp, { double: sz, signal, zero: 1, d: vd(f, double), m: 0 }),
        (f, x) => ins(`${name}${x.cond}${suffix(double)}`, register(vd(f, double), double), '#0.0'),
      ),
    ),
    row(
      `VMOV${suffix(double)} (immediate)`,
      `cond:4 11101 D:1 11 imm4H:4 Vd:4 101${sz} (0) 0 (0) 0 imm4L:4`,
      f => run(vmovImmediate, { double: sz, d: vd(f, double), imm: expandImmediate(imm8(f), double) }),
      (f, x) => ins(`vmov${x.cond}${suffix(double)}`, register(vd(f, double), double), imm(imm8(f))),
    ),
  ]);
}
const imm8 = (f: Fields): number => (f.imm4H! << 4) | f.imm4L!;

const integerType = (unsigned: boolean, bits = 32): string => `.${unsigned ? 'u' : 's'}${bits}`;

function conversionRows(): Row[] {
  const rows: Row[] = [];
  for (const { sz, double } of PRECISIONS) {
    const float = suffix(double);
    const other = suffix(!double);
    const own = (n: number): string => register(n, double);
    const fixedBits = (f: Fields): number => (f.sx ? 32 : 16);
    const fraction = (f: Fields): number => fixedBits(f) - (f.imm4! * 2 + f.i!);
    rows.push(
      row(
        `VCVT${other}${float}`,
        `cond:4 11101 D:1 11 0111 Vd:4 101${sz} 11 M:1 0 Vm:4`,
        f => run(vcvtPrecision, { double: sz, d: vd(f, !double), m: vm(f, double) }),
        (f, x) => ins(`vcvt${x.cond}${other}${float}`, register(vd(f, !double), !double), own(vm(f, double))),
      ),
      row(
        `VCVT${float} (integer)`,
        `cond:4 11101 D:1 11 1000 Vd:4 101${sz} signed:1 1 M:1 0 Vm:4`,
        f => run(vcvtFromInteger, { double: sz, unsigned: 1 - f.signed!, d: vd(f, double), m: vm(f, false) }),
        (f, x) =>
          ins(`vcvt${x.cond}${float}${integerType(!f.signed)}`, own(vd(f, double)), register(vm(f, false), false)),
      ),
      row(
        `VCVT, VCVTR (integer)${float}`,
        `cond:4 11101 D:1 11 110 signed:1 Vd:4 101${sz} op:1 1 M:1 0 Vm:4`,
        f => {
          const early = { double: sz, unsigned: 1 - f.signed!, round: 1 - f.op! };
          return run(vcvtToInteger, { ...early, d: vd(f, false), m: vm(f, double) });
        },
        (f, x) => {
          const types = `${integerType(!f.signed)}${float}`;
          return ins(`vcvt${f.op ? '' : 'r'}${x.cond}${types}`, register(vd(f, false), false), own(vm(f, double)));
        },
      ),
      row(
        `VCVT (fixed-point)${float}`,
        `cond:4 11101 D:1 11 1 op:1 1 U:1 Vd:4 101${sz} sx:1 1 i:1 0 imm4:4`,
        guarded(
          f => fraction(f) < 0,
          f => {
            const early = { double: sz, unsigned: f.U!, word: f.sx!, toFixed: f.op! };
            return run(vcvtFixed, { ...early, d: vd(f, double), fraction: fraction(f) });
          },
        ),
        (f, x) => {
          const fixed = integerType(f.U === 1, fixedBits(f));
          const d = own(vd(f, double));
          return ins(`vcvt${x.cond}${f.op ? fixed + float : float + fixed}`, d, d, imm(fraction(f)));
        },
        { unpredictable: f => fraction(f) < 0 },
      ),
    );
  }
  for (const [top, name] of ['vcvtb', 'vcvtt'].entries())
    rows.push(
      row(
        name.toUpperCase(),
        `cond:4 11101 D:1 11 001 op:1 Vd:4 1010 ${top} 1 M:1 0 Vm:4`,
        f => run(vcvtHalf, { top, toHalf: f.op!, d: vd(f, false), m: vm(f, false) }),
        (f, x) => {
          const types = f.op ? '.f16.f32' : '.f32.f16';
          return ins(`${name}${x.cond}${types}`, register(vd(f, false), false), register(vm(f, false), false));
        },
      ),
    );
  return rows;
}

export const VFP_DATA_PROCESSING: readonly Row[] = [...threeRegisterRows(), ...twoRegisterRows(), ...conversionRows()];
