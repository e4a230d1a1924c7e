// Hostile configurations: a few thousand of them here; `npm run fuzz-xl -- COUNT` goes on.
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/xl';
import { fuzzXl } from './fuzz';

describe('whatever a configuration is', () => {
  it('it is read and checked', () => {
    const { accepted, count } = fuzzXl({ count: 3000, seed: 1, now: () => process.cpuUsage().user / 1000 });
    // Some inputs have to get through, or nothing behind the parser was tried.
    expect(accepted).toBeGreaterThan(count / 20);
  });

  it.each<[string, string, RegExp]>([
    ['deep nesting', `a = ${'['.repeat(200_000)}\n`, /nest more than 64 deep/],
    ['much nesting', `a = ${'[ [ '.repeat(30)}\n`.repeat(2000), /list is not closed|comma separates/],
    ['50 MB', 'a = 1\n'.repeat(9_000_000), /more than 262144 characters/],
    ['NUL bytes', 'a = "\0"\n\0\0\0\n', /NUL in this string/],
    ['many errors', '@\n'.repeat(120_000), /cannot stand here/],
    ['many carriage returns', '\r'.repeat(250_000), /carriage return/],
    ['one long line', `a = "${'\\n'.repeat(120_000)}`, /does not end on its line/],
    ['many additions', `name = "g"\n${'name += "x"\n'.repeat(18_000)}`, /kernel is missing/],
    ['many additions of lists', `${'vif += [ "" ]\n'.repeat(17_000)}`, /kernel is missing/],
    ['huge numbers', `memory = ${'9'.repeat(250_000)}\n`, /too large/],
    ['huge ranges', 'name = "g"\nkernel = "k"\ncpus = "0-4294967290"\nvcpus = 2000000000\n', /vcpus is 2000000000/],
    ['many disks', `disk = [ ${"'a,raw,xvda',".repeat(19_000)} ]\n`, /kernel is missing/],
    ['a long specification', `disk = [ '${'a,'.repeat(120_000)}' ]\n`, /format is "a"/],
    ['many parts', `vif = [ '${'a=1,'.repeat(60_000)}' ]\n`, /there is no parameter a/],
  ])('%s ends in a clear message, soon', (_what, text, message) => {
    const begin = process.cpuUsage();
    const { findings } = checkConfig(text);
    expect(process.cpuUsage(begin).user / 1000).toBeLessThan(2000);
    expect(findings.map(one => one.message).join('\n')).toMatch(message);
    expect(findings.length).toBeLessThan(510);
  });
});
