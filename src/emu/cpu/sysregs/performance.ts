// Performance monitors, PMUv2 as on the Cortex-A15: a cycle counter and six event counters (ARM DDI 0406C, chapter
// C12; ARM DDI 0438I, chapter 11). One instruction is one cycle.
import { HDCR } from '../control-bits';
import type { Core } from '../core';
import { SLOT, slot } from './storage';
import type { SystemRegister } from './table';

const COUNTERS = 6;
const CYCLE = 31;
const PMCR = { E: 1, P: 2, C: 4, D: 8, X: 16, DP: 32 } as const;
const EVENT = { SOFTWARE_INCREMENT: 0x00, INSTRUCTIONS: 0x08, CYCLES: 0x11 } as const;
/** PMCR.N. */
const N_SHIFT = 11;
/** PMSELR value that names the cycle counter. */
const SELECT_CYCLE = 31;

/**
 * A running counter is stored as its distance from the instruction count, so that it costs nothing while it runs; a
 * stopped one as its value. Everything that starts or stops counters goes through here.
 */
export function reconfigure(core: Core, change: () => void): void {
  const values = new Map<number, number>();
  for (const n of ALL_COUNTERS) values.set(n, readCounter(core, n));
  change();
  for (const n of ALL_COUNTERS) writeCounter(core, n, values.get(n)!);
}

const ALL_COUNTERS: readonly number[] = [CYCLE, 0, 1, 2, 3, 4, 5];
const store = (n: number): number => (n === CYCLE ? SLOT.PMCCNTR : slot('PMEVCNTR', n));

/** HDCR.HPMN: event counters from this number on belong to Hyp mode. */
const hypFirst = (core: Core): number => Math.min(core.sys[SLOT.HDCR]! & HDCR.HPMN, COUNTERS);
/** How many event counters the current mode has. */
const visible = (core: Core): number => (core.trappable ? hypFirst(core) : COUNTERS);
/** Bits of the counters that the current mode has. */
const visibleMask = (core: Core): number => (1 << CYCLE) | ((1 << visible(core)) - 1);

/** Rate of a counter in units of 1/64 per instruction; 0 when it stands. */
function rate(core: Core, n: number): number {
  const pmcr = core.sys[SLOT.PMCR]!;
  const reserved = n !== CYCLE && n >= hypFirst(core);
  const enabled = reserved ? (core.sys[SLOT.HDCR]! & HDCR.HPME) !== 0 : (pmcr & PMCR.E) !== 0;
  if (!enabled || !((core.sys[SLOT.PMCNTEN]! >>> n) & 1)) return 0;
  if (n === CYCLE) return pmcr & PMCR.D ? 1 : 64;
  const event = core.sys[slot('PMEVTYPER', n)]! & 0xff;
  return event === EVENT.INSTRUCTIONS || event === EVENT.CYCLES ? 64 : 0;
}

const elapsed = (core: Core, n: number): number => Math.floor((core.env.instructions() * rate(core, n)) / 64);

const readCounter = (core: Core, n: number): number => (core.sys[store(n)]! + (elapsed(core, n) % 2 ** 32)) >>> 0;

function writeCounter(core: Core, n: number, value: number): void {
  core.sys[store(n)] = value - (elapsed(core, n) % 2 ** 32);
}

const selected = (core: Core): number => core.sys[SLOT.PMSELR]!;

/** Modes that do not have all counters do not see how many there are. */
const readPmcr = (core: Core): number => (core.sys[SLOT.PMCR]! & ~(0x1f << N_SHIFT)) | (visible(core) << N_SHIFT);

function writePmcr(core: Core, value: number): void {
  reconfigure(core, () => {
    const writable = PMCR.E | PMCR.D | PMCR.X | PMCR.DP;
    core.sys[SLOT.PMCR] = (core.sys[SLOT.PMCR]! & ~writable) | (value & writable);
  });
  if (value & PMCR.P) for (let n = 0; n < visible(core); n++) writeCounter(core, n, 0);
  if (value & PMCR.C) writeCounter(core, CYCLE, 0);
}

function softwareIncrement(core: Core, value: number): void {
  for (let n = 0; n < visible(core); n++) {
    const control = n >= hypFirst(core) ? core.sys[SLOT.HDCR]! & HDCR.HPME : core.sys[SLOT.PMCR]! & PMCR.E;
    const enabled = (core.sys[SLOT.PMCNTEN]! >>> n) & 1 && control;
    const event = core.sys[slot('PMEVTYPER', n)]! & 0xff;
    if ((value >>> n) & 1 && enabled && event === EVENT.SOFTWARE_INCREMENT)
      writeCounter(core, n, readCounter(core, n) + 1);
  }
}

/** PMUSERENR.EN opens everything but the interrupt enables to PL0. */
const userEnabled = (core: Core): boolean => core.privileged || (core.sys[SLOT.PMUSERENR]! & 1) !== 0;

const row = (
  name: string,
  crm: number,
  opc2: number,
  about: string,
  more: Partial<SystemRegister>,
): SystemRegister => ({
  name,
  at: `p15,0,c9,c${crm},${opc2}`,
  group: 'Performance monitors',
  about,
  user: 'rw',
  permit: userEnabled,
  ...more,
});

/** A pair of registers that set and clear bits of one store. */
const setAndClear = (
  names: readonly [string, string],
  at: readonly [readonly [number, number], readonly [number, number]],
  about: string,
  bits: 'PMCNTEN' | 'PMINTEN' | 'PMOVSR',
  more: Partial<SystemRegister> = {},
): SystemRegister[] =>
  [0, 1].map(i =>
    row(names[i]!, at[i]![0], at[i]![1], `${about}: ${i ? 'clear' : 'set'}`, {
      read: core => core.sys[SLOT[bits]]! & visibleMask(core),
      write: (core, value) =>
        reconfigure(core, () => {
          const old = core.sys[SLOT[bits]]!;
          const change = value & visibleMask(core);
          core.sys[SLOT[bits]] = i ? old & ~change : old | change;
        }),
      ...more,
    }),
  );

const privileged = { user: undefined, permit: undefined };

export const PERFORMANCE: readonly SystemRegister[] = [
  row('PMCR', 12, 0, 'Performance monitors control', { read: readPmcr, write: writePmcr }),
  ...setAndClear(
    ['PMCNTENSET', 'PMCNTENCLR'],
    [
      [12, 1],
      [12, 2],
    ],
    'Counters that run',
    'PMCNTEN',
  ),
  row('PMOVSR', 12, 3, 'Counters that have overflowed', {
    read: core => core.sys[SLOT.PMOVSR]! & visibleMask(core),
    write: (core, value) => void (core.sys[SLOT.PMOVSR]! &= ~(value & visibleMask(core))),
  }),
  row('PMSWINC', 12, 4, 'Software increment', { rights: 'wo', user: 'wo', volatile: true, write: softwareIncrement }),
  row('PMSELR', 12, 5, 'Counter that PMXEVTYPER and PMXEVCNTR mean', { store: 'PMSELR', mask: 0x1f }),
  row('PMCEID0', 12, 6, 'Common events that exist, 0 to 31', { rights: 'ro', user: 'ro', value: 0x3fff0f3f }),
  row('PMCEID1', 12, 7, 'Common events that exist, 32 to 63', { rights: 'ro', user: 'ro', value: 0 }),
  row('PMCCNTR', 13, 0, 'Cycle count', {
    read: core => readCounter(core, CYCLE),
    write: (core, value) => writeCounter(core, CYCLE, value),
  }),
  row('PMXEVTYPER', 13, 1, 'Event of the selected counter', {
    read: core => eventType(core),
    write: (core, value) => writeEventType(core, value),
  }),
  row('PMXEVCNTR', 13, 2, 'Count of the selected counter', {
    read: core => (selected(core) < visible(core) ? readCounter(core, selected(core)) : 0),
    write: (core, value) => {
      if (selected(core) < visible(core)) writeCounter(core, selected(core), value);
    },
  }),
  row('PMUSERENR', 14, 0, 'Access from PL0', { user: 'ro', permit: undefined, store: 'PMUSERENR', mask: 1 }),
  ...setAndClear(
    ['PMINTENSET', 'PMINTENCLR'],
    [
      [14, 1],
      [14, 2],
    ],
    'Overflow interrupts',
    'PMINTEN',
    privileged,
  ),
  row('PMOVSSET', 14, 3, 'Counters that have overflowed: set', {
    ...privileged,
    read: core => core.sys[SLOT.PMOVSR]! & visibleMask(core),
    write: (core, value) => void (core.sys[SLOT.PMOVSR]! |= value & visibleMask(core)),
  }),
];

function eventType(core: Core): number {
  const n = selected(core);
  if (n === SELECT_CYCLE) return core.sys[SLOT.PMCCFILTR]!;
  return n < visible(core) ? core.sys[slot('PMEVTYPER', n)]! : 0;
}

function writeEventType(core: Core, value: number): void {
  const n = selected(core);
  if (n === SELECT_CYCLE) core.sys[SLOT.PMCCFILTR] = value & 0xf8000000;
  else if (n < visible(core)) reconfigure(core, () => void (core.sys[slot('PMEVTYPER', n)] = value & 0xf80000ff));
}
