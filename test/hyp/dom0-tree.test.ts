// Dom0's tree and devices, made of the host's tree, beside what Debian's Xen made of the same one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type DeviceTree,
  diffTrees,
  findNode,
  getCells,
  loadSource,
  parseBlob,
  setCells,
  setString,
} from '../../src/dt';
import tc1 from '../../src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts';
import { buildDom0, hostDevices } from '../../src/hyp';
import { makeDom0Tree } from '../../src/hyp/dom0/tree';
import { P2M } from '../../src/hyp/p2m';
import { bench } from './bench';
import { DOM0_DIFFERENCES } from './dom0-tree-differences';

const MIB = 1 << 20;
const UART = '/bus@8000000/motherboard-bus@8000000/iofpga-bus@300000000/serial@90000';
const IOFPGA = '/bus@8000000/motherboard-bus@8000000/iofpga-bus@300000000';
const ARGS = 'console=hvc0 rdinit=/init cryptomgr.notests';
const INITRD_SIZE = 0xb88e00;

function golden(name: string): DeviceTree {
  const file = join(import.meta.dirname, 'golden', name);
  return loadSource(readFileSync(file, 'utf8'), { file });
}
const host = (): DeviceTree => golden('host-fdt.dts');

/** Nodes and properties by path, in the order of the tree; phandles are numbers there. */
function* rows(tree: DeviceTree): Generator<[string, string]> {
  for (const node of tree.nodes()) {
    yield [node.path, ''];
    for (const { name, value } of node.properties.values())
      yield [`${node.path}:${name}`, Buffer.from(value).toString('hex')];
  }
}

/** What the hypervisor puts into memory for dom0. */
function built(tree: DeviceTree): { tree: DeviceTree; domain: ReturnType<typeof buildDom0>; said: string } {
  let domain!: ReturnType<typeof buildDom0>;
  const made = bench(
    xen => {
      domain = buildDom0(xen, {
        kernel: { bytes: new Uint8Array(4096), offset: 0x8000, name: 'kernel' },
        initrd: { bytes: new Uint8Array(INITRD_SIZE), name: 'disk' },
        ...{ args: ARGS, cpus: 1, memory: 512 * MIB, tree, uart: UART },
      });
    },
    1,
    1024,
  );
  made.machine.run(1);
  const at = domain.address(domain.vcpus[0]!.context.r(2));
  const blob = made.xen.memory.bytes(at, 2 * MIB).slice();
  return { tree: parseBlob(blob, 'dom0'), domain, said: made.said() };
}

describe('the tree of dom0', () => {
  it('is that of Xen for the same memory, property for property, in the same order, but for what QEMU adds', () => {
    const facts = {
      ...{ cpus: 1, args: ARGS, eventIrq: 16, uart: UART },
      memory: [{ base: 0x98000000, size: 512 * MIB }],
      initrd: { base: 0xa0200000, size: INITRD_SIZE },
      grants: { base: 0x80010000, size: 0x40000 },
      gicd: { base: 0x2c001000, size: 0x1000 },
      gicc: { base: 0x2c002000, size: 0x2000 },
    };
    const theirs = [...rows(golden('dom0-fdt.dts'))].filter(([path]) => !path.startsWith('/virtio_mmio'));
    expect([...rows(makeDom0Tree(host(), facts))]).toEqual(theirs);
  });

  it('is that of Xen where dom0 is built, but for differences that have a reason', () => {
    const { tree } = built(host());
    const found = diffTrees(golden('dom0-fdt.dts'), tree).map(({ path, property }) =>
      property === undefined ? path : `${path}:${property}`,
    );
    const known = (path: string): boolean => DOM0_DIFFERENCES.some(one => one.path.test(path));
    expect(found.filter(path => !known(path))).toEqual([]);
    // A reason that explains nothing any more is taken out.
    expect(DOM0_DIFFERENCES.filter(({ path }) => !found.some(one => path.test(one)))).toEqual([]);
  });

  it('says that what is for guests is disabled, and copies the rest of it', () => {
    const tree = host();
    const rtc = findNode(tree, `${IOFPGA}/rtc@170000`)!;
    rtc.set('xen,passthrough');
    const { tree: made, domain } = built(tree);
    const node = findNode(made, `${IOFPGA}/rtc@170000`)!;
    expect([...node.properties.keys()]).toEqual([
      ...['compatible', 'reg', 'interrupts', 'clocks', 'clock-names', 'status'],
    ]);
    expect(domain.p2m.lookup(0x1c170)).toBeUndefined();
    expect(domain.vgic.irq(36, 0)!.hardware).toBe(-1);
  });

  it('has all processors of dom0, as the first of the host', () => {
    const facts = { cpus: 2, args: '', eventIrq: 16, uart: UART, memory: [], grants: { base: 0, size: 0 } };
    const gic = { gicd: { base: 0, size: 0 }, gicc: { base: 0, size: 0 } };
    const made = makeDom0Tree(loadSource(tc1), { ...facts, ...gic });
    const cpus = findNode(made, '/cpus')!;
    expect([...cpus.children.keys()]).toEqual(['cpu@0', 'cpu@1']);
    expect([...cpus.child('cpu@1')!.properties.keys()]).toEqual(['compatible', 'device_type', 'reg']);
  });
});

describe('the devices of dom0', () => {
  it('are those of the tree: registers mapped to themselves, interrupts routed', () => {
    const { domain, said } = built(host());
    const mapped = (page: number) => domain.p2m.lookup(page);
    // Ethernet, through three buses; the watchdog that the tree says is disabled; a child of the system registers.
    for (const page of [0x1a000, 0x1a00f, 0x2b060, 0x1c010, 0x08000, 0x18000])
      expect(mapped(page), page.toString(16)).toMatchObject({ mfn: page, type: P2M.MMIO_DIRECT });
    // Xen's UART and display are not dom0's, and the GIC's hypervisor part is nobody's.
    for (const page of [0x1c090, 0x2b000, 0x2c004]) expect(mapped(page), page.toString(16)).toBeUndefined();
    // The system registers of the test chip stand in no node: nobody has them.
    expect(mapped(0x2a420)).toBeUndefined();
    const routed = Array.from({ length: 160 }, (_, irq) => irq).filter(
      irq => domain.vgic.irq(irq, 0)!.hardware === irq,
    );
    // Of the motherboard 0 to 16 but 1 (nobody's) and 5 (Xen's UART), and those of the test chip.
    const motherboard = [0, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
    const chip = [86, 87, 88, 89, 90, 91, 92, 98];
    expect(routed).toEqual([...motherboard, ...chip].map(spi => spi + 32));
    expect(said).not.toContain('Unable');
  });

  it('are none in the place of what is Xen’s own, and Xen says so', () => {
    const tree = host();
    setCells(findNode(tree, '/wdt@2b060000')!, 'reg', 0, 0x2c004000, 0, 0x1000);
    const { domain, said } = built(tree);
    expect(domain.p2m.lookup(0x2c004)).toBeUndefined();
    expect(said).toContain('Unable to map 0x000000002c004000 - 0x000000002c004fff of /wdt@2b060000 in domain 0');
  });

  it('have no interrupts that lead elsewhere than to the interrupt controller, and no private ones', () => {
    const tree = host();
    const other = tree.root.add('other-controller');
    other.set('interrupt-controller');
    setCells(other, '#interrupt-cells', 1);
    setCells(other, 'phandle', 0x77);
    const wdt = findNode(tree, '/wdt@2b060000')!;
    setCells(wdt, 'interrupt-parent', 0x77);
    setCells(wdt, 'interrupts', 4);
    setCells(findNode(tree, '/memory-controller@7ffd0000')!, 'interrupts', 1, 3, 4);
    const found = new Map(hostDevices(tree, UART).map(device => [device.path, device]));
    expect(found.get('/wdt@2b060000')!.interrupts).toEqual([]);
    expect(found.has('/memory-controller@7ffd0000')).toBe(false);
  });

  it('follow interrupts-extended, and are refused when they lead nowhere', () => {
    const tree = host();
    const wdt = findNode(tree, '/wdt@2b060000')!;
    const gic = getCells(findNode(tree, '/interrupt-controller@2c001000')!, 'phandle')![0]!;
    setCells(wdt, 'interrupts-extended', gic, 0, 98, 4, gic, 0, 99, 4);
    const device = () => hostDevices(tree, UART).find(({ path }) => path === '/wdt@2b060000')!;
    expect(device().interrupts).toEqual([130, 131]);
    setCells(wdt, 'interrupts-extended', gic, 0, 98);
    expect(device).toThrow('/wdt@2b060000: interrupts-extended has no whole interrupt at cell 0');
    wdt.removeProperty('interrupts-extended');
    setCells(wdt, 'interrupts', 0, 98);
    expect(device).toThrow('interrupts has 2 cells, which is no multiple of 3');
    // Of two nexuses that name each other neither is a controller.
    wdt.removeProperty('interrupts');
    const smb = findNode(tree, '/bus@8000000')!;
    smb.removeProperty('interrupt-map');
    setCells(smb, 'phandle', 0x78);
    setCells(smb, 'interrupt-parent', 0x78);
    expect(device).toThrow('leads to no controller');
  });

  it('are refused when no bus says where they are', () => {
    const tree = host();
    findNode(tree, IOFPGA)!.removeProperty('ranges');
    expect(() => hostDevices(tree, UART)).toThrow('address 0 of reg has no place in the buses above');
    setString(findNode(tree, `${IOFPGA}/sysreg@10000`)!, 'compatible', 'arm,psci');
    expect(() => hostDevices(tree, UART)).toThrow('sysctl@20000: address 0 of reg');
  });
});
