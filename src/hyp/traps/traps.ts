// What a guest's exceptions to Hyp mode lead to (Xen, arch/arm/traps.c).
import { EC } from '../../emu/cpu/syndrome';
import type { Core } from '../../emu/cpu/core';
import { SLOT } from '../../emu/cpu/sysregs/storage';
import { Call } from '../hypercalls/hypercall';
import type { Hypervisor } from '../hypervisor';
import { LEVEL } from '../log-level';
import { smccc } from '../vpsci';
import type { Vcpu } from '../vcpu';
import { accessCp14, accessCp15, accessCp15Wide } from './cp15';
import { advance, guestPc, guestR, injectAbort, injectUndefined, setGuestPc, setGuestR } from './guest-registers';
import { emulateMmio } from './mmio';
import { dataAccess, ecOf, isTranslationFault, lengthOf, registerAccess, wideAccess } from './syndrome';

/** HVC immediate of hypercalls (Xen, public/arch-arm.h). */
const XEN_HYPERCALL_TAG = 0xea1;

/** IPA of the access that stage 2 stopped. */
const faultAddress = (core: Core): number => (core.sys[SLOT.HPFAR]! >>> 4) * 4096 + (core.sys[SLOT.HDFAR]! & 0xfff);

export class Traps {
  constructor(private readonly xen: Hypervisor) {}

  /** @param core in Hyp mode, the guest's registers in it */
  handle(vcpu: Vcpu, core: Core): void {
    const hsr = core.sys[SLOT.HSR]!;
    const { trace } = this.xen;
    if (trace && ecOf(hsr) !== EC.HVC)
      trace.add({ kind: 'trap', domain: vcpu.domain.id, vcpu: vcpu.id, pc: guestPc(core), syndrome: hsr });
    switch (ecOf(hsr)) {
      case EC.HVC:
        if ((hsr & 0xffff) === XEN_HYPERCALL_TAG) return this.hypercall(vcpu, core);
        if ((hsr & 0xffff) === 0) return this.smccc(vcpu, core);
        return injectUndefined(core);
      case EC.SMC:
        advance(core, 4);
        return this.smccc(vcpu, core);
      case EC.WFX:
        advance(core, lengthOf(hsr));
        if (hsr & 1) this.xen.yield(vcpu);
        else this.xen.block(vcpu);
        return;
      case EC.CP15:
        if (accessCp15(core, vcpu, registerAccess(hsr))) advance(core, lengthOf(hsr));
        return;
      case EC.CP15_WIDE:
        if (accessCp15Wide(core, vcpu, wideAccess(hsr))) advance(core, lengthOf(hsr));
        return;
      case EC.CP14:
        if (accessCp14(core, vcpu, registerAccess(hsr))) advance(core, lengthOf(hsr));
        return;
      case EC.DATA_ABORT:
        return this.dataAbort(vcpu, core, hsr);
      case EC.PREFETCH_ABORT:
        return injectAbort(core, true, core.sys[SLOT.HIFAR]!);
      default:
        // CP14_WIDE, CP14_MEMORY, coprocessors that are not there, BXJ.
        return injectUndefined(core);
    }
  }

  private hypercall(vcpu: Vcpu, core: Core): void {
    const args = Uint32Array.from([0, 1, 2, 3, 4], n => guestR(core, n));
    const call = new Call(this.xen, vcpu, core, this.xen.access(core.index), args);
    const answer = this.xen.hypercall(call, guestR(core, 12), args);
    if (answer === 'again') {
      args.forEach((value, n) => setGuestR(core, n, value));
      setGuestPc(core, guestPc(core) - 4);
    } else setGuestR(core, 0, answer >>> 0);
  }

  private smccc(vcpu: Vcpu, core: Core): void {
    const args = [0, 1, 2, 3].map(n => guestR(core, n));
    const { r0, unknown } = smccc(vcpu, args);
    if (unknown)
      this.xen.console.printAboutGuest(
        `${vcpu.name} Unhandled SMC/HVC: 0x${(args[0]! >>> 0).toString(16)}`,
        LEVEL.INFO,
      );
    setGuestR(core, 0, r0 >>> 0);
    this.xen.reschedule(core.index);
  }

  private dataAbort(vcpu: Vcpu, core: Core, hsr: number): void {
    const access = dataAccess(hsr);
    const ipa = faultAddress(core);
    if (isTranslationFault(access.status) && access.valid && emulateMmio(this.xen, vcpu, core, ipa, access))
      return advance(core, lengthOf(hsr));
    const where = `HSR=0x${hsr.toString(16)} pc=0x${guestPc(core).toString(16)} gva=0x${core.sys[SLOT.HDFAR]!.toString(16)} gpa=0x${ipa.toString(16).padStart(16, '0')}`;
    this.xen.guestError(`traps: ${vcpu.name}: data abort, ${where}`);
    injectAbort(core, false, core.sys[SLOT.HDFAR]!);
  }
}
