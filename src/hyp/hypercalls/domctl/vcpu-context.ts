// struct vcpu_guest_context: the registers of a virtual CPU as tools set and read them (Xen, public/arch-arm.h).
import { BANK, MODE } from '../../../emu/cpu/modes';
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import type { Vcpu } from '../../vcpu';

const ONLINE = 1;
const MODE_MASK = 0x1f;
/** Modes that a guest may be in. */
const GUEST_MODES: readonly number[] = [MODE.usr, MODE.fiq, MODE.irq, MODE.svc, MODE.abt, MODE.und, MODE.sys];

export const CONTEXT = new Layout({
  flags: 'u32',
  ...({ r0: 'reg', r1: 'reg', r2: 'reg', r3: 'reg', r4: 'reg', r5: 'reg', r6: 'reg', r7: 'reg' } as const),
  ...({ r8: 'reg', r9: 'reg', r10: 'reg', r11: 'reg', r12: 'reg', sp_usr: 'reg', lr_usr: 'reg', sp_hyp: 'reg' } as const),
  ...({ lr_irq: 'reg', sp_irq: 'reg', lr_svc: 'reg', sp_svc: 'reg', lr_abt: 'reg', sp_abt: 'reg' } as const),
  ...({ lr_und: 'reg', sp_und: 'reg', r8_fiq: 'reg', r9_fiq: 'reg', r10_fiq: 'reg', r11_fiq: 'reg' } as const),
  ...({ r12_fiq: 'reg', sp_fiq: 'reg', lr_fiq: 'reg', pc: 'reg', cpsr: 'reg', spsr_svc: 'reg' } as const),
  ...({ spsr_fiq: 'u32', spsr_irq: 'u32', spsr_und: 'u32', spsr_abt: 'u32' } as const),
  ...({ sp_el0: 'reg', sp_el1: 'reg', elr_el1: 'reg', sctlr: 'reg', ttbcr: 'reg' } as const),
  ...({ ttbr0: 'u32', ttbr0_high: 'u32', ttbr1: 'u32', ttbr1_high: 'u32' } as const),
}); // prettier-ignore
type Values = Record<keyof typeof CONTEXT.fields, number>;

const LOW = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'sp_usr', 'lr_usr'] as const; // prettier-ignore
const FIQ = ['r8_fiq', 'r9_fiq', 'r10_fiq', 'r11_fiq', 'r12_fiq'] as const;
const BANKS = ['irq', 'svc', 'abt', 'und', 'fiq'] as const;

const isGuestMode = (psr: number): boolean => GUEST_MODES.includes(psr & MODE_MASK);

/** @returns 0, or a negative error: it would begin in a mode that is not a guest's */
export function setContext(vcpu: Vcpu, v: Values): number {
  if (!isGuestMode(v.cpsr)) return -ERRNO.EINVAL;
  if (BANKS.some(bank => v[`spsr_${bank}`] !== 0 && !isGuestMode(v[`spsr_${bank}`]))) return -ERRNO.EINVAL;
  const { context } = vcpu;
  LOW.forEach((name, n) => context.setR(n, v[name]));
  FIQ.forEach((name, i) => context.setFiq(8 + i, v[name]));
  for (const bank of BANKS)
    context.setBank(BANK[bank], { sp: v[`sp_${bank}`], lr: v[`lr_${bank}`], spsr: v[`spsr_${bank}`] });
  context.pc = v.pc;
  context.cpsr = v.cpsr;
  context.setRegister('SCTLR', v.sctlr);
  context.setRegister('TTBCR', v.ttbcr);
  context.setRegister('TTBR0', v.ttbr0, v.ttbr0_high);
  context.setRegister('TTBR1', v.ttbr1, v.ttbr1_high);
  vcpu.initialized = true;
  vcpu.down = (v.flags & ONLINE) === 0;
  return 0;
}

/** @param vcpu not running */
export function getContext(vcpu: Vcpu): Values {
  const { context } = vcpu;
  const values = CONTEXT.read(new DataView(new ArrayBuffer(CONTEXT.size)));
  LOW.forEach((name, n) => (values[name] = context.r(n)));
  FIQ.forEach((name, i) => (values[name] = context.fiq(8 + i)));
  for (const bank of BANKS) {
    const { sp, lr, spsr } = context.bank(BANK[bank]);
    Object.assign(values, { [`sp_${bank}`]: sp, [`lr_${bank}`]: lr, [`spsr_${bank}`]: spsr });
  }
  return Object.assign(values, {
    ...{ flags: vcpu.down ? 0 : ONLINE, pc: context.pc, cpsr: context.cpsr },
    ...{ sctlr: context.register('SCTLR'), ttbcr: context.register('TTBCR') },
    ...{ ttbr0: context.register('TTBR0'), ttbr0_high: context.registerHigh('TTBR0') },
    ...{ ttbr1: context.register('TTBR1'), ttbr1_high: context.registerHigh('TTBR1') },
  });
}
