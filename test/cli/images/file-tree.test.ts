import { describe, expect, it } from 'vitest';
import { FileTree } from '../../../src/cli/images/file-tree';
import { kernelModules } from '../../../src/cli/images/modules';
import type { TarFile } from '../../../src/image';
import { failure } from '../../image/fixtures';
import { module } from './deb-builder';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (name: string, data: Uint8Array): TarFile => ({
  name,
  kind: 'file',
  mode: 0o644,
  size: data.length,
  target: '',
  data,
});
const link = (name: string, target: string, kind: 'link' | 'hardlink' = 'link'): TarFile => {
  return { name, kind, mode: 0o777, size: 0, target, data: undefined };
};

function tree(...entries: TarFile[]): FileTree {
  const made = new FileTree('a test');
  for (const entry of entries) made.add(entry);
  return made;
}

describe('a tree of files', () => {
  const content = bytes('x');

  it('follows links, in the last part of a path and before', () => {
    const made = tree(
      file('usr/lib/a.so.1.0', content),
      link('usr/lib/a.so.1', 'a.so.1.0'),
      link('usr/lib/a.so', 'a.so.1'),
      link('usr/bin/up', '../lib/a.so'),
      link('absolute', '/usr/lib/a.so'),
      link('lib', 'usr/lib'),
      link('same', 'usr/lib/a.so.1.0', 'hardlink'),
    );
    for (const path of ['usr/lib/a.so', 'usr/bin/up', 'absolute', 'lib/a.so.1', 'same'])
      expect(made.find(path)).toBe(content);
    expect(made.find('usr/lib')).toBeUndefined();
    expect(made.paths(/^usr\/lib\//)).toEqual(['usr/lib/a.so', 'usr/lib/a.so.1', 'usr/lib/a.so.1.0']);
  });

  it('has no way out', () => {
    const made = tree(
      link('escape', '../../../etc/passwd'),
      link('deep/escape', '/../../etc/passwd'),
      file('etc/passwd', content),
    );
    expect(made.find('escape')).toBe(content);
    expect(made.find('deep/escape')).toBe(content);
  });

  it('gives up on links that lead in a circle, and on links to nothing', () => {
    const made = tree(link('a', 'b'), link('b', 'a'), link('c', 'c/d'), link('e', 'nowhere'));
    for (const path of ['a', 'c', 'c/x', 'e']) expect(made.find(path)).toBeUndefined();
  });

  it('names what is missing, and where', async () => {
    const error = await failure(() => tree().read('bin/busybox'));
    expect(error.code).toBe('image.missing');
    expect(error.message).toContain('there is no bin/busybox in the packages for a test');
  });
});

describe('modules', () => {
  const modules = kernelModules(
    tree(
      file('k/ext4.ko', bytes(module('mbcache,jbd2'))),
      file('k/jbd2.ko', bytes(module('crc16'))),
      file('k/mbcache.ko', bytes(module('crc16'))),
      file('k/crc16.ko', bytes(module(''))),
      file('k/virtio_net.ko', bytes(module(''))),
      file('k/a.ko', bytes(module('b'))),
      file('k/b.ko', bytes(module('a'))),
      file('k/broken.ko', bytes(module('nothing-there'))),
      file('k/odd.ko', bytes('no list at all')),
    ),
  );
  const order = (name: string) => modules.withDependencies(name)?.map(one => one.file);

  it('come in load order, each once', () => {
    expect(order('ext4')).toEqual(['crc16.ko', 'mbcache.ko', 'jbd2.ko', 'ext4.ko']);
    expect(order('odd')).toEqual(['odd.ko']);
  });

  it('are the same with hyphens and underscores', () => expect(order('virtio-net')).toEqual(['virtio_net.ko']));

  it('may be missing, or need each other', async () => {
    expect(order('nothing-there')).toBeUndefined();
    expect(order('a')).toEqual(['b.ko', 'a.ko']);
    expect((await failure(() => order('broken'))).message).toContain('nothing-there, needed by k/broken.ko');
  });
});
