import { describe, expect, it } from 'vitest';
import { BOOT_OPTIONS, newBootRequest } from '../../src/cli/boot-options';
import { describeOptions, parseOptions, UsageError } from '../../src/cli/options';

const parse = (...words: string[]) => {
  const request = newBootRequest();
  return { operands: parseOptions(BOOT_OPTIONS, words, request), ...request };
};

const refusal = (...words: string[]): string => {
  try {
    parse(...words);
    return '';
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
};

describe('the options of xenlab boot', () => {
  it('fill the configuration, the steps and the rest', () => {
    const found = parse(
      ...['lab.json', '--board=b', '--kernel', 'k', '--append', 'console=ttyAMA0 a=b', '--cpus', '2'],
      ...['--memory=512', '--load', 'x@y.bin@0x80000000', '--load', 'z@16', '--entry', '0x10'],
      ...['--expect', 'one', '--send', 'two => three=>four', '--expect', '^five$', '--timeout', '1.5'],
      ...['--pace', 'fast', '--decompress', 'guest', '--stats', 's.json', '--console', 'all'],
    );
    expect(found.operands).toEqual(['lab.json']);
    expect(found.lab).toEqual({
      board: 'b',
      kernel: 'k',
      args: 'console=ttyAMA0 a=b',
      cpus: 2,
      memory: 512,
      load: [
        { file: 'x@y.bin', address: 0x8000_0000 },
        { file: 'z', address: 16 },
      ],
      entry: 16,
      pace: 'fast',
      decompress: 'guest',
    });
    expect(found.steps.map(({ pattern, send }) => [pattern.source, send])).toEqual([
      ['one', undefined],
      ['two ', ' three=>four'],
      ['^five$', undefined],
    ]);
    expect(found).toMatchObject({ timeoutSeconds: 1.5, stats: 's.json', console: 'all' });
  });

  it('describe a boot of Xen', () => {
    const { lab } = parse(
      ...['--hypervisor', 'xen', '--dtb', 'none', '--xen-append', 'console=dtuart a', '--domain', 'a.cfg'],
      ...['--domain=b.cfg', '--initrd', 'i'],
    );
    expect(lab).toEqual({
      hypervisor: 'xen',
      deviceTree: 'none',
      xenArgs: 'console=dtuart a',
      domains: ['a.cfg', 'b.cfg'],
      initrd: 'i',
    });
  });

  it.each([
    [['--kernal', 'x'], 'unknown option --kernal; did you mean --kernel?'],
    [['-x'], 'unknown option -x'],
    [['--kernel'], '--kernel needs a value: FILE'],
    [['--kernel='], '--kernel needs a value: FILE'],
    [['--cpus', '2', '--cpus', '1'], '--cpus is given twice'],
    [['--cpus', 'two'], '--cpus must be a whole number from 1 to 8, not "two"'],
    [['--memory', '99999999'], '--memory must be a whole number from 1 to 3072, not "99999999"'],
    [['--timeout', '0'], '--timeout must be a number of seconds, not "0"'],
    [['--timeout', '-1'], '--timeout must be a number of seconds, not "-1"'],
    [['--pace', 'quick'], '--pace must be realtime or fast, not "quick"'],
    [['--expect', '('], /^--expect: Invalid regular expression/],
    [['--send', 'x'], `--send needs 'REGEX=>TEXT', not "x"`],
    [['--load', 'x'], '--load needs FILE@ADDRESS, not "x"'],
    [['--load', 'x@0x1ffffffff'], /^the address of --load must be a whole number/],
    [['--dts', 'a', '--dtb', 'b'], '--dts and --dtb exclude each other'],
    [['--gdb', '1234'], '--gdb cannot be used in this release: the GDB server does not exist yet'],
    [['--save-snapshot', 'f'], '--save-snapshot cannot be used in this release: snapshots do not exist yet'],
  ])('refuse %j in one line', (words, expected) => {
    const said = refusal(...words);
    expect(said).toMatch(expected);
    expect(said).not.toContain('\n');
  });

  it('leave what follows -- alone', () => {
    expect(parse('--', '--kernel').operands).toEqual(['--kernel']);
  });

  it('are all in the usage text, but for those that do not work yet', () => {
    const usage = describeOptions(BOOT_OPTIONS);
    for (const { name, later } of BOOT_OPTIONS) expect(usage.includes(`  ${name} `)).toBe(later === undefined);
    for (const line of usage.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});
