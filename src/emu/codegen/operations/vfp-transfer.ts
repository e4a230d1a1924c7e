// Transfers between core registers and extension registers or FPSCR (ARM DDI 0406C A7.8, A7.9).
import { CPU } from '../layout';
import { operation } from '../semantics';
import { or } from '../value';

/** VMRS of FPSCR. Other registers, and VMSR, go through `system`. */
export const readFpscr = operation({
  name: 'vmrs',
  early: [],
  late: { rt: 'reg' },
  fp: 'vfp',
  emit: x => x.w('rt', or(x.state(CPU.FPSCR), x.state(CPU.FP_NZCV))),
});

/** VMRS APSR_nzcv, FPSCR: the flags of a comparison for the conditions of what follows. */
export const readFlags = operation({
  name: 'vmrsf',
  early: [],
  late: {},
  fp: 'vfp',
  emit: x => x.setNZCV(x.tmp(x.state(CPU.FP_NZCV))),
});
