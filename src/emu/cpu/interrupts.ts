// Interrupt inputs of a core, and which interrupt it takes next (ARM DDI 0406C, B1.8.3 to B1.8.5 and B1.8.10).
import { CPU } from '../codegen/layout';
import { HCR, SCR } from './control-bits';
import type { Core } from './core';
import { PSR } from './psr';
import type { CoreState } from './state';
import { SLOT } from './sysregs/storage';

/** Bits of CPU.LINES: four inputs, and HCR.VF, VI and VA. */
const LINE = { IRQ: 1, FIQ: 2, VIRQ: 4, VFIQ: 8, VF: 16, VI: 32, VA: 64 } as const;
const INPUTS = LINE.IRQ | LINE.FIQ | LINE.VIRQ | LINE.VFIQ;
const HCR_VIRTUAL_SHIFT = 6;
const HCR_VIRTUAL = HCR.VF | HCR.VI | HCR.VA;

/** Interrupt inputs, in a word that generated code looks at before it unmasks interrupts. */
export class InterruptLines {
  constructor(private readonly state: CoreState) {}

  private get(bit: number): boolean {
    return (this.state.field(CPU.LINES) & bit) !== 0;
  }
  private set(bit: number, level: boolean): void {
    const word = this.state.field(CPU.LINES);
    this.state.setField(CPU.LINES, level ? word | bit : word & ~bit);
  }
  get irq(): boolean {
    return this.get(LINE.IRQ);
  }
  set irq(level: boolean) {
    this.set(LINE.IRQ, level);
  }
  get fiq(): boolean {
    return this.get(LINE.FIQ);
  }
  set fiq(level: boolean) {
    this.set(LINE.FIQ, level);
  }
  get virq(): boolean {
    return this.get(LINE.VIRQ);
  }
  set virq(level: boolean) {
    this.set(LINE.VIRQ, level);
  }
  get vfiq(): boolean {
    return this.get(LINE.VFIQ);
  }
  set vfiq(level: boolean) {
    this.set(LINE.VFIQ, level);
  }

  /** Puts what HCR makes pending beside the inputs. */
  setVirtual(hcr: number): void {
    const inputs = this.state.field(CPU.LINES) & INPUTS;
    this.state.setField(CPU.LINES, inputs | (((hcr & HCR_VIRTUAL) >> HCR_VIRTUAL_SHIFT) << 4));
  }
}

export type Interrupt = 'fiq' | 'irq' | 'virtualFiq' | 'virtualIrq' | 'virtualAbort';

/** HCR in Non-secure PL1 and PL0 modes, where TGE routes every interrupt to Hyp mode; 0 elsewhere. */
function guestHcr(core: Core): number {
  if (core.secure || core.mode.privilege === 2) return 0;
  const hcr = core.sys[SLOT.HCR]!;
  return hcr & HCR.TGE ? hcr | HCR.FMO | HCR.IMO | HCR.AMO : hcr;
}

/** Virtual interrupts that are pending and enabled, as bits of CPU.LINES: those whose HCR.xMO is set and TGE clear. */
function virtualPending(hcr: number, pending: number): number {
  if (hcr & HCR.TGE) return 0;
  return (
    (hcr & HCR.FMO ? pending & (LINE.VFIQ | LINE.VF) : 0) |
    (hcr & HCR.IMO ? pending & (LINE.VIRQ | LINE.VI) : 0) |
    (hcr & HCR.AMO ? pending & LINE.VA : 0)
  );
}

/** The interrupt to take before the next instruction. Physical ones that Hyp mode takes from below it are not masked. */
export function pendingInterrupt(core: Core): Interrupt | undefined {
  const pending = core.field(CPU.LINES);
  if (pending === 0) return undefined;
  const cpsr = core.field(CPU.CPSR);
  const hcr = guestHcr(core);
  if (pending & LINE.FIQ) {
    // Routed to Monitor mode and not left to Non-secure software (FW), CPSR.F masks FIQs in Secure state only.
    const toMonitor = !core.secure && (core.sys[SLOT.SCR]! & (SCR.FIQ | SCR.FW)) === SCR.FIQ;
    if (!(cpsr & PSR.F) || hcr & HCR.FMO || toMonitor) return 'fiq';
  }
  if (pending & LINE.IRQ && (!(cpsr & PSR.I) || hcr & HCR.IMO)) return 'irq';
  const virtual = virtualPending(hcr, pending);
  if (virtual === 0) return undefined;
  if (virtual & LINE.VA && !(cpsr & PSR.A)) return 'virtualAbort';
  if (virtual & (LINE.VFIQ | LINE.VF) && !(cpsr & PSR.F)) return 'virtualFiq';
  return virtual & (LINE.VIRQ | LINE.VI) && !(cpsr & PSR.I) ? 'virtualIrq' : undefined;
}

/** Whether something ends WFI: any physical interrupt, and a virtual one that is enabled, masked or not (B1.8.13). */
export function wakesUp(core: Core): boolean {
  const pending = core.field(CPU.LINES);
  return (pending & (LINE.IRQ | LINE.FIQ)) !== 0 || (pending !== 0 && virtualPending(guestHcr(core), pending) !== 0);
}
