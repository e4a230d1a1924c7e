// The preflight: pitfalls of boards that the lab makes up for, or that only show when it is too late.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeBlob } from '../../src/dt/blob';
import { loadSource } from '../../src/dt/source/compile';
import { findBoard } from '../../src/emu/boards';
import { checkConfiguration } from '../../src/lab/configuration';
import { preflight } from '../../src/lab/preflight';
import { PREFLIGHT_CODES } from '../../src/lab/preflight/codes';
import { embeddedConfig } from '../../src/lab/preflight/kernel-config';
import type { LabConfiguration } from '../../src/lab/protocol';
import { buildXen } from '../image/xen-builder';
import { buildZImage } from '../image/zimage-builder';
import { FakeHost } from './fake-machine';

const MIB = 1 << 20;
const board = findBoard('vexpress-v2p-ca15-tc1')!;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const MEMORY = 'memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000>; };';
const CPUS =
  'cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; reg = <0>; }; cpu@1 { device_type = "cpu"; reg = <1>; }; };';
const source = (body: string): string =>
  `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; ${MEMORY} ${body} };\n`;
const blob = (body: string): Uint8Array => writeBlob(loadSource(source(body)));

const plain = buildZImage({ payload: gzipSync(new Uint8Array(64)), unpackedSize: 64, sizeAppended: false });
const withTree = (tree: Uint8Array): Uint8Array => Uint8Array.from([...plain, ...tree]);
const config = (...lines: string[]): string =>
  ['# Linux/arm 3.8.0-rc2 Kernel Configuration', 'CONFIG_ARCH_VEXPRESS=y', ...lines].join('\n');
const CHOSEN = 'chosen { xen,xen-bootargs = "console=dtuart"; xen,dom0-bootargs = "console=hvc0"; };';

async function codes(
  given: LabConfiguration,
  files: Record<string, Uint8Array | string>,
  isBuiltin = false,
): Promise<string[]> {
  const host = new FakeHost();
  for (const [name, content] of Object.entries(files))
    host.files.set(name, typeof content === 'string' ? encode(content) : content);
  const request = { host, board, configuration: checkConfiguration(given), cpus: 2, memoryBytes: 256 * MIB };
  return (await preflight(request, isBuiltin)).map(({ code, severity }) => `${severity} ${code}`);
}

const XEN = buildXen({});
const NATIVE: LabConfiguration = { hypervisor: 'none', kernel: 'k' };
const WITH_XEN: LabConfiguration = { hypervisor: 'xen', kernel: 'k', deviceTree: 'tree.dts', cpus: 1 };

describe('a lab that is well', () => {
  it('hears nothing', async () => {
    const files = { k: plain, config: config(), 'tree.dts': source(CHOSEN) };
    expect(await codes({ kernel: 'k', deviceTree: 'tree.dts' }, files, true)).toEqual([]);
    expect(await codes({ ...NATIVE, deviceTree: 'tree.dts' }, files)).toEqual([]);
  });

  it('or one whose files cannot be read: the boot says that', async () => {
    expect(await codes({ ...WITH_XEN, domains: ['none.cfg'] }, {})).toEqual([]);
  });
});

const CASES: readonly (readonly [
  said: string,
  given: LabConfiguration,
  files: Record<string, Uint8Array | string>,
  isBuiltin?: boolean,
])[] = [
  ['warning preflight.chosen', { ...NATIVE, deviceTree: 'tree.dts' }, { k: plain, 'tree.dts': source('') }],
  [
    'information preflight.dom0Arguments',
    { kernel: 'k', deviceTree: 'tree.dts' },
    { k: plain, 'tree.dts': source('chosen { xen,xen-bootargs = "console=dtuart"; };') },
    true,
  ],
  [
    'warning preflight.dom0Arguments',
    { hypervisor: 'xen', deviceTree: 'none' },
    { xen: buildXen({ tree: blob('chosen { xen,xen-bootargs = "console=dtuart"; };') }) },
  ],
  ['warning preflight.cpus', WITH_XEN, { xen: XEN, k: plain, 'tree.dts': source(CHOSEN + CPUS) }],
  ['warning preflight.appendedTree', { kernel: 'k' }, { k: withTree(blob('')) }, true],
  ['warning preflight.kernelBoard', NATIVE, { k: plain, config: '# CONFIG_ARCH_VEXPRESS is not set\nCONFIG_ARM=y\n' }],
  ['warning preflight.kernelDeviceTree', NATIVE, { k: plain, config: config('# CONFIG_ARCH_VEXPRESS_DT is not set') }],
  ['warning preflight.sparseIrq', NATIVE, { k: plain, config: config('CONFIG_SPARSE_IRQ=y') }],
  ['warning preflight.appendedOption', NATIVE, { k: withTree(blob(CHOSEN)), config: config() }],
  ['warning preflight.atagCompat', NATIVE, { k: withTree(blob(CHOSEN)), config: config('CONFIG_ARM_APPENDED_DTB=y') }],
  [
    'warning preflight.guestNode',
    { kernel: 'k', domains: ['d.cfg'] },
    { k: plain, g: withTree(blob('')), 'd.cfg': 'name = "d"\nkernel = "g"\nmemory = 64\n' },
    true,
  ],
];

describe('a lab that has a pitfall', () => {
  it.each(CASES.map(one => [one[0], one] as const))('%s', async (said, [, given, files, isBuiltin]) => {
    expect(await codes(given, files, isBuiltin)).toEqual([said]);
  });

  it('warning preflight.treeVersion', async () => {
    const old = blob(CHOSEN);
    new DataView(old.buffer, old.byteOffset).setUint32(20, 16);
    expect(await codes({ kernel: 'k', deviceTree: 'old.dtb' }, { k: plain, 'old.dtb': old }, true)).toEqual([
      'warning preflight.treeVersion',
    ]);
  });

  it('is tried for every code', () => {
    const tried = new Set([...CASES.map(([said]) => said.replace(/^\w+ /, '')), 'preflight.treeVersion']);
    expect(Object.keys(PREFLIGHT_CODES).filter(code => !tried.has(code))).toEqual([]);
  });

  it('whose options are as they should be has none', async () => {
    const good = config('CONFIG_ARM_APPENDED_DTB=y', 'CONFIG_ARM_ATAG_DTB_COMPAT=y', 'CONFIG_ARCH_VEXPRESS_DT=y');
    expect(await codes(NATIVE, { k: withTree(blob(CHOSEN)), config: good })).toEqual([]);
    const later = config('CONFIG_SPARSE_IRQ=y').replace('3.8.0', '6.1.0');
    expect(await codes(NATIVE, { k: plain, config: later })).toEqual([]);
  });
});

describe('the configuration inside of a kernel', () => {
  it('is read', async () => {
    const packed = gzipSync(config('CONFIG_LOCALVERSION="-a"'));
    const kernel = Uint8Array.from([...encode('code IKCFG_ST'), ...packed, ...encode('IKCFG_ED more')]);
    const found = await embeddedConfig(kernel, 'k');
    expect([found?.version, found?.value('ARCH_VEXPRESS'), found?.value('LOCALVERSION')]).toEqual([
      [3, 8],
      'y',
      '"-a"',
    ]);
    expect(await embeddedConfig(encode('IKCFG_ST and no end'), 'k')).toBeUndefined();
  });
});
