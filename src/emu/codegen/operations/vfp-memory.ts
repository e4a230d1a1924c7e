// Loads and stores of extension registers (ARM DDI 0406C A7.6).
import { type Operation, operation } from '../semantics';
import { add } from '../value';

/** VLDR: `imm` carries its sign. */
export const vldr = operation({
  name: 'vldr',
  early: ['double'],
  late: { d: 's', rn: 'reg', imm: 'imm' },
  reads: ['rn'],
  fp: 'vfp',
  emit: x => {
    const va = add(x.r('rn'), x.n('imm'));
    if (x.early('double')) {
      const v = x.load('vector64', va);
      x.setFpBits('d', true, v);
    } else {
      const v = x.load('wordAligned', va);
      x.setFpBits('d', false, v);
    }
  },
});

export const vstr = operation({
  name: 'vstr',
  early: ['double'],
  late: { d: 's', rn: 'reg', imm: 'imm' },
  reads: ['rn'],
  fp: 'vfp',
  emit: x => {
    const va = add(x.r('rn'), x.n('imm'));
    if (x.early('double')) x.store('vector64', va, x.fpBits('d', true));
    else x.store('wordAligned', va, x.fpBits('d', false));
  },
});

/**
 * VLDM, VSTM, VPUSH, VPOP and the FLDMX forms. `imm`: what write-back adds; `before`: that is where the lowest word
 * lies, too. `words` are transferred.
 */
const multiple = (load: boolean): Operation => ({
  name: load ? 'vldm' : 'vstm',
  early: ['double', 'before', 'w'],
  late: { d: 's', rn: 'reg', words: 'byte', imm: 'imm' },
  reads: ['rn'],
  fp: 'vfp',
  emit: x => {
    const base = x.tmp(x.r('rn'));
    const moved = add(base, x.n('imm'));
    const start = x.early('before') ? x.tmp(moved) : base;
    x.multipleVector(load, start, x.v('d'), x.tmp(x.n('words')), x.early('double') !== 0);
    if (x.early('w')) x.w('rn', x.early('before') ? start : moved);
  },
});
export const vldm = operation(multiple(true));
export const vstm = operation(multiple(false));
