// Xen's rules: a tree of a host with domains that keeps every one, and for each rule a change that breaks it.
import { describe, expect, it } from 'vitest';
import { compileSource, runXenRules, XEN_RULES } from '../../src/dt';
import { GUEST, HOST, PARTIAL } from './xen-trees';

/** Ids of what Xen's rules find. */
function found(source: string): string[] {
  const { tree, errors } = compileSource(source);
  expect(errors.map(error => error.message)).toEqual([]);
  return runXenRules(tree!).map(({ id }) => id);
}

/** An addition to the tree of the host. */
const host = (more: string): string => HOST + more;
/** Something of it that is replaced. */
function instead(old: string, other: string, source = HOST): string {
  expect(source).toContain(old);
  return source.replace(old, other);
}
const chosen = (more: string): string => host(`/ { chosen { ${more} }; };`);
const first = (more: string): string => host(`&dom1 { ${more} };`);
const second = (more: string): string => host(`&dom2 { ${more} };`);
const inGuest = (more: string): string => GUEST + more;

const MODULE = 'compatible = "multiboot,ramdisk", "multiboot,module";';
const CASES: readonly (readonly [id: string, source: string])[] = [
  ['chosen-root', host('/ { deep { chosen { xen,xen-bootargs = "a"; }; }; };')],
  ['chosen-cells', chosen('/delete-property/ #size-cells;')],
  [
    'chosen-bootargs-order',
    instead('xen,xen-bootargs = "console=dtuart dtuart=serial0"', 'bootargs = "console=dtuart"'),
  ],
  ['chosen-dom0-args-order', host('/ { chosen { module@90000000 { bootargs = "a"; }; }; };')],
  [
    'chosen-bootargs-only',
    instead('xen,xen-bootargs = "console=dtuart dtuart=serial0"; xen,dom0-bootargs', 'bootargs'),
  ],
  ['chosen-dtuart', chosen('xen,xen-bootargs = "console=dtuart dtuart=serial7";')],
  ['chosen-dtuart', chosen('xen,xen-bootargs = "console=dtuart";')],
  ['chosen-bootargs-string', chosen('xen,dom0-bootargs = "a", "b";')],
  ['chosen-bootargs-string', chosen(`xen,dom0-bootargs = "${'x'.repeat(1024)}";`)],
  ['chosen-initrd-pair', chosen('linux,initrd-start = <9>; linux,initrd-end = <8>;')],
  ['chosen-initrd-pair', chosen('/delete-property/ linux,initrd-end;')],
  ['chosen-static-heap', chosen('xen,static-heap = <0 0xe0001000 0 0x1000000>;')],
  ['chosen-static-heap', chosen('xen,static-heap = <0 0x10000 0 0x10000>;')],
  ['chosen-uefi-cfg', chosen('xen,uefi-cfg-load = <1>;')],
  ['chosen-no-dom0', host('/ { chosen { /delete-node/ module@90000000; }; };')],
  ['module-where', host('/ { elsewhere { m { compatible = "multiboot,module"; }; }; };')],
  ['module-generic', chosen('m@94000000 { compatible = "multiboot,ramdisk"; };')],
  ['module-kind', chosen('m@94000000 { compatible = "multiboot,module"; reg = <0 0x94000000 0 1>; };')],
  ['module-guess', chosen('m@94000000 { compatible = "multiboot,module"; reg = <0 0x94000000 0 1>; };')],
  [
    'module-legacy',
    chosen('m@94000000 { compatible = "xen,linux-initrd", "xen,multiboot-module"; reg = <0 0x94000000 0 1>; };'),
  ],
  ['module-reg-missing', second(`m { ${MODULE} };`)],
  ['module-reg-length', second(`m@94000000 { ${MODULE} reg = <0x94000000 1>; };`)],
  ['module-reg-cells', second(`m@0x94000000 { ${MODULE} reg = <0 0x94000000 0 1>; };`)],
  ['module-reg-size', second(`m@94000000 { ${MODULE} reg = <0 0x94000000 0 0>; };`)],
  ['module-overlap', second(`m@90400000 { ${MODULE} reg = <0 0x90400000 0 1>; };`)],
  ['module-overlap', second(`m@b0000000 { ${MODULE} reg = <0 0xb0000000 0 1>; };`)],
  ['module-overlap', second(`m@f0000000 { ${MODULE} reg = <0 0xf0000000 0 1>; };`)],
  ['module-in-ram', second(`m@8000000 { ${MODULE} reg = <0 0x8000000 0 1>; };`)],
  [
    'module-count',
    chosen(
      Array.from(
        { length: 27 },
        (_, i) =>
          `m@${(0x94000000 + i * 16).toString(16)} { compatible = "xen,guest-acpi", "multiboot,module"; reg = <0 ${0x94000000 + i * 16} 0 1>; };`,
      ).join(''),
    ),
  ],
  [
    'module-name-length',
    second(`a-name-that-is-longer-than-what-xen-has-room-for@94000000 { ${MODULE} reg = <0 0x94000000 0 1>; };`),
  ],
  ['module-two-kernels', chosen(`m@94000000 { ${MODULE} reg = <0 0x94000000 0 1>; };`)],
  ['module-uefi-binary', second(`m { ${MODULE} xen,uefi-binary = <1>; };`)],
  ['domain-where', host('/ { d { compatible = "xen,domain"; }; };')],
  ['domain-cpus', second('/delete-property/ cpus;')],
  ['domain-cpus', second('cpus = <9>;')],
  ['domain-memory', second('memory = <0x20000>;')],
  ['domain-memory', second('/delete-property/ memory;')],
  ['domain-memory-zero', second('memory = <0 0>;')],
  ['domain-memory-zero', second('memory = <0 128>;')],
  ['domain-cells', second('/delete-property/ #size-cells;')],
  ['domain-kernel', second('/delete-node/ kernel@93000000;')],
  ['domain-capabilities', second('capabilities = <8>;')],
  ['domain-capabilities', host('&dom1 { capabilities = <4>; }; &dom2 { capabilities = <4>; };')],
  ['domain-hw-passthrough', second('capabilities = <2>; direct-map; passthrough = "enabled";')],
  ['domain-hw-directmap', second('capabilities = <2>;')],
  ['domain-vpl011', second('vpl011 = <0>;')],
  ['domain-nr-spis', first('nr_spis = <0>;')],
  ['domain-nr-spis', second('nr_spis = <961>;')],
  ['domain-static-mem', first('memory = <0 0x10000>;')],
  ['domain-static-mem', second('xen,static-mem = <0 0xb1000000 0 0x4000000>;')],
  ['domain-static-mem', second('xen,static-mem = <0 0xd0000000>;')],
  ['domain-directmap', second('direct-map;')],
  ['domain-cpupool', second('domain-cpupool = <&c0>;')],
  ['domain-sve', second('sve = <129>;')],
  ['domain-trap', second('trap-unmapped-accesses = <2>;')],
  ['domain-enhanced', second('xen,enhanced = "on";')],
  ['domain-enhanced-legacy', first('xen,enhanced = "legacy";')],
  ['domain-enhanced-xs', host('/ { chosen { /delete-node/ module@90000000; }; };')],
  ['domain-p2m', second('xen,domain-p2m-mem-mb = <0 1>;')],
  ['domain-grant-version', second('max_grant_version = <3>;')],
  ['domain-grant-frames', second('max_maptrack_frames = <0x80000000>;')],
  ['domain-passthrough', second('passthrough = "yes";')],
  ['domain-sci', second('xen,sci_type = "scmi";')],
  ['domain-v8r', second('v8r_el1_msa = "mpu";')],
  ['domain-llc', second('llc-colors = "0-3";')],
  ['domain-unknown-prop', second('vcpus = <1>;')],
  ['vcpu-id', first('vcpu1 { compatible = "xen,vcpu"; id = <2>; };')],
  ['vcpu-id', first('vcpu1 { compatible = "xen,vcpu"; id = <0>; };')],
  ['vcpu-affinity', first('vcpu1 { compatible = "xen,vcpu"; id = <1>; hard-affinity = "1-0"; };')],
  ['vcpu-affinity', first('vcpu1 { compatible = "xen,vcpu"; id = <1>; hard-affinity = "2"; };')],
  ['shm-id', first('shm@a0000000 { xen,shm-id = "a-name-of-sixteen"; };')],
  ['shm-mem', first('shm@a0000000 { xen,shared-mem = <0 0xa0000000 0>; };')],
  ['shm-align', first('shm@a0000000 { xen,shared-mem = <0 0xa0000800 0 0xa0000800 0 0x1000>; };')],
  ['shm-role', first('shm@a0000000 { role = "owner"; };')],
  ['shm-same', first('shm@a0000000 { xen,shared-mem = <0 0xa0001000 0 0xa0001000 0 0x1000>; };')],
  ['shm-directmap', first('shm@a0000000 { xen,shared-mem = <0 0xa0000000 0 0x50000000 0 0x1000>; };')],
  [
    'shm-count',
    second(
      Array.from(
        { length: 32 },
        (_, i) =>
          `shm${i} { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "t${i}"; xen,shared-mem = <0 0x50000000 0 0x1000>; };`,
      ).join(''),
    ),
  ],
  ['evtchn-compat', second('evtchn@1 { compatible = "xen,evtchn"; };')],
  ['evtchn-tuple', second('evtchn@1 { xen,evtchn = <1>; };')],
  ['evtchn-link', second('evtchn@1 { xen,evtchn = <0xb &e2>; };')],
  ['evtchn-port', second('evtchn@1 { xen,evtchn = <0 &e1>; };')],
  ['evtchn-domain', second('/delete-property/ xen,enhanced;')],
  ['cpupool-cpus', chosen('pool2 { compatible = "xen,cpupool"; cpupool-cpus = <&c1>; };')],
  ['cpupool-cpus', chosen('pool2 { compatible = "xen,cpupool"; };')],
  ['cpupool-sched', host('&pool { cpupool-sched = "fair"; };')],
  ['cpupool-hmp', host('&c0 { compatible = "arm,cortex-a7"; }; &pool { cpupool-cpus = <&c0 &c1>; };')],
  ['pt-host', host('/ { uart@9000000 { xen,passthrough = <0>; }; };')],
  ['pt-tree', `${PARTIAL}&passthrough { /delete-property/ ranges; };`],
  ['pt-only', `${PARTIAL}/ { other { }; };`],
  ['pt-phandle', `${PARTIAL}&dev { phandle = <65000>; };`],
  ['pt-xen-reg', `${PARTIAL}&dev { xen,reg = <0 0x9000000 0 0x800 0 0x10000000>; };`],
  ['pt-xen-reg', `${PARTIAL}&dev { /delete-property/ xen,path; };`],
  ['pt-iommu', `${PARTIAL}&dev { /delete-property/ xen,force-assign-without-iommu; };`],
  ['pt-gic', `${PARTIAL}&dev { interrupt-parent = <&dev>; };`],
  [
    'hyp-where',
    inGuest(
      '/ { firmware { xen { compatible = "xen,xen-4.17", "xen,xen"; reg = <0 0x38000000 0 0x1000>; interrupts = <1 15 0xf08>; }; }; };',
    ),
  ],
  ['hyp-compat', inGuest('&hypervisor { compatible = "xen,xen"; };')],
  ['hyp-reg', inGuest('&hypervisor { reg = <0 0x40000000 0 0x1000>; };')],
  ['hyp-reg', inGuest('&hypervisor { /delete-property/ reg; };')],
  ['hyp-interrupts', inGuest('&hypervisor { interrupts = <0 15 4>; };')],
  ['hyp-gic', inGuest('&gic { compatible = "test,other"; };')],
  ['hyp-uefi', inGuest('&hypervisor { uefi { xen,uefi-mmap-size = <1>; }; };')],
  [
    'hyp-host',
    host(
      '/ { hypervisor { compatible = "xen,xen-4.17", "xen,xen"; reg = <0 0x38000000 0 0x1000>; interrupts = <1 15 0xf08>; }; };',
    ),
  ],
  ['host-memory', host('/ { /delete-node/ memory@80000000; };')],
  ['host-memory-depth', host('/ { deep { memory@1 { device_type = "memory"; }; }; };')],
  ['host-depth', host(`/ { ${'d { '.repeat(16)}${'}; '.repeat(16)} };`)],
  ['host-gic', host('&gic { reg = <0 0x2c001000 0 0x1000>, <0 0x2c002000 0 0x2000>; };')],
  ['host-timer', host('/ { timer { interrupts = <1 13 0xf08>, <1 14 0xf08>, <1 11 0xf08>; }; };')],
  ['host-psci', host('/ { /delete-node/ psci; };')],
];

describe('trees that keep the rules', () => {
  it.each([
    ['of a host with domains', HOST],
    ['of a guest', GUEST],
    ['that hands a device through', PARTIAL],
    ['of no Xen at all', '/dts-v1/; / { chosen { bootargs = "a"; }; cpus { cpu@0 { }; }; };'],
  ])('%s', (_, source) => expect(found(source)).toEqual([]));
});

describe('trees that break one', () => {
  it.each(CASES)('%s', (id, source) => expect(found(source)).toContain(id));

  it('are there for every rule', () => {
    const broken = new Set(CASES.map(([id]) => id));
    expect(XEN_RULES.map(({ id }) => id).filter(id => !broken.has(id))).toEqual([]);
    expect(new Set(XEN_RULES.map(({ id }) => id)).size).toBe(90);
  });
});
