import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/emu/devices/device';
import { CompactFlash } from '../../../src/emu/devices/compact-flash';
import { Hdlcd } from '../../../src/emu/devices/hdlcd';
import { Isp1761 } from '../../../src/emu/devices/isp1761';
import { Pl041 } from '../../../src/emu/devices/pl041';
import { Pl111 } from '../../../src/emu/devices/pl111';
import { Pl330 } from '../../../src/emu/devices/pl330';
import { Pl341 } from '../../../src/emu/devices/pl341';
import { Pl354 } from '../../../src/emu/devices/pl354';
import { VersatileI2c } from '../../../src/emu/devices/versatile-i2c';
import { BenchClock, BenchLine, BenchLog, checkDevice } from './peripheral-bench';

/** PeriphID3..0 as a bus driver assembles it. */
const peripheralId = (device: Device): number =>
  [0, 1, 2, 3].reduce((id, n) => id | (device.read(0xfe0 + 4 * n, 4) << (8 * n)), 0) >>> 0;
const cellId = (device: Device): number =>
  [0, 1, 2, 3].reduce((id, n) => id | (device.read(0xff0 + 4 * n, 4) << (8 * n)), 0) >>> 0;
const words = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 4 + 1 }, (_, n) => from + 4 * n);

describe('windows without a model', () => {
  it('ISP1761: the scratch test of a driver fails at once, and the log says why once', () => {
    const { log, lines } = new BenchLog();
    const usb = new Isp1761('usb', { log });
    usb.write(0x308, 4, 0xdeadbabe); // HW Scratch
    expect(usb.read(0x308, 4)).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^usb: not modelled \(write of 0xdeadbabe .*\): the USB host controller NXP ISP1761/);
  });

  it('CompactFlash: status shows no busy drive, registers do not keep what is written', () => {
    const cf = new CompactFlash('cf', { log: new BenchLog().log });
    cf.write(0x08, 1, 0x55); // sector count, 4 bytes apart
    expect(cf.read(0x08, 1)).not.toBe(0x55);
    expect(cf.read(0x1c, 1)).toBe(0x7f); // status: BSY pulled low
    expect(cf.read(0x00, 2)).toBe(0xff7f);
    expect(cf.read(0x00, 4)).toBe(0xff7fff7f);
  });

  it('pass the checks of every device', () => {
    checkDevice(() => ({ device: new Isp1761('usb', new BenchLog()), size: 0x20000, offsets: [0x308] }));
    checkDevice(() => ({ device: new CompactFlash('cf', new BenchLog()), size: 0x1000, offsets: [0, 0x1c] }));
  });
});

describe('versatile I2C', () => {
  it('lines follow what software drives; an address is not acknowledged', () => {
    const { log, lines } = new BenchLog();
    const i2c = new VersatileI2c('i2c', { log, absent: 'the DVI transmitter SII9022' });
    expect(i2c.read(0, 4)).toBe(3);
    i2c.write(4, 4, 2); // SDA low while SCL is high: START
    i2c.write(4, 4, 1);
    for (let bit = 7; bit >= 0; bit--) {
      i2c.write((0x72 >> bit) & 1 ? 0 : 4, 4, 2);
      i2c.write(0, 4, 1);
      i2c.write(4, 4, 1);
    }
    i2c.write(0, 4, 2); // let SDA go for the acknowledge
    i2c.write(0, 4, 1);
    expect(i2c.read(0, 4)).toBe(3);
    expect(lines).toEqual(['i2c: transfer started, but no slave answers: the DVI transmitter SII9022 is not modelled']);
    checkDevice(() => ({ device: i2c, size: 0x1000, offsets: [0, 4] }));
  });
});

describe('memory controllers', () => {
  const pl354 = (): { device: Pl354; lines: BenchLine[] } => {
    const lines = [new BenchLine(), new BenchLine()];
    return { device: new Pl354('smc', { log: new BenchLog().log, irqs: [lines[0]!, lines[1]!] }), lines };
  };

  it('PL354: an update command moves the set registers to one chip', () => {
    const { device } = pl354();
    expect([peripheralId(device), cellId(device)]).toEqual([0x00041354, 0xb105f00d]);
    expect(device.read(0x100, 4)).toBe(0x0002b3cc);
    device.write(0x14, 4, 0x12345);
    device.write(0x18, 4, 0x0aa);
    device.write(0x10, 4, (2 << 21) | (5 << 23));
    expect(device.read(0x100 + 5 * 0x20, 4)).toBe(0x12345);
    expect(device.read(0x104 + 5 * 0x20, 4)).toBe(0x0aa);
    expect(device.read(0x100, 4)).toBe(0x0002b3cc);
    device.write(0x08, 4, 0b111);
    expect(device.read(0, 4)).toBe(0b111);
    device.write(0x0c, 4, 0b101);
    expect(device.read(0, 4)).toBe(0b100);
    checkDevice(() => ({ ...pl354(), size: 0x1000, offsets: [...words(0, 0x24), ...words(0x100, 0x1e4)] }));
  });

  it('PL341: starts ready and changes state by command', () => {
    const make = (): Pl341 => new Pl341('dmc', new BenchLog());
    const device = make();
    expect(peripheralId(device)).toBe(0x00041341);
    expect(device.read(0, 4)).toBe(0x55); // ready, 32 bits wide, DDR2
    device.write(4, 4, 4); // configure: only from paused
    expect(device.read(0, 4) & 3).toBe(1);
    for (const [command, state] of [
      [3, 2], // pause
      [1, 3], // sleep
      [2, 2], // wakeup
      [4, 0], // configure
      [0, 1], // go
    ] as const) {
      device.write(4, 4, command);
      expect(device.read(0, 4) & 3).toBe(state);
    }
    device.write(0x14, 4, 0xff);
    expect(device.read(0x14, 4)).toBe(0xf);
    checkDevice(() => ({ device: make(), size: 0x1000, offsets: words(0, 0x54) }));
  });
});

describe('PL111', () => {
  const make = () => {
    const [irq, clock] = [new BenchLine(), new BenchClock()];
    const device = new Pl111('clcd', { log: new BenchLog().log, irq, clock, pixelClock: () => 25_000_000 });
    return { device, lines: [irq], clock, irq };
  };
  /** 640x480 at 60 Hz: 800 by 525 pixel clocks. */
  const vga = (device: Device): void => {
    device.write(0x00, 4, (47 << 24) | (15 << 16) | (95 << 8) | ((640 / 16 - 1) << 2));
    device.write(0x04, 4, (33 << 24) | (10 << 16) | (1 << 10) | 479);
    device.write(0x08, 4, 1 << 26);
  };

  it('identifies as PL111 revision 2, keeps palette and cursor', () => {
    const { device } = make();
    expect([peripheralId(device), cellId(device)]).toEqual([0x00241111, 0xb105f00d]);
    device.write(0x3fc, 4, 0x12345678);
    device.write(0xbfc, 4, 0x9abcdef0);
    expect([device.read(0x3fc, 4), device.read(0xbfc, 4)]).toEqual([0x12345678, 0x9abcdef0]);
  });

  it('raises vertical compare once per frame while it is on', () => {
    const { device, irq, clock } = make();
    vga(device);
    device.write(0x10, 4, 0x18000000);
    device.write(0x1c, 4, 1 << 3);
    device.write(0x18, 4, (1 << 11) | 1);
    clock.advance(16_700_000);
    expect(irq.level).toBe(false);
    clock.advance(200_000); // 800 * 525 / 25 MHz = 16.8 ms
    expect([irq.level, device.read(0x24, 4), device.read(0x2c, 4)]).toEqual([true, 1 << 3, 0x18000000]);
    device.write(0x28, 4, 1 << 3);
    expect(irq.level).toBe(false);
    clock.advance(1_000_000_000);
    expect(device.read(0x20, 4)).toBe((1 << 2) | (1 << 3));
    device.write(0x18, 4, 0);
    device.write(0x28, 4, 0x1e);
    clock.advance(1_000_000_000);
    expect([irq.edges, device.read(0x20, 4)]).toEqual([2, 0]);
  });

  it('passes the checks of every device', () =>
    checkDevice(() => ({ ...make(), size: 0x1000, offsets: [...words(0, 0x30), 0x18, 0x18, ...words(0xc00, 0xc2c)] })));
});

describe('HDLCD', () => {
  const make = () => {
    const [irq, clock] = [new BenchLine(), new BenchClock()];
    const device = new Hdlcd('hdlcd', { log: new BenchLog().log, irq, clock, pixelClock: () => 23_750_000 });
    return { device, lines: [irq], clock, irq };
  };

  it('has the product id of HDLCD and beats in frames', () => {
    const { device, irq, clock } = make();
    expect(device.read(0, 4) & 0xffff0000).toBe(0x1cdc0000);
    const timing = [1, 32, 479, 9, 95, 47, 639, 15];
    timing.forEach((value, n) => device.write(0x200 + 4 * n, 4, value));
    device.write(0x18, 4, 1 << 2);
    device.write(0x230, 4, 1);
    clock.advance(Math.floor((800 * 525 * 1e9) / 23_750_000) - 1);
    expect(irq.level).toBe(false);
    clock.advance(2);
    expect([irq.level, device.read(0x1c, 4), device.read(0x10, 4)]).toEqual([true, 4, 5]);
    device.write(0x14, 4, 5);
    expect([irq.level, device.read(0x10, 4)]).toEqual([false, 0]);
    checkDevice(() => ({ ...make(), size: 0x1000, offsets: [...words(0x10, 0x1c), ...words(0x200, 0x24c)] }));
  });
});

describe('PL041', () => {
  const make = () => {
    const irq = new BenchLine();
    return { device: new Pl041('aaci', { log: new BenchLog().log, irq }), lines: [irq] };
  };
  const codecRead = (device: Device, register: number): number => {
    device.write(0x54, 4, (register << 12) | (1 << 19));
    expect(device.read(0x68, 4) & 0x140).toBe(0x140);
    expect(device.read(0x50, 4) >>> 12).toBe(register);
    return device.read(0x58, 4) >>> 4;
  };

  it('gives the identification and the registers of the LM4549', () => {
    const { device } = make();
    expect(peripheralId(device)).toBe(0x29041041);
    device.write(0x7c, 4, 0);
    device.write(0x7c, 4, 1);
    device.write(0x78, 4, 0x79); // interface, slots 1 and 2 both ways
    expect([codecRead(device, 0x7c), codecRead(device, 0x7e)]).toEqual([0x4e53, 0x4331]);
    expect(codecRead(device, 0x02)).toBe(0x8008);
    device.write(0x5c, 4, 0x0a0a << 4);
    device.write(0x54, 4, 0x02 << 12);
    expect(codecRead(device, 0x02)).toBe(0x0a0a);
    expect(device.read(0x68, 4) & 0x140).toBe(0);
    expect(codecRead(device, 0x26) & 0xf).toBe(0xf);
  });

  it('lets a driver count a FIFO of a multiple of 16 words', () => {
    const { device } = make();
    device.write(0x04, 4, (1 << 16) | 1);
    let depth = 0;
    while (!(device.read(0x08, 4) & (1 << 5)) && depth < 4096) {
      device.write(0x90, 4, 0);
      depth++;
    }
    expect(depth).toBe(512);
    device.write(0x04, 4, 0);
    expect(device.read(0x08, 4) & (1 << 1)).toBe(1 << 1);
    device.write(0x04, 4, (1 << 16) | (1 << 15) | 1); // compact mode: two samples in a word, twice the depth
    for (depth = 0; !(device.read(0x08, 4) & (1 << 5)) && depth < 4096; depth++) device.write(0x9c, 4, 0);
    expect(depth).toBe(1024);
  });

  it('interrupts while the FIFO is half empty, once all is enabled', () => {
    const { device, lines } = make();
    const irq = lines[0]!;
    device.write(0x10, 4, 1 << 2);
    device.write(0x78, 4, 1);
    expect(irq.level).toBe(false); // the FIFO is not enabled
    device.write(0x04, 4, 1 << 16);
    expect([irq.level, device.read(0x0c, 4), device.read(0x84, 4)]).toEqual([true, 4, 4]);
    for (let n = 0; n <= 256; n++) device.write(0x90, 4, 0);
    expect([irq.level, device.read(0x0c, 4)]).toEqual([false, 0]);
  });

  it('passes the checks of every device', () =>
    checkDevice(() => ({ ...make(), size: 0x1000, offsets: [...words(0, 0x88), 0x90, 0x78, 0x7c, 0x54] })));
});

describe('PL330', () => {
  const make = () => {
    const [abort, ...irqs] = Array.from({ length: 5 }, () => new BenchLine()) as [BenchLine, ...BenchLine[]];
    const log = new BenchLog();
    return { device: new Pl330('dma', { log: log.log, abort, irqs }), lines: [abort, ...irqs], log, abort };
  };
  const execute = (device: Device, inst0: number, inst1 = 0): void => {
    expect(device.read(0xd00, 4)).toBe(0);
    device.write(0xd08, 4, inst0);
    device.write(0xd0c, 4, inst1);
    device.write(0xd04, 4, 0);
  };

  it('is configured for 8 channels, 4 peripherals, 4 events; all channels stopped', () => {
    const { device } = make();
    expect(peripheralId(device) & 0x000fffff).toBe(0x00041330);
    const cr0 = device.read(0xe00, 4);
    expect([((cr0 >> 4) & 7) + 1, ((cr0 >> 12) & 31) + 1, ((cr0 >> 17) & 31) + 1]).toEqual([8, 4, 4]);
    expect([device.read(0, 4), device.read(0x100, 4), device.read(0x30, 4)]).toEqual([0, 0, 0]);
  });

  it('a channel that is started faults with an undefined instruction until it is killed', () => {
    const { device, log, abort } = make();
    execute(device, (0xa2 << 16) | (3 << 24), 0x9f001000); // DMAGO channel 3, non-secure
    expect([device.read(0x118, 4), device.read(0x34, 4), device.read(0x4c, 4)]).toEqual([0x20000f, 8, 1]);
    expect([device.read(0x11c, 4), abort.level]).toEqual([0x9f001000, true]);
    expect(log.lines).toEqual(['dma: channel 3 faults at its program (0x9f001000): DMA programs are not modelled']);
    execute(device, 1 | (3 << 8) | (0x01 << 16)); // DMAKILL on channel 3
    expect([device.read(0x118, 4), device.read(0x34, 4), abort.level]).toEqual([0, 0, false]);
  });

  it('DMASEV raises an enabled event', () => {
    const { device, lines } = make();
    device.write(0x20, 4, 4);
    execute(device, (0x34 << 16) | ((2 << 3) << 24));
    expect([device.read(0x28, 4), lines[3]!.level]).toEqual([4, true]);
    device.write(0x2c, 4, 4);
    expect(lines[3]!.level).toBe(false);
    checkDevice(() => ({ ...make(), size: 0x1000, offsets: [0x20, 0x2c, 0xd04, 0xd08, 0xd0c, 0x34, 0x100] }));
  });
});
