// Loads and stores that stage 2 stops because a device of the hypervisor's own is there (Xen, arch/arm/io.c).
import type { Core } from '../../emu/cpu/core';
import type { Hypervisor } from '../hypervisor';
import type { Vcpu } from '../vcpu';
import { guestR, setGuestR } from './guest-registers';
import type { DataAccess } from './syndrome';

const GICD_SIZE = 0x1000;

function extend(value: number, { width, signed }: DataAccess): number {
  if (!signed || width === 4) return value >>> 0;
  return width === 1 ? ((value << 24) >> 24) >>> 0 : ((value << 16) >> 16) >>> 0;
}

/** @returns whether somebody is there */
export function emulateMmio(_xen: Hypervisor, vcpu: Vcpu, core: Core, ipa: number, access: DataAccess): boolean {
  const { domain } = vcpu;
  const offset = ipa - domain.options.gicd;
  if (offset < 0 || offset >= GICD_SIZE) return false;
  if (access.write) {
    const value = guestR(core, access.rt);
    const shown = access.width === 4 ? value : value & ((1 << (8 * access.width)) - 1);
    domain.distributor.write(offset, access.width, shown >>> 0, vcpu.id);
  } else setGuestR(core, access.rt, extend(domain.distributor.read(offset, access.width, vcpu.id), access));
  return true;
}
