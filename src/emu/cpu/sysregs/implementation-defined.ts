// Registers of the Cortex-A15 alone: level 2 cache control, peripheral base, RAM access (ARM DDI 0438I, 4.3.48 on).
import type { Core } from '../core';
import { SLOT } from './storage';
import type { SystemRegister } from './table';

/** RAM latencies, the only writable bits of L2CTLR. */
const L2CTLR_WRITABLE = 0x1fff;
const L2CTLR_GIC_PRESENT = 1 << 23;

const row = (name: string, at: string, about: string, more: Partial<SystemRegister> = {}): SystemRegister => ({
  name,
  at,
  about,
  group: 'Implementation defined',
  value: 0,
  ...more,
});

const readL2ctlr = (core: Core): number =>
  ((core.env.cores.length - 1) << 24) | L2CTLR_GIC_PRESENT | core.sys[SLOT.L2CTLR]!;

/** Non-secure writes of level 2 controls are ignored. */
const writeSecure =
  (name: 'L2CTLR' | 'L2ACTLR' | 'L2PFR' | 'ACTLR2', mask: number) =>
  (core: Core, value: number): void => {
    if (core.owner) core.sys[SLOT[name]] = value & mask;
  };

const stored = (name: 'L2ACTLR' | 'L2PFR' | 'ACTLR2'): Partial<SystemRegister> => ({
  store: name,
  write: writeSecure(name, -1),
});

/** PERIPHBASE[31:15] in place, PERIPHBASE[39:32] in bits 7:0. */
const readCbar = ({ env: { peripheralBase } }: Core): number =>
  (peripheralBase & 0xffff8000) | (Math.floor(peripheralBase / 2 ** 32) & 0xff);

export const IMPLEMENTATION_DEFINED: readonly SystemRegister[] = [
  row('L2CTLR', 'p15,1,c9,c0,2', 'Level 2 control: number of cores, RAM latencies', {
    read: readL2ctlr,
    write: writeSecure('L2CTLR', L2CTLR_WRITABLE),
  }),
  row('L2ECTLR', 'p15,1,c9,c0,3', 'Level 2 errors: none happen'),
  row('L2ACTLR', 'p15,1,c15,c0,0', 'Level 2 auxiliary control', stored('L2ACTLR')),
  row('L2PFR', 'p15,1,c15,c0,3', 'Level 2 prefetch control', stored('L2PFR')),
  row('ACTLR2', 'p15,1,c15,c0,4', 'Auxiliary control 2', stored('ACTLR2')),
  row('CBAR', 'p15,4,c15,c0,0', 'Base of the private peripherals (GIC)', { rights: 'ro', read: readCbar }),
  row('IL1DATA0', 'p15,0,c15,c0,0', 'Level 1 instruction RAM data 0'),
  row('IL1DATA1', 'p15,0,c15,c0,1', 'Level 1 instruction RAM data 1'),
  row('IL1DATA2', 'p15,0,c15,c0,2', 'Level 1 instruction RAM data 2'),
  row('DL1DATA0', 'p15,0,c15,c1,0', 'Level 1 data RAM data 0'),
  row('DL1DATA1', 'p15,0,c15,c1,1', 'Level 1 data RAM data 1'),
  row('DL1DATA2', 'p15,0,c15,c1,2', 'Level 1 data RAM data 2'),
  row('DL1DATA3', 'p15,0,c15,c1,3', 'Level 1 data RAM data 3'),
  row('RAMINDEX', 'p15,0,c15,c4,0', 'Reads a cache RAM into the data registers', { rights: 'wo', volatile: true }),
  row('CPUMERRSR', 'p15,0,c15', 'Errors of level 1 RAMs: none happen'),
  row('L2MERRSR', 'p15,1,c15', 'Errors of level 2 RAMs: none happen'),
];
