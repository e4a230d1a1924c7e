// What stops a boot of Xen before anything runs: each is one line, with what, where and a remedy.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBlob } from '../../src/dt/blob';
import { loadSource } from '../../src/dt/source/compile';
import { planBoot } from '../../src/lab/boot-plan';
import { describeProblem, LabFailure, problemsOf } from '../../src/lab/problems';
import type { LabConfiguration } from '../../src/lab/protocol';
import { damaged } from '../image/fixtures';
import { FakeHost } from './fake-machine';
import { MIB, RAM, BOARD, LAB, plan, dts } from './xen-bench';

describe('refused in one line', () => {
  const refusal = async (given: LabConfiguration, more: Record<string, Uint8Array | string> = {}): Promise<string> => {
    try {
      await plan(given, more);
    } catch (error) {
      const [one, ...others] = problemsOf(error).map(describeProblem);
      expect(others).toEqual([]);
      expect(one).not.toContain('\n');
      return one!;
    }
    throw new Error('nothing was refused');
  };
  const tree = (body: string, given: LabConfiguration = {}): [LabConfiguration, Record<string, string>] => [
    { ...LAB, deviceTree: 't.dts', ...given },
    { 't.dts': dts(body) },
  ];
  const domain = (text: string): [LabConfiguration, Record<string, string>] => [
    { ...LAB, domains: ['a.cfg'] },
    { 'a.cfg': text },
  ];
  const own = (reg: string): string =>
    `chosen { #address-cells = <1>; #size-cells = <1>; m { compatible = "multiboot,kernel", "multiboot,module"; ${reg} }; };`;

  it.each<[string, [LabConfiguration, Record<string, Uint8Array | string>?], RegExp]>([
    [
      'nothing to start',
      [{ hypervisor: 'xen' }],
      /^Xen has nothing to start; give.*--kernel.*--domain \[xen\.kernel\]$/,
    ],
    [
      'a kernel as hypervisor',
      [{ ...LAB, hypervisor: 'k' }],
      /^k: offset 0x24: no Xen.*--hypervisor none.*image\.magic/,
    ],
    [
      'Xen as kernel',
      [{ ...LAB, kernel: 'xen' }],
      /^xen: offset 0x0: this is a Xen binary.*--hypervisor.*image\.magic/,
    ],
    ['an ELF kernel', [LAB, { k: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46) }], /^k: offset 0x0: .*Xen starts no ELF files/],
    ['a RAM disk that is none', [{ ...LAB, initrd: 'k' }], /^k: offset 0x0: no initial RAM disk: this is a zImage/],
    ['a RAM disk that is not there', [{ ...LAB, initrd: 'none' }], /^none: there is no such file.*RAM disk of dom0/],
    ['a domain that is not there', [{ ...LAB, domains: ['b.cfg'] }], /^b\.cfg: there is no such file.*file\.missing/],
    [
      'memory that the machine lacks',
      tree('memory@c0000000 { device_type = "memory"; reg = <0xc0000000 0x1000>; };'),
      /^t\.dts: the tree says memory 0xc0000000-0xc0001000.*1024 MiB from 0x80000000.*--memory.*xen\.memory/,
    ],
    ['a module without reg', tree(own('')), /^\/chosen\/m: a module needs reg.*xen\.tree/],
    [
      'a /chosen with impossible cells',
      tree('chosen { #address-cells = <0>; #size-cells = <1>; };'),
      /^\/chosen: #address-cells is 0, but Xen takes modules with 1 or 2.*xen\.tree/,
    ],
    [
      'a module that nothing fills',
      tree(own('reg = <0x84000000 0x100>;'), { kernel: undefined as never }),
      /^\/chosen\/m: .*0x84000000-0x84000100, but nothing is loaded there; give --kernel FILE or --load FILE@0x84000000 \[xen\.module\]$/,
    ],
    [
      'a module outside of RAM',
      tree(own('reg = <0x70000000 0x100>;')),
      /^k: kernel of dom0 \(k\) 0x70000000-.* does not fit into .* \[image\.tooLarge\]$/,
    ],
    [
      'modules that overlap',
      tree(own('reg = <0x84000000 0x100>;'), { load: [{ file: 'i', address: 0x8400_0010 }] }),
      /^i: file \(i\) 0x84000010-0x8400139e overlaps kernel of dom0 \(k\) 0x84000000-.*\[image\.overlap\]$/,
    ],
    [
      'a RAM disk that nothing fills',
      tree('chosen { linux,initrd-start = <0x88000000>; linux,initrd-end = <0x88100000>; };', {
        initrd: undefined as never,
      }),
      /linux,initrd-start promises a RAM disk at 0x88000000.*--initrd \[xen\.module\]$/,
    ],
    [
      'a module without room',
      [
        { ...LAB, memory: 16, xenArgs: 'dom0_mem=16M', load: [{ file: 'i', address: RAM }] },
        { i: new Uint8Array(9 * MIB).fill(1) },
      ],
      /^i: no room in RAM \(16\.0 MiB at 0x80000000\) for the RAM disk of dom0: 9\.0 MiB.*\[image\.tooLarge\]$/,
    ],
    [
      'a dom0 too small',
      [{ ...LAB, xenArgs: 'dom0_mem=2M' }],
      /^k: kernel, RAM disk and device tree do not fit into the 2 MiB of dom0 \[xen\.memory\]$/,
    ],
    [
      'more dom0 than RAM',
      [{ ...LAB, xenArgs: 'dom0_mem=2G' }],
      /^the domains want 2048 MiB \(dom0 2048\), but there are 1024; .*--memory.*\[xen\.memory\]$/,
    ],
    ['a domain without kernel', domain('name = "a"\nmemory = 64\n'), /^a\.cfg:1:1: kernel is missing.*xl\.missing/],
    [
      'a domain with a mistake',
      domain('name = "a"\nmemory = 64\nkernel = k\nkernel = "k"\n'),
      /^a\.cfg:3:10: kernel: k is no value.*xl\.syntax/,
    ],
    [
      'a domain with a name that is no node',
      domain('name = "a b"\nmemory = 64\nkernel = "k"\n'),
      /^a\.cfg: "a b" cannot be the name of a node.*xen\.domain/,
    ],
    [
      'a domain with too long a command line',
      domain(`name = "a"\nmemory = 64\nkernel = "k"\nextra = "${'x'.repeat(1024)}"\n`),
      /^a\.cfg: a command line of 1040 characters; Xen takes 1023 \[xen\.domain\]$/,
    ],
    [
      'an option that is not for Xen',
      [{ ...LAB, elf: 'e', kernel: undefined as never }],
      /a Xen binary as hypervisor and elf exclude each other/,
    ],
  ])('%s', async (_what, [given, more], expected) => {
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    expect(await refusal(set, more)).toMatch(expected);
  });

  it('a module in memory that the tree reserves', async () => {
    const reserved = `/dts-v1/; /memreserve/ 0x84000000 0x1000;\n${dts(own('reg = <0x84000000 0x100>;')).slice('/dts-v1/;'.length)}`;
    expect(await refusal({ ...LAB, deviceTree: 't.dts' }, { 't.dts': reserved })).toMatch(
      /^k: kernel of dom0 \(k\) 0x84000000-.* overlaps reserved memory \(\/memreserve\/\) 0x84000000-0x84001000; .*image\.overlap/,
    );
  });

  it('whatever is wrong with a tree, without a fault of the lab', async () => {
    const whole = writeBlob(
      loadSource(
        dts(`${own('reg = <0x84000000 0x100>;')}
          reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; b@90000000 { reg = <0x90000000 0x1000>; }; };`),
      ),
    );
    await fc.assert(
      fc.asyncProperty(damaged(whole), async tree => {
        try {
          await plan({ ...LAB, deviceTree: 't.dtb' }, { 't.dtb': tree });
        } catch (error) {
          const [first] = problemsOf(error);
          expect(first!.code).not.toBe('lab.internal');
          expect(first!.message).not.toContain('\n');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a board without the Virtualization Extensions', async () => {
    const board = { ...BOARD, name: 'plain', cpu: { ...BOARD.cpu, virtualization: false } };
    const host = new FakeHost();
    const boot = planBoot({ host, board, configuration: LAB, cpus: 1, memoryBytes: 64 * MIB });
    await expect(boot).rejects.toThrow(LabFailure);
    await expect(boot).rejects.toThrow(
      /^plain has a processor without the Virtualization Extensions.*--hypervisor none/,
    );
  });
});
