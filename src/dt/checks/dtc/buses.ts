// Buses that have rules of their own: PCI, simple-bus, I2C and SPI.
import type { Subject } from '../subject';
import { rename, type DtcRule, type Fail } from './rule';

function pciBridge(node: Subject, fail: Fail): void {
  if (node.property('device_type')?.text !== 'pci') return;
  node.bus = 'pci';
  if (node.base !== 'pci' && node.base !== 'pcie') fail(node, 'node name is not "pci" or "pcie"');
  if (!node.has('ranges')) fail(node, 'missing ranges for PCI bridge (or not a bridge)');
  if (node.addressWidth !== 3) fail(node, 'incorrect #address-cells for PCI bridge');
  if (node.sizeWidth !== 2) fail(node, 'incorrect #size-cells for PCI bridge');
  const range = node.property('bus-range');
  if (!range) return;
  if (range.value.length !== 8) return fail(node, 'value must be 2 cells', range);
  if (range.cell(0) > range.cell(1)) fail(node, '1st cell must be less than or equal to 2nd cell', range);
  if (range.cell(1) > 0xff) fail(node, 'maximum bus number must be less than 256', range);
}

function pciBusNumber(node: Subject, fail: Fail): void {
  const reg = node.property('reg');
  if (node.parent?.bus !== 'pci' || !reg) return;
  const bus = (reg.cell(0) >> 16) & 0xff;
  const range = node.parent.property('bus-range');
  // dtc 1.6.1 takes the first cell for both ends, and speaks of the range it compared with, if there is one.
  const only = (range?.cell(0) ?? 0) | 0;
  if (bus !== only) fail(node, `PCI bus number ${bus} out of range, expected (${only} - ${only})`, range);
}

function pciDevice(node: Subject, fail: Fail): void {
  const reg = node.property('reg');
  if (node.parent?.bus !== 'pci' || !reg) return;
  if (reg.cell(1) !== 0 || reg.cell(2) !== 0) fail(node, 'PCI reg config space address cells 2 and 3 must be 0', reg);
  const word = reg.cell(0);
  const device = (word >> 11) & 0x1f;
  const fun = (word >> 8) & 7;
  if (word >>> 24 !== 0) fail(node, 'PCI reg address is not configuration space', reg);
  if ((word & 0xff) !== 0) fail(node, 'PCI reg config space address register number must be 0', reg);
  const short = device.toString(16);
  const long = `${short},${fun}`;
  if ((fun === 0 && node.unit === short) || node.unit === long) return;
  fail(node, `PCI unit address format error, expected "${long}"`, undefined, rename(node, fun === 0 ? short : long));
}

function simpleBus(node: Subject, fail: Fail): void {
  if (node.parent?.bus !== 'simple') return;
  const reg = node.property('reg');
  const ranges = node.property('ranges');
  const source = reg ?? (ranges && ranges.value.length > 0 ? ranges : undefined);
  if (!source || source.value.length === 0) {
    if (node.parent.parent && node.bus !== 'simple') fail(node, 'missing or empty reg/ranges property');
    return;
  }
  const start = reg ? 0 : node.addressWidth;
  let address = 0n;
  for (let i = 0; i < Math.min(node.parent.addressWidth, source.cellCount); i++)
    address = BigInt.asUintN(64, (address << 32n) | BigInt(source.cell(start + i)));
  const expected = address.toString(16);
  if (node.unit !== expected)
    fail(node, `simple-bus unit address format error, expected "${expected}"`, undefined, rename(node, expected));
}

function i2cBus(node: Subject, fail: Fail): void {
  // dtc compares i2c-bus with as many characters of a child as its parent's name has, so that a mux's children never
  // keep their parent from being a bus.
  if (node.base !== 'i2c' && node.base !== 'i2c-bus' && node.base !== 'i2c-arb') return;
  node.bus = 'i2c';
  if (node.everyChild.length === 0) return;
  if (node.addressWidth !== 1) fail(node, 'incorrect #address-cells for I2C bus');
  if (node.sizeWidth !== 0) fail(node, 'incorrect #size-cells for I2C bus');
}

const I2C_OWN_SLAVE_ADDRESS = 0x40000000;
const I2C_TEN_BIT_ADDRESS = 0x80000000;

function i2cDevice(node: Subject, fail: Fail): void {
  if (node.parent?.bus !== 'i2c') return;
  const reg = node.property('reg');
  if (!reg || reg.value.length === 0) return fail(node, 'missing or empty reg property');
  const address = (i: number): number => (reg.cell(i) & ~I2C_OWN_SLAVE_ADDRESS) >>> 0;
  const expected = address(0).toString(16);
  if (node.unit !== expected)
    fail(node, `I2C bus unit address format error, expected "${expected}"`, undefined, rename(node, expected));
  for (let i = 0; i < reg.cellCount; i++) {
    const shown = `"0x${address(i).toString(16)}"`;
    if (address(i) >= I2C_TEN_BIT_ADDRESS && address(i) - I2C_TEN_BIT_ADDRESS > 0x3ff)
      fail(node, `I2C address must be less than 10-bits, got ${shown}`, reg);
    else if (address(i) > 0x7f)
      fail(
        node,
        `I2C address must be less than 7-bits, got ${shown}. Set I2C_TEN_BIT_ADDRESS for 10 bit addresses or fix the property`,
        reg,
      );
  }
}

function spiBus(node: Subject, fail: Fail): void {
  if (node.base === 'spi') node.bus = 'spi';
  else {
    if (node.addressWidth !== 1 || node.sizeWidth !== 0) return;
    if (node.children.some(child => child.properties.some(({ name }) => name.startsWith('spi-')))) node.bus = 'spi';
    if (node.bus === 'spi' && node.has('reg')) fail(node, "node name for SPI buses should be 'spi'");
  }
  if (node.bus !== 'spi' || node.everyChild.length === 0) return;
  if (node.addressWidth !== (node.has('spi-slave') ? 0 : 1)) fail(node, 'incorrect #address-cells for SPI bus');
  if (node.sizeWidth !== 0) fail(node, 'incorrect #size-cells for SPI bus');
}

function spiDevice(node: Subject, fail: Fail): void {
  if (node.parent?.bus !== 'spi' || node.parent.has('spi-slave')) return;
  const reg = node.property('reg');
  if (!reg || reg.value.length === 0) return fail(node, 'missing or empty reg property');
  const expected = reg.cell(0).toString(16);
  if (node.unit !== expected)
    fail(node, `SPI bus unit address format error, expected "${expected}"`, undefined, rename(node, expected));
}

export const BUS_RULES = {
  pciBridge: {
    id: 'pci_bridge',
    level: 'warning',
    needs: ['device_type_is_string', 'addr_size_cells'],
    about: 'A node with `device_type = "pci"` has not the name, cells, `ranges` or `bus-range` of a PCI bridge.',
    check: (node, fail) => pciBridge(node, fail),
  },
  pciDevice: {
    id: 'pci_device_reg',
    level: 'warning',
    needs: ['reg_format', 'pci_bridge'],
    about: "A PCI device's `reg` is no configuration space address, or its unit address is not `device,function`.",
    check: (node, fail) => pciDevice(node, fail),
  },
  pciBusNumber: {
    id: 'pci_device_bus_num',
    level: 'warning',
    needs: ['reg_format', 'pci_bridge'],
    about: "A PCI device's bus number is not that of its bridge's `bus-range`.",
    check: (node, fail) => pciBusNumber(node, fail),
  },
  simpleBridge: {
    id: 'simple_bus_bridge',
    level: 'warning',
    needs: ['addr_size_cells', 'compatible_is_string_list'],
    about: 'Never fires itself: finds nodes compatible with `simple-bus` for the checks that need them.',
    check: node => {
      if (node.property('compatible')?.texts.includes('simple-bus')) node.bus = 'simple';
    },
  },
  simpleDevice: {
    id: 'simple_bus_reg',
    level: 'warning',
    needs: ['reg_format', 'simple_bus_bridge'],
    about: 'A child of a `simple-bus` has no address, or its unit address is not the first one of `reg` or `ranges`.',
    check: (node, fail) => simpleBus(node, fail),
  },
  i2cBridge: {
    id: 'i2c_bus_bridge',
    level: 'warning',
    needs: ['addr_size_cells'],
    about: 'An I2C bus has other cells than `#address-cells = <1>` and `#size-cells = <0>`.',
    check: (node, fail) => i2cBus(node, fail),
  },
  i2cDevice: {
    id: 'i2c_bus_reg',
    level: 'warning',
    needs: ['reg_format', 'i2c_bus_bridge'],
    about: 'A device on an I2C bus has no `reg`, one that is too large, or a unit address that differs from it.',
    check: (node, fail) => i2cDevice(node, fail),
  },
  spiBridge: {
    id: 'spi_bus_bridge',
    level: 'warning',
    needs: ['addr_size_cells'],
    about: 'An SPI bus has other cells than `#address-cells = <1>` and `#size-cells = <0>`, or is not named `spi`.',
    check: (node, fail) => spiBus(node, fail),
  },
  spiDevice: {
    id: 'spi_bus_reg',
    level: 'warning',
    needs: ['reg_format', 'spi_bus_bridge'],
    about: 'A device on an SPI bus has no `reg`, or a unit address that differs from its chip select.',
    check: (node, fail) => spiDevice(node, fail),
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
