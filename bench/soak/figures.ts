// What a soak run measures, and its verdict: whether memory stays what it was once everything had been used.
import type { LabStatistics } from '../../src/lab/protocol';

/** Bytes. */
export interface MemoryUse {
  /** Of the whole process. */
  readonly rss: number;
  /** JavaScript objects, and what lies outside of the heap for them (guest memory included). */
  readonly heapUsed: number;
  readonly external: number;
}

/** One minute: its median of resident memory, and how things stood at its end. */
export interface Minute {
  readonly rss: number;
  readonly memory: MemoryUse;
  readonly statistics: LabStatistics;
  readonly rounds: number;
}

export interface Verdict {
  /** Resident bytes, the least and the most of all minutes after the warm-up. */
  readonly from: number;
  readonly to: number;
  /** The difference between them. */
  readonly percent: number;
  readonly flat: boolean;
}

/** Percent by which minutes may differ. */
export const TOLERANCE = 10;
/** Part of the run that is warm-up: the guest touches all of its memory, and the cache of decoded code fills. */
const WARM_UP = 0.2;

/** How many minutes of a run are warm-up. */
export const warmUp = (minutes: number): number => Math.max(1, Math.round(minutes * WARM_UP));

/** @param minutes of the whole run. @throws RangeError when none is left after the warm-up */
export function judge(minutes: readonly Pick<Minute, 'rss'>[]): Verdict {
  const counted = minutes.slice(warmUp(minutes.length)).map(m => m.rss);
  if (counted.length === 0) throw new RangeError('a soak run needs two minutes at least: one of them is warm-up');
  const from = Math.min(...counted);
  const to = Math.max(...counted);
  const percent = ((to - from) / from) * 100;
  return { from, to, percent, flat: percent <= TOLERANCE };
}

const MIB = 1 << 20;
const mebibytes = (bytes: number): string => (bytes / MIB).toFixed(0);

const COLUMNS = ['minute', 'rss MiB', 'heap', 'external', 'G instr', 'rounds', 'share', 'modules', 'live', 'drops', 'flushes', 'compile s'] as const; // prettier-ignore
const WIDTH = 10;

const row = (cells: readonly string[]): string => cells.map(cell => cell.padStart(WIDTH)).join('');

export const heading = (): string => row(COLUMNS);

/** @param number of the minute, from 1 */
export function line(number: number, { rss, memory, statistics, rounds }: Minute): string {
  const { instructions, tier1 } = statistics;
  return row([
    String(number),
    mebibytes(rss),
    mebibytes(memory.heapUsed),
    mebibytes(memory.external),
    (instructions / 1e9).toFixed(2),
    String(rounds),
    (tier1?.share ?? 0).toFixed(3),
    ...[tier1?.modules, tier1?.live, tier1?.drops, tier1?.flushes].map(n => String(n ?? 0)),
    (tier1?.compileSeconds ?? 0).toFixed(1),
  ]);
}

export function verdictLine({ from, to, percent, flat }: Verdict): string {
  const not = flat ? '' : 'NOT ';
  return `memory after warm-up ${mebibytes(from)} MiB to ${mebibytes(to)} MiB: ${not}flat within ${TOLERANCE} % (${percent.toFixed(1)} %)`;
}
