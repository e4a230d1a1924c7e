// System registers of the Versatile Express motherboard V2M-P1 (ARM DUI 0447J section 4.4).
import { CONFIG_ADDRESS_BITS, configAddress, type ConfigDevice } from './config-bus';
import type { Clock, Log } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters } from './registers';
import { TickRate } from './tick-rate';

export interface VexpressSysregPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** SYS_MCI: bit 0 a card is in the slot, bit 1 it is write-protected. */
  readonly card: () => number;
  /** Functions SHUTDOWN, RESET and REBOOT of the configuration bus. */
  readonly powerOff: () => void;
  readonly reboot: () => void;
}

export interface VexpressSysregOptions {
  /** SYS_ID: HBI number and revisions of the motherboard. */
  readonly id: number;
  /** SYS_PROCID0 and 1: the daughterboards; 0xff000000 for an empty site. */
  readonly processors: readonly [number, number];
  readonly configBus: readonly ConfigDevice[];
}

const HUNDRED_HERTZ = new TickRate(100);
const MHZ_24 = new TickRate(24_000_000);

/** Bits of SYS_CFGCTRL and SYS_CFGSTAT. */
const START = 0x80000000;
const WRITE = 0x40000000;
const COMPLETE = 1;
const ERROR = 2;

const REGISTERS = defineRegisters<VexpressSysreg>('lanes')({
  SYS_ID: {
    at: 0x000,
    access: 'ro',
    stored: false,
    bits: { Rev: [31, 28], HBI: [27, 16], Variant: [15, 12], Arch: [11, 8], FPGA: [7, 0] },
    read: d => d.options.id,
  },
  SYS_SW: { at: 0x004, mask: 0xff, about: 'user switches' },
  SYS_LED: { at: 0x008, mask: 0xff, about: 'user LEDs' },
  SYS_100HZ: { at: 0x024, access: 'ro', stored: false, about: 'counts at 100 Hz', read: d => d.ticks(HUNDRED_HERTZ) },
  SYS_FLAGS: {
    at: 0x030,
    about: 'writes set bits; secondary cores start at this address',
    write: (d, value) => d.changeFlags(R.SYS_FLAGS, value, 0),
  },
  SYS_FLAGSCLR: { at: 0x034, access: 'wo', stored: false, write: (d, value) => d.changeFlags(R.SYS_FLAGS, 0, value) },
  SYS_NVFLAGS: {
    at: 0x038,
    about: 'writes set bits; kept over a reset of the processors',
    write: (d, value) => d.changeFlags(R.SYS_NVFLAGS, value, 0),
  },
  SYS_NVFLAGSCLR: {
    at: 0x03c,
    access: 'wo',
    stored: false,
    write: (d, value) => d.changeFlags(R.SYS_NVFLAGS, 0, value),
  },
  SYS_MCI: { at: 0x048, access: 'ro', stored: false, bits: { CARDIN: 0, WPROT: 1 }, read: d => d.card() },
  SYS_FLASH: { at: 0x04c, mask: 0x1, bits: { FLASHWPn: 0 }, about: 'flash write protection, without effect here' },
  SYS_CFGSW: { at: 0x058, mask: 0xff, about: 'configuration switches' },
  SYS_24MHZ: { at: 0x05c, access: 'ro', stored: false, about: 'counts at 24 MHz', read: d => d.ticks(MHZ_24) },
  SYS_MISC: { at: 0x060, mask: 1 << 18, bits: { SWINT: 18, MASTERSITE: 19 }, about: 'the master is daughterboard 1' },
  SYS_DMA: { at: 0x064, about: 'routing of DMA requests; there is no DMA to the motherboard' },
  SYS_PROCID: {
    at: 0x084,
    count: 2,
    access: 'ro',
    stored: false,
    bits: { PROC: [31, 24], Rev: [19, 16], Variant: [15, 12], HBI: [11, 0] },
    read: (d, i) => d.options.processors[i]!,
  },
  SYS_CFGDATA: { at: 0x0a0 },
  SYS_CFGCTRL: {
    at: 0x0a4,
    bits: {
      ...{ START: 31, WRITE: 30, DCC: [29, 26], FUNCTION: [25, 20] },
      ...{ SITE: [17, 16], POSITION: [15, 12], DEVICE: [11, 0] },
    },
    write: (d, value) => d.configure(value),
  },
  SYS_CFGSTAT: { at: 0x0a8, mask: 3, bits: { COMPLETE: 0, ERROR: 1 } },
});
const R = REGISTERS.slot;

export class VexpressSysreg extends RegisterDevice<{ config: Uint32Array }> {
  /** Index of a device in `configBus` and in `state.config` by its address. */
  private readonly byAddress = new Map<number, number>();

  constructor(
    name: string,
    private readonly ports: VexpressSysregPorts,
    readonly options: VexpressSysregOptions,
  ) {
    super(name, REGISTERS, { config: Uint32Array.from(options.configBus, d => d.value ?? 0) }, ports.log);
    options.configBus.forEach((d, i) => this.byAddress.set(configAddress(d), i));
  }

  /** Present value of a device on the configuration bus, for example the frequency of a clock. */
  configValue(index: number): number {
    return this.state.config[index]!;
  }

  ticks(rate: TickRate): number {
    return rate.ticks(this.ports.clock.now()) >>> 0;
  }

  card(): number {
    return this.ports.card();
  }

  changeFlags(slot: number, set: number, clear: number): void {
    this.values[slot] = (this.values[slot]! | set) & ~clear;
  }

  /** A write to SYS_CFGCTRL: the exchange with the microcontroller completes at once. */
  configure(value: number): void {
    this.values[R.SYS_CFGCTRL] = value & ~START;
    if (!(value & START)) return;
    const address = value & CONFIG_ADDRESS_BITS;
    const ok = value & WRITE ? this.writeConfig(address) : this.readConfig(address);
    this.values[R.SYS_CFGSTAT] = ok ? COMPLETE : COMPLETE | ERROR;
    if (!ok)
      this.note(address, `configuration bus ${value & WRITE ? 'write' : 'read'} 0x${address.toString(16)}: error`);
  }

  private readConfig(address: number): boolean {
    const index = this.byAddress.get(address);
    if (index === undefined || this.options.configBus[index]!.value === undefined) return false;
    this.values[R.SYS_CFGDATA] = this.state.config[index]!;
    return true;
  }

  private writeConfig(address: number): boolean {
    const index = this.byAddress.get(address);
    const device = index === undefined ? undefined : this.options.configBus[index]!;
    if (device?.action) {
      this.ports[device.action]();
      return true;
    }
    const data = this.values[R.SYS_CFGDATA]!;
    if (!device?.range || data < device.range[0] || data > device.range[1]) return false;
    this.state.config[index!] = data;
    return true;
  }
}
