// A32 branches, status registers, hints, exceptions, barriers (ARM DDI 0406C A5.2.11, A5.2.12, A5.5 to A5.7).
import { alu, movt } from '../codegen/operations/alu';
import {
  branch, branchExchange, branchIf, branchLink, branchLinkExchange, leave,
} from '../codegen/operations/branch'; // prettier-ignore
import { clearExclusive, nop } from '../codegen/operations/memory';
import { EXIT } from '../codegen/layout';
import { hex, imm, ins, modifiedImmediate, r, shiftedRegister } from './asm';
import { bankedName, barrierText, cpsText, hintText, psrName } from './asm-system';
import { signExtend } from './immediates';
import { bxj, guarded, isb, noPc, rowsOf, run, sev, sys } from './rows';
import type { Action, Fields, Row } from './table';

const row = rowsOf('a32');

/** NOP, YIELD, WFE, WFI, SEV; the rest are NOPs. */
export function hint(n: number): Action {
  if (n === 2 || n === 3) return run(leave, { exit: EXIT.WAIT, imm: n === 2 ? 1 : 0 });
  return n === 4 ? sev() : run(nop, {});
}
function msrImmediate(f: Fields): Action {
  // The immediate form goes through the same door: a marker bit says that the value is encoded.
  return sys('msr', 0x02000000 | (f.R! << 22) | (f.mask! << 16) | f.imm12!);
}

const preloadOffset = (f: Fields): string => (f.imm12 === 0 && f.U ? '' : `, #${f.U ? '' : '-'}${f.imm12}`);
export const blockMode = (f: Fields): string => `${f.U ? 'i' : 'd'}${f.P ? 'b' : 'a'}`;

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
    row('BXJ A1', 'cond:4 00010010 (1)(1)(1)(1) (1)(1)(1)(1) (1)(1)(1)(1) 0010 Rm:4', guarded(noPc('Rm'), f => bxj(f.Rm!)), (f, x) => ins(`bxj${x.cond}`, r(f.Rm)), { unpredictable: noPc('Rm') }),
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
    row('SMC A1', 'cond:4 00010110 (0)(0)(0)(0) (0)(0)(0)(0) (0)(0)(0)(0) 0111 imm4:4', f => run(leave, { exit: EXIT.SMC, imm: f.imm4! }), (f, x) => ins(`smc${x.cond}`, `${f.imm4}`), { system: true }),
    row('ERET A1', 'cond:4 00010110 (0)(0)(0)(0) (0)(0)(0)(0) (0)(0)(0)(0) 0110 (1)(1)(1)(0)', () => sys('eret', 0), (_f, x) => ins(`eret${x.cond}`), { system: true }),
    row('UDF A1', '1110 01111111 imm12:12 1111 imm4:4', f => run(leave, { exit: EXIT.UNDEFINED, imm: (f.imm12! << 4) | f.imm4! }), f => ins('udf', imm((f.imm12! << 4) | f.imm4!)), { system: true }),
    row('MRS A1', 'cond:4 00010 R:1 00 (1)(1)(1)(1) Rd:4 (0)(0) 0 (0) 0000 (0)(0)(0)(0)', guarded(noPc('Rd'), f => sys('mrs', (f.R! << 22) | (f.Rd! << 12))), (f, x) => ins(`mrs${x.cond}`, r(f.Rd), f.R ? 'SPSR' : 'CPSR'), { system: true }),
    row('MRS (Banked register) A1', 'cond:4 00010 R:1 00 M1:4 Rd:4 (0)(0) 1 M:1 0000 (0)(0)(0)(0)', guarded(noPc('Rd'), f => sys('mrsBanked', (f.R! << 22) | (f.M1! << 16) | (f.Rd! << 12) | (f.M! << 8))), (f, x) => ins(`mrs${x.cond}`, r(f.Rd), bankedName(f.R!, (f.M! << 4) | f.M1!)), { system: true }),
    row('MSR (register) A1', 'cond:4 00010 R:1 10 mask:4 (1)(1)(1)(1) (0)(0) 0 (0) 0000 Rn:4', guarded(f => f.Rn === 15, f => sys('msr', (f.R! << 22) | (f.mask! << 16) | f.Rn!)), (f, x) => ins(`msr${x.cond}`, psrName(f.R!, f.mask!), r(f.Rn)), { system: true }),
    row('MSR (Banked register) A1', 'cond:4 00010 R:1 10 M1:4 (1)(1)(1)(1) (0)(0) 1 M:1 0000 Rn:4', guarded(f => f.Rn === 15, f => sys('msrBanked', (f.R! << 22) | (f.M1! << 16) | (f.M! << 8) | f.Rn!)), (f, x) => ins(`msr${x.cond}`, bankedName(f.R!, (f.M! << 4) | f.M1!), r(f.Rn)), { system: true }),
    row('MSR (immediate) A1', 'cond:4 00110 R:1 10 mask:4 (1)(1)(1)(1) imm12:12', f => msrImmediate(f), (f, x) => ins(`msr${x.cond}`, psrName(f.R!, f.mask!), modifiedImmediate(f.imm12!)), { system: true, when: f => f.mask !== 0 || f.R !== 0 }),
    row('CPS A1', '1111 00010000 imod:2 M:1 0 (0)(0)(0)(0)(0)(0)(0) A:1 I:1 F:1 0 mode:5', f => sys('cps', (f.imod! << 18) | (f.M! << 17) | (f.A! << 8) | (f.I! << 7) | (f.F! << 6) | f.mode!), f => cpsText(f, ','), { system: true }),
    row('SETEND A1', '1111 00010000 (0)(0)(0) 1 (0)(0)(0)(0)(0)(0) E:1 (0) 0000 (0)(0)(0)(0)', f => sys('setend', f.E! << 9), f => ins('setend', f.E ? 'be' : 'le'), { system: true }),
    row('SWP, SWPB A1', 'cond:4 00010 B:1 00 Rn:4 Rt:4 (0)(0)(0)(0) 1001 Rt2:4', guarded(noPc('Rn', 'Rt', 'Rt2'), f => sys(f.B ? 'swpb' : 'swp', (f.Rn! << 16) | (f.Rt! << 12) | f.Rt2!)), (f, x) => ins(`swp${f.B ? 'b' : ''}${x.cond}`, r(f.Rt), r(f.Rt2), `[${r(f.Rn)}]`), { system: true }),
    row('CLREX A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0001 (1)(1)(1)(1)', () => run(clearExclusive, {}), () => ins('clrex')),
    row('DSB A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0100 option:4', () => run(nop, {}), (f, x) => barrierText('dsb', f.option!, x.cond)),
    row('DMB A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0101 option:4', () => run(nop, {}), (f, x) => barrierText('dmb', f.option!, x.cond)),
    row('ISB A1', '1111 01010111 (1)(1)(1)(1) (1)(1)(1)(1) (0)(0)(0)(0) 0110 option:4', () => isb(), (f, x) => barrierText('isb', f.option!, x.cond), { system: true }),
    row('PLD, PLDW (immediate) A1', '1111 0101 U:1 R:1 01 Rn:4 (1)(1)(1)(1) imm12:12', () => run(nop, {}), f => ins(f.R || f.Rn === 15 ? 'pld' : 'pldw', `[${r(f.Rn)}${preloadOffset(f)}]`)),
    row('PLD, PLDW (register) A1', '1111 0111 U:1 R:1 01 Rn:4 (1)(1)(1)(1) imm5:5 type:2 0 Rm:4', () => run(nop, {}), f => ins(f.R ? 'pld' : 'pldw', `[${r(f.Rn)}, ${f.U ? '' : '-'}${shiftedRegister(f.Rm!, f.type!, f.imm5!)}]`), { unpredictable: noPc('Rm') }),
    row('PLI (immediate) A1', '1111 0100 U:1 101 Rn:4 (1)(1)(1)(1) imm12:12', () => run(nop, {}), f => ins('pli', `[${r(f.Rn)}${preloadOffset(f)}]`)),
    row('PLI (register) A1', '1111 0110 U:1 101 Rn:4 (1)(1)(1)(1) imm5:5 type:2 0 Rm:4', () => run(nop, {}), f => ins('pli', `[${r(f.Rn)}, ${f.U ? '' : '-'}${shiftedRegister(f.Rm!, f.type!, f.imm5!)}]`), { unpredictable: noPc('Rm') }),
    row('Unallocated memory hint A1', '1111 0100 U:1 001 Rn:4 Rt:4 imm12:12', () => run(nop, {}), () => ins('nop'), { unpredictable: () => true }),
    row('Unallocated memory hint (register) A1', '1111 0110 U:1 001 Rn:4 Rt:4 imm5:5 type:2 0 Rm:4', () => run(nop, {}), () => ins('nop'), { unpredictable: () => true }),
    row('RFE A1', '1111 100 P:1 U:1 0 W:1 1 Rn:4 (0)(0)(0)(0) (1)(0)(1)(0) (0)(0)(0)(0) (0)(0)(0)(0)', guarded(noPc('Rn'), f => sys('rfe', (f.P! << 24) | (f.U! << 23) | (f.W! << 21) | (f.Rn! << 16))), f => ins(`rfe${blockMode(f)}`, `${r(f.Rn)}${f.W ? '!' : ''}`), { system: true }),
    row('SRS A1', '1111 100 P:1 U:1 1 W:1 0 (1)(1)(0)(1) (0)(0)(0)(0) (0)(1)(0)(1) (0)(0)(0) mode:5', f => sys('srs', (f.P! << 24) | (f.U! << 23) | (f.W! << 21) | f.mode!), f => ins(`srs${blockMode(f)}`, `sp${f.W ? '!' : ''}`, imm(f.mode!)), { system: true }),
  ]; // prettier-ignore
  return rows;
}

export const A32_CONTROL: readonly Row[] = miscellaneousRows();
