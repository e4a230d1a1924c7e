// What decides whether kvm-unit-tests say the same here and there (scripts/kvm-unit-tests.mjs), and the table of tests.
import { describe, expect, it } from 'vitest';
import table from './tests.json';
import { compare, verdicts } from './verdicts.mjs';

describe('verdicts', () => {
  it('keeps verdicts and the exit code, in one order', () => {
    const said = 'PASS: b\nINFO: b: 17 us\nFAIL: a\r\nSUMMARY: 2 tests, 1 unexpected failures\n\nEXIT: STATUS=3\n';
    expect(verdicts(said)).toEqual(['EXIT: STATUS=3', 'FAIL: a', 'PASS: b']);
  });

  it('finds what only one side says, as often as it says it', () => {
    expect(compare(['PASS: a', 'PASS: a'], ['PASS: a'])).toEqual(['only there: PASS: a']);
    expect(compare(['PASS: a'], ['PASS: a', 'PASS: b'])).toEqual(['only here: PASS: b']);
    expect(compare(['PASS: a'], ['FAIL: a'])).toEqual(['only there: PASS: a', 'only here: FAIL: a']);
    expect(compare(['PASS: a', 'FAIL: b'], ['PASS: a', 'FAIL: b'])).toEqual([]);
  });
});

describe('the table of tests', () => {
  it.each(table.tests.map(test => [test.name, test] as const))('%s', (_name, test) => {
    expect(test.cpus).toBeLessThanOrEqual(8);
    expect(test.expected.filter(line => line.startsWith('EXIT: STATUS='))).toHaveLength(1);
    expect(test.expected).toEqual(verdicts(test.expected.join('\n')));
  });
});
