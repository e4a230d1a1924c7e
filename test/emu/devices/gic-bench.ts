// A GICv2 with all its windows, its lines and names for its registers.
import { Gicv2 } from '../../../src/emu/devices/gicv2';
import { FakeLine } from './fakes';

export const GICC = { CTLR: 0x00, PMR: 0x04, IAR: 0x0c, EOIR: 0x10, RPR: 0x14, DIR: 0x1000 } as const;
export const GICH = {
  HCR: 0x00,
  VTR: 0x04,
  VMCR: 0x08,
  MISR: 0x10,
  EISR: 0x20,
  ELSR: 0x30,
  APR: 0xf0,
  LR: 0x100,
} as const;
export const GICV = {
  CTLR: 0x00,
  PMR: 0x04,
  BPR: 0x08,
  IAR: 0x0c,
  EOIR: 0x10,
  RPR: 0x14,
  HPPIR: 0x18,
  ABPR: 0x1c,
  AIAR: 0x20,
  AEOIR: 0x24,
  AHPPIR: 0x28,
  APR: 0xd0,
  IIDR: 0xfc,
  DIR: 0x1000,
} as const;

/** The controller of the Versatile Express: 160 INTIDs, maintenance interrupt 25. @param security its Security Extensions */
export function gicBench(cores = 1, security = true) {
  const row = (): FakeLine[] => Array.from({ length: cores }, () => new FakeLine());
  const [irq, fiq, virq, vfiq] = [row(), row(), row(), row()];
  const log: string[] = [];
  const ports = {
    log: (m: string) => void log.push(m),
    irq: (n: number) => irq[n]!,
    fiq: (n: number) => fiq[n]!,
    virq: (n: number) => virq[n]!,
    vfiq: (n: number) => vfiq[n]!,
  };
  const gic = new Gicv2('gic', ports, { cores, interrupts: 160, maintenance: 25, security });
  const each = <T>(make: (core: number) => T): T[] => Array.from({ length: cores }, (_, n) => make(n));
  return {
    ...{ gic, irq, fiq, virq, vfiq, log },
    /** Windows by core; `d` and `c` as Secure software sees them, `dn` and `cn` as Non-secure software does. */
    d: each(n => gic.distributor(n, true)),
    dn: each(n => gic.distributor(n, false)),
    c: each(n => gic.cpuInterface(n, true)),
    cn: each(n => gic.cpuInterface(n, false)),
    h: each(n => gic.virtualControl(n)),
    v: each(n => gic.virtualCpu(n)),
  };
}
