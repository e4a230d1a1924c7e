import { describe, expect, it } from 'vitest';
import { placementTable, showsPlacement } from '../../src/lab/placement-table';

describe('the table of what lies where', () => {
  it('is in order of address, with sizes, files and reasons', () => {
    const rows = [
      { role: 'Xen', name: '/boot/xen', address: 0xbfe0_0000, size: 884744, end: 0xbff1_7000, why: 'high' },
      { role: 'device tree', name: 'device tree', address: 0xbda0_0000, size: 13455, end: 0xbda0_348f, why: 'r2' },
      { role: 'RAM disk of dom0', name: 'C:\\d\\i.cpio', address: 0, size: 13719040, end: 0xd1_5600, why: '' },
    ];
    expect(placementTable(rows)).toEqual([
      '0x00000000-0x00d15600     13.1 MiB  RAM disk of dom0  i.cpio',
      '0xbda00000-0xbda0348f  13455 bytes  device tree               r2',
      '0xbfe00000-0xbff17000    864.0 KiB  Xen               xen     high',
    ]);
    expect(placementTable([])).toEqual([]);
  });

  it('is shown where the lab has chosen the addresses', () => {
    expect(showsPlacement({})).toBe(false);
    expect(showsPlacement({ elf: 'x', hypervisor: 'none' })).toBe(false);
    expect(showsPlacement({ kernel: 'x', hypervisor: 'none' })).toBe(true);
    expect(showsPlacement({ hypervisor: '/boot/xen' })).toBe(true);
  });
});
