// Whatever is wrong with what a user gives: one line with a stable code, the file, the place and a remedy.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab';
import { nodeHost } from '../../src/lab/node/host';
import { describeProblem, problemsOf } from '../../src/lab/problems';
import type { LabConfiguration } from '../../src/lab/protocol';
import { buildElf } from '../image/elf-builder';
import { buildZImage } from '../image/zimage-builder';

const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, contents: Uint8Array | string): string => {
  const at = path.join(folder, name);
  writeFileSync(at, contents);
  return at;
};

const EM_X86_64 = 62;
const EM_ARM = 40;
const payload = gzipSync(new Uint8Array(4096).fill(1));
const kernel = buildZImage({ payload, unpackedSize: 4096, sizeAppended: false });
const linux = (name: string, contents: Uint8Array | string): LabConfiguration => ({
  hypervisor: 'none',
  kernel: file(name, contents),
});
const dtb = Uint8Array.from([0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0x10, 0, ...new Uint8Array(56)]);
const elf = (machine: number, address = 0x8001_0000n, memorySize = 4096): Uint8Array =>
  buildElf({
    bits: machine === EM_X86_64 ? 64 : 32,
    machine,
    entry: address,
    segments: [{ virtual: address, physical: address, data: new Uint8Array(16), memorySize, flags: 5 }],
  });
const damaged = kernel.map((byte, at) => (at > 0x170 && at < 0x180 ? byte ^ 0x5a : byte));
const raw = (name: string, address: number) => ({ file: file(name, name.repeat(64)), address });

async function refusal(configuration: LabConfiguration): Promise<string[]> {
  const ports = {
    sink: () => ({ write: () => {} }),
    log: () => {},
    problem: () => {},
    domains: () => {},
    progress: () => {},
  };
  try {
    await openLab(configuration, nodeHost, ports);
    return [];
  } catch (error) {
    return problemsOf(error).map(describeProblem);
  }
}

const CASES: [string, LabConfiguration, RegExp][] = [
  [
    'a file that is not there',
    { hypervisor: 'none', kernel: '/nowhere' },
    /^\/nowhere: there is no such file; check the path of the kernel \[file\.missing\]$/,
  ],
  [
    'a directory',
    { hypervisor: 'none', kernel: folder },
    /this is a directory, but the kernel is a file \[file\.unreadable\]/,
  ],
  [
    'a zImage cut short',
    linux('cut', kernel.subarray(0, kernel.length - 100)),
    /cut: offset 0x2c: .*cut short.* \[image\.truncated\]/,
  ],
  ['a zImage cut in its header', linux('stump', kernel.subarray(0, 0x28)), /stump: offset 0x.* \[image\./],
  ['an empty kernel', linux('empty', ''), /empty: .* \[image\./],
  ['a text as kernel', linux('text', 'hello\n'.repeat(100)), /text: offset 0x24: .*this is text.* \[image\.magic\]/],
  ['a kernel whose payload is damaged', linux('damaged', damaged), /damaged: .* \[image\./],
  [
    'an ELF file for another machine',
    { elf: file('x86', elf(EM_X86_64)) },
    /x86: offset 0x12: an ELF file for .*x86.* \[image\.machine\]/,
  ],
  [
    'a program larger than RAM',
    { elf: file('large', elf(EM_ARM, 0x8001_0000n, 0x4000_0000)) },
    /large.*does not fit into .* \[image\.tooLarge\]/,
  ],
  [
    'a program where there is no memory',
    { elf: file('outside', elf(EM_ARM, 0x4000_0000n)) },
    /outside.*choose an address in RAM \[image\.tooLarge\]/,
  ],
  [
    'an initial RAM disk larger than RAM',
    { ...linux('ok', kernel), memory: 16, initrd: file('disk', new Uint8Array(20 << 20)) },
    /disk.*does not fit into .* \[image\.tooLarge\]/,
  ],
  [
    'files that overlap',
    { load: [raw('a', 0x8000_0000), raw('b', 0x8000_0020)] },
    /b.* overlaps .*a.* \[image\.overlap\]/,
  ],
  [
    'a blob with a wrong magic',
    {
      deviceTree: file(
        'magic.dtb',
        dtb.map((byte, at) => (at === 0 ? 1 : byte)),
      ),
    },
    /magic\.dtb: offset 0x0: .* \[dt\.blob-magic\]/,
  ],
  [
    'a blob cut short',
    { deviceTree: file('short.dtb', dtb.subarray(0, 20)) },
    /short\.dtb: offset 0x[0-9a-f]+: .* \[dt\.blob-/,
  ],
  ['a blob with its end missing', { deviceTree: file('end.dtb', dtb) }, /end\.dtb: offset 0x[0-9a-f]+: .* \[dt\.blob-/],
  [
    'a source with an error',
    { deviceTree: file('bad.dts', '/dts-v1/;\n/ {\n  a = <1>\n};\n') },
    /bad\.dts:4:1: .* \[dt\.syntax\]/,
  ],
  [
    'a source that includes nothing that exists',
    { deviceTree: file('inc.dts', '/dts-v1/;\n#include "none.dtsi"\n/ { };\n') },
    /inc\.dts:2:\d+: .* \[dt\.include\]/,
  ],
  [
    'an SD card of no size',
    { sdcard: file('card', '') },
    /card: an empty file is no SD card.* \[configuration\.value\]/,
  ],
  [
    'a board that does not exist',
    { board: 'vexpress-v2p-ca15-tc2' },
    /no board "vexpress-v2p-ca15-tc2"; did you mean vexpress-v2p-ca15-tc1\?.* \[configuration\.board\]/,
  ],
  [
    'more cores than the board has',
    { cpus: 3 },
    /cpus: vexpress-v2p-ca15-tc1 takes 1 to 2, not 3 \[configuration\.value\]/,
  ],
  [
    'more memory than the board takes',
    { memory: 3072 },
    /memory: .* takes 16 to 2048, not 3072 \[configuration\.value\]/,
  ],
  [
    'a kernel of dom0 that is not there',
    { kernel: '/zImage' },
    /^\/zImage: there is no such file; check the path of the kernel of dom0 \[file\.missing\]$/,
  ],
  [
    'a Xen binary that is not there',
    { kernel: '/zImage', hypervisor: '/xen' },
    /^\/xen: there is no such file; check the path of the Xen binary \[file\.missing\]$/,
  ],
  [
    'a kernel as Xen binary',
    { kernel: '/zImage', hypervisor: file('notxen', kernel) },
    /notxen: offset 0x24: no Xen for 32-bit ARM: .* \[image\.magic\]$/,
  ],
];

describe('refused in one line', () => {
  it.each(CASES)('%s', async (_what, configuration, expected) => {
    const found = await refusal(configuration);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
    expect(found[0]).not.toContain('\n');
    expect(found[0]).not.toContain('lab.internal');
  });
});
