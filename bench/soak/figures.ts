// What a soak run measures, and its verdict: whether memory stays what it was once everything had been used.
import { median } from '../../src/cli/bench/measure';
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
  /** Resident bytes in each part of the run after the warm-up: medians, for minutes differ by what garbage there is. */
  readonly parts: readonly number[];
  /** Between the part with the least and the one with the most. */
  readonly percent: number;
  readonly flat: boolean;
}

/** Percent by which parts of the run may differ. */
export const TOLERANCE = 10;
/** Parts of a run. */
const PARTS = 6;
/**
 * Instructions of the warm-up, in which the guest touches all of its memory and the cache of decoded code fills; the first
 * part of the run at least.
 */
export const WARM_UP = 6e9;

/**
 * @param minutes of the whole run, with the instructions that were executed at their ends
 * @throws RangeError when the warm-up leaves less than two parts to compare
 */
export function judge(minutes: readonly { readonly rss: number; readonly instructions: number }[]): Verdict {
  const length = Math.max(1, Math.round(minutes.length / PARTS));
  const warm = minutes.findIndex(m => m.instructions >= WARM_UP);
  const parts: number[] = [];
  if (warm >= 0)
    for (let at = Math.max(length, warm + 1); at + length <= minutes.length; at += length)
      parts.push(median(minutes.slice(at, at + length).map(m => m.rss)));
  if (parts.length < 2) {
    const done = `${minutes.length} minutes, ${((minutes.at(-1)?.instructions ?? 0) / 1e9).toFixed(1)} G instructions`;
    throw new RangeError(
      `no verdict: ${done}; the warm-up is ${WARM_UP / 1e9} G, and two parts of the run have to follow`,
    );
  }
  const percent = (Math.max(...parts) / Math.min(...parts) - 1) * 100;
  return { parts, percent, flat: percent <= TOLERANCE };
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

export function verdictLine({ parts, percent, flat }: Verdict): string {
  const memory = `memory after warm-up ${mebibytes(Math.min(...parts))} MiB to ${mebibytes(Math.max(...parts))} MiB`;
  const verdict = `${flat ? '' : 'NOT '}flat within ${TOLERANCE} % (${percent.toFixed(1)} %)`;
  return `${memory}: ${verdict}; parts of the run: ${parts.map(mebibytes).join(', ')}`;
}
