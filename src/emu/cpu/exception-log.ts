// The last exceptions that a core has taken: kept for people who ask why a guest says nothing. The machine itself never
// looks, so it is no part of a snapshot.
import type { FaultType } from '../mmu/faults';
import type { Core } from './core';
import type { ExceptionKind } from './exceptions';
import { MODE } from './modes';
import { PSR } from './psr';
import { SLOT } from './sysregs/storage';

/** The kinds that other modes know, and those of Hyp mode alone: HVC, and what HCR and its like trap. */
export type LoggedKind = ExceptionKind | 'hypervisorCall' | 'hypTrap';

export interface LoggedException {
  readonly kind: LoggedKind;
  /** Virtual address of the instruction that caused it; for interrupts, of the next one. */
  readonly pc: number;
  /** CPSR before it, and in its handler. */
  readonly from: number;
  readonly to: number;
  /** Virtual address of the vector. */
  readonly vector: number;
  /** HSR where Hyp mode took it; else IFSR or DFSR of an abort, or 0. */
  readonly status: number;
  /** Of an abort: what was wrong with the access, its virtual address, and HPFAR if stage 2 found it. */
  readonly fault: FaultType | undefined;
  readonly address: number;
  readonly hpfar: number;
  /** Instructions that all cores had executed when it came last. */
  readonly instructions: number;
  /** How often the same came with nothing but interrupts in between; of interrupts, how many of this kind there were. */
  readonly times: number;
  /** Its number among all since the reset. */
  readonly order: number;
}

type Entry = { -readonly [K in keyof LoggedException]: LoggedException[K] };

const DEPTH = 16;

const blank = (): Entry => ({
  ...{ kind: 'irq', pc: 0, from: 0, to: 0, vector: 0, status: 0, fault: undefined, address: 0, hpfar: 0 },
  ...{ instructions: 0, times: 0, order: 0 },
});

/** A ring of entries that are made once: to take an exception allocates nothing. */
export class ExceptionLog {
  private readonly ring = Array.from({ length: DEPTH }, blank);
  /** Interrupts, an entry for each kind: there are so many that the others would be gone. */
  private readonly interrupts: Readonly<Partial<Record<LoggedKind, Entry>>> = {
    irq: blank(),
    fiq: blank(),
    virtualIrq: blank(),
    virtualFiq: blank(),
  };
  private next = 0;
  /** The last one that was no interrupt. */
  private latest: Entry | undefined;
  /** Exceptions since the reset, interrupts too. */
  total = 0;

  /** To be called when the core is in the handler, its fault registers written. One that repeats takes no new entry. */
  note(core: Core, kind: LoggedKind, pc: number, from: number): void {
    const { sys } = core;
    const abort = kind === 'dataAbort' || kind === 'prefetchAbort' || kind === 'virtualAbort';
    const interrupt = this.interrupts[kind];
    const address = abort ? core.fault.address : 0;
    const vector = core.pc >>> 0;
    const { latest } = this;
    const again = latest?.kind === kind && latest.pc === pc && latest.vector === vector && latest.address === address;
    const entry = interrupt ?? (again ? latest : this.fresh());
    const to = core.cpsr;
    const hyp = (to & PSR.M) === MODE.hyp;
    const status = (kind === 'prefetchAbort' ? SLOT.IFSR : SLOT.DFSR) + (core.secure ? 1 : 0);
    entry.kind = kind;
    entry.pc = pc;
    entry.from = from;
    entry.to = to;
    entry.vector = vector;
    entry.status = interrupt ? 0 : hyp ? sys[SLOT.HSR]! : abort ? sys[status]! : 0;
    entry.fault = abort ? core.fault.type : undefined;
    entry.address = address;
    entry.hpfar = abort && hyp && core.fault.stage2 ? sys[SLOT.HPFAR]! : 0;
    entry.instructions = core.env.instructions();
    entry.times++;
    entry.order = ++this.total;
  }

  private fresh(): Entry {
    const entry = this.ring[this.next]!;
    this.next = (this.next + 1) % DEPTH;
    entry.times = 0;
    this.latest = entry;
    return entry;
  }

  clear(): void {
    for (const entry of this.all()) entry.times = 0;
    this.next = 0;
    this.latest = undefined;
    this.total = 0;
  }

  private all(): Entry[] {
    return [...this.ring, ...Object.values(this.interrupts)];
  }

  /** Copies, in the order in which they came last. */
  entries(): LoggedException[] {
    return this.all()
      .filter(({ times }) => times > 0)
      .sort((a, b) => a.order - b.order)
      .map(entry => ({ ...entry }));
  }
}
