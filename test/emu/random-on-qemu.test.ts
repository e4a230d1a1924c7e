// Random programs on qemu-system-arm and on this machine: the same registers, status, memory and exceptions at the end.
// RANDOM_ON_QEMU says how many, RANDOM_FIRST which is the first. `npm run random-on-qemu` runs 1,000 of them.
import { describe, expect, it } from 'vitest';
import type { TranslationOptions } from '../../src/emu/cpu/translator';
import { onOurs, onQemu, qemuVersion } from './random-on-qemu/machines';
import { type Numbered, programList, sample } from './random-on-qemu/programs';

const PROGRAMS = Number(process.env.RANDOM_ON_QEMU ?? 20);
const FIRST = Number(process.env.RANDOM_FIRST ?? 0);
const MOST_DIFFERENCES = 5;

const WAYS: readonly (readonly [string, TranslationOptions | undefined])[] = [
  ['interpreted', undefined],
  ['with a threshold of 6', { threshold: 6, capacity: 200, limit: 600 }],
  ['with a threshold of 40', { threshold: 40, capacity: 2000, limit: 600 }],
];

/** A program that ended differently again, with each exception: where the two ways part. */
function explain(one: Numbered, translation: TranslationOptions | undefined): string {
  const list = programList([one], true);
  const there = onQemu(list);
  const here = onOurs(list, translation).lines;
  const parting = there.findIndex((line, i) => line !== here[i]);
  return `program ${one.number}, line ${parting} of ${there.length}:\nqemu ${there[parting]}\nhere ${here[parting]}`;
}

const version = qemuVersion();
const title = version === undefined ? 'skipped: there is no qemu-system-arm (Debian: apt install qemu-system-arm)' : version; // prettier-ignore

describe.skipIf(version === undefined)(`random programs as on qemu-system-arm; ${title}`, () => {
  const programs = sample(FIRST, PROGRAMS);
  const list = programList(programs);
  let there: string[] | undefined;

  it.each(WAYS)('end alike, %s', { timeout: 3_600_000 }, (_, translation) => {
    there ??= onQemu(list);
    expect(there).toHaveLength(PROGRAMS);
    const { lines, machine } = onOurs(list, translation);
    const wrong = programs.filter((_, i) => lines[i] !== there![i]);
    expect(wrong.slice(0, MOST_DIFFERENCES).map(one => explain(one, translation))).toEqual([]);
    expect(wrong).toEqual([]);
    if (translation) expect(machine.translation!.share).toBeGreaterThan(0.5);
    // All of them came to the end that was put there, not to a prefetch abort elsewhere.
    const ends = programs.map(({ program: { code, thumb } }) => 0x80010000 + code.length - (thumb ? 2 : 4));
    expect(there.map(line => parseInt(/ end ([0-9a-f]+)/.exec(line)![1]!, 16))).toEqual(ends);
  });
});
