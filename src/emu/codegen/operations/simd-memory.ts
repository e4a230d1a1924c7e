// Element and structure loads and stores (ARM DDI 0406C A7.7).
import { operation, type Semantics } from '../semantics';
import { add, c, type Value } from '../value';

/** Write-back: `none`, by the size of the transfer, or by Rm. It comes last, as an abort leaves the base. */
function writeBack(x: Semantics, base: Value, size: Value): void {
  const form = x.earlyText('wb');
  if (form !== 'none') x.w('rn', add(base, form === 'size' ? size : x.r('rm')));
}

/** VLD1, VST1 of whole registers. `imm`: all of it as `packStructure` has it, for what TypeScript does. */
export const elements = operation({
  name: 'vld1',
  early: ['load', 'registers', 'size', 'align', 'wb'],
  late: { d: 'd', rn: 'reg', rm: 'reg', imm: 'imm' },
  fp: 'simd',
  emit: x => {
    const base = x.tmp(x.r('rn'));
    const registers = x.early('registers');
    x.elements({
      load: x.early('load') !== 0,
      va: base,
      first: x.v('d'),
      registers,
      size: x.early('size'),
      align: x.early('align'),
      packed: x.n('imm'),
    });
    writeBack(x, base, c(8 * registers));
  },
});

/** All others of VLD1 to VLD4 and VST1 to VST4; `bytes` are transferred. */
export const structure = operation({
  name: 'vldn',
  early: ['wb'],
  late: { rn: 'reg', rm: 'reg', bytes: 'byte', imm: 'imm' },
  fp: 'simd',
  emit: x => {
    const base = x.tmp(x.r('rn'));
    x.structure(base, x.n('imm'));
    writeBack(x, base, x.n('bytes'));
  },
});
