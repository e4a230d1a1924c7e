// A small board like the `virt` of qemu-system-arm with a Cortex-A15 and a GICv2, for software that wants nothing of a
// board: RAM, a serial port, a clock, and firmware that switches cores on and off (PSCI). What is there lies where it does
// on `virt`; flash, PCI, virtio and fw_cfg are not.
import type { Board } from './board';
import source from './dts/virt.dts';

const MIB = 1 << 20;
const GIC = 0x08000000;
const spi = (n: number): number => 32 + n;

export const virt: Board = {
  name: 'virt',
  title: "After QEMU's virt: Cortex-A15, GICv2, PSCI, no hypervisor",
  compatible: ['linux,dummy-virt'],
  cpu: {
    model: 'cortex-a15',
    virtualization: false,
    most: 8,
    fitted: 1,
    peripheralBase: GIC,
    counterHertz: 62_500_000,
  },
  areas: [
    { name: 'flash', base: 0x00000000, size: 0x08000000, gaps: 'no flash is fitted' },
    { name: 'private', base: GIC, size: 0x01000000, gaps: 'beyond the interrupt controller' },
    { name: 'peripherals', base: 0x09000000, size: 0x07000000, gaps: 'no peripheral answers here' },
    { name: 'pci', base: 0x10000000, size: 0x30000000, gaps: 'there is no PCI bus' },
    { name: 'dram', base: 0x40000000, size: 0xc0000000, gaps: 'beyond the memory that is fitted' },
  ],
  // So much that the demo guest, which is linked to 0x80010000, finds memory there.
  ram: { name: 'ram', base: 0x40000000, size: 2048 * MIB, least: 16 * MIB, fitted: 1536 * MIB, about: 'memory' },
  memories: [],
  devices: [
    {
      type: 'gicv2',
      name: 'gic',
      about: 'interrupt controller',
      windows: [
        { base: GIC, size: 0x1000, part: 'distributor' },
        { base: GIC + 0x10000, size: 0x2000, part: 'cpu-interface' },
      ],
      // 256 shared and 32 private ones. Without virtual interfaces nothing drives PPI 9. Targets: docs/decisions/009.
      options: { interrupts: 288, maintenance: 25, security: false, absentTargets: 'stored' },
    },
    {
      type: 'pl011',
      name: 'uart0',
      about: 'serial port',
      windows: [{ base: 0x09000000, size: 0x1000 }],
      interrupts: [spi(1)],
      options: { hertz: 24_000_000 },
    },
    {
      type: 'pl031',
      name: 'rtc',
      about: 'real time clock',
      windows: [{ base: 0x09010000, size: 0x1000 }],
      interrupts: [spi(2)],
      options: {},
    },
  ],
  unmodelled: [],
  // The port of `virt` sends without having been set up.
  firmware: [
    { device: 'uart0', offset: 0x24, value: 13, about: 'UARTIBRD: 115200 baud' },
    { device: 'uart0', offset: 0x28, value: 1, about: 'UARTFBRD' },
    { device: 'uart0', offset: 0x2c, value: 0x70, about: 'UARTLCR_H: 8 bits, FIFOs' },
    { device: 'uart0', offset: 0x30, value: 0x301, about: 'UARTCR: on' },
  ],
  secondaries: { method: 'psci', conduit: 'hvc' },
  deviceTree: { file: 'virt.dts', source },
};
