// Versatile Express motherboard V2M-P1 (HBI-0190, ARM DUI 0447J), in the Cortex-A Series memory map ("RS1"): what every
// daughterboard of that map finds below 0x20000000.
import type { ConfigDevice } from '../devices/config-bus';
import type { DeviceSpec, FirmwareWrite, MemorySpec, UnmodelledSpec } from './board';

const MHZ = 1_000_000;
const PAGE = 0x1000;
/** INTID of shared peripheral interrupt `n`; the motherboard drives 0..42. */
export const spi = (n: number): number => 32 + n;

const REFCLK32KHZ = 32_768;
const UARTCLK = 24 * MHZ;

const at = (base: number, size = PAGE): { windows: [{ base: number; size: number }] } => ({
  windows: [{ base, size }],
});

export const MEMORIES: readonly MemorySpec[] = [
  { name: 'psram', base: 0x14000000, size: 0x02000000, about: 'static memory (PSRAM, 32 MiB) on CS1' },
  { name: 'vram', base: 0x18000000, size: 0x00800000, about: 'video memory (8 MiB) on CS2' },
];

export const UNMODELLED: readonly UnmodelledSpec[] = [
  {
    name: 'dap-rom',
    base: 0x1c000000,
    size: PAGE,
    about: 'the ROM table of the debug access port; external debuggers only',
  },
];

/** Devices of the motherboard. `configBus` is that of the whole system, which the system registers reach. */
export const motherboardDevices = (
  processors: readonly [number, number],
  configBus: readonly ConfigDevice[],
): readonly DeviceSpec[] => [
  {
    type: 'nor-flash',
    name: 'flash0',
    about: 'NOR flash on CS0 (64 MiB), which also answers at 0 after reset',
    windows: [
      { base: 0x08000000, size: 0x04000000 },
      { base: 0x00000000, size: 0x04000000 },
    ],
    options: {},
  },
  { type: 'nor-flash', name: 'flash1', about: 'NOR flash on CS4 (64 MiB)', ...at(0x0c000000, 0x04000000), options: {} },
  {
    type: 'lan9118',
    name: 'ethernet',
    about: 'Ethernet controller SMSC LAN9118',
    ...at(0x1a000000, 0x10000),
    interrupts: [spi(15)],
    options: {},
  },
  {
    type: 'isp1761',
    name: 'usb',
    about: 'USB controller NXP ISP1761',
    ...at(0x1b000000, 0x20000),
    interrupts: [spi(16)],
    options: {},
  },
  {
    type: 'vexpress-sysreg',
    name: 'sysreg',
    about: 'system registers and the configuration bus',
    ...at(0x1c010000),
    options: { id: 0x1190f500, processors, configBus },
  },
  {
    type: 'sp810',
    name: 'sysctl',
    about: 'system controller SP810',
    ...at(0x1c020000),
    options: { referenceHertz: REFCLK32KHZ, timerHertz: MHZ },
  },
  {
    type: 'versatile-i2c',
    name: 'i2c-pcie',
    about: 'two-wire bus of the PCI Express switch',
    ...at(0x1c030000),
    options: { absent: 'the PCI Express switch IDT 89HPES32H8' },
  },
  {
    type: 'pl041',
    name: 'aaci',
    about: 'audio codec interface PL041',
    ...at(0x1c040000),
    interrupts: [spi(11)],
    options: {},
  },
  {
    type: 'pl180',
    name: 'mmc',
    about: 'card interface PL180 and its socket',
    ...at(0x1c050000),
    interrupts: [spi(9), spi(10)],
    options: { hertz: 24 * MHZ },
  },
  {
    type: 'pl050',
    name: 'kmi0',
    about: 'keyboard interface PL050',
    ...at(0x1c060000),
    interrupts: [spi(12)],
    options: { plugged: 'keyboard' },
  },
  {
    type: 'pl050',
    name: 'kmi1',
    about: 'mouse interface PL050',
    ...at(0x1c070000),
    interrupts: [spi(13)],
    options: { plugged: 'mouse' },
  },
  ...[0, 1, 2, 3].map(
    n =>
      ({
        type: 'pl011',
        name: `uart${n}`,
        about: `serial port ${n}, PL011`,
        ...at(0x1c090000 + n * 0x10000),
        interrupts: [spi(5 + n)],
        options: { hertz: UARTCLK },
      }) as const,
  ),
  {
    type: 'sp805',
    name: 'wdt',
    about: 'watchdog SP805',
    ...at(0x1c0f0000),
    interrupts: [spi(0)],
    options: { hertz: REFCLK32KHZ },
  },
  {
    type: 'sp804',
    name: 'timer01',
    about: 'dual timer SP804',
    ...at(0x1c110000),
    interrupts: [spi(2)],
    options: { timers: [0, 1], hertz: REFCLK32KHZ },
  },
  {
    type: 'sp804',
    name: 'timer23',
    about: 'dual timer SP804',
    ...at(0x1c120000),
    interrupts: [spi(3)],
    options: { timers: [2, 3], hertz: REFCLK32KHZ },
  },
  {
    type: 'versatile-i2c',
    name: 'i2c-dvi',
    about: 'two-wire bus of the DVI transmitter',
    ...at(0x1c160000),
    options: { absent: 'the DVI transmitter SiI9022' },
  },
  { type: 'pl031', name: 'rtc', about: 'real time clock PL031', ...at(0x1c170000), interrupts: [spi(4)], options: {} },
  { type: 'compact-flash', name: 'cf', about: 'CompactFlash socket', ...at(0x1c1a0000), options: {} },
  {
    type: 'pl111',
    name: 'clcd',
    about: 'display controller PL111',
    ...at(0x1c1f0000),
    interrupts: [spi(14)],
    options: { pixelClock: 'v2m:oscclk1' },
  },
];

/** What the motherboard's own microcontroller answers on the configuration bus; measured values are typical ones. */
export const CONFIG_BUS: readonly ConfigDevice[] = [
  { function: 'osc', site: 0, device: 0, name: 'v2m:oscclk0', value: 50 * MHZ, range: [25 * MHZ, 60 * MHZ] },
  { function: 'osc', site: 0, device: 1, name: 'v2m:oscclk1', value: 23.75 * MHZ, range: [23.75 * MHZ, 65 * MHZ] },
  { function: 'osc', site: 0, device: 2, name: 'v2m:oscclk2', value: UARTCLK, range: [UARTCLK, UARTCLK] },
  { function: 'volt', site: 0, name: 'VIO', value: 3_300_000 },
  { function: 'temp', site: 0, name: 'MCC', value: 38 * MHZ },
  { function: 'reset', site: 0, name: 'reset', action: 'reboot' },
  { function: 'muxfpga', site: 0, name: 'muxfpga', value: 0, range: [0, 2] },
  { function: 'shutdown', site: 0, name: 'shutdown', action: 'powerOff' },
  { function: 'reboot', site: 0, name: 'reboot', action: 'reboot' },
  { function: 'dvimode', site: 0, name: 'dvimode', value: 0, range: [0, 4] },
];

/** The Boot Monitor talks on the first serial port, at 38400 baud, 8 bits, no parity. */
export const FIRMWARE: readonly FirmwareWrite[] = [
  { device: 'uart0', offset: 0x24, value: 39, about: 'UARTIBRD: 38400 baud' },
  { device: 'uart0', offset: 0x28, value: 4, about: 'UARTFBRD' },
  { device: 'uart0', offset: 0x2c, value: 0x70, about: 'UARTLCR_H: 8 bits, FIFOs' },
  { device: 'uart0', offset: 0x30, value: 0x301, about: 'UARTCR: on' },
];
