import { describe, expect, it } from 'vitest';
import type { ConfigDevice } from '../../../src/emu/devices/config-bus';
import { VexpressSysreg } from '../../../src/emu/devices/vexpress-sysreg';
import { FakeClock } from './fakes';

const BUS: ConfigDevice[] = [
  { function: 'osc', site: 0, device: 1, name: 'CLCD', value: 23_750_000, range: [23_750_000, 65_000_000] },
  { function: 'volt', site: 1, name: 'cores', value: 900_000 },
  { function: 'shutdown', site: 0, name: 'shutdown', action: 'powerOff' },
  { function: 'reboot', site: 0, name: 'reboot', action: 'reboot' },
];

function make() {
  const clock = new FakeClock();
  const calls: string[] = [];
  let card = 0;
  const d = new VexpressSysreg(
    'sysreg',
    {
      clock,
      log: m => void calls.push(m),
      card: () => card,
      powerOff: () => void calls.push('off'),
      reboot: () => void calls.push('reboot'),
    },
    { id: 0x1190f500, processors: [0x14000237, 0xff000000], configBus: BUS },
  );
  return { clock, calls, d, insert: () => void (card = 1) };
}

const [CFGDATA, CFGCTRL, CFGSTAT] = [0xa0, 0xa4, 0xa8] as const;
const READ = 0x80000000;
const WRITE = 0xc0000000;

describe('system registers', () => {
  it('identify the boards', () => {
    const { d } = make();
    expect([0x00, 0x84, 0x88, 0x60].map(o => d.read(o, 4))).toEqual([0x1190f500, 0x14000237, 0xff000000, 0]);
  });

  it('count at 100 Hz and at 24 MHz', () => {
    const { clock, d } = make();
    clock.advance(200_000_000_000);
    expect([d.read(0x24, 4), d.read(0x5c, 4)]).toEqual([20_000, 4_800_000_000 % 2 ** 32]);
  });

  it('set and clear flags', () => {
    const { d } = make();
    d.write(0x30, 4, 0x80008000);
    d.write(0x30, 4, 0x1);
    expect(d.read(0x30, 4)).toBe(0x80008001);
    d.write(0x34, 4, 0x80000000);
    expect(d.read(0x30, 4)).toBe(0x8001);
    d.write(0x38, 4, 0xff);
    d.write(0x3c, 4, 0xf);
    expect([d.read(0x38, 4), d.read(0x30, 4)]).toEqual([0xf0, 0x8001]);
  });

  it('show the card slot', () => {
    const { d, insert } = make();
    expect(d.read(0x48, 4)).toBe(0);
    insert();
    expect(d.read(0x48, 4)).toBe(1);
  });
});

describe('configuration bus', () => {
  const exchange = (d: VexpressSysreg, control: number, data = 0): [number, number] => {
    d.write(CFGDATA, 4, data);
    d.write(CFGSTAT, 4, 0);
    d.write(CFGCTRL, 4, control);
    return [d.read(CFGSTAT, 4), d.read(CFGDATA, 4)];
  };

  it('reads and sets clocks within their range', () => {
    const { d } = make();
    const osc1 = (1 << 20) | 1;
    expect(exchange(d, READ | osc1)).toEqual([1, 23_750_000]);
    expect(exchange(d, WRITE | osc1, 40_000_000)).toEqual([1, 40_000_000]);
    expect(exchange(d, READ | osc1)).toEqual([1, 40_000_000]);
    expect(exchange(d, WRITE | osc1, 66_000_000)[0]).toBe(3);
    expect(exchange(d, READ | osc1)).toEqual([1, 40_000_000]);
    expect(d.read(CFGCTRL, 4)).toBe(osc1);
    d.reset();
    expect(exchange(d, READ | osc1)).toEqual([1, 23_750_000]);
  });

  it('answers with an error for what is not there', () => {
    const { d, calls } = make();
    expect(exchange(d, READ | (2 << 20) | (1 << 16))).toEqual([1, 900_000]);
    for (const address of [
      (2 << 20) | (2 << 16),
      (2 << 20) | (1 << 16) | 1,
      (6 << 20) | (1 << 16),
      (1 << 26) | (1 << 20),
    ]) {
      expect(exchange(d, READ | address)[0]).toBe(3);
    }
    expect(exchange(d, WRITE | (2 << 20) | (1 << 16), 1)[0]).toBe(3);
    expect(calls).toHaveLength(5);
    expect(exchange(d, (2 << 20) | (1 << 16))[0]).toBe(0); // without START nothing happens
  });

  it('shuts down and reboots', () => {
    const { d, calls } = make();
    expect(exchange(d, WRITE | (8 << 20))[0]).toBe(1);
    expect(exchange(d, WRITE | (9 << 20))[0]).toBe(1);
    expect(calls).toEqual(['off', 'reboot']);
    expect(exchange(d, READ | (8 << 20))[0]).toBe(3);
  });
});
