// Identification registers with the values of a Cortex-A15 MPCore r4p0 (ARM DDI 0438I, chapter 4).
import type { Core } from '../core';
import { SLOT } from './storage';
import { type SystemRegister } from './table';

export const MIDR = 0x414fc0f0;

const id = (name: string, at: string, value: number, about: string): SystemRegister => ({
  name,
  at,
  value,
  about,
  group: 'Identification',
  rights: 'ro',
});

/** Non-secure PL1 sees what the hypervisor wants it to see. */
const virtual =
  (store: 'VPIDR' | 'VMPIDR', value: (core: Core) => number) =>
  (core: Core): number =>
    core.trappable ? core.sys[SLOT[store]]! : value(core);
const readMidr = virtual('VPIDR', () => MIDR);
const main = (name: string, opc2: number, about: string): SystemRegister => ({
  name,
  at: `p15,0,c0,c0,${opc2}`,
  group: 'Identification',
  rights: 'ro',
  about,
  read: readMidr,
});

/** Says whether the core has the Security and Virtualization Extensions. */
const extended = (name: string, opc2: number, value: number, without: number, about: string): SystemRegister => ({
  name,
  at: `p15,0,c0,c1,${opc2}`,
  group: 'Identification',
  rights: 'ro',
  about,
  read: ({ env: { virtualization = true } }) => (virtualization ? value : without),
});

/** The rest of the space of feature registers, c3 to c7, reads as zero (B7.2.1). */
const RESERVED: readonly SystemRegister[] = Array.from({ length: 40 }, (_, n) => {
  const at = `p15,0,c0,c${3 + (n >> 3)},${n & 7}`;
  return { ...id(`ID (${at})`, at, 0, 'Reserved feature register, zero'), reserved: true };
});

/** By CSSELR: level 1 data (32 KiB, 2-way), level 1 instruction (the same), level 2 unified (1 MiB, 16-way). */
const CACHE_SIZES: readonly number[] = [0x701fe00a, 0x201fe00a, 0x707fe07a];

export const IDENTIFICATION: readonly SystemRegister[] = [
  main('MIDR', 0, 'Main ID: ARM, Cortex-A15 r4p0'),
  id('CTR', 'p15,0,c0,c0,1', 0x8444c004, 'Cache type: 64-byte lines, instruction cache PIPT'),
  id('TCMTR', 'p15,0,c0,c0,2', 0, 'TCM type: no tightly-coupled memory'),
  id('TLBTR', 'p15,0,c0,c0,3', 0, 'TLB type: unified'),
  {
    name: 'MPIDR',
    at: 'p15,0,c0,c0,5',
    group: 'Identification',
    rights: 'ro',
    about: 'Multiprocessor affinity: cluster 0, number of the core',
    read: virtual('VMPIDR', core => 0x80000000 | core.index),
  },
  id('REVIDR', 'p15,0,c0,c0,6', 0, 'Revision ID: no errata fixed in metal'),
  // Unallocated encodings of this row read as MIDR (B4.1.105).
  main('MIDR (alias, opc2 4)', 4, 'Alias of MIDR'),
  main('MIDR (alias, opc2 7)', 7, 'Alias of MIDR'),
  id('ID_PFR0', 'p15,0,c0,c1,0', 0x00001131, 'Processor features: A32, T32, trivial Jazelle, ThumbEE'),
  extended('ID_PFR1', 1, 0x00011011, 0x00010001, 'Processor features: Security, Virtualization, Generic Timer'),
  extended('ID_DFR0', 2, 0x02010555, 0x02010505, 'Debug features: v7.1, Secure debug, PMUv2'),
  id('ID_AFR0', 'p15,0,c0,c1,3', 0, 'Auxiliary features'),
  id('ID_MMFR0', 'p15,0,c0,c1,4', 0x10201105, 'Memory model: VMSAv7 with PXN and LPAE'),
  id('ID_MMFR1', 'p15,0,c0,c1,5', 0x20000000, 'Memory model: branch predictor'),
  id('ID_MMFR2', 'p15,0,c0,c1,6', 0x01240000, 'Memory model: WFI stalls, barriers, TLB maintenance'),
  id('ID_MMFR3', 'p15,0,c0,c1,7', 0x02102211, 'Memory model: maintenance broadcast, 40-bit addresses'),
  id('ID_ISAR0', 'p15,0,c0,c2,0', 0x02101110, 'Instructions: divide, bit field, compare and branch'),
  id('ID_ISAR1', 'p15,0,c0,c2,1', 0x13112111, 'Instructions: interworking, IT, extend, SRS, endianness'),
  id('ID_ISAR2', 'p15,0,c0,c2,2', 0x21232041, 'Instructions: multiply, PLDW, reversal'),
  id('ID_ISAR3', 'p15,0,c0,c2,3', 0x11112131, 'Instructions: T32, SIMD, saturation, exclusives'),
  id(
    'ID_ISAR4',
    'p15,0,c0,c2,4',
    0x10011142,
    'Instructions: SMC, barriers, unprivileged accesses, SWP without bus lock',
  ),
  id('ID_ISAR5', 'p15,0,c0,c2,5', 0, 'Instructions: no cryptography'),
  { ...id('ID_ISAR6', 'p15,0,c0,c2,6', 0, 'Reserved feature register, zero'), reserved: true },
  { ...id('ID_ISAR7', 'p15,0,c0,c2,7', 0, 'Reserved feature register, zero'), reserved: true },
  {
    name: 'CCSIDR',
    at: 'p15,1,c0,c0,0',
    group: 'Identification',
    rights: 'ro',
    about: 'Size of the cache that CSSELR selects',
    read: (core: Core) => CACHE_SIZES[core.system('CSSELR')] ?? 0,
  },
  id('CLIDR', 'p15,1,c0,c0,1', 0x0a200023, 'Cache levels: separate level 1, unified level 2'),
  id('AIDR', 'p15,1,c0,c0,7', 0, 'Auxiliary ID'),
  {
    name: 'CSSELR',
    at: 'p15,2,c0,c0,0',
    group: 'Identification',
    about: 'Cache that CCSIDR describes: level (from 0) * 2 + instruction',
    store: 'CSSELR',
    mask: 0xf,
  },
  ...RESERVED,
];
