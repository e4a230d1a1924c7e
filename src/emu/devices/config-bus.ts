// The Versatile Express configuration bus as data: what the microcontrollers of motherboard and daughterboards answer
// to SYS_CFGCTRL (ARM DUI 0447J section 4.4.14).

/** Function codes of SYS_CFGCTRL. */
export const CONFIG_FUNCTION = {
  osc: 1, // hertz
  volt: 2, // microvolts
  amp: 3, // microamperes
  temp: 4, // millionths of a degree Celsius
  reset: 5,
  scc: 6, // a register of the test chip's serial configuration
  muxfpga: 7,
  shutdown: 8,
  reboot: 9,
  dvimode: 11,
  power: 12, // microwatts
  energy: 13, // microjoules
} as const;
export type ConfigFunction = keyof typeof CONFIG_FUNCTION;

/** One thing on the bus. A device that is not listed answers with an error. */
export interface ConfigDevice {
  readonly function: ConfigFunction;
  /** 0 motherboard, 1 and 2 daughterboards. */
  readonly site: number;
  /** Board in the stack of that site; default 0. */
  readonly position?: number;
  /** Default 0. */
  readonly device?: number;
  /** What it is called on the board. */
  readonly name: string;
  /** What a read gives, after power-on. A device without one cannot be read. */
  readonly value?: number;
  /** Values that a write may set; without it a write is an error. */
  readonly range?: readonly [least: number, most: number];
  /** What a write does instead. */
  readonly action?: 'powerOff' | 'reboot';
}

/** Function, site, position and device as SYS_CFGCTRL holds them. */
export const configAddress = (d: ConfigDevice): number =>
  (CONFIG_FUNCTION[d.function] << 20) | (d.site << 16) | ((d.position ?? 0) << 12) | (d.device ?? 0);

/** The bits of SYS_CFGCTRL that make up that address; DCC [29:26] is 0, the only controller of a board. */
export const CONFIG_ADDRESS_BITS = 0x3ff3ffff;
