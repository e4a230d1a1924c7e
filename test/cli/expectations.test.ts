import { describe, expect, it } from 'vitest';
import { Expectations } from '../../src/cli/expectations';
import { LinePrefixer } from '../../src/cli/output';
import { QuietWatch, QUIET_SECONDS } from '../../src/cli/quiet';
import { EscapeKeys } from '../../src/cli/terminal';
import { Writable } from 'node:stream';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('expectations', () => {
  it('are met in order, across batches, each after the one before', () => {
    const found = new Expectations([
      { pattern: /login:/ },
      { pattern: /lab# /, send: 'uname' },
      { pattern: /^Linux$/m },
    ]);
    expect(found.feed(bytes('Linux\r\nlab# log'))).toEqual([]);
    expect(found.feed(bytes('in: \r\nla'))).toEqual([]);
    expect(found.feed(bytes('b# '))).toEqual(['uname']);
    expect(found.met).toBe(false);
    expect(found.feed(bytes('uname\r\nLinux\r\nlab# '))).toEqual([]);
    expect(found.met).toBe(true);
    expect(found.endsWhenMet).toBe(true);
  });

  it('can be met several at once', () => {
    const found = new Expectations([
      { pattern: /a/, send: '1' },
      { pattern: /b/, send: '2' },
    ]);
    expect(found.feed(bytes('ab'))).toEqual(['1', '2']);
    expect(found.endsWhenMet).toBe(false);
  });

  it('say what is missing, and where the console stands', () => {
    const found = new Expectations([{ pattern: /a/ }, { pattern: /shell/ }]);
    found.feed(bytes('a\r\nKernel panic\r\n'));
    expect(found.describe()).toBe('/shell/ (expectation 2 of 2) was not seen; the last line was "Kernel panic"');
  });

  it('keep a bounded window', () => {
    const found = new Expectations([{ pattern: /a[^]*b/ }]);
    found.feed(bytes('a'));
    for (let i = 0; i < 100; i++) found.feed(bytes('x'.repeat(1000)));
    found.feed(bytes('b'));
    expect(found.met).toBe(false);
  });

  it('decode characters that are split between batches', () => {
    const found = new Expectations([{ pattern: /é/ }]);
    const [first, second] = bytes('é');
    found.feed(Uint8Array.of(first!));
    found.feed(Uint8Array.of(second!));
    expect(found.met).toBe(true);
  });
});

describe('the keys of a terminal', () => {
  it.each([
    ['abc', 'abc', []],
    ['a\x01xb', 'ab', ['quit']],
    ['\x01h', '', ['help']],
    ['\x01a\x01\x01', '\x01\x01', []],
    ['\x01q', '\x01q', []],
  ])('%j', (typed, passed, commands) => {
    const found = new EscapeKeys().feed(bytes(typed));
    expect(new TextDecoder().decode(found.bytes)).toBe(passed);
    expect(found.commands).toEqual(commands);
  });

  it('are recognised across reads', () => {
    const keys = new EscapeKeys();
    expect(keys.feed(bytes('\x01')).bytes).toHaveLength(0);
    expect(keys.feed(bytes('x')).commands).toEqual(['quit']);
  });
});

describe('all consoles at once', () => {
  it('come out in whole lines with their names', () => {
    let said = '';
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said += chunk.toString();
        done();
      },
    });
    const prefixer = new LinePrefixer(output);
    prefixer.write('uart0', bytes('one\ntw'));
    prefixer.write('uart1', bytes('other\n'));
    prefixer.write('uart0', bytes('o\nrest'));
    prefixer.end();
    expect(said).toBe('[uart0] one\n[uart1] other\n[uart0] two\n[uart0] rest\n');
  });
});

describe('the watch for quiet machines', () => {
  const at = (second: number, busy: number) => ({
    instructions: second * busy * 1e9,
    guestSeconds: second,
    wallSeconds: second,
    cpuSeconds: second,
  });
  const run = (busy: number, seconds: number): boolean => {
    const watch = new QuietWatch();
    return Array.from({ length: seconds }, (_, i) => watch.tick(at(i, busy))).includes(true);
  };

  it('ends one that only ticks, not one that works', () => {
    expect(run(0.001, QUIET_SECONDS + 2)).toBe(true);
    expect(run(0.001, QUIET_SECONDS)).toBe(false);
    expect(run(1, 60)).toBe(false);
  });

  it('begins again whenever something was said', () => {
    const watch = new QuietWatch();
    for (let i = 0; i < 60; i++) {
      expect(watch.tick(at(i, 0))).toBe(false);
      if (i % 3 === 0) watch.heard();
    }
  });
});
