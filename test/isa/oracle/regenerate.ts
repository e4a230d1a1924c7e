// Asks qemu-arm about every row and packs the answers, one file per instruction set.
import { type Answer, type Case, type Row } from './case';
import { encodeAnswers } from './codec';
import { digestOf, packFixture, type StoredRow } from './fixture';
import { generate, NothingToAsk } from './generate';
import { ask } from './qemu';

/** Answers kept per row: executed ones, of which so many may be data aborts; and UNDEFINED ones besides. */
const WANTED = 200;
const MOST_FAULTS = 30;
const MOST_UNDEFINED = 20;
/** Cases per row and round, and rounds. */
const ROUND = 240;
const ROUNDS = 8;

class Progress {
  readonly cases: Case[] = [];
  readonly answers: Answer[] = [];
  readonly skips: number[] = [];
  private readonly source: Generator<Case, never>;
  private readonly counts = { executed: 0, faults: 0, undefined: 0 };
  private skipped = 0;
  unusable: string | undefined;

  /** @throws NothingToAsk */
  constructor(readonly row: Row) {
    generate(row).next();
    this.source = generate(row);
  }

  get executed(): number {
    return this.counts.executed + this.counts.faults;
  }

  get complete(): boolean {
    return this.executed >= WANTED;
  }

  next(): Case[] {
    return Array.from({ length: ROUND }, () => this.source.next().value);
  }

  take(c: Case, answer: Answer | { readonly unusable: string }): void {
    if (this.complete) return;
    if ('unusable' in answer) this.unusable = answer.unusable;
    if ('unusable' in answer || !this.wants(answer)) {
      this.skipped++;
      return;
    }
    this.cases.push(c);
    this.answers.push(answer);
    this.skips.push(this.skipped);
    this.skipped = 0;
  }

  private wants(answer: Answer): boolean {
    const counts = this.counts;
    if (answer.kind === 'undefined') return counts.undefined++ < MOST_UNDEFINED;
    if (answer.kind === 'fault' || answer.kind === 'alignment')
      return counts.faults < MOST_FAULTS && ++counts.faults > 0;
    counts.executed++;
    return true;
  }

  stored(): StoredRow {
    return {
      name: this.row.name,
      digest: digestOf(this.cases),
      skips: this.skips,
      answers: encodeAnswers(this.cases, this.answers),
    };
  }
}

export interface Regenerated {
  readonly set: Row['set'];
  readonly file: Uint8Array;
  /** One line for every row that is not in the file, or has fewer executed answers than wanted. */
  readonly remarks: readonly string[];
  readonly rows: number;
  readonly cases: number;
}

export function regenerate(set: Row['set'], rows: readonly Row[], harness: string): Regenerated {
  const remarks: string[] = [];
  const leftOut = new Map<string, string>();
  const all: Progress[] = [];
  for (const row of rows.filter(candidate => candidate.set === set)) {
    try {
      all.push(new Progress(row));
    } catch (error) {
      if (!(error instanceof NothingToAsk)) throw error;
      leftOut.set(row.name, error.message);
      remarks.push(`${row.name}: left out, ${error.message}`);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const open = all.filter(row => !row.complete);
    const asked = open.map(row => row.next());
    const answers = ask(harness, asked.flat());
    open.forEach((row, i) => asked[i]!.forEach((c, k) => row.take(c, answers[i * ROUND + k]!)));
  }
  for (const row of all.filter(candidate => !candidate.complete)) {
    const why = row.unusable ? `, and others were dropped: ${row.unusable}` : '';
    remarks.push(`${row.row.name}: ${row.executed} executed, ${row.answers.length - row.executed} undefined${why}`);
  }
  return {
    set,
    file: packFixture(
      all.map(row => row.stored()),
      leftOut,
    ),
    remarks,
    rows: all.length,
    cases: all.reduce((sum, row) => sum + row.answers.length, 0),
  };
}
