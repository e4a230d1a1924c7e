// What compatible strings mean: those of the boards' trees, and those of Xen. Written down here in our own words.
import type { Binding, PropertyBinding } from './binding';

type Properties = Readonly<Record<string, PropertyBinding>>;

const KERNEL = 'Documentation/devicetree/bindings';
const XEN = 'Xen, docs/misc/arm/device-tree';

const entry = (
  title: string,
  source: string,
  properties: Properties = {},
  required: readonly string[] = ['compatible'],
): Binding => ({ title, properties, required, source });

const REG = ['compatible', 'reg'];
const PRIMECELL: Properties = {
  clocks: { type: 'phandle', about: 'Clocks of the cell; `apb_pclk` is that of its bus.' },
  'clock-names': { type: 'strings', about: "`apb_pclk` last, after the cell's own clocks." },
  'arm,primecell-periphid': {
    type: 'cells',
    about: 'Peripheral ID to take instead of the one in the registers at 0xfe0.',
  },
};
const CONFIG: Properties = {
  'arm,vexpress-sysreg,func': {
    type: 'cells',
    about: 'Function of the configuration bus, and the number of the device.',
  },
};
const OSC: Properties = {
  ...CONFIG,
  'freq-range': { type: 'cells', about: 'Lowest and highest frequency in hertz.' },
  '#clock-cells': { type: 'cells', about: '0: it has one output.' },
  'clock-output-names': { type: 'strings', about: 'Name of the output.' },
};
const REGULATOR: Properties = {
  'regulator-name': { type: 'string', about: 'Name of the supply.' },
  'regulator-min-microvolt': { type: 'cells', about: 'Lowest voltage.' },
  'regulator-max-microvolt': { type: 'cells', about: 'Highest voltage.' },
  'regulator-always-on': { type: 'flag', about: 'It is never switched off.' },
};
const MODULE: Properties = {
  reg: {
    type: 'cells',
    about:
      'Where the loader has put the module: one address and size, in the cells of the parent. For a compressed kernel the exact size of the file.',
  },
  bootargs: {
    type: 'string',
    about:
      'Command line that goes with the module; for a kernel it comes before that of /chosen. Fewer than 1024 bytes.',
  },
  'xen,uefi-binary': {
    type: 'string',
    about: "With UEFI: name of the file to load, relative to Xen's own; `reg` is not needed then.",
  },
};
const MTD: Properties = {
  'bank-width': { type: 'cells', about: 'Bytes of the data bus.', values: ['1', '2', '4'] },
  'linux,part-probe': { type: 'strings', about: 'How partitions are found.' },
};

const module = (what: string, more: Properties = {}): Binding =>
  entry(what, `${XEN}/booting.txt`, { ...MODULE, ...more });
const vexpress = (what: string, properties: Properties = CONFIG): Binding =>
  entry(what, `${KERNEL}/arm/arm,vexpress-juno.yaml and vexpress-config.yaml`, properties);
const cell = (
  title: string,
  file: string,
  more: Properties = {},
  required = [...REG, 'clocks', 'clock-names'],
): Binding => entry(title, `${KERNEL}/${file}`, { ...PRIMECELL, ...more }, required);

const GIC: Binding = entry(
  'Generic Interrupt Controller, architecture 2',
  `${KERNEL}/interrupt-controller/arm,gic.yaml`,
  {
    '#interrupt-cells': {
      type: 'cells',
      about:
        '3: type (0 shared, 1 private), number in that type, trigger (1 rising edge, 2 falling edge, 4 level high, 8 level low; for private ones the mask of processors in bits 15:8).',
    },
    reg: {
      type: 'cells',
      about:
        'Distributor, processor interface; with virtualization also hypervisor interface and virtual processor interface. Xen needs all four.',
    },
    interrupts: { type: 'cells', about: 'The maintenance interrupt of the virtual interface. Xen needs it.' },
  },
  [...REG, 'interrupt-controller', '#interrupt-cells'],
);
const DOMAIN: Binding = entry(
  'A domain that Xen starts at boot, without tools in dom0 (dom0less)',
  `${XEN}/booting.txt`,
  {
    cpus: { type: 'cells', about: 'Number of virtual processors, 1 to 128; at most 8 with a GICv2.' },
    memory: { type: 'cells', about: 'RAM in KiB, as ONE number of two cells: `<0x0 0x20000>` is 128 MiB.' },
    vpl011: { type: 'flag', about: 'The domain gets an emulated PL011 UART.' },
    passthrough: { type: 'string', about: 'Whether devices can be passed through.', values: ['enabled', 'disabled'] },
    'xen,enhanced': {
      type: 'string',
      about: 'Whether it gets a hypervisor node, event channels and XenStore.',
      values: ['enabled', 'disabled', 'no-xenstore', 'legacy'],
    },
    'xen,static-mem': {
      type: 'cells',
      about:
        'Physical memory that the domain gets, in cells of #xen,static-mem-address-cells and -size-cells or of the parent.',
    },
    'direct-map': { type: 'flag', about: "Guest physical addresses are the host's; needs `xen,static-mem`." },
    nr_spis: { type: 'cells', about: 'Shared interrupts of its virtual controller.' },
    capabilities: { type: 'cells', about: 'Bits: 1 control, 2 hardware, 4 xenstore.' },
    'xen,domain-p2m-mem-mb': { type: 'cells', about: 'MiB of memory for its page tables.' },
    'domain-cpupool': { type: 'phandle', about: 'The CPU pool that it runs in.' },
    sve: { type: 'cells', about: 'Vector length in bits; arm64 only.' },
  },
  ['compatible', '#address-cells', '#size-cells', 'cpus', 'memory'],
);

/** By compatible string. */
export const CATALOGUE: ReadonlyMap<string, Binding> = new Map<string, Binding>([
  ['arm,vexpress', vexpress('Versatile Express board', {})],
  ['arm,vexpress,v2p-ca15', vexpress('CoreTile Express with Cortex-A15', {})],
  ['arm,vexpress,v2p-ca15,tc1', vexpress('CoreTile Express A15x2, test chip 1', {})],
  [
    'arm,vexpress,v2m-p1',
    vexpress('Motherboard Express µATX (V2M-P1)', {
      'arm,v2m-memory-map': {
        type: 'string',
        about: '`rs1` for the memory map of Cortex-A series; without it the first one.',
        values: ['rs1'],
      },
      'arm,hbi': { type: 'cells', about: 'Board number; 0x190 is this motherboard.' },
      'arm,vexpress,site': {
        type: 'cells',
        about: '0 motherboard, 1 and 2 the daughterboards, 0xf the one with the boot processor.',
      },
    }),
  ],
  [
    'arm,vexpress,config-bus',
    vexpress("Configuration bus of the board's microcontroller", {
      'arm,vexpress,config-bridge': { type: 'phandle', about: 'The system registers that lead to it.' },
    }),
  ],
  ['arm,vexpress-sysreg', entry('System registers of the motherboard', `${KERNEL}/arm/vexpress-sysreg.yaml`, {}, REG)],
  ['arm,vexpress-sysreg,sys_led', vexpress('User LEDs in the system registers, as pins', {})],
  ['arm,vexpress-sysreg,sys_mci', vexpress('Lines of the card socket in the system registers, as pins', {})],
  ['arm,vexpress-sysreg,sys_flash', vexpress('Write protection of the flash, as a pin', {})],
  ['arm,vexpress-osc', vexpress('Clock generator that is set over the configuration bus', OSC)],
  ['arm,vexpress-volt', vexpress('Voltage regulator or sensor on the configuration bus', { ...CONFIG, ...REGULATOR })],
  ['arm,vexpress-amp', vexpress('Current sensor on the configuration bus')],
  ['arm,vexpress-temp', vexpress('Temperature sensor on the configuration bus')],
  ['arm,vexpress-power', vexpress('Power sensor on the configuration bus')],
  ['arm,vexpress-energy', vexpress('Energy meter on the configuration bus')],
  ['arm,vexpress-reset', vexpress('Reset of the daughterboard over the configuration bus')],
  ['arm,vexpress-muxfpga', vexpress('Which site drives the display connector')],
  ['arm,vexpress-shutdown', vexpress('Switches the board off')],
  ['arm,vexpress-reboot', vexpress('Restarts the board')],
  ['arm,vexpress-dvimode', vexpress('Resolution of the DVI output')],
  ['arm,vexpress-flash', vexpress('NOR flash of the motherboard', MTD)],
  ['arm,vexpress-psram', vexpress('Static memory of the motherboard', MTD)],
  [
    'arm,vexpress-cf',
    vexpress('CompactFlash socket of the motherboard', {
      'reg-shift': { type: 'cells', about: 'Registers are 2^n bytes apart.' },
    }),
  ],
  [
    'arm,versatile-i2c',
    entry('Two-wire bus that software drives line by line', `${KERNEL}/i2c/arm,i2c-versatile.yaml`, {}, REG),
  ],
  [
    'arm,primecell',
    entry('An ARM PrimeCell: its registers at 0xfe0 say which', `${KERNEL}/arm/primecell.yaml`, PRIMECELL, REG),
  ],
  [
    'arm,pl011',
    cell(
      'UART PrimeCell PL011',
      'serial/pl011.yaml',
      { 'current-speed': { type: 'cells', about: 'Baud rate that firmware has set.' } },
      REG,
    ),
  ],
  [
    'arm,sbsa-uart',
    entry(
      'The part of a PL011 that every server has',
      `${KERNEL}/serial/arm_sbsa_uart.yaml`,
      { 'current-speed': { type: 'cells', about: 'Baud rate.' } },
      [...REG, 'interrupts', 'current-speed'],
    ),
  ],
  ['arm,pl031', cell('Real time clock PL031', 'rtc/arm,pl031.yaml')],
  ['arm,pl041', cell('Audio codec interface PL041 (AACI)', 'sound/arm,pl041.yaml')],
  ['arm,pl050', cell('Keyboard and mouse interface PL050 (KMI)', 'input/ambakmi.yaml')],
  [
    'arm,pl061',
    cell('General purpose pins PL061', 'gpio/pl061-gpio.yaml', {}, [...REG, 'gpio-controller', '#gpio-cells']),
  ],
  [
    'arm,pl111',
    cell('Colour LCD controller PL111', 'display/arm,pl11x.yaml', {
      'max-memory-bandwidth': { type: 'cells', about: 'Bytes per second that the memory can give it.' },
      'memory-region': { type: 'phandle', about: 'Video memory; without it, frames are in RAM.' },
    }),
  ],
  [
    'arm,pl180',
    cell('SD and MMC card interface PL180 (MMCI)', 'mmc/arm,pl18x.yaml', {
      'max-frequency': { type: 'cells', about: 'Highest clock of the card in hertz.' },
      'cd-gpios': { type: 'phandle', about: 'Pin that says a card is in.' },
      'wp-gpios': { type: 'phandle', about: 'Pin that says the card is write protected.' },
      'vmmc-supply': { type: 'phandle', about: 'Supply of the card.' },
    }),
  ],
  [
    'arm,pl330',
    cell('DMA controller PL330 (DMA-330)', 'dma/arm,pl330.yaml', {
      '#dma-cells': { type: 'cells', about: '1: the request line.' },
    }),
  ],
  ['arm,pl341', cell('Dynamic memory controller PL341', 'memory-controllers', {}, REG)],
  ['arm,pl354', cell('Static memory controller PL354', 'memory-controllers/arm,pl353-smc.yaml', {}, REG)],
  [
    'arm,sp804',
    cell('Dual timer SP804', 'timer/arm,sp804.yaml', {
      'arm,sp804-has-irq': { type: 'cells', about: 'Which of the two timers has the interrupt, when only one does.' },
    }),
  ],
  ['arm,sp805', cell('Watchdog SP805', 'watchdog/arm,sp805.yaml')],
  [
    'arm,sp810',
    cell('System controller SP810', 'arm/sp810.yaml', {
      'assigned-clocks': { type: 'phandle', about: 'Outputs to set up.' },
    }),
  ],
  [
    'arm,hdlcd',
    entry(
      'Display controller HDLCD',
      `${KERNEL}/display/arm,hdlcd.yaml`,
      { clocks: { type: 'phandle', about: '`pxlclk`: the pixel clock.' } },
      [...REG, 'interrupts', 'clocks', 'clock-names'],
    ),
  ],
  ['arm,cortex-a7', entry('Cortex-A7 processor', `${KERNEL}/arm/cpus.yaml`, {}, [...REG, 'device_type'])],
  [
    'arm,cortex-a15',
    entry(
      'Cortex-A15 processor, with the Virtualization Extensions',
      `${KERNEL}/arm/cpus.yaml`,
      {
        'enable-method': { type: 'string', about: 'How the processor is started.', values: ['psci', 'spin-table'] },
        'cpu-release-addr': { type: 'cells', about: 'Where a processor that waits looks for its start address.' },
        'cci-control-port': { type: 'phandle', about: 'Its port of the cache coherent interconnect.' },
      },
      [...REG, 'device_type'],
    ),
  ],
  ['arm,cortex-a15-gic', GIC],
  ['arm,cortex-a9-gic', GIC],
  ['arm,gic-400', GIC],
  [
    'arm,gic-v3',
    entry('Generic Interrupt Controller, architecture 3', `${KERNEL}/interrupt-controller/arm,gic-v3.yaml`, {}, [
      ...REG,
      'interrupt-controller',
      '#interrupt-cells',
    ]),
  ],
  [
    'arm,gic-v2m-frame',
    entry(
      'Frame of a GICv2 that turns messages (MSI) into interrupts',
      `${KERNEL}/interrupt-controller/arm,gic.yaml`,
      { 'msi-controller': { type: 'flag', about: 'This node takes messages.' } },
      [...REG, 'msi-controller'],
    ),
  ],
  [
    'arm,armv7-timer',
    entry(
      'Generic Timer of ARMv7',
      `${KERNEL}/timer/arm,arch_timer.yaml`,
      {
        interrupts: {
          type: 'cells',
          about: 'Private interrupts in this order: secure, non-secure, virtual, hypervisor. Xen needs all four.',
        },
        'clock-frequency': { type: 'cells', about: 'Only where firmware does not set CNTFRQ.' },
        'always-on': { type: 'flag', about: 'It goes on while a processor sleeps.' },
      },
      ['compatible', 'interrupts'],
    ),
  ],
  [
    'arm,armv8-timer',
    entry(
      'Generic Timer of ARMv8',
      `${KERNEL}/timer/arm,arch_timer.yaml`,
      { 'always-on': { type: 'flag', about: 'It goes on while a processor sleeps.' } },
      ['compatible', 'interrupts'],
    ),
  ],
  [
    'arm,cortex-a15-pmu',
    entry(
      'Performance counters of the Cortex-A15',
      `${KERNEL}/arm/pmu.yaml`,
      { 'interrupt-affinity': { type: 'phandle', about: 'Processor of each interrupt.' } },
      ['compatible', 'interrupts'],
    ),
  ],
  [
    'arm,psci',
    entry(
      'Firmware that starts and stops processors, version 0.1',
      `${KERNEL}/arm/psci.yaml`,
      {
        method: { type: 'string', about: 'Instruction that calls it.', values: ['smc', 'hvc'] },
        cpu_on: { type: 'cells', about: 'Number of the call that starts a processor.' },
        cpu_off: { type: 'cells', about: 'Number of the call that stops one.' },
        cpu_suspend: { type: 'cells', about: 'Number of the call that lets one sleep.' },
        migrate: { type: 'cells', about: 'Number of the call that moves a secure system.' },
      },
      ['compatible', 'method'],
    ),
  ],
  ...(['arm,psci-0.2', 'arm,psci-1.0'] as const).map((name): [string, Binding] => [
    name,
    entry(
      `Firmware that starts and stops processors, version ${name.slice(9)}`,
      `${KERNEL}/arm/psci.yaml`,
      {
        method: { type: 'string', about: 'Instruction that calls it: under Xen always `hvc`.', values: ['smc', 'hvc'] },
      },
      ['compatible', 'method'],
    ),
  ]),
  [
    'arm,arm-firmware-suite',
    entry('Partition table of the ARM Firmware Suite, at the end of its blocks', `${KERNEL}/mtd/partitions`),
  ],
  [
    'simple-bus',
    entry(
      'Bus without registers: its devices are there without anything being set up',
      'Devicetree Specification v0.4, 4.5',
      {},
      ['compatible', '#address-cells', '#size-cells', 'ranges'],
    ),
  ],
  [
    'fixed-clock',
    entry(
      'Clock of one frequency',
      `${KERNEL}/clock/fixed-clock.yaml`,
      { 'clock-accuracy': { type: 'cells', about: 'Parts per billion.' } },
      ['compatible', '#clock-cells', 'clock-frequency'],
    ),
  ],
  [
    'regulator-fixed',
    entry(
      'Supply of one voltage',
      `${KERNEL}/regulator/fixed-regulator.yaml`,
      { ...REGULATOR, gpio: { type: 'phandle', about: 'Pin that switches it.' } },
      ['compatible', 'regulator-name'],
    ),
  ],
  ['gpio-leds', entry('LEDs on pins: a child node each', `${KERNEL}/leds/leds-gpio.yaml`)],
  ['gpio-keys', entry('Keys on pins: a child node each', `${KERNEL}/input/gpio-keys.yaml`)],
  ['cfi-flash', entry('Flash that describes itself (CFI)', `${KERNEL}/mtd/mtd-physmap.yaml`, MTD, REG)],
  ['mtd-ram', entry('RAM used as a memory device', `${KERNEL}/mtd/mtd-physmap.yaml`, MTD, REG)],
  [
    'ata-generic',
    entry(
      'ATA or CompactFlash without DMA',
      `${KERNEL}/ata/ata-generic.yaml`,
      { 'reg-shift': { type: 'cells', about: 'Registers are 2^n bytes apart.' } },
      REG,
    ),
  ],
  [
    'smsc,lan9118',
    entry(
      'Ethernet controller LAN9118',
      `${KERNEL}/net/smsc,lan9115.yaml`,
      {
        'phy-mode': { type: 'string', about: 'How the PHY is connected.', values: ['mii', 'rmii'] },
        'reg-io-width': { type: 'cells', about: 'Bytes of an access.', values: ['2', '4'] },
        'smsc,irq-active-high': { type: 'flag', about: 'The interrupt line is active high.' },
        'smsc,irq-push-pull': { type: 'flag', about: 'The interrupt line is driven both ways.' },
        'vdd33a-supply': { type: 'phandle', about: 'Analogue supply.' },
        'vddvario-supply': { type: 'phandle', about: 'Supply of the bus lines.' },
      },
      [...REG, 'phy-mode', 'interrupts'],
    ),
  ],
  [
    'smsc,lan9115',
    entry(
      'Ethernet controller of the LAN9115 family',
      `${KERNEL}/net/smsc,lan9115.yaml`,
      { 'phy-mode': { type: 'string', about: 'How the PHY is connected.', values: ['mii', 'rmii'] } },
      [...REG, 'phy-mode', 'interrupts'],
    ),
  ],
  [
    'nxp,usb-isp1761',
    entry(
      'USB host controller ISP1761',
      `${KERNEL}/usb/nxp,isp1760.yaml`,
      { 'port1-otg': { type: 'flag', about: 'Port 1 can be a device too.' } },
      [...REG, 'interrupts'],
    ),
  ],
  ['sil,sii9022', entry('HDMI transmitter SiI9022', `${KERNEL}/display/bridge/sii902x.yaml`, {}, REG)],
  [
    'sil,sii9022-tpi',
    entry('HDMI transmitter SiI9022, its main registers', `${KERNEL}/display/bridge/sii902x.yaml`, {}, REG),
  ],
  [
    'sil,sii9022-cpi',
    entry('HDMI transmitter SiI9022, its control registers', `${KERNEL}/display/bridge/sii902x.yaml`, {}, REG),
  ],
  [
    'idt,89hpes32h8',
    entry('PCI Express switch 89HPES32H8, on the two-wire bus', `${KERNEL}/misc/idt,89hpesx.yaml`, {}, REG),
  ],
  [
    'shared-dma-pool',
    entry('Reserved memory for buffers of devices', `${KERNEL}/reserved-memory/shared-dma-pool.yaml`, {
      reusable: { type: 'flag', about: 'The system may use it until a device wants it.' },
      'no-map': { type: 'flag', about: 'The system makes no mapping of it.' },
      'linux,cma-default': { type: 'flag', about: 'It is the pool for all who have none.' },
    }),
  ],
  [
    'linux,dummy-virt',
    entry('A virtual machine: nothing to know about the board', `${KERNEL}/arm/linux,dummy-virt.yaml`),
  ],
  ['virtio,mmio', entry('Virtio device in memory', `${KERNEL}/virtio/mmio.yaml`, {}, [...REG, 'interrupts'])],
  ['multiboot,module', module('Module for Xen: something that the loader has put into memory')],
  ['xen,multiboot-module', module('Module for Xen, as it was called before Xen 4.5')],
  ['multiboot,kernel', module('Kernel of dom0, or of the domain that the node is in')],
  ['multiboot,ramdisk', module('Initial RAM disk')],
  ['multiboot,device-tree', module('Partial device tree of a domain: devices that are passed through')],
  ['xen,linux-zimage', module('Kernel of dom0, as it was called in Xen 4.4')],
  ['xen,linux-initrd', module('RAM disk of dom0, as it was called in Xen 4.4')],
  ['xen,xsm-policy', module('Policy of the security module')],
  ['xen,guest-acpi', module('ACPI tables for a guest')],
  ['xen,domain', DOMAIN],
  [
    'xen,domain-shared-memory-v1',
    entry(
      'Memory that domains share',
      `${XEN}/booting.txt`,
      {
        'xen,shm-id': { type: 'string', about: 'Name of the memory, the same in every domain; at most 15 characters.' },
        'xen,shared-mem': { type: 'cells', about: 'Host address (can be left out), guest address, size.' },
        role: {
          type: 'string',
          about: 'Whose memory it is; one owner, the others borrow.',
          values: ['owner', 'borrower'],
        },
      },
      ['compatible', 'xen,shm-id', 'xen,shared-mem'],
    ),
  ],
  [
    'xen,evtchn-v1',
    entry(
      'Event channel between two domains, made at boot',
      `${XEN}/booting.txt`,
      {
        'xen,evtchn': { type: 'phandle', about: 'Own port, and the node of the other end.' },
      },
      ['compatible', 'xen,evtchn'],
    ),
  ],
  [
    'xen,cpupool',
    entry(
      'CPU pool, made at boot',
      `${XEN}/cpupools.txt`,
      {
        'cpupool-cpus': { type: 'phandle', about: 'Its processors.' },
        'cpupool-sched': {
          type: 'string',
          about: 'Its scheduler.',
          values: ['credit', 'credit2', 'rtds', 'null', 'arinc653'],
        },
      },
      ['compatible', 'cpupool-cpus'],
    ),
  ],
  [
    'xen,xen',
    entry(
      'Tells a guest that it runs on Xen',
      `${KERNEL}/arm/xen.txt`,
      {
        reg: {
          type: 'cells',
          about: 'Guest physical memory for the grant table, and, behind it, for mappings of foreign pages.',
        },
        interrupts: { type: 'cells', about: 'The interrupt of event channels.' },
      },
      ['compatible', 'reg', 'interrupts'],
    ),
  ],
]);
