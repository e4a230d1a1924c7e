import { expect, it } from 'vitest';
import { CpioWriter, MODE, readCpio } from '../../src/image';
import { failure, fixture, survives } from './fixtures';

const bytes = (text: string) => new TextEncoder().encode(text);
const string = (data: Uint8Array) => new TextDecoder().decode(data);

it('reads what cpio wrote, hard links with their content', () => {
  const entries = readCpio(fixture('tree.cpio'), 'tree.cpio');
  expect(entries.map(({ name, mode, body }) => [name, mode.toString(8), string(body)])).toEqual([
    ['deep/deep/deep', '40755', ''],
    ['deep/deep/deep/deep', '40755', ''],
    ['etc', '40755', ''],
    ['etc/empty', '100644', ''],
    ['etc/link', '120777', 'hello'],
    ['etc/hello', '100600', 'hello\n'],
    ['etc/same', '100600', 'hello\n'],
  ]);
  expect(entries[3]).toMatchObject({ uid: 0, gid: 0, modified: 1_000_000_000 });
});

it('writes what it reads, making directories as they are needed', () => {
  const archive = new CpioWriter()
    .directory('dev')
    .file('usr/bin/tool', bytes('content'), 0o755)
    .link('bin/sh', '../usr/bin/tool')
    .device('dev/console', 5, 1)
    .file('usr/bin/other', bytes(''), 0o644)
    .bytes();
  expect(archive.length % 512).toBe(0);
  const entries = readCpio(archive, 'x').map(({ name, mode, body, major, minor }) => ({
    name,
    mode,
    body: string(body),
    major,
    minor,
  }));
  expect(entries).toEqual([
    { name: 'dev', mode: MODE.directory | 0o755, body: '', major: 0, minor: 0 },
    { name: 'usr', mode: MODE.directory | 0o755, body: '', major: 0, minor: 0 },
    { name: 'usr/bin', mode: MODE.directory | 0o755, body: '', major: 0, minor: 0 },
    { name: 'usr/bin/tool', mode: MODE.file | 0o755, body: 'content', major: 0, minor: 0 },
    { name: 'bin', mode: MODE.directory | 0o755, body: '', major: 0, minor: 0 },
    { name: 'bin/sh', mode: MODE.link | 0o777, body: '../usr/bin/tool', major: 0, minor: 0 },
    { name: 'dev/console', mode: MODE.device | 0o600, body: '', major: 5, minor: 1 },
    { name: 'usr/bin/other', mode: MODE.file | 0o644, body: '', major: 0, minor: 0 },
  ]);
});

it('writes the same bytes for the same input, and `bytes` ends nothing', () => {
  const make = () => new CpioWriter().file('a/b', bytes('c'));
  const writer = make();
  expect(writer.bytes()).toEqual(make().bytes());
  expect(writer.bytes()).toEqual(make().bytes());
});

it('reads archives that follow one another', () => {
  const one = new CpioWriter().file('one', bytes('1')).bytes();
  const two = new CpioWriter().file('two', bytes('22')).bytes();
  expect(readCpio(Uint8Array.from([...one, ...two]), 'x').map(entry => entry.name)).toEqual(['one', 'two']);
});

it('says what a file is that is no archive, and where one is cut short', async () => {
  const error = await failure(() => readCpio(fixture('payload.gzip'), 'initrd'));
  expect(error).toMatchObject({ code: 'image.magic', offset: 0 });
  expect(error.message).toContain('this is gzip-compressed data');
  const cut = await failure(() => readCpio(fixture('tree.cpio').subarray(0, 500), 'initrd'));
  expect(cut.code).toBe('image.truncated');
  expect(cut.message).toMatch(/^initrd: offset 0x[0-9a-f]+: /);
});

it('survives damage', () => survives(fixture('tree.cpio'), data => readCpio(data, 'x'), 500));
