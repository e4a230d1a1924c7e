// Checks that xl itself does not make: every finding has its place, and a change that puts it right leaves nothing to say.
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/dt/nearest';
import { type CheckContext, checkConfig, type FileFacts, filesOf, type Finding, XL_CODES } from '../../src/xl';

const BASE = 'name = "g"\nkernel = "zImage"\nmemory = 64\n';
const FILES: Readonly<Record<string, FileFacts>> = {
  zImage: { kind: 'file', size: 5 << 20, image: 'zimage', appendedTree: 'none' },
  guest: { kind: 'file', size: 5 << 20, image: 'zimage', appendedTree: 'of a guest' },
  board: { kind: 'file', size: 5 << 20, image: 'zimage', appendedTree: 'other' },
  elf: { kind: 'file', size: 5 << 20, image: 'other', description: 'this is an ELF file' },
  'a.img': { kind: 'file', size: 1 << 20 },
  odd: { kind: 'file', size: 513 },
  empty: { kind: 'file', size: 0 },
  folder: { kind: 'folder' },
};
const CONTEXT: CheckContext = {
  nearest,
  look: path => FILES[path] ?? { kind: 'missing' },
  hostMemory: 1024,
  drives: 1,
};
const found = (text: string, context = CONTEXT): readonly Finding[] => checkConfig(text, context).findings;
const shown = (text: string, context?: CheckContext): string[] =>
  found(text, context).map(({ severity, code, range: { start, end } }) => `${start.line}:${start.column}-${end.column} ${severity} ${code}`); // prettier-ignore

function fixed(text: string, { fix }: Finding): string {
  const edits = [...(fix?.edits ?? [])].sort((a, b) => b.range.start.offset - a.range.start.offset);
  return edits.reduce((all, { range, text: put }) => all.slice(0, range.start.offset) + put + all.slice(range.end.offset), text); // prettier-ignore
}

describe('a configuration', () => {
  it('that is right has no findings', () => {
    expect(shown(`${BASE}vcpus = 2\ndisk = [ 'phy:/dev/loop0,xvda,w', 'a.img,raw,xvdb,ro' ]\nvif = [ '' ]\n`)).toEqual(
      [],
    );
  });

  it.each<[string, string[], string?]>([
    ['memroy = 1', ['4:1-7 error unknown'], 'memory = 1'],
    ['zzz = 1', ['4:1-4 error unknown']],
    ['hap = 1', ['4:1-4 warning arm'], ''],
    ['ioports = [\n "80"\n]', ['4:1-8 warning arm'], ''],
    ['hap = 1; vcpus = 2', ['4:1-4 warning arm']],
    ['hap = 1 ; # comment', ['4:1-4 warning arm'], ''],
    ['sve = "hw"', ['4:1-4 warning newer']],
    ['vif2 = []', ['4:1-5 warning old'], ''],
    ['vcpus = "x"', ['4:9-12 error type']],
    ['vcpus = [1]', ['4:9-12 error type']],
    ['disk = "a.img,raw,xvda"', ['4:8-24 error type']],
    ['extra = 4', ['4:9-10 information type'], 'extra = "4"'],
    ['nomigrate = 2', ['4:13-14 information range']],
    ['cpu_weight = 0', ['4:14-15 error range']],
    ['cpu_weight = 1\ncpu_weight = 2', ['5:1-11 warning duplicate']],
    ['memory = 0', ['4:1-7 warning duplicate', '4:10-11 error range']],
    ['memory = 4', ['4:1-7 warning duplicate', '4:10-11 warning memory']],
    ['memory = 2048', ['4:1-7 warning duplicate', '4:10-14 error memory']],
    ['memory = 9999999', ['4:1-7 warning duplicate', '4:10-17 error memory']],
    ['maxmem = 32', ['4:10-12 error memory']],
    ['vcpus = 12', ['4:9-11 warning range']],
    ['vcpus = 12\ngic_version = "v2"', ['4:9-11 error range']],
    ['vcpus = 12\ngic_version = "v3"', ['4:9-11 warning range']],
    ['vcpus = 200', ['4:9-12 error range']],
    ['vcpus = 4\nmaxvcpus = 2', ['5:12-13 error range']],
    ['name = "a b"', ['4:1-5 warning duplicate', '4:8-13 warning name']],
    ['name = "7"', ['4:1-5 warning duplicate', '4:8-11 warning name']],
    ['name = ""', ['4:1-5 warning duplicate', '4:8-10 error name']],
    ["disk = [ 'a.img,raw,floppy' ]", ['4:10-28 error device']],
    ["disk = [ 'a.img,raw,xvda', 'a.img,raw,d0' ]", ['4:28-42 error duplicate']],
    ["disk = [ 'a.img,qcow2,xvda' ]", ['4:10-28 warning device']],
    ["disk = [ ',raw,xvda,w' ]", ['4:10-23 error device']],
    ["disk = [ 'phy:/dev/loop1,xvda,w' ]", ['4:10-33 error file']],
    ["disk = [ 'gone.img,raw,xvda' ]", ['4:11-19 error file']],
    ["disk = [ '/gone.img,raw,xvda' ]", ['4:11-20 warning file']],
    ["disk = [ 'phy:/gone.img,xvda,w' ]", ['4:10-32 warning device', '4:15-24 warning file']],
    ["disk = [ 'odd,raw,xvda' ]", ['4:11-14 warning file']],
    ["disk = [ 'folder,raw,xvda' ]", ['4:11-17 error file']],
    ["disk = [ 'a.img,raw,xvda,q' ]", ['4:26-27 error range']],
    ["vif = [ 'mac=00:16:3e:00:00:01', 'mac=00:16:3e:00:00:01' ]", ['4:34-57 error duplicate']],
    ["vif = [ 'mac=01:16:3e:00:00:01' ]", ['4:9-32 error device']],
    ["vif = [ 'mac=00:16:3e' ]", ['4:10-22 error range']],
    ["vif = [ 'netdev=eth0' ]", ['4:10-21 information range']],
    ['irqs = [ 40, 40 ]', ['4:14-16 warning duplicate']],
    ['ramdisk = "gone"', ['4:12-16 error file']],
    ['ramdisk = "empty"', ['4:12-17 error file']],
    ['on_crash = "explode"', ['4:12-21 error range']],
    ['cpus = "^all"', ['4:8-14 error range']],
    ['gic_version = "v9"', ['4:15-19 error range']],
    ['max_grant_frames = "x"', ['4:20-23 error type']],
    ['# end', []],
  ])('with %s', (line, expected, better) => {
    const text = `${BASE}${line}\n`;
    expect(shown(text)).toEqual(expected);
    if (better === undefined)
      return expect(
        found(text)
          .filter(({ code }) => code === 'arm' || code === 'unknown')
          .every(({ fix }) => !fix),
      ).toBe(true);
    const finding = found(text).find(({ fix }) => fix)!;
    expect(fixed(text, finding)).toBe(better === '' ? BASE : `${BASE}${better}\n`);
  });

  it.each<[string, string[]]>([
    ['zImage', []],
    ['guest', ['information kernel-tree']],
    ['board', ['warning kernel-tree']],
    ['elf', ['error kernel']],
    ['folder', ['error file']],
    ['gone', ['error file']],
  ])('with the kernel %s', (kernel, expected) => {
    const text = BASE.replace('zImage', kernel);
    expect(found(text).map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  it('for a Xen that makes no tree for guests wants one behind the kernel', () => {
    const context: CheckContext = { ...CONTEXT, guestTree: 'kernel' };
    expect(shown(BASE, context)).toEqual(['2:11-17 error kernel-tree']);
    expect(shown(BASE.replace('zImage', 'guest'), context)).toEqual([]);
  });

  it('without what a domain needs says all of it once', () => {
    expect(found('vcpus = 1\n').map(({ message }) => message.split(' ')[0])).toEqual(['name', 'kernel', 'memory']);
    expect(found('vcpus = "\n').map(({ code }) => code)).toEqual(['string']);
  });

  it('with carriage returns can be put right in one step', () => {
    const text = `${BASE}extra = "x"\n`.replaceAll('\n', '\r\n');
    const [finding, ...more] = found(text);
    expect([finding!.code, more]).toEqual(['line-end', []]);
    expect(fixed(text, finding!)).toBe(`${BASE}extra = "x"\n`);
  });

  it('with a comment at its end can be put right', () => {
    const [finding] = found(`${BASE}# end`);
    expect(fixed(`${BASE}# end`, finding!)).toBe(`${BASE}# end\n`);
  });

  it('names files, for links', () => {
    const { settings } = checkConfig(
      `${BASE}disk = [ 'vdev=xvda,target=a,b.img', 'script=block-nbd,vdev=xvdb,target=x' ]\n`,
    );
    expect(
      filesOf(settings).map(({ key, path, range }) => `${key} ${path} ${range.start.line}:${range.start.column}`),
    ).toEqual(
      ['kernel zImage 2:11', 'disk a,b.img 4:28'], // prettier-ignore
    );
  });

  it('says everything in one line with a code that the docs list', () => {
    const lines = [
      'memroy = 1',
      'hap = 1',
      'disk = [ "x" ]',
      'vif = [ "a=1" ]',
      'name = ""',
      'a = (1)',
      'extra = "\\q"',
    ];
    for (const { code, message } of lines.flatMap(line => found(`${BASE}${line}\n`))) {
      expect(Object.keys(XL_CODES)).toContain(code);
      expect(message).not.toContain('\n');
      expect(message.length).toBeGreaterThan(15);
    }
  });
});
