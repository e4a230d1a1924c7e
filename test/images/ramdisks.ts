// The RAM disks of the folder of images with the scripts that `xenlab images get` would give them today: the folder may be
// older than a script, and what a script does is part of what is tested.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DOM0_INIT, SMALL_INIT } from '../../src/cli/images/initramfs-files';
import { CpioWriter, MODE, readCpio, unpack } from '../../src/image';
import { image } from './xen-lab';

/** @param files contents that replace those of the archive's files of these names */
function replace(archive: Uint8Array, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const writer = new CpioWriter();
  for (const { name, mode, body, major, minor } of readCpio(archive, 'RAM disk')) {
    const kind = mode & ~0o7777;
    if (kind === MODE.directory) writer.directory(name);
    else if (kind === MODE.link) writer.link(name, new TextDecoder().decode(body));
    else if (kind === MODE.device) writer.device(name, major, minor);
    else writer.file(name, files[name] ?? body, mode & 0o7777);
  }
  return writer.bytes();
}

export interface RamDisks {
  /** Path of the small one. */
  readonly small: string;
  /** Path of that with Xen's tools. */
  readonly dom0: string;
  remove(): void;
}

/** Writes both into a folder of their own. */
export async function currentRamDisks(): Promise<RamDisks> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ramdisks-'));
  const old = await unpack('gzip', {
    data: readFileSync(image('busybox.cpio.gz')),
    file: 'busybox.cpio.gz',
    origin: 0,
    limit: 64 << 20,
  });
  const text = new TextEncoder();
  const small = gzipSync(replace(old, { init: text.encode(SMALL_INIT) }));
  const dom0 = replace(readFileSync(image('dom0.cpio')), { init: text.encode(DOM0_INIT), 'boot/ramdisk.gz': small });
  const paths = { small: path.join(folder, 'busybox.cpio.gz'), dom0: path.join(folder, 'dom0.cpio') };
  writeFileSync(paths.small, small);
  writeFileSync(paths.dom0, dom0);
  return { ...paths, remove: () => rmSync(folder, { recursive: true }) };
}
