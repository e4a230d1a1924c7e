import { describe, expect, it } from 'vitest';
import { parseControl, parseDeb, readAr, readTar, unpack, type TarFile } from '../../src/image';
import { failure, fixture, survives } from './fixtures';

const string = (data: Uint8Array | undefined) => (data ? new TextDecoder().decode(data) : undefined);
const tar = (format: string) =>
  unpack('xz', { data: fixture(`tree-${format}.tar.xz`), file: format, origin: 0, limit: 1 << 20 });

async function all(entries: AsyncIterable<TarFile>): Promise<TarFile[]> {
  const found: TarFile[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

describe.each(['gnu', 'pax', 'ustar'])('tar in the %s format', format => {
  it('has files, links, modes and long names', async () => {
    const entries = await all(readTar([await tar(format)], { file: format }));
    const etc = entries.filter(entry => entry.name.startsWith('etc'));
    expect(etc.map(({ name, kind, mode, target, data }) => [name, kind, mode, target, string(data)])).toEqual([
      ['etc', 'directory', 0o755, '', undefined],
      ['etc/empty', 'file', 0o644, '', ''],
      ['etc/hello', 'file', 0o600, '', 'hello\n'],
      ['etc/link', 'link', 0o777, 'hello', undefined],
      ['etc/same', 'hardlink', 0o600, 'etc/hello', undefined],
    ]);
    const deep = entries.find(entry => entry.kind === 'file' && entry.name.startsWith('deep'));
    expect(deep?.name).toBe(`${'deep/'.repeat(30)}file-with-a-name`);
    expect(string(deep?.data)).toBe('deep down');
  });

  it('is the same in pieces of any size', async () => {
    const archive = await tar(format);
    const whole = await all(readTar([archive], { file: format }));
    for (const step of [1, 511, 1000]) {
      const pieces = Array.from({ length: Math.ceil(archive.length / step) }, (_, i) =>
        archive.subarray(i * step, (i + 1) * step),
      );
      expect(await all(readTar(pieces, { file: format }))).toEqual(whole);
    }
  });

  it('gives content only of what is wanted', async () => {
    const options = { file: format, wanted: ({ name }: { name: string }) => name === 'etc/hello' };
    const entries = await all(readTar([await tar(format)], options));
    expect(entries.filter(entry => entry.data).map(entry => entry.name)).toEqual(['etc/hello']);
  });

  it('lets go of its pieces when it is left early', async () => {
    const archive = await tar(format);
    let released = false;
    function* pieces() {
      try {
        for (let at = 0; at < archive.length; at += 512) yield archive.subarray(at, at + 512);
      } finally {
        released = true;
      }
    }
    for await (const entry of readTar(pieces(), { file: format })) if (entry.name.startsWith('deep')) break;
    expect(released).toBe(true);
  });

  it('finds damage, and its place', async () => {
    const archive = await tar(format);
    const cut = await failure(() => all(readTar([archive.subarray(0, 700)], { file: 'cut.tar' })));
    expect(cut).toMatchObject({ code: 'image.truncated', file: 'cut.tar', offset: 700 });
    archive[3]! ^= 1;
    expect((await failure(() => all(readTar([archive], { file: 'x' })))).code).toBe('image.corrupt');
    archive[3]! ^= 1;
    await survives(archive, data => all(readTar([data], { file: 'x' })), 100);
  });
});

describe.each(['xz', 'gzip', 'zstd'])('a Debian package compressed with %s', compression => {
  const name = `example-${compression}.deb`;

  it('has control fields and files', async () => {
    const deb = await parseDeb(fixture(name), name);
    expect(Object.fromEntries(deb.control)).toMatchObject({
      Package: 'example',
      Version: '1:2.0-3',
      Architecture: 'armhf',
      Source: 'origin',
      Description: 'a fixture\nof two lines',
    });
    const files = await all(deb.files(entry => entry.name === 'etc/hello'));
    expect(files.map(entry => entry.name)).toContain('etc/link');
    expect(string(files.find(entry => entry.data)?.data)).toBe('hello\n');
  });

  it('survives damage', () => survives(fixture(name), async data => all((await parseDeb(data, name)).files()), 100));
});

it('lists the members of an ar archive', () => {
  const members = readAr(fixture('example-xz.deb'), 'x');
  expect(members.map(one => one.name)).toEqual(['debian-binary', 'control.tar.xz', 'data.tar.xz']);
  expect(string(members[0]!.data)).toBe('2.0\n');
});

it('says what is no package', async () => {
  expect((await failure(() => parseDeb(fixture('tree.cpio'), 'a.deb'))).message).toContain('this is a cpio archive');
  const other = Uint8Array.from(
    [...'!<arch>\nfile/           0           0     0     644     2         `\nab'].map(c => c.charCodeAt(0)),
  );
  expect((await failure(() => parseDeb(other, 'lib.a'))).message).toContain('no Debian package');
  const cut = await failure(() => parseDeb(fixture('example-xz.deb').subarray(0, 600), 'cut.deb'));
  expect(cut).toMatchObject({ code: 'image.truncated', file: 'cut.deb' });
});

it('reads a control paragraph with folded lines, and ignores what is none', () => {
  const fields = parseControl('Package: a\nDepends: b (>= 1),\n c\nnonsense\n\tfolded with tab\n');
  expect([...fields]).toEqual([
    ['Package', 'a'],
    ['Depends', 'b (>= 1),\nc\nfolded with tab'],
  ]);
});
