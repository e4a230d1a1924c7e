// The verdict of Debian's xl 4.17, and what it understands, on cases of our own making: xl-oracle made the fixture.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, readDomain, readXl } from '../../src/xl';
import { HOST, type OracleAnswer, withoutPc } from './oracle/answers';
import { BASE, CASES } from './oracle/cases';

const answers = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'oracle/answers.json'), 'utf8'),
) as OracleAnswer[]; // xl-oracle wrote it

/** Where this one refuses what xl takes, and why. */
const STRICTER: readonly (readonly [line: string, why: string])[] = [
  ['iomem = [ "0x,1" ]', '0x without digits is no number; xl takes it for page 0'],
  [
    'vnuma = [ [ "pnode=0", "size=64", "vcpus=0", "vdistances=10" ] ]',
    'libxl ends with an error when it makes the domain: ARM has no vNUMA',
  ],
];

const shown = (text: string): string => JSON.stringify(text.startsWith(BASE) ? text.slice(BASE.length) : text);

describe('xl 4.17 and this reading', () => {
  it('have the same cases before them', () => {
    expect(answers.map(({ text }) => text)).toEqual(CASES.map(({ text }) => text));
    expect(answers.length).toBeGreaterThan(300);
  });

  for (const group of new Set(CASES.map(one => one.group)))
    it(`agree about ${group}`, () => {
      for (const { text, exit, domain } of answers.filter(one => one.group === group)) {
        if (STRICTER.some(([line]) => text === `${BASE}${line}\n`)) {
          expect([exit, readXl(text).domain], text).toEqual([0, undefined]);
          continue;
        }
        const { domain: ours, settings } = readXl(text, HOST);
        const why = settings.problems
          .map(({ message, refused }) => `${refused ? 'refused: ' : ''}${message}`)
          .join('\n');
        expect.soft(ours !== undefined, `verdict on ${shown(text)}\n${why}`).toBe(exit === 0);
        if (ours && exit === 0) expect.soft(withoutPc(ours), shown(text)).toEqual(withoutPc(domain));
      }
    });

  it('find something where xl says something, in the line that xl names', () => {
    let named = 0;
    for (const { text, spoke, exit, lines } of answers) {
      const { findings } = checkConfig(text, {}, HOST);
      if (spoke) expect.soft(findings.length, shown(text)).toBeGreaterThan(0);
      const line = findings.find(({ refused }) => refused)?.range.start.line;
      if (exit === 0 || lines.length === 0 || line === undefined) continue;
      named++;
      // A line feed is for xl in the line before; of a list that is not closed the place here is where it opens.
      const open = findings.some(({ message }) => message.includes('list is not closed'));
      expect.soft(open || lines.includes(line) || lines.includes(line - 1), `${shown(text)}: ${lines.join()}, not ${line}`).toBe(true); // prettier-ignore
    }
    expect(named).toBeGreaterThan(80);
  });

  it('have the built-in toolstack refuse what xl refuses', () => {
    const limits = { vcpus: 8, memory: 3072, actions: ['destroy', 'restart', 'preserve'], hint: () => '' };
    let made = 0;
    for (const { text, exit } of answers) {
      const { domain } = readDomain(text, limits);
      if (domain) made++;
      // Processors that the host of the fixture does not have are no matter of the toolstack.
      if (exit !== 0 && !/cpus = "(99|node:9)"/.test(text)) expect.soft(domain, shown(text)).toBeUndefined();
    }
    expect(made).toBeGreaterThan(300);
  });
});
