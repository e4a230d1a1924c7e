// The answers of qemu-system-arm to the questions of oracle/ (see ask.mjs), as the tests read them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

export const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name));

/** Lines by the heading above them. */
export function sections(text: string): Map<string, string[]> {
  const result = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n').filter(Boolean))
    if (line.startsWith('# ')) result.set(line.slice(2), (lines = []));
    else lines.push(line);
  return result;
}

export const answers = (name: string): Map<string, string[]> =>
  sections(brotliDecompressSync(fixture(`${name}.txt.br`)).toString());

/** Encodings by a pattern, and why they answer in one place and not in the other, or differently. */
export type Explanations = readonly (readonly [RegExp, string])[];

export const explained = (list: Explanations, at: string): boolean => list.some(([pattern]) => pattern.test(at));
