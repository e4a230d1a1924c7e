// Sources that together have all of the language, held against what dtc makes of them: committed in samples.expected
// (WRITE_DTC_ANSWERS=1 asks dtc anew), and asked again where dtc and cpp are.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { names, path, text } from './fixtures';
import { askDtc, askUs, difference, type Answer, type Case, type Place } from './oracle/compare';

const ANSWERS = path('samples.expected');
const samples = names('samples', '.dts');
const scratch = mkdtempSync(join(tmpdir(), 'samples-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const hasDtc =
  (spawnSync('dtc', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes('DTC 1.6.1') &&
  spawnSync('cpp', ['--version']).status === 0;

/** The flags stand in a comment at the beginning. */
function caseOf(name: string, extra: readonly string[] = []): Case {
  const flags = /^\/\/ dtc (.+)\n/.exec(text('samples', `${name}.dts`))?.[1]?.split(' ') ?? [];
  return { cpp: true, flags: [...flags, ...extra] };
}

const placeOf = (name: string): Place => ({
  folder: path('samples'),
  file: path('samples', `${name}.dts`),
  include: path('samples', 'include'),
  scratch,
});

/** Undefined when dtc ends by a signal. */
const dtcSays = (name: string, extra: readonly string[] = []): Answer | undefined =>
  askDtc(caseOf(name, extra), placeOf(name));

if (process.env['WRITE_DTC_ANSWERS']) {
  const lines = samples.map(name => {
    const { output, words } = dtcSays(name) ?? {};
    if (!output) throw new Error(`${name}: ${words}`);
    return `${name} ${deflateRawSync(output, { level: 9 }).toString('base64')}\n`;
  });
  writeFileSync(ANSWERS, lines.join(''));
}
const expected = new Map(
  text('samples.expected')
    .trimEnd()
    .split('\n')
    .map(line => line.split(' ') as [string, string]),
);

describe('samples', () => {
  it.each(samples)('%s.dts gives the bytes that dtc gives', name => {
    const { output, words } = askUs(caseOf(name), placeOf(name));
    expect(output, words).toBeDefined();
    const blob = inflateRawSync(Buffer.from(expected.get(name)!, 'base64'));
    expect(Buffer.compare(output!, blob), 'the bytes differ').toBe(0);
  });

  it('are fifty', () => {
    expect(samples.length).toBeGreaterThanOrEqual(50);
    expect([...expected.keys()]).toEqual(samples);
  });
});

/**
 * What dtc cannot print: it ends with a failed assertion at files, and bytes above 0x7f, or 0 before a digit, come back as
 * others from what it prints.
 */
const NOT_PRINTED: ReadonlySet<string> = new Set(['binary', 'strings']);

/** Bytes, text and what checks say. */
const FORMS: readonly (readonly string[])[] = [[], ['-O', 'dts'], ['-@', '-A'], ['-O', 'dts', '-s']];

describe.skipIf(!hasDtc && !process.env['CI'])('dtc of this machine', () => {
  it.each(samples)('says the same of %s.dts', name => {
    for (const extra of FORMS) {
      if (extra.includes('dts') && NOT_PRINTED.has(name)) continue;
      const theirs = dtcSays(name, extra);
      expect(theirs, extra.join(' ')).toBeDefined();
      expect(difference(theirs!, askUs(caseOf(name, extra), placeOf(name))), extra.join(' ')).toBeUndefined();
    }
  });
});
