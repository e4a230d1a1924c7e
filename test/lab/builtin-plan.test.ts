// What the built-in hypervisor boots dom0 from: options, modules of the tree, the flash; and what is said about it.
import { describe, expect, it } from 'vitest';
import { planBuiltin } from '../../src/lab/builtin/plan';
import { usesBuiltin } from '../../src/lab/builtin/open';
import { checkConfiguration } from '../../src/lab/configuration';
import { describeProblem, problemsOf } from '../../src/lab/problems';
import type { LabConfiguration } from '../../src/lab/protocol';
import tc1 from '../../src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts';
import { FakeHost } from './fake-machine';
import { BOARD, cpio, IMAGE, MIB, zImage } from './xen-bench';

const KERNEL = zImage();
const IMAGES = 'TOTALIMAGES: 1\nNOR4ADDRESS: 00000000\nNOR4FILE: \\zImage\n';

class CardHost extends FakeHost {
  override stat = (path: string): Promise<{ size: number; isDirectory: boolean } | undefined> => {
    const file = this.files.get(path);
    const folder = [...this.files.keys()].some(name => name.startsWith(`${path}/`));
    return Promise.resolve(file ? { size: file.length, isDirectory: false } : folder ? { size: 0, isDirectory: true } : undefined); // prettier-ignore
  };
  override list = (path: string): Promise<string[]> => {
    const below = [...this.files.keys()].filter(name => name.startsWith(`${path}/`));
    return Promise.resolve([...new Set(below.map(name => name.slice(path.length + 1).split('/')[0]!))]);
  };
}

/** The board's tree with other contents of /chosen. */
const dts = (chosen: string): string => `${tc1}\n/ { chosen { #address-cells = <1>; #size-cells = <1>; ${chosen} }; };`;
const module = (kind: string, at: number, size: number, more = ''): string =>
  `module@${at.toString(16)} { compatible = "multiboot,${kind}", "multiboot,module"; reg = <${at} ${size}>; ${more} };`;

async function plan(given: LabConfiguration, files: Record<string, Uint8Array | string> = {}) {
  const host = new CardHost();
  for (const [name, contents] of Object.entries({ k: KERNEL, i: cpio, ...files }))
    host.files.set(name, typeof contents === 'string' ? new TextEncoder().encode(contents) : contents);
  const configuration = checkConfiguration(given);
  const { memory = 1024, cpus = 1 } = configuration;
  const found = await planBuiltin({ host, board: BOARD, configuration, cpus, memoryBytes: memory * MIB });
  return { ...found, said: found.problems.map(describeProblem) };
}
const refusal = (...given: Parameters<typeof plan>): Promise<string[]> =>
  plan(...given).then(
    () => [],
    (error: unknown) => problemsOf(error).map(describeProblem),
  );

const XEN_ARGS = 'console=dtuart dtuart=serial0 dom0_mem=256M';

describe('command lines', () => {
  it('are those of the tree, as the wiki page of 2013 has them', async () => {
    const tree = dts(`bootargs = "${XEN_ARGS}"; xen,dom0-bootargs = "console=hvc0 root=/dev/mmcblk0";`);
    const found = await plan({ kernel: 'k', deviceTree: 't.dts' }, { 't.dts': tree });
    expect(found.xenArgs).toBe(XEN_ARGS);
    expect([found.dom0!.args, found.dom0!.memory]).toEqual(['console=hvc0 root=/dev/mmcblk0', 256 * MIB]);
    expect(found.said).toEqual([]);
  });

  it('are those of options where both say something, and that is told', async () => {
    const tree = dts(`xen,xen-bootargs = "loglvl=all"; bootargs = "quiet";`);
    const lab = { kernel: 'k', deviceTree: 't.dts', xenArgs: 'dom0_mem=128M', args: 'debug' };
    const found = await plan(lab, { 't.dts': tree });
    expect([found.dom0!.args, found.dom0!.memory]).toEqual(['console=hvc0 debug', 128 * MIB]);
    expect(found.said).toEqual([
      expect.stringMatching(/^--xen-append replaces the command line of Xen in the tree, "loglvl=all".*xen\.choice/),
      expect.stringMatching(/^--append replaces the command line of dom0 in the tree, "quiet"/),
    ]);
  });

  it('are read: what Xen does not know, and what has no effect here', async () => {
    const xenArgs = 'dom0_mem=64M dom0_max_vcpus=2 dom0mem=1 sched=null loglvl=loud';
    const found = await plan({ kernel: 'k', xenArgs });
    expect(found.dom0!.cpus).toBe(2);
    expect(found.said).toEqual([
      expect.stringMatching(/Xen has no option "dom0mem"; did you mean "?dom0_mem.*\[xen\.option\]$/),
      expect.stringMatching(/sched changes nothing here: the scheduler here is credit2/),
      expect.stringMatching(/loglvl cannot be "loud"; it is passed over/),
    ]);
  });

  it('can name another UART, or none', async () => {
    const other = await plan({ kernel: 'k', xenArgs: 'dtuart=serial1' });
    expect(other.uart).toMatchObject({ base: 0x1c0a0000, irq: 38 });
    expect(other.dom0!.uart).toMatch(/serial@a0000$/);
    expect((await plan({ kernel: 'k', xenArgs: 'console=none' })).dom0!.uart).toBeUndefined();
    expect(await refusal({ kernel: 'k', xenArgs: 'dtuart=/none' })).toEqual([
      expect.stringMatching(/dtuart=\/none is no node of the device tree/),
    ]);
    expect(await refusal({ kernel: 'k', xenArgs: 'dtuart=i2c0' })).toEqual([
      expect.stringMatching(/i2c@160000: the console of Xen is a PL011/),
    ]);
  });
});

describe('the kernel of dom0', () => {
  const MODULES = dts(
    `bootargs = "${XEN_ARGS}"; ${module('kernel', 0x84000000, KERNEL.length, 'bootargs = "console=hvc0 a";')}
     ${module('ramdisk', 0x90000000, cpio.length)}`,
  );
  const load = [
    { file: 'k', address: 0x84000000 },
    { file: 'i', address: 0x90000000 },
  ];

  it('is a module of the tree, with its RAM disk and its command line', async () => {
    const lab: LabConfiguration = { hypervisor: 'builtin', deviceTree: 't.dts', load };
    expect(usesBuiltin(lab)).toBe(true);
    const { dom0, said } = await plan(lab, { 't.dts': MODULES });
    expect(dom0!.kernel.bytes).toEqual(IMAGE);
    expect([dom0!.args, dom0!.initrd]).toEqual(['console=hvc0 a', { name: 'i', bytes: cpio }]);
    expect(said).toEqual([]);
  });

  it('is missed when nothing is loaded there', async () => {
    const lab: LabConfiguration = { hypervisor: 'builtin', deviceTree: 't.dts', load: load.slice(1) };
    expect(await refusal(lab, { 't.dts': MODULES })).toEqual([
      expect.stringMatching(
        /^\/chosen\/module@84000000: the tree promises Xen a module at 0x84000000-.*give --kernel FILE or --load FILE@0x84000000 \[xen\.module\]$/,
      ),
    ]);
  });

  it('is at the beginning of the flash, where it can be seen too', async () => {
    const lab: LabConfiguration = { hypervisor: 'builtin', sdcard: 'card' };
    const { dom0, flash } = await plan(lab, { 'card/images.txt': IMAGES, 'card/zImage': KERNEL });
    expect(dom0!.kernel.bytes).toEqual(IMAGE);
    expect(flash.map(({ address, name }) => [address, name])).toEqual([[0, 'card/zImage']]);
  });

  it('is nowhere', async () => {
    expect(await refusal({ hypervisor: 'builtin', deviceTree: 't.dts' }, { 't.dts': dts('') })).toEqual([
      expect.stringMatching(/^Xen has nothing to start: .*beginning of the flash.*\[xen\.kernel\]$/),
    ]);
  });
});

describe('memory', () => {
  it('is what the tree leaves', async () => {
    const reserved = `/ { reserved-memory { rest@88001000 { reg = <0 0x88001000 0 0x2800>; }; }; };`;
    const { memory } = await plan(
      { kernel: 'k', deviceTree: 't.dts', memory: 256 },
      { 't.dts': `${dts('')}${reserved}`.replace('/dts-v1/;', '/dts-v1/; /memreserve/ 0x80000000 0x1000;') },
    );
    expect(memory).toEqual([
      { from: 0x80001000, to: 0x88001000 },
      { from: 0x88004000, to: 0x90000000 },
    ]);
  });

  it('is nobody’s device', async () => {
    const tree = `${dts('')}/ { odd@80001000 { reg = <0 0x80001000 0 0x1000>; }; };`;
    expect(await refusal({ kernel: 'k', deviceTree: 't.dts' }, { 't.dts': tree })).toEqual([
      expect.stringMatching(/^\/odd@80001000: reg is 0x80001000, where the memory of the machine is/),
    ]);
  });
});
