// How often each exception was taken, and why Hyp mode was entered.
import { MODE, type ModeName } from '../modes';

/** As the manual calls them (ARM DDI 0406C, B1.8.1); a Hyp Trap is one of the instructions that a hypervisor wants to see. */
export const EXCEPTION_NAMES = [
  'undefined',
  'supervisorCall',
  'secureMonitorCall',
  'prefetchAbort',
  'dataAbort',
  'irq',
  'fiq',
  'virtualIrq',
  'virtualFiq',
  'virtualAbort',
  'hypervisorCall',
  'hypTrap',
] as const;
export type ExceptionName = (typeof EXCEPTION_NAMES)[number];

export interface ExceptionCount {
  readonly exception: ExceptionName;
  /** The mode it was taken from, and the one that took it. */
  readonly from: ModeName;
  readonly to: ModeName;
  readonly count: number;
}

export interface SyndromeCount {
  /** HSR of a synchronous exception that Hyp mode took. */
  readonly hsr: number;
  readonly count: number;
}

const MODE_NAMES = Object.keys(MODE) as ModeName[];
const NUMBERS = new Map(EXCEPTION_NAMES.map((name, i) => [name, i]));
/** Modes have five bits. */
const MODE_BITS = 5;
const index = (exception: number, from: number, to: number): number =>
  (((exception << MODE_BITS) | from) << MODE_BITS) | to;

/** The counts of one core since it was made. */
export class ExceptionCounts {
  readonly counts = new Float64Array(index(EXCEPTION_NAMES.length, 0, 0));
  /** By HSR. */
  readonly bySyndrome = new Map<number, number>();

  /** @param from M[4:0] before. @param to M[4:0] after */
  took(exception: ExceptionName, from: number, to: number): void {
    this.counts[index(NUMBERS.get(exception)!, from & 31, to & 31)]!++;
  }

  tookWithSyndrome(hsr: number): void {
    this.bySyndrome.set(hsr, (this.bySyndrome.get(hsr) ?? 0) + 1);
  }
}

/** Of several cores together: exceptions that were taken at all, and syndromes in order of HSR. */
export function sumOf(cores: readonly ExceptionCounts[]): {
  readonly exceptions: ExceptionCount[];
  readonly syndromes: SyndromeCount[];
} {
  const total = (at: number): number => cores.reduce((sum, core) => sum + core.counts[at]!, 0);
  const exceptions = EXCEPTION_NAMES.flatMap((exception, e) =>
    MODE_NAMES.flatMap(from =>
      MODE_NAMES.map(to => ({ exception, from, to, count: total(index(e, MODE[from], MODE[to])) })),
    ),
  ).filter(({ count }) => count > 0);
  const bySyndrome = new Map<number, number>();
  for (const core of cores)
    for (const [hsr, count] of core.bySyndrome) bySyndrome.set(hsr, (bySyndrome.get(hsr) ?? 0) + count);
  const syndromes = [...bySyndrome].map(([hsr, count]) => ({ hsr, count })).sort((a, b) => a.hsr - b.hsr);
  return { exceptions, syndromes };
}
