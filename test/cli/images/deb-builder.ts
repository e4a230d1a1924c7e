// Builds Debian packages and a whole set of them, tiny, with the names and places that the real ones have.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PACKAGES, XEN_PROGRAMS, type WantedPackage } from '../../../src/cli/images/packages';
import { fixture } from '../../image/fixtures';

export type Content = string | Uint8Array | { readonly link: string } | { readonly hardlink: string };

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function tar(files: Readonly<Record<string, Content>>): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const [name, content] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    const link = typeof content === 'object' && 'link' in content ? content.link : undefined;
    const hardlink = typeof content === 'object' && 'hardlink' in content ? `./${content.hardlink}` : undefined;
    const body =
      typeof content === 'string' ? encode(content) : content instanceof Uint8Array ? content : new Uint8Array();
    header.write(`./${name}`);
    header.write('0000755', 100);
    header.write(body.length.toString(8).padStart(11, '0'), 124);
    header.write(link !== undefined ? '2' : hardlink !== undefined ? '1' : '0', 156);
    header.write(link ?? hardlink ?? '', 157);
    header.write('ustar\x0000', 257, 'latin1');
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, body, new Uint8Array(-body.length & 511));
  }
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}

function ar(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [encode('!<arch>\n')];
  for (const [name, data] of Object.entries(members)) {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(data.length).padEnd(10)}\`\n`;
    parts.push(encode(header), data, new Uint8Array(data.length & 1));
  }
  return Buffer.concat(parts);
}

export function buildDeb(
  control: Readonly<Record<string, string>>,
  files: Readonly<Record<string, Content>>,
): Uint8Array {
  const fields = Object.entries(control).map(([name, value]) => `${name}: ${value}\n`);
  return ar({
    'debian-binary': encode('2.0\n'),
    'control.tar': tar({ control: fields.join('') }),
    'data.tar': tar(files),
  });
}

/** A kernel module as far as it is looked at. */
export const module = (depends: string): string => `\x7fELF...\0license=GPL\0depends=${depends}\0name=x\0`;

/** The library that the linker made for the fixtures: it needs libexample.so.1 and libc.so.6. */
const needsLibraries = fixture('library.elf');
/** A program that needs nothing. */
const needsNothing = fixture('program.elf');

const KERNEL = '6.1.0-99';
const modules = `lib/modules/${KERNEL}-armmp-lpae/kernel`;

/** Files of the packages that matter; all others are empty. */
const FILES: Readonly<Record<string, Readonly<Record<string, Content>>>> = {
  [`linux-image-${KERNEL}-armmp-lpae`]: {
    [`boot/vmlinuz-${KERNEL}-armmp-lpae`]: 'a zImage',
    [`usr/lib/linux-image-${KERNEL}-armmp-lpae/vexpress-v2p-ca15-tc1.dtb`]: 'tc1',
    [`usr/lib/linux-image-${KERNEL}-armmp-lpae/imx6q-sabrelite.dtb`]: 'not wanted',
    [`${modules}/drivers/net/smsc911x.ko`]: module('libphy'),
    [`${modules}/drivers/net/phy/libphy.ko`]: module(''),
    [`${modules}/fs/ext4/ext4.ko`]: module('mbcache,jbd2,crc16'),
    [`${modules}/fs/jbd2/jbd2.ko`]: module('crc16'),
    [`${modules}/fs/mbcache.ko`]: module(''),
    [`${modules}/lib/crc16.ko`]: module(''),
    [`${modules}/drivers/xen/xen-privcmd.ko`]: module(''),
    [`${modules}/drivers/xen/xenfs/xenfs.ko`]: module('xen-privcmd'),
    [`${modules}/drivers/virtio/virtio_mmio.ko`]: module(''),
  },
  [`linux-image-${KERNEL}-arm64`]: {
    [`boot/vmlinuz-${KERNEL}-arm64`]: 'an Image',
    [`usr/lib/linux-image-${KERNEL}-arm64/arm/foundation-v8.dtb`]: 'v8',
    [`usr/lib/linux-image-${KERNEL}-arm64/qcom/other.dtb`]: 'not wanted',
  },
  'xen-hypervisor-4.17-armhf': { 'boot/xen-4.17-armhf': 'Xen 32', 'boot/xen-4.17-armhf.config': 'no' },
  'xen-hypervisor-4.17-arm64': { 'boot/xen-4.17-arm64': 'Xen 64' },
  'busybox-static': { 'bin/busybox': needsNothing },
  libc6: {
    'lib/arm-linux-gnueabihf/libc.so.6': needsNothing,
    'lib/ld-linux-armhf.so.3': { link: 'arm-linux-gnueabihf/ld-linux-armhf.so.3' },
    'lib/arm-linux-gnueabihf/ld-linux-armhf.so.3': needsNothing,
  },
  'libgcc-s1': { 'lib/arm-linux-gnueabihf/libgcc_s.so.1': needsNothing },
  zlib1g: {
    'usr/lib/arm-linux-gnueabihf/libexample.so.1': { link: 'libexample.so.1.2.3' },
    'usr/lib/arm-linux-gnueabihf/libexample.so.1.2.3': needsNothing,
  },
  'xen-utils-4.17': Object.fromEntries(
    XEN_PROGRAMS.names.map(name => [`${XEN_PROGRAMS.folder}/${name}`, name === 'xl' ? needsLibraries : needsNothing]),
  ),
  'xenstore-utils': {
    'usr/bin/xenstore': needsNothing,
    'usr/bin/xenstore-ls': { hardlink: 'usr/bin/xenstore' },
    'usr/bin/xenstore-control': { link: '../lib/xen-common/bin/wrapper' },
    'usr/lib/xen-common/bin/wrapper': '#!/bin/sh\n',
    'usr/share/doc/xenstore': 'not wanted',
  },
};

export interface FakePackage {
  readonly name: string;
  readonly architecture: string;
  readonly file: string;
  readonly data: Uint8Array;
}

/** One package for each wanted one. */
export function fakePackages(): FakePackage[] {
  return PACKAGES.map(wanted => {
    const name = nameOf(wanted);
    const { architecture } = wanted;
    const source = /^(lib)?xen/.test(name) ? { Source: 'xen (4.17-1)' } : {};
    const control = { Package: name, Version: '1:2.3-4', Architecture: architecture, ...source };
    return {
      name,
      architecture,
      file: `${name}_2.3-4_${architecture}.deb`,
      data: buildDeb(control, FILES[name] ?? {}),
    };
  });
}

function nameOf({ name, architecture }: WantedPackage): string {
  return typeof name === 'string' ? name : `linux-image-${KERNEL}-${architecture === 'arm64' ? 'arm64' : 'armmp-lpae'}`;
}

/** Writes packages into a folder. */
export async function writePackages(folder: string, packages: readonly FakePackage[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { file, data } of packages) await writeFile(path.join(folder, file), data);
}
