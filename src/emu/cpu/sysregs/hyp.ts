// Registers of Hyp mode (ARM DDI 0406C, B4.1; ARM DDI 0438I, 4.3).
import { CPU } from '../../codegen/layout';
import { HCPTR, HCR, SCTLR } from '../control-bits';
import type { Core } from '../core';
import { reconfigure } from './performance';
import { SLOT } from './storage';
import type { SystemRegister } from './table';

/** Writable bits on the Cortex-A15: TE EE WXN I CP15BEN C A M; the others are fixed. */
const HSCTLR_WRITABLE = 0x42081027;
const HCR_WRITABLE = 0x0fffffff;
/** T0 to T15 without T4 and T14; TTEE, TJDBX. */
const HSTR_WRITABLE = 0x0003bfef;
const HDCR_WRITABLE = 0xfff;
const HCPTR_WRITABLE = HCPTR.TCPAC | HCPTR.TTA | HCPTR.TASE | HCPTR.TCP10 | HCPTR.TCP11;
const HTCR_WRITABLE = 0x3f07;
const VTCR_WRITABLE = 0x3fdf;
const STAGE2_BITS = HCR.VM | HCR.DC | HCR.PTW;

const row = (name: string, at: string, about: string, more: Partial<SystemRegister> = {}): SystemRegister => ({
  name,
  at: `p15,${at}`,
  group: 'Hypervisor',
  about,
  hypOnly: true,
  ...more,
});

/** After a change of Hyp mode's own translation. */
function hypTranslationWritten(core: Core): void {
  core.hypTranslationChanged();
  core.tables.hyp.flush();
}

function writeHsctlr(core: Core, value: number): void {
  const old = core.sys[SLOT.HSCTLR]!;
  const fresh = (old & ~HSCTLR_WRITABLE) | (value & HSCTLR_WRITABLE);
  core.sys[SLOT.HSCTLR] = fresh;
  if ((old ^ fresh) & (SCTLR.M | SCTLR.WXN | SCTLR.EE)) hypTranslationWritten(core);
  if ((old ^ fresh) & SCTLR.EE) core.stage2Changed();
  if ((old ^ fresh) & SCTLR.A) core.regimeChanged();
}

function writeHcr(core: Core, value: number): void {
  const old = core.sys[SLOT.HCR]!;
  const fresh = value & HCR_WRITABLE;
  core.sys[SLOT.HCR] = fresh;
  core.lines.setVirtual(fresh);
  core.trapsChanged();
  if ((old ^ fresh) & STAGE2_BITS) core.stage2Changed();
  if ((old ^ fresh) & HCR.DC) {
    core.translationChanged(0);
    core.tlbFlush();
  }
}

export const HYP: readonly SystemRegister[] = [
  row('VPIDR', '4,c0,c0,0', 'What Non-secure PL1 reads as MIDR', { store: 'VPIDR' }),
  row('VMPIDR', '4,c0,c0,5', 'What Non-secure PL1 reads as MPIDR', { store: 'VMPIDR' }),
  row('HSCTLR', '4,c1,c0,0', 'System control of Hyp mode: MMU, caches, alignment, endianness of exceptions', {
    store: 'HSCTLR',
    write: writeHsctlr,
  }),
  row('HACTLR', '4,c1,c0,1', 'Auxiliary control of Hyp mode, none', { value: 0 }),
  row('HCR', '4,c1,c1,0', 'Hyp configuration: stage 2, routing, virtual interrupts, traps', {
    store: 'HCR',
    write: writeHcr,
  }),
  row('HDCR', '4,c1,c1,1', 'Traps of debug registers and performance monitors', {
    store: 'HDCR',
    write: (core, value) => reconfigure(core, () => void (core.sys[SLOT.HDCR] = value & HDCR_WRITABLE)),
  }),
  row('HCPTR', '4,c1,c1,2', 'Traps of floating point, Advanced SIMD and CPACR', {
    store: 'HCPTR',
    mask: HCPTR_WRITABLE,
    written: core => core.regimeChanged(),
  }),
  row('HSTR', '4,c1,c1,3', 'Traps of system registers by primary register, of ThumbEE and Jazelle', {
    store: 'HSTR',
    mask: HSTR_WRITABLE,
    written: core => core.trapsChanged(),
  }),
  row('HACR', '4,c1,c1,7', 'Auxiliary configuration of Hyp mode, none', { value: 0 }),
  row('HTCR', '4,c2,c0,2', 'Translation table control of Hyp mode', {
    store: 'HTCR',
    mask: HTCR_WRITABLE,
    written: hypTranslationWritten,
  }),
  row('VTCR', '4,c2,c1,2', 'Translation table control of stage 2', {
    store: 'VTCR',
    mask: VTCR_WRITABLE,
    written: core => core.stage2Changed(),
  }),
  row('HTTBR', '4,c2', 'Translation table base of Hyp mode', {
    store: 'HTTBR',
    highMask: 0xff,
    written: hypTranslationWritten,
  }),
  row('VTTBR', '6,c2', 'Translation table base of stage 2 with VMID', {
    store: 'VTTBR',
    highMask: 0x00ff00ff,
    written: core => core.stage2Changed(),
  }),
  row('HADFSR', '4,c5,c1,0', 'Auxiliary data fault status of Hyp mode', { value: 0 }),
  row('HAIFSR', '4,c5,c1,1', 'Auxiliary instruction fault status of Hyp mode', { value: 0 }),
  row('HSR', '4,c5,c2,0', 'Hyp syndrome: why Hyp mode was entered', { store: 'HSR' }),
  row('HDFAR', '4,c6,c0,0', 'Virtual address of the last Data Abort taken to Hyp mode', { store: 'HDFAR' }),
  row('HIFAR', '4,c6,c0,2', 'Virtual address of the last Prefetch Abort taken to Hyp mode', { store: 'HIFAR' }),
  row('HPFAR', '4,c6,c0,4', 'Intermediate physical address of the last fault of stage 2', {
    store: 'HPFAR',
    mask: ~0xf,
  }),
  row('HMAIR0', '4,c10,c2,0', 'Memory attributes 0 to 3 of Hyp mode', {
    store: 'HMAIR0',
    written: core => core.hypTranslationChanged(),
  }),
  row('HMAIR1', '4,c10,c2,1', 'Memory attributes 4 to 7 of Hyp mode', {
    store: 'HMAIR1',
    written: core => core.hypTranslationChanged(),
  }),
  row('HAMAIR0', '4,c10,c3,0', 'Auxiliary memory attributes of Hyp mode, none', { value: 0 }),
  row('HAMAIR1', '4,c10,c3,1', 'Auxiliary memory attributes of Hyp mode, none', { value: 0 }),
  row('HVBAR', '4,c12,c0,0', 'Vector base of Hyp mode', { store: 'HVBAR', mask: ~0x1f }),
  row('HTPIDR', '4,c13,c0,2', 'Software thread ID of Hyp mode', {
    read: core => core.field(CPU.HTPIDR),
    write: (core, value) => core.setField(CPU.HTPIDR, value),
  }),
];
