// What Xen itself can create of a domain that was written for xl.
import { describe, expect, it } from 'vitest';
import { readBootDomain } from '../../src/xl';

const read = (text: string) => {
  const { domain, problems } = readBootDomain(text);
  return {
    domain,
    said: problems.map(({ severity, code, range }) => `${range.start.line} ${severity} ${code}`),
    messages: problems.map(({ message }) => message),
  };
};
const LEAST = 'name = "a"\nmemory = 128\nkernel = "/zImage"\n';

describe('a domain', () => {
  it('has what its configuration says', () => {
    const { domain, said } = read(`${LEAST}vcpus = 2\nramdisk = "/i"\nroot = "/dev/ram"\nextra = "quiet ro"\n`);
    expect(said).toEqual([]);
    expect(domain).toEqual({
      ...{ name: 'a', memory: 128, vcpus: 2, kernel: '/zImage', ramdisk: '/i' },
      cmdline: 'root=/dev/ram quiet ro',
    });
  });

  it('has one processor and no command line when nothing is said', () => {
    expect(read(LEAST).domain).toMatchObject({ vcpus: 1, ramdisk: undefined, cmdline: undefined });
  });

  it('prefers cmdline, and says what that leaves without effect', () => {
    const { domain, said } = read(`${LEAST}cmdline = "x"\nroot = "y"\nextra = "z"\n`);
    expect(domain!.cmdline).toBe('x');
    expect(said).toEqual(['5 warning ignored', '6 warning ignored']);
  });

  it('says of each key that has no effect why', () => {
    const { domain, said, messages } = read(
      `${LEAST}maxmem = 256\nmaxvcpus = 4\ndisk = [ ]\nvif = [ "" ]\non_crash = "restart"\npvcalls = [ ]\ntype = "pvh"\n`,
    );
    expect(domain).toBeDefined();
    expect(said).toEqual([4, 5, 6, 7, 8, 9].map(line => `${line} warning ignored`));
    expect(messages[2]).toMatch(/^disk has no effect: block devices need a backend in dom0: put .* RAM disk$/);
    expect(messages[5]).toMatch(/^pvcalls has no effect: Xen creates this domain at boot, without xl$/);
    expect(read(`${LEAST}maxmem = 128\nmaxvcpus = 1\n`).said).toEqual([]);
  });

  it.each([
    ['', ['1 error missing', '1 error missing', '1 error missing']],
    ['name = ""\nmemory = 1\nkernel = "k"\n', ['1 error missing']],
    ['name = [ "a" ]\nmemory = 1\nkernel = "k"\n', ['1 error type']],
    ['name = "a"\nmemory = "much"\nkernel = "k"\n', ['2 error type']],
    ['name = "a"\nmemory = 0\nkernel = "k"\n', ['2 error range']],
    ['name = "a"\nmemory = 4096\nkernel = "k"\n', ['2 error range']],
    [`${LEAST}vcpus = 9\n`, ['4 error range']],
    ['name = a\nmemory = 1\n', ['1 error syntax']],
  ])('is refused for %j', (text, expected) => {
    const { domain, said } = read(text);
    expect(domain).toBeUndefined();
    expect(said).toEqual(expected);
  });
});
