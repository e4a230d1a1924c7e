import { describe, expect, it } from 'vitest';
import { checkConfiguration, resolvePaths } from '../../src/lab/configuration';
import { didYouMean } from '../../src/dt/nearest';
import { LabFailure } from '../../src/lab/problems';

const problems = (raw: unknown): string[] => {
  try {
    checkConfiguration(raw);
    return [];
  } catch (error) {
    if (error instanceof LabFailure) return error.problems.map(one => `[${one.code}] ${one.message}`);
    throw error;
  }
};

describe('the check of a configuration', () => {
  it('passes what is right and leaves out what belongs to the editor', () => {
    const raw = { type: 'xenlab', request: 'launch', name: 'x', __sessionId: '1', kernel: 'zImage', cpus: 2 };
    expect(checkConfiguration(raw)).toEqual({ kernel: 'zImage', cpus: 2 });
  });

  it.each([
    [{ kernal: 'x' }, '[configuration.unknown] there is no attribute "kernal"; did you mean kernel?'],
    [{ kernel: 5 }, '[configuration.value] kernel must be a text, not 5'],
    [{ kernel: '' }, '[configuration.value] kernel must be a text, not ""'],
    [{ cpus: 0 }, '[configuration.value] cpus must be a whole number from 1 to 8, not 0'],
    [{ cpus: 1.5 }, '[configuration.value] cpus must be a whole number from 1 to 8, not 1.5'],
    [{ memory: '512' }, '[configuration.value] memory must be a whole number from 1 to 3072, not "512"'],
    [{ pace: 'fst' }, '[configuration.value] pace must be realtime or fast, not "fst"; did you mean fast?'],
    [{ stopOnEntry: 'yes' }, '[configuration.value] stopOnEntry must be true or false, not "yes"'],
    [{ elf: 'a', load: {} }, '[configuration.value] load must be a list, not {}'],
    [{ elf: 'a', load: [{ file: 'x' }] }, '[configuration.value] load[0] needs "address"'],
    [
      { elf: 'a', load: [{ file: 'x', address: 0, adress: 1 }] },
      '[configuration.value] load[0] has no "adress"; did you mean address?',
    ],
    [{ drives: [{ file: 'a' }] }, '[configuration.conflict] drives needs domains beside it'],
    [
      { hypervisor: 'none', domains: ['a.cfg'] },
      '[configuration.conflict] domains needs a hypervisor, built in or a Xen binary, beside it',
    ],
    [
      { hypervisor: 'none', xenArgs: 'x' },
      '[configuration.conflict] xenArgs needs a hypervisor, built in or a Xen binary, beside it',
    ],
    [{ hypervisor: 'xen', el: 1, load: [] }, /a Xen binary as hypervisor and el exclude each other/],
    [
      { hypervisor: 'none', kernel: 'k', deviceTree: 'none' },
      /^\[configuration\.conflict\] deviceTree none needs a Xen /,
    ],
    [{ initrd: 'x' }, '[configuration.conflict] initrd needs kernel beside it'],
    [{ kernel: 'x', elf: 'y' }, '[configuration.conflict] kernel and elf exclude each other'],
    [{ toString: 'x' }, /^\[configuration\.unknown\] there is no attribute "toString"/],
  ])('refuses %j in one line', (raw, expected) => {
    const found = problems(raw);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
    expect(found[0]).not.toContain('\n');
  });

  it.each([[null], [[]], ['text'], [7]])('refuses %j as a whole', raw => {
    expect(problems(raw)).toEqual(['[configuration.json] a lab is described by a JSON object']);
  });

  it('finds every problem at once', () => {
    expect(problems({ cpus: 'x', memory: 'y', nothing: 1 })).toHaveLength(3);
  });
});

describe('paths', () => {
  it('are resolved wherever they stand, and only there', () => {
    const resolve = (path: string): string => `/lab/${path}`;
    const configuration = checkConfiguration({
      hypervisor: 'none',
      elf: 'a.elf',
      load: [{ file: 'x.bin', address: 16 }],
      board: 'b',
    });
    expect(resolvePaths(configuration, resolve)).toEqual({
      hypervisor: 'none',
      elf: '/lab/a.elf',
      load: [{ file: '/lab/x.bin', address: 16 }],
      board: 'b',
    });
    expect(resolvePaths({ hypervisor: 'xen-armhf' }, resolve)).toEqual({ hypervisor: '/lab/xen-armhf' });
  });
});

describe('names that were nearly right', () => {
  it.each([
    ['inird', 'initrd'],
    ['deviceTre', 'deviceTree'],
    ['cpu', 'cpus'],
  ])('%s means %s', (typed, meant) => {
    expect(didYouMean(typed, ['initrd', 'deviceTree', 'cpus', 'kernel'])).toBe(`; did you mean ${meant}?`);
  });

  it('are not guessed when nothing is near', () => {
    expect(didYouMean('zzzzzz', ['initrd', 'cpus'])).toBe('');
    expect(didYouMean('x'.repeat(10_000), ['initrd'])).toBe('');
  });
});
