import { describe, expect, it } from 'vitest';
import { Lan9118 } from '../../../src/emu/devices/lan9118';
import { Cable, CR, CR_FILTER, GPT, MAC, PHY, R, RXSTOP, TDFA, bench } from './lan9118-bench';
import { checkDevice } from './peripheral-bench';

describe('LAN9118 registers', () => {
  it('reset values of the data sheet', () => {
    const { r, macRead } = bench();
    expect([R.BYTE_TEST, R.ID_REV, R.HW_CFG, R.PMT_CTRL, R.FIFO_INT].map(r)).toEqual([
      0x87654321, 0x01180001, 0x00050004, 0x00000001, 0x48000000,
    ]);
    expect([R.INT_CFG, R.INT_STS, R.INT_EN, R.RX_CFG, R.TX_CFG, R.RX_DROP].map(r)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([R.RX_FIFO_INF, R.TX_FIFO_INF, R.GPT_CFG, R.GPT_CNT].map(r)).toEqual([0, 4608, 0xffff, 0xffff]);
    expect([MAC.CR, MAC.ADDRH, MAC.ADDRL].map(macRead)).toEqual([0x00040000, 0xffff, 0xffffffff]);
  });

  it('takes words only', () => {
    const { lan, log } = bench();
    expect([lan.read(R.BYTE_TEST, 2), lan.read(R.BYTE_TEST, 1)]).toEqual([0, 0]);
    expect(log.lines[0]).toMatch(/2-byte read of BYTE_TEST/);
  });

  it('without EEPROM, commands that wait for one time out', () => {
    const { r, w } = bench();
    w(R.E2P_CMD, 0x80000005); // read
    expect([r(R.E2P_CMD), r(R.E2P_DATA)]).toEqual([5, 0xff]);
    w(R.E2P_CMD, 0xb0000005); // write
    expect(r(R.E2P_CMD)).toBe(0x30000205);
    w(R.E2P_CMD, 0xf0000000); // reload
    expect(r(R.E2P_CMD)).toBe(0x70000000); // no MAC address loaded
  });

  it('FIFO memory is divided as HW_CFG says', () => {
    const { r, w, log } = bench();
    for (const size of [2, 8, 14]) {
      w(R.HW_CFG, (size << 16) | (1 << 20));
      expect([r(R.HW_CFG), r(R.TX_FIFO_INF)]).toEqual([(size << 16) | (1 << 20) | 4, size * 1024 - 512]);
    }
    w(R.HW_CFG, 15 << 16);
    expect(r(R.TX_FIFO_INF)).toBe(14 * 1024 - 512);
    expect(log.lines).toEqual(['lan: HW_CFG.TX_FIF_SZ 15 is not in 2..14, ignored']);
  });

  it('counts 25 MHz, and down in 100 microseconds with an interrupt at the wrap', () => {
    const { r, w, clock, irq } = bench();
    clock.advance(1_000_000);
    expect(r(R.FREE_RUN)).toBe(25_000);
    w(R.INT_CFG, 0x111);
    w(R.INT_EN, GPT);
    w(R.GPT_CFG, (1 << 29) | 10);
    clock.advance(1_000_000);
    expect([r(R.GPT_CNT), irq.level]).toEqual([0, false]);
    clock.advance(100_000);
    expect([r(R.GPT_CNT), irq.level]).toEqual([0xffff, true]);
    w(R.INT_STS, GPT);
    clock.advance(65535 * 100_000);
    expect([r(R.GPT_CNT), irq.level]).toEqual([0, false]);
    clock.advance(100_000);
    expect(irq.level).toBe(true);
    w(R.GPT_CFG, 0);
    expect([r(R.GPT_CFG), r(R.GPT_CNT)]).toEqual([0xffff, 0xffff]);
  });

  it('sleeps until BYTE_TEST is written; a soft reset keeps the kind of the IRQ pin and the PHY', () => {
    const { r, w, macRead, phyRead, phyWrite, up } = bench();
    w(R.PMT_CTRL, 0x1302);
    expect(r(R.PMT_CTRL)).toBe(0x1302);
    w(R.BYTE_TEST, 0);
    expect(r(R.PMT_CTRL)).toBe(0x0303);
    up();
    phyWrite(4, 0x0061);
    w(R.HW_CFG, 1);
    expect([r(R.HW_CFG), r(R.INT_CFG), macRead(MAC.ADDRL), phyRead(4)]).toEqual([0x00050004, 0x11, 0xffffffff, 0x0061]);
    w(R.PMT_CTRL, 1 << 10);
    expect([r(R.PMT_CTRL), phyRead(4)]).toEqual([1, 0x01e1]);
  });
});

describe('LAN9118 indirect registers', () => {
  it('keep the bits that they have', () => {
    const { macRead, macWrite } = bench();
    const kept = {
      1: 0x80bfbdec,
      2: 0xffff,
      3: 0xffffffff,
      4: 0xffffffff,
      5: 0xffffffff,
      8: 0xffff0006,
      9: 0xffff,
      10: 0xffff,
    };
    for (const [index, mask] of Object.entries(kept)) {
      macWrite(Number(index), 0xffffffff);
      expect(macRead(Number(index)), `register ${index}`).toBe(mask);
      macWrite(Number(index), 0);
      expect(macRead(Number(index))).toBe(0);
    }
    macWrite(MAC.MII_DATA, 0x1ffff);
    macWrite(MAC.MII_ACC, (31 << 11) | (31 << 6) | 3); // a PHY that is not there; busy is never seen
    expect([macRead(MAC.MII_DATA), macRead(MAC.MII_ACC)]).toEqual([0xffff, 0xffc2]);
    expect([macRead(13), macRead(200)]).toEqual([0, 0]);
  });

  it('VLAN tags reset to all ones; the PHY keeps the bits that it has', () => {
    const { macRead, phyRead, phyWrite } = bench();
    expect([macRead(9), macRead(10)]).toEqual([0xffff, 0xffff]);
    const kept = {
      0: 0x7d80,
      2: 0x0007,
      3: 0xc0d1,
      4: 0xbfff,
      17: 0x2a40,
      18: 0x00ff,
      27: 0xe410,
      30: 0x00fe,
      31: 0x1040,
    };
    for (const [register, value] of Object.entries(kept)) {
      phyWrite(Number(register), register === '0' ? 0x7fff : 0xffff);
      expect(phyRead(Number(register)), `PHY register ${register}`).toBe(value);
    }
  });
});

describe('LAN9118 interrupts', () => {
  it('the pin is open drain until it is configured, then of the polarity that is chosen', () => {
    const { irq, w } = bench();
    expect(irq.level).toBe(true); // not active: the resistor pulls it up
    w(R.INT_CFG, 0x01);
    expect(irq.level).toBe(true); // push-pull, active low
    w(R.INT_CFG, 0x111);
    expect(irq.level).toBe(false);
  });

  it('passes the software interrupt test of a driver', () => {
    const { irq, r, w } = bench();
    w(R.INT_EN, 0);
    w(R.INT_STS, 0xffffffff);
    w(R.INT_CFG, 0x0a000111);
    w(R.INT_EN, r(R.INT_EN) | (2 ** 31));
    expect([irq.level, r(R.INT_STS) >>> 31, r(R.INT_CFG) & 0x1000]).toEqual([true, 1, 0x1000]);
    w(R.INT_EN, 0);
    w(R.INT_STS, 2 ** 31);
    expect([irq.level, r(R.INT_STS)]).toEqual([false, 0]);
  });

  it('says when the receiver stops, and when the transmit FIFO has room', () => {
    const { r, w, macWrite, up } = bench();
    up();
    macWrite(MAC.CR, CR_FILTER.TXEN);
    expect(r(R.INT_STS)).toBe(RXSTOP);
    macWrite(MAC.CR, 0); // only STOP_TX gives the transmitter's own interrupt
    expect(r(R.INT_STS)).toBe(RXSTOP);
    expect(r(R.INT_STS) & TDFA!).toBe(0);
    w(R.FIFO_INT, 0x32000000);
    expect(r(R.INT_STS) & TDFA!).toBe(TDFA);
    w(R.INT_STS, TDFA!);
    expect(r(R.INT_STS) & TDFA!).toBe(TDFA); // still true
    w(R.FIFO_INT, 0xff000000);
    w(R.INT_STS, 0xffffffff);
    expect(r(R.INT_STS)).toBe(0);
  });
});

describe('LAN9118 PHY', () => {
  it('is the internal one at address 1; without a cable there is no link', () => {
    const { phyRead } = bench();
    expect([phyRead(2), phyRead(3), phyRead(2, 0), phyRead(2, 2)]).toEqual([0x0007, 0xc0d1, 0xffff, 0xffff]);
    expect([phyRead(0), phyRead(1), phyRead(5), phyRead(29)]).toEqual([0x3000, 0x7809, 0, 0]);
  });

  it('with a cable, negotiation has completed and interrupts through the MAC', () => {
    const { phyRead, phyWrite, r, w, irq } = bench(new Cable());
    expect([phyRead(1), phyRead(5), phyRead(31) & 0x1c]).toEqual([0x782d, 0x45e1, 0x18]);
    w(R.INT_CFG, 0x111);
    w(R.INT_EN, PHY!);
    phyWrite(30, 1 << 6);
    expect([irq.level, r(R.INT_STS) & PHY!]).toEqual([true, PHY]);
    w(R.INT_STS, PHY!); // only the PHY takes it away
    expect(irq.level).toBe(true);
    expect(phyRead(29)).toBe(0xc0);
    expect(irq.level).toBe(false);
    phyWrite(0, 0x1200);
    expect(irq.level).toBe(true);
    phyWrite(0, 0x0800); // power down
    expect(phyRead(1) & 4).toBe(0);
    phyWrite(0, 0x8000);
    expect([phyRead(0), phyRead(1) & 4]).toEqual([0x3000, 4]);
  });
});

it('LAN9118 passes the checks of every device', () => {
  for (const loop of [false, true]) {
    checkDevice(() => {
      const cable = new Cable();
      const { lan, irq, clock, up, phyWrite } = bench(cable);
      const device = Object.assign(lan, {
        reset: () => {
          Lan9118.prototype.reset.call(lan);
          if (loop) {
            up(CR.PRMS);
            phyWrite(0, 0x4100);
          }
        },
      });
      const offsets = [...Object.values(R), R.TX_DATA, R.TX_DATA, R.TX_DATA, R.RX_DATA, R.MAC_CMD];
      return { device, size: 0x1000, offsets, clock, lines: [irq] };
    });
  }
});
