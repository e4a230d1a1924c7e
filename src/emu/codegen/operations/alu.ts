// Data processing: one operation over opcode, operand form, flag setting and PC-writing form (ARM DDI 0406C A4.4.1).
import { type Operation, operation, type Semantics, SYSTEM } from '../semantics';
import { add, and, c, eqz, gtu, leu, ltu, not, or, rotr, sar, select, shl, shr, sub, type Value, xor } from '../value';

export type AluOpcode =
  | 'and' | 'eor' | 'sub' | 'rsb' | 'add' | 'adc' | 'sbc' | 'rsc'
  | 'tst' | 'teq' | 'cmp' | 'cmn' | 'orr' | 'mov' | 'bic' | 'mvn' | 'orn'; // prettier-ignore

/** How the second operand is formed. `lsr32`, `asr32`: the shifts by 32 that immediate 0 encodes. `lslr`...: by register. */
export type ShiftForm =
  | 'imm' | 'reg' | 'lsl' | 'lsr' | 'asr' | 'ror' | 'rrx' | 'lsr32' | 'asr32' | 'lslr' | 'lsrr' | 'asrr' | 'rorr'; // prettier-ignore

/** DecodeImmShift (A8.4.3) as a form and an amount. */
export function decodeImmShift(type: number, imm5: number): { form: ShiftForm; sh: number } {
  if (imm5 === 0) return { form: (['reg', 'lsr32', 'asr32', 'rrx'] as const)[type]!, sh: 0 };
  return { form: (['lsl', 'lsr', 'asr', 'ror'] as const)[type]!, sh: imm5 };
}
export const REGISTER_SHIFTS: readonly ShiftForm[] = ['lslr', 'lsrr', 'asrr', 'rorr'];

/** The shifted operand, pinned. `carry` answers the shifter's carry out, pinned, or undefined where C does not change. */
export function shifted(x: Semantics, form: string, wantCarry: boolean): { value: Value; carry: Value | undefined } {
  const bit = (v: Value, n: Value): Value => and(shr(v, n), c(1));
  const pair = (value: Value, carry?: Value): { value: Value; carry: Value | undefined } => ({
    value: x.tmp(value),
    carry: wantCarry && carry ? x.tmp(carry) : undefined,
  });
  if (form === 'reg') return pair(x.r('rm'));
  const rm = x.tmp(x.r('rm'));
  switch (form) {
    case 'lsl':
      return pair(shl(rm, x.n('sh')), bit(rm, sub(c(32), x.n('sh'))));
    case 'lsr':
      return pair(shr(rm, x.n('sh')), bit(rm, sub(x.n('sh'), c(1))));
    case 'asr':
      return pair(sar(rm, x.n('sh')), bit(rm, sub(x.n('sh'), c(1))));
    case 'ror':
      return pair(rotr(rm, x.n('sh')), bit(rm, sub(x.n('sh'), c(1))));
    case 'rrx':
      return pair(or(shr(rm, c(1)), shl(x.carry(), c(31))), and(rm, c(1)));
    case 'lsr32':
      return pair(c(0), shr(rm, c(31)));
    case 'asr32':
      return pair(sar(rm, c(31)), shr(rm, c(31)));
  }
  // By register: the amount is the low byte of Rs.
  const n = x.tmp(and(x.r('rs'), c(255)));
  const keep = (carry: Value): Value => select(eqz(n), x.carry(), carry);
  const below32 = ltu(n, c(32));
  switch (form) {
    case 'lslr':
      return pair(select(below32, shl(rm, n), c(0)), keep(select(leu(n, c(32)), bit(rm, sub(c(32), n)), c(0))));
    case 'lsrr':
      return pair(select(below32, shr(rm, n), c(0)), keep(select(leu(n, c(32)), bit(rm, sub(n, c(1))), c(0))));
    case 'asrr': {
      const capped = x.tmp(select(gtu(n, c(31)), c(31), n));
      return pair(sar(rm, capped), keep(select(gtu(n, c(31)), shr(rm, c(31)), bit(rm, sub(n, c(1))))));
    }
    case 'rorr':
      return pair(rotr(rm, n), keep(bit(rm, sub(n, c(1)))));
  }
  throw new Error(`no shift form ${form}`);
}

const LOGICAL: Readonly<Record<string, ((a: Value, b: Value) => Value) | undefined>> = {
  and: (a, b) => and(a, b),
  tst: (a, b) => and(a, b),
  eor: (a, b) => xor(a, b),
  teq: (a, b) => xor(a, b),
  orr: (a, b) => or(a, b),
  orn: (a, b) => or(a, not(b)),
  bic: (a, b) => and(a, not(b)),
  mov: (_a, b) => b,
  mvn: (_a, b) => not(b),
};
const NO_RESULT = ['tst', 'teq', 'cmp', 'cmn'];
const NO_FIRST = ['mov', 'mvn'];

/** Values of the early operand `pcw`: what writing Rd means. */
export const PC_WRITE = { none: 0, interworking: 1, branch: 2, exceptionReturn: 3 } as const;

function emitAlu(x: Semantics): void {
  const opcode = x.earlyText('opc');
  const form = x.earlyText('form');
  const s = x.early('s') !== 0;
  const logical = LOGICAL[opcode];
  const a = NO_FIRST.includes(opcode) ? c(0) : x.tmp(x.r('rn'));
  let b: Value;
  let carry: Value | undefined;
  if (form === 'imm') {
    b = x.n('imm');
    if (logical && s) b = x.tmp(b);
    if (x.early('ic')) carry = shr(b, c(31));
  } else ({ value: b, carry } = shifted(x, form, s && logical !== undefined));

  let r: Value;
  let flags = (): void => {};
  if (logical) {
    r = logical(a, b);
    flags = () => {
      x.setNZ(r);
      if (carry) x.setCarry(carry);
    };
  } else {
    if (s) b = x.tmp(b);
    const notA = (): Value => x.tmp(not(a));
    const notB = (): Value => x.tmp(not(b));
    switch (opcode) {
      case 'add':
      case 'cmn':
        r = add(a, b);
        flags = () => x.setAddFlags(a, b, r);
        break;
      case 'sub':
      case 'cmp':
        r = sub(a, b);
        flags = () => x.setSubFlags(a, b, r);
        break;
      case 'rsb':
        r = sub(b, a);
        flags = () => x.setSubFlags(b, a, r);
        break;
      case 'adc':
        r = add(add(a, b), x.carry());
        flags = () => x.setAdcFlags(a, b, r);
        break;
      case 'sbc': {
        const nb = notB();
        r = add(add(a, nb), x.carry());
        flags = () => x.setAdcFlags(a, nb, r);
        break;
      }
      case 'rsc': {
        const na = notA();
        r = add(add(b, na), x.carry());
        flags = () => x.setAdcFlags(b, na, r);
        break;
      }
      default:
        throw new Error(`no opcode ${opcode}`);
    }
  }
  if (s || x.early('pcw') !== PC_WRITE.none) r = x.tmp(r);
  const write = !NO_RESULT.includes(opcode);
  if (s) flags();
  if (!write) return;
  if (x.early('pcw') === PC_WRITE.interworking) x.bxWritePc(r);
  else if (x.early('pcw') === PC_WRITE.branch) x.goto(and(r, c(-2)));
  else if (x.early('pcw') === PC_WRITE.exceptionReturn) x.system(SYSTEM.indexOf('exceptionReturn'), r);
  else x.w('rd', r);
}

/** `ic`: with an immediate and a logical opcode, 1 when the carry becomes bit 31 of it (ARMExpandImm_C). */
export const alu = operation({
  name: 'alu',
  early: ['opc', 'form', 's', 'ic', 'pcw'],
  late: { rd: 'reg', rn: 'reg', rm: 'reg', sh: 'byte', imm: 'imm' },
  reads: ['rn', 'rm'],
  emit: emitAlu,
});
/** The same with the shift amount in a register. */
export const aluRegisterShift: Operation = operation({
  ...alu,
  name: 'alur',
  late: { rd: 'reg', rn: 'reg', rm: 'reg', rs: 'reg' },
});

/** MOVW and MOVT; MOVW is an ALU move of an immediate. */
export const movt = operation({
  name: 'movt',
  early: [],
  late: { rd: 'reg', imm: 'imm' },
  emit: x => x.w('rd', or(and(x.r('rd'), c(0xffff)), shl(x.n('imm'), c(16)))),
});
