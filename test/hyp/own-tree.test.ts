// Guests that bring their own tree: what is taken from it, what is corrected in it, what is refused.
import { describe, expect, it } from 'vitest';
import { findNode, getCells, getString, loadSource, parseBlob, writeBlob } from '../../src/dt';
import { completedTree, isGuestTree, layoutOf } from '../../src/hyp/toolstack/own-tree';
import { planOf, toolstackBench } from './toolstack-bench';

const MIB = 2 ** 20;
/** As guests of Xen 4.2 had it (Linux, Documentation/devicetree/bindings/arm/xen.txt). */
const source = (memory = '0 0x80000000 0 0x8000000', gic = '0 0x2c001000 0 0x1000 0 0x2c002000 0 0x100', more = '') =>
  `/dts-v1/; / { compatible = "xen,xenvm-4.2", "xen,xenvm"; #address-cells = <2>; #size-cells = <2>;
    chosen { bootargs = "console=hvc0 root=/dev/xvda"; };
    cpus { #address-cells = <1>; #size-cells = <0>;
      cpu@0 { device_type = "cpu"; reg = <0>; }; cpu@1 { device_type = "cpu"; reg = <1>; }; };
    memory@80000000 { device_type = "memory"; reg = <${memory}>; };
    gic { compatible = "arm,cortex-a15-gic", "arm,cortex-a9-gic"; reg = <${gic}>; };
    hypervisor { compatible = "xen,xen-4.2", "xen,xen"; interrupts = <1 15 0xf08>; ${more} }; };`;
const blob = (...given: Parameters<typeof source>): Uint8Array => writeBlob(loadSource(source(...given)));

describe('a tree behind a kernel', () => {
  it('is a guest’s when it says so', () => {
    expect(isGuestTree(blob())).toBe(true);
    expect(isGuestTree(writeBlob(loadSource('/dts-v1/; / { compatible = "arm,vexpress"; };')))).toBe(false);
    expect(isGuestTree(new Uint8Array(100))).toBe(false);
  });

  it('says where things are', () => {
    expect(layoutOf(blob(), 128 * MIB)).toEqual({
      ...{ ram: 0x80000000, gicd: 0x2c001000, gicc: 0x2c002000, eventIrq: 31 },
    });
  });

  it('is told how much memory there is, how many processors, and where the RAM disk is', () => {
    const facts = { vcpus: 1, memory: 64 * MIB, cmdline: undefined, ramdisk: { start: 0x82000000, end: 0x82001000 } };
    const tree = completedTree(blob(), facts);
    expect(getCells(findNode(tree, '/memory@80000000')!, 'reg')).toEqual([0, 0x80000000, 0, 64 * MIB]);
    expect([...findNode(tree, '/cpus')!.children.keys()]).toEqual(['cpu@0']);
    const chosen = findNode(tree, '/chosen')!;
    expect(getString(chosen, 'bootargs')).toBe('console=hvc0 root=/dev/xvda');
    expect(getCells(chosen, 'linux,initrd-start')).toEqual([0, 0x82000000]);
    const changed = completedTree(blob(), { ...facts, cmdline: 'quiet' });
    expect(getString(findNode(changed, '/chosen')!, 'bootargs')).toBe('quiet');
  });

  it.each([
    ['memory over the interrupt controller', blob('0 0x2c000000 0 1'), 'memory, interrupt controller and the pages of Xen'],
    ['memory above 4 GiB', blob('1 0x80000000 0 1'), 'memory, interrupt controller and the pages of Xen'],
    ['memory at an odd place', blob('0 0x80200000 0 1'), 'memory begins at 0x80200000, no multiple of 16 MiB'],
    ['half an interrupt controller', blob(undefined, '0 0x2c001000 0 0x1000'), '/gic: reg has no CPU interface'],
    ['a reg that is none', blob('0 0x80000000 0'), 'reg has 3 cells'],
    ['no hypervisor', writeBlob(loadSource(source().replace('"xen,xen-4.2", "xen,xen"', '"a"'))), 'compatible with "xen,xen"'],
    ['events of a device', writeBlob(loadSource(source().replace('<1 15 0xf08>', '<0 15 0xf08>'))), 'names no private one'],
  ])('with %s is refused', (_, tree, why) => {
    expect(() => layoutOf(tree, 128 * MIB)).toThrow(why);
  }); // prettier-ignore

  it('decides where the domain has its memory and its interrupts', () => {
    const { toolstack, xen } = toolstackBench();
    const free = xen.heap.free;
    const id = toolstack.create(planOf('old', { tree: blob(), cmdline: undefined }), true);
    const domain = xen.domains.get(id)!;
    expect([domain.address(0x80000000) > 0, domain.address(0x40000000)]).toEqual([true, -1]);
    expect([domain.options.gicd, domain.eventIrq]).toEqual([0x2c001000, 31]);
    expect(domain.p2m.lookup(0x2c002)!.mfn).toBe(0x2c006);
    const vcpu = domain.vcpus[0]!;
    expect(vcpu.context.pc).toBe(0x80008000);
    const at = domain.address(vcpu.context.r(2));
    const tree = parseBlob(xen.memory.bytes(at, 4096).slice(), 'theirs');
    expect(getCells(findNode(tree, '/memory@80000000')!, 'reg')).toEqual([0, 0x80000000, 0, 4 * MIB]);
    toolstack.destroy(id);
    expect(xen.heap.free).toBe(free);
    expect(() => toolstack.create(planOf('odd', { tree: blob('0 0x80200000 0 1') }))).toThrow('no multiple of 16 MiB');
    expect(xen.heap.free).toBe(free);
  });
});
