// CoreTile Express A15x2 (V2P-CA15, HBI-0237, test chip 1; ARM DUI 0604) on a V2M-P1 motherboard.
import type { ConfigDevice } from '../devices/config-bus';
import type { Board } from './board';
import * as motherboard from './vexpress-motherboard';
import source from './dts/vexpress-v2p-ca15-tc1.dts';

const { spi } = motherboard;
const MHZ = 1_000_000;
const MIB = 1 << 20;

/** The daughterboard's oscillators and sensors. A model measures nothing: sensors give typical values. */
const CONFIG_BUS: readonly ConfigDevice[] = [
  { function: 'osc', site: 1, device: 0, name: 'oscclk0', value: 60 * MHZ, range: [50 * MHZ, 60 * MHZ] },
  { function: 'osc', site: 1, device: 4, name: 'oscclk4', value: 40 * MHZ, range: [20 * MHZ, 40 * MHZ] },
  { function: 'osc', site: 1, device: 5, name: 'oscclk5', value: 23.75 * MHZ, range: [23.75 * MHZ, 165 * MHZ] },
  { function: 'osc', site: 1, device: 6, name: 'oscclk6', value: 50 * MHZ, range: [20 * MHZ, 50 * MHZ] },
  { function: 'osc', site: 1, device: 7, name: 'oscclk7', value: 60 * MHZ, range: [20 * MHZ, 60 * MHZ] },
  { function: 'osc', site: 1, device: 8, name: 'oscclk8', value: 40 * MHZ, range: [40 * MHZ, 40 * MHZ] },
  { function: 'volt', site: 1, name: 'Cores', value: 900_000, range: [800_000, 1_050_000] },
  { function: 'amp', site: 1, name: 'Cores', value: 1_000_000 },
  { function: 'temp', site: 1, name: 'DCC', value: 45 * MHZ },
  { function: 'reset', site: 1, name: 'reset', action: 'reboot' },
  { function: 'power', site: 1, name: 'Cores', value: 900_000 },
  { function: 'energy', site: 1, device: 0, name: 'Cores, low word', value: 0 },
  { function: 'energy', site: 1, device: 1, name: 'Cores, high word', value: 0 },
];

/** 0x14: Cortex-A15; HBI-0237. Nothing is plugged into site 2. */
const PROCESSORS = [0x14000237, 0xff000000] as const;

export const vexpressV2pCa15Tc1: Board = {
  name: 'vexpress-v2p-ca15-tc1',
  title: 'Versatile Express, Cortex-A15 MPCore test chip 1',
  compatible: ['arm,vexpress,v2p-ca15,tc1', 'arm,vexpress,v2p-ca15', 'arm,vexpress'],
  cpu: {
    model: 'cortex-a15',
    virtualization: true,
    most: 2,
    fitted: 1,
    peripheralBase: 0x2c000000,
    counterHertz: 24 * MHZ,
  },
  areas: [
    { name: 'remap', base: 0x00000000, size: 0x08000000, gaps: 'the remapped chip select is 64 MiB' },
    { name: 'cs0', base: 0x08000000, size: 0x04000000, gaps: 'beyond the flash' },
    { name: 'cs4', base: 0x0c000000, size: 0x04000000, gaps: 'beyond the flash' },
    { name: 'cs5', base: 0x10000000, size: 0x04000000, gaps: 'the motherboard has nothing on this chip select' },
    { name: 'cs1', base: 0x14000000, size: 0x04000000, gaps: 'the static memory is 32 MiB' },
    { name: 'cs2', base: 0x18000000, size: 0x04000000, gaps: 'beyond video memory, Ethernet and USB' },
    { name: 'cs3', base: 0x1c000000, size: 0x04000000, gaps: 'no peripheral of the motherboard answers here' },
    { name: 'coresight', base: 0x20000000, size: 0x0a000000, gaps: 'beyond the debug components' },
    { name: 'system', base: 0x2a000000, size: 0x02000000, gaps: 'no peripheral of the test chip answers here' },
    { name: 'private', base: 0x2c000000, size: 0x02000000, gaps: 'beyond the private peripherals of the processor' },
    { name: 'sram', base: 0x2e000000, size: 0x02000000, gaps: 'the on-chip memory is 64 KiB' },
    { name: 'reserved', base: 0x30000000, size: 0x10000000, gaps: 'reserved' },
    { name: 'site2', base: 0x40000000, size: 0x3fef0000, gaps: 'the bus to site 2, where no board is plugged in' },
    {
      name: 'memory-controllers',
      base: 0x7fef0000,
      size: 0x00110000,
      gaps: 'no peripheral of the test chip answers here',
    },
    { name: 'dram', base: 0x80000000, size: 0x80000000, gaps: 'beyond the memory that is fitted' },
  ],
  ram: {
    name: 'ram',
    base: 0x80000000,
    size: 2048 * MIB,
    least: 16 * MIB,
    fitted: 1024 * MIB,
    about: 'DDR2 memory',
  },
  memories: [
    ...motherboard.MEMORIES,
    { name: 'sram', base: 0x2e000000, size: 0x10000, about: 'on-chip memory of the test chip (64 KiB)' },
  ],
  devices: [
    {
      type: 'gicv2',
      name: 'gic',
      about: 'interrupt controller of the Cortex-A15',
      windows: [
        { base: 0x2c001000, size: 0x1000, part: 'distributor' },
        { base: 0x2c002000, size: 0x2000, part: 'cpu-interface' },
        { base: 0x2c004000, size: 0x2000, part: 'hypervisor' },
        { base: 0x2c006000, size: 0x2000, part: 'virtual-cpu' },
      ],
      // 128 shared and 32 private ones: what the test chip was configured with. PPI 9 is for maintenance.
      options: { interrupts: 160, maintenance: 25 },
    },
    ...motherboard.motherboardDevices(PROCESSORS, [...motherboard.CONFIG_BUS, ...CONFIG_BUS]),
    {
      type: 'hdlcd',
      name: 'hdlcd',
      about: 'display controller HDLCD',
      windows: [{ base: 0x2b000000, size: 0x1000 }],
      interrupts: [spi(85)],
      options: { pixelClock: 'oscclk5' },
    },
    {
      type: 'sp805',
      name: 'wdt1',
      about: 'watchdog SP805 of the test chip',
      windows: [{ base: 0x2b060000, size: 0x1000 }],
      interrupts: [spi(98)],
      options: { hertz: 60 * MHZ },
    },
    {
      type: 'pl341',
      name: 'dmc',
      about: 'DDR2 memory controller PL341',
      windows: [{ base: 0x2b0a0000, size: 0x1000 }],
      options: {},
    },
    {
      type: 'pl330',
      name: 'dma',
      about: 'DMA controller DMA-330',
      windows: [{ base: 0x7ffb0000, size: 0x1000 }],
      // The first is the abort interrupt.
      interrupts: [spi(92), spi(88), spi(89), spi(90), spi(91)],
      options: {},
    },
    {
      type: 'pl354',
      name: 'smc',
      about: 'static memory controller PL354',
      windows: [{ base: 0x7ffd0000, size: 0x1000 }],
      interrupts: [spi(86), spi(87)],
      options: {},
    },
  ],
  unmodelled: [
    ...motherboard.UNMODELLED,
    {
      name: 'coresight',
      base: 0x20000000,
      size: 0x00800000,
      about: 'CoreSight debug and trace; external debuggers only',
    },
    {
      name: 'nic301',
      base: 0x2a000000,
      size: 0x00100000,
      about: 'settings of the interconnect NIC-301; it always grants',
    },
    { name: 'scc', base: 0x2a420000, size: 0x1000, about: 'serial configuration of the test chip' },
    {
      name: 'system-counter',
      base: 0x2a430000,
      size: 0x1000,
      about: 'control frame of the system counter; it runs from power-on, as if firmware had started it',
    },
    { name: 'private', base: 0x2c000000, size: 0x1000, about: 'reserved in the private peripherals of the Cortex-A15' },
  ],
  firmware: motherboard.FIRMWARE,
  // SYS_FLAGS
  secondaries: { method: 'mailbox', address: 0x1c010030 },
  deviceTree: { file: 'vexpress-v2p-ca15-tc1.dts', source },
};
