// Loads and stores that stage 2 stops because a device of the hypervisor's own is there (Xen, arch/arm/io.c).
import type { Core } from '../../emu/cpu/core';
import type { Hypervisor } from '../hypervisor';
import type { Vcpu } from '../vcpu';
import { VPL011, type Vpl011 } from '../vpl011';
import { guestR, setGuestR } from './guest-registers';
import type { DataAccess } from './syndrome';

const GICD_SIZE = 0x1000;

function extend(value: number, { width, signed }: DataAccess): number {
  if (width === 4) return value >>> 0;
  if (!signed) return value & ((1 << (8 * width)) - 1);
  return width === 1 ? ((value << 24) >> 24) >>> 0 : ((value << 16) >> 16) >>> 0;
}

/** @returns whether somebody is there */
export function emulateMmio(_xen: Hypervisor, vcpu: Vcpu, core: Core, ipa: number, access: DataAccess): boolean {
  const { domain } = vcpu;
  const offset = ipa - domain.options.gicd;
  if (offset < 0 || offset >= GICD_SIZE) return emulateVpl011(domain.vpl011, core, ipa - VPL011.BASE, access);
  if (access.write) domain.distributor.write(offset, access.width, written(core, access), vcpu.id);
  else setGuestR(core, access.rt, extend(domain.distributor.read(offset, access.width, vcpu.id), access));
  return true;
}

function emulateVpl011(uart: Vpl011 | undefined, core: Core, offset: number, access: DataAccess): boolean {
  if (!uart || offset < 0 || offset >= VPL011.SIZE) return false;
  if (access.write) return uart.write(offset, written(core, access));
  const value = uart.read(offset);
  if (value === undefined) return false;
  setGuestR(core, access.rt, extend(value, access));
  return true;
}

function written(core: Core, { rt, width }: DataAccess): number {
  const value = guestR(core, rt);
  return (width === 4 ? value : value & ((1 << (8 * width)) - 1)) >>> 0;
}
