// Branches, exceptions, waiting (ARM DDI 0406C A4.3).
import { CPU } from '../layout';
import { operation } from '../semantics';
import { add, and, c, eqz, or } from '../value';

const offset = { off: 'imm' } as const;

/** B; `near`: the target lies in the same page. */
export const branch = operation({ name: 'b', early: ['near'], late: offset, emit: x => x.branch() });

/** B<c>: as `branch`, with the condition in the variant because it is so frequent. */
export const branchIf = operation({
  name: 'bcc',
  early: ['near', 'cc'],
  late: offset,
  emit: x => x.code.if(x.condition(x.early('cc')), () => x.branch()),
});

export const branchLink = operation({
  name: 'bl',
  early: ['near'],
  late: offset,
  emit: x => {
    x.setReg(14, or(x.nextPc(), x.state(CPU.THUMB)));
    x.branch();
  },
});

/** BLX (immediate): changes the instruction set; the target is relative to the aligned PC. */
export const branchLinkExchange = operation({
  name: 'blxi',
  early: ['toThumb'],
  late: offset,
  emit: x => {
    const target = x.tmp(add(and(x.pc(), c(-4)), x.n('off')));
    x.setReg(14, or(x.nextPc(), x.state(CPU.THUMB)));
    x.setState(CPU.THUMB, c(x.early('toThumb')));
    x.goto(target);
  },
});

/** BX, BLX (register). */
export const branchExchange = operation({
  name: 'bx',
  early: ['link'],
  late: { rm: 'reg' },
  reads: ['rm'],
  emit: x => {
    const target = x.tmp(x.r('rm'));
    if (x.early('link')) x.setReg(14, or(x.nextPc(), x.state(CPU.THUMB)));
    x.bxWritePc(target);
  },
});

/** CBZ, CBNZ. */
export const compareBranch = operation({
  name: 'cbz',
  early: ['near', 'nonZero'],
  late: { rn: 'reg', off: 'imm' },
  emit: x => x.code.if(x.early('nonZero') ? x.r('rn') : eqz(x.r('rn')), () => x.branch()),
});

/** SVC, BKPT, HVC, SMC, UDF, WFI, WFE: leave with a reason (EXIT.*) and an immediate. */
export const leave = operation({
  name: 'leave',
  early: ['exit'],
  late: { imm: 'imm' },
  emit: x => x.leave(x.early('exit'), x.n('imm')),
});
