import { describe, expect, it } from 'vitest';
import { Pl050 } from '../../../src/emu/devices/pl050';
import { Ps2Keyboard, Ps2Mouse, type Ps2Device } from '../../../src/emu/devices/ps2';
import { BenchLine, BenchLog, checkDevice } from './peripheral-bench';

const [KMICR, KMISTAT, KMIDATA, KMICLKDIV, KMIIR] = [0x00, 0x04, 0x08, 0x0c, 0x10];
const RXFULL = 1 << 4;

function port<D extends Ps2Device>(device: D) {
  const irq = new BenchLine();
  const kmi = new Pl050('kmi', { log: new BenchLog().log, irq, device });
  kmi.write(KMICLKDIV, 4, 2);
  kmi.write(KMICR, 4, 0x14); // enabled, receive interrupt
  /** Sends bytes as a serio driver does and collects what the interrupt handler would read. */
  const talk = (...bytes: number[]): number[] => {
    const answers: number[] = [];
    for (const byte of bytes) {
      expect(kmi.read(KMISTAT, 4) & 0x40).toBe(0x40);
      kmi.write(KMIDATA, 4, byte);
      answers.push(...drain());
    }
    return answers;
  };
  const drain = (): number[] => {
    const got: number[] = [];
    while (kmi.read(KMIIR, 4) & 1) {
      expect(irq.level).toBe(true);
      got.push(kmi.read(KMIDATA, 4));
    }
    expect(irq.level).toBe(false);
    return got;
  };
  return { kmi, irq, device, talk, drain };
}

describe('PL050', () => {
  it('reset state and identification', () => {
    const { kmi } = port(new Ps2Keyboard());
    kmi.reset();
    expect([0, 4, 8, 12].map(n => kmi.read(0xfe0 + n, 4))).toEqual([0x50, 0x10, 0x04, 0x00]);
    expect([0, 4, 8, 12].map(n => kmi.read(0xff0 + n, 4))).toEqual([0x0d, 0xf0, 0x05, 0xb1]);
    expect([kmi.read(KMICR, 4), kmi.read(KMISTAT, 4), kmi.read(KMIIR, 4)]).toEqual([0, 0x43, 0]);
  });

  it('shows the lines, the parity of the last byte and transmit interrupts', () => {
    const { kmi, irq, device } = port(new Ps2Keyboard());
    kmi.write(KMICR, 4, 0x03);
    expect(kmi.read(KMISTAT, 4)).toBe(0x40);
    kmi.write(KMICR, 4, 0x0c);
    expect([kmi.read(KMIIR, 4), irq.level]).toEqual([2, true]);
    kmi.write(KMICR, 4, 0x04);
    device.feed([0x1c]); // three ones: parity bit 0
    expect([kmi.read(KMISTAT, 4) & 4, irq.level]).toEqual([0, false]);
    kmi.read(KMIDATA, 4);
    device.feed([0x5a]); // four ones: parity bit 1
    expect(kmi.read(KMISTAT, 4) & (RXFULL | 4)).toBe(RXFULL | 4);
  });

  it('keeps the bytes of the device while it is disabled', () => {
    const { kmi, device, drain } = port(new Ps2Keyboard());
    kmi.write(KMICR, 4, 0);
    expect(device.feed([0xe0, 0x75])).toBe(true);
    expect(kmi.read(KMISTAT, 4) & RXFULL).toBe(0);
    kmi.write(KMICR, 4, 0x14);
    expect(drain()).toEqual([0xe0, 0x75]);
  });

  it('passes the checks of every device', () => {
    for (const make of [() => new Ps2Keyboard(), () => new Ps2Mouse()]) {
      checkDevice(() => {
        const { kmi, irq } = port(make());
        return { device: kmi, lines: [irq], size: 0x1000, offsets: [KMICR, KMISTAT, KMIDATA, KMIDATA, KMIIR] };
      });
    }
  });
});

describe('PS/2 keyboard', () => {
  it('answers the probe of an AT keyboard driver', () => {
    const { talk, device } = port(new Ps2Keyboard());
    expect(talk(0xff)).toEqual([0xfa, 0xaa]); // reset and self-test
    expect(talk(0xf2)).toEqual([0xfa, 0xab, 0x83]); // id
    expect(talk(0xed, 0x00)).toEqual([0xfa, 0xfa]); // LEDs off
    expect(talk(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x02]); // which scan code set
    expect(talk(0xf3, 0x00, 0xed, 0x07, 0xf4)).toEqual([0xfa, 0xfa, 0xfa, 0xfa, 0xfa]);
    expect(device.leds).toBe(7);
    expect(talk(0xee, 0x12, 0xfe)).toEqual([0xee, 0xfe, 0xfe]); // echo; unknown: resend; host asks again
    expect(talk(0xf8, 0xfc, 0x1c, 0xf4)).toEqual([0xfa, 0xfa, 0xfa, 0xfa]); // key types end with a command
  });

  it('gives keys whole or not at all', () => {
    const { device, drain, talk } = port(new Ps2Keyboard());
    expect(device.feed([0x1c])).toBe(true);
    expect(device.feed([0xf0, 0x1c])).toBe(true);
    expect(drain()).toEqual([0x1c, 0xf0, 0x1c]);
    let fed = 0;
    while (device.feed([0xe0, 0xf0, 0x75])) fed++;
    expect(drain()).toHaveLength(3 * fed);
    talk(0xf5);
    expect(device.feed([0x1c])).toBe(false);
  });
});

describe('PS/2 mouse', () => {
  it('answers the probe of a PS/2 mouse driver and becomes a wheel mouse', () => {
    const { talk, device, drain } = port(new Ps2Mouse());
    expect(talk(0xff)).toEqual([0xfa, 0xaa, 0x00]);
    expect(talk(0xf2)).toEqual([0xfa, 0x00]);
    expect(talk(0xe8, 0x03, 0xe7, 0xe9)).toEqual([0xfa, 0xfa, 0xfa, 0xfa, 0x10, 0x03, 100]);
    expect(talk(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2)).toEqual([...Array<number>(7).fill(0xfa), 3]);
    expect(talk(0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf2)).toEqual([...Array<number>(7).fill(0xfa), 4]);
    expect(device.move(1, 1, 0, 0)).toBe(false); // not enabled yet
    talk(0xff, 0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf4);
    expect(device.move(300, -300, -1, 0)).toBe(true); // clamped; the wheel in a byte of its own
    expect(drain()).toEqual([0x28, 0xff, 0x00, 0xff]);
    talk(0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf6, 0xf4);
    expect(device.move(5, -3, -1, 0b10001)).toBe(true);
    expect(drain()).toEqual([0x29, 0x05, 0xfd, 0x2f]);
    expect(talk(0xf2)).toEqual([0xfa, 4]); // Set Defaults left the protocol alone
    expect(talk(0xff, 0xf2)).toEqual([0xfa, 0xaa, 0x00, 0xfa, 0x00]);
  });

  it('echoes in wrap mode and waits to be asked in remote mode', () => {
    const { talk, device, drain } = port(new Ps2Mouse());
    expect(talk(0xf4, 0xee, 0x12, 0xe9, 0xec)).toEqual([0xfa, 0xfa, 0x12, 0xe9, 0xfa]);
    talk(0xf0);
    expect(device.move(1, 1, 0, 0b101)).toBe(false);
    expect(drain()).toEqual([]);
    expect(talk(0xeb)).toEqual([0xfa, 0x0d, 0, 0]);
    expect(talk(0xe7, 0xe9)).toEqual([0xfa, 0xfa, 0x76, 2, 100]);
    expect(talk(0xea, 0xe6, 0xf5, 0xe9)).toEqual([0xfa, 0xfa, 0xfa, 0xfa, 0x06, 2, 100]);
  });
});
