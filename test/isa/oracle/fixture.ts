// The file of one instruction set's answers: a directory of rows in JSON, then each row's answers, all under Brotli.
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Case } from './case';
import { hash32 } from './random';

export interface StoredRow {
  readonly name: string;
  /** Of the generated cases: tells that the answers belong to other cases than those of today. */
  readonly digest: number;
  /** Which of the generated cases were kept: the number skipped before each. */
  readonly skips: readonly number[];
  readonly answers: Uint8Array;
}

/** The content of a file. */
export interface Fixture {
  readonly rows: ReadonlyMap<string, StoredRow>;
  /** Rows that qemu-arm cannot be asked about, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
}

interface Directory {
  readonly leftOut: readonly (readonly [name: string, why: string])[];
  readonly rows: readonly {
    readonly name: string;
    readonly digest: number;
    readonly skips: string;
    readonly bytes: number;
  }[];
}

export function packFixture(rows: readonly StoredRow[], leftOut: ReadonlyMap<string, string>): Uint8Array {
  const directory: Directory = {
    leftOut: [...leftOut],
    rows: rows.map(({ name, digest, skips, answers }) => ({
      name,
      digest,
      skips: packSkips(skips),
      bytes: answers.length,
    })),
  };
  const head = new TextEncoder().encode(JSON.stringify(directory) + '\n');
  return brotliCompressSync(concat([head, ...rows.map(row => row.answers)]), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
}

/** @throws Error when the file is not one that {@link packFixture} wrote. */
export function unpackFixture(file: Uint8Array): Fixture {
  const bytes = brotliDecompressSync(file);
  let at = bytes.indexOf(10) + 1;
  const directory = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at))) as Directory;
  const rows = new Map(
    directory.rows.map(row => {
      const answers = bytes.subarray(at, at + row.bytes);
      at += row.bytes;
      return [row.name, { name: row.name, digest: row.digest, skips: unpackSkips(row.skips), answers }];
    }),
  );
  return { rows, leftOut: new Map(directory.leftOut) };
}

/** Runs of zeros, which nearly all skips are, as a count in brackets: `0 0 0 5 0` is `[3]5,[1]`. */
const packSkips = (skips: readonly number[]): string =>
  skips.join(',').replace(/\b0(,0)*\b/g, run => `[${(run.length + 1) / 2}]`);

const unpackSkips = (text: string): number[] =>
  text
    .split(',')
    .flatMap(item => (item.startsWith('[') ? new Array<number>(Number(item.slice(1, -1))).fill(0) : [Number(item)]));

/** Of everything that a case tells the processor. */
export function digestOf(cases: readonly Case[]): number {
  return hash32(
    cases
      .map(c =>
        [
          c.encoding,
          c.address,
          ...c.lead,
          c.before.cpsr,
          c.before.fpscr,
          c.memory,
          ...c.before.r,
          ...c.before.d,
        ].join(),
      )
      .join(),
  );
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
