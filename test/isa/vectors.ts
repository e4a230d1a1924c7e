// What the processor's tests ask: for a row of the instruction tables, cases to execute and what a Cortex-A15 (qemu-arm)
// made of them. Cases are made anew from the row; only answers are stored (fixtures/, written by `npm run vectors`).
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { Answer, Case, Row } from './oracle/case';
import { decodeAnswers } from './oracle/codec';
import { digestOf, type Fixture, unpackFixture } from './oracle/fixture';
import { generate } from './oracle/generate';
import { type Probe, probes } from './oracle/probes';
import type { InstructionSet } from './oracle/rules';

export {
  type Answer,
  type Case,
  codeImage,
  isThumb,
  type Kind,
  type Row,
  startOf,
  type State,
  windowImage,
} from './oracle/case';
export { CODE, CODE_SIZE, WINDOW, WINDOW_SIZE } from './oracle/case';
export { inspect } from './oracle/rules';
export { ROWS } from './oracle/rows';

export interface Vector {
  readonly case: Case;
  readonly answer: Answer;
}

const fixture = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));

const files = new Map<InstructionSet, Fixture>();

function fileOf(set: InstructionSet): Fixture {
  let file = files.get(set);
  if (!file) files.set(set, (file = unpackFixture(fixture(`${set}.bin.br`))));
  return file;
}

/** Why there are no vectors of a row (it cannot be asked of a user program), or undefined when there should be. */
export const leftOut = (row: Row): string | undefined => fileOf(row.set).leftOut.get(row.name);

/**
 * Cases and answers of a row, at least 200 executed ones unless nearly all of its encodings are UNDEFINED.
 * @throws Error when there are none (see {@link leftOut}), or when the row has changed since.
 */
export function vectors(row: Row): Vector[] {
  const stored = fileOf(row.set).rows.get(row.name);
  if (!stored) throw new Error(`no answers for row '${row.name}' (${row.set}); run 'npm run vectors'`);
  const { skips, digest, answers } = stored;
  const source = generate(row);
  const cases = skips.map(skip => {
    for (let i = 0; i < skip; i++) source.next();
    return source.next().value;
  });
  if (digestOf(cases) !== digest)
    throw new Error(
      `row '${row.name}' (${row.set}) is not what it was when its answers were made; run 'npm run vectors'`,
    );
  return decodeAnswers(answers, cases).map((answer, i) => ({ case: cases[i]!, answer }));
}

export const cases = (row: Row): Case[] => vectors(row).map(v => v.case);
export const answers = (row: Row): Answer[] => vectors(row).map(v => v.answer);

/** A probe of the undefined space with its verdict. */
export interface Verdict extends Probe {
  readonly undefined: boolean;
}

/** @returns the probes of a set with qemu-arm's verdicts; those it had none for are left out. */
export function verdicts(set: InstructionSet): Verdict[] {
  const marks = new TextDecoder().decode(brotliDecompressSync(fixture(`probes-${set}.txt.br`)));
  const all = probes(set);
  if (marks.length !== all.length) throw new Error(`the probes of ${set} have changed; run 'npm run vectors'`);
  return all.flatMap((probe, i) => (marks[i] === '?' ? [] : [{ ...probe, undefined: marks[i] === 'u' }]));
}
