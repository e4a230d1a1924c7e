// What a board is, as pure data: the machine is built from it, and the memory map view renders it.
import type { ConfigDevice } from '../devices/config-bus';
import type { GicOptions } from '../devices/gicv2';

/** Physical addresses and sizes in bytes. */
export interface Range {
  readonly base: number;
  readonly size: number;
}

/**
 * A part of the address space as the board's interconnect divides it. Together the areas of a board cover 32 bits; what
 * no window in an area claims ends in an external abort.
 */
export interface Area extends Range {
  readonly name: string;
  /** Why there is nothing in the parts that no window claims. */
  readonly gaps: string;
}

/** Plain memory. */
export interface MemorySpec extends Range {
  readonly name: string;
  readonly about: string;
}

/** Main memory; `size` is the most the board takes. */
export interface RamSpec extends MemorySpec {
  readonly least: number;
  /** Bytes fitted when nobody says otherwise. */
  readonly fitted: number;
}

/** A window that the board has and this release does not model: reads as zero, ignores writes, says so once. */
export interface UnmodelledSpec extends Range {
  readonly name: string;
  /** What would stand here, and what a guest loses without it. */
  readonly about: string;
}

/** Options of each type of device. Clocks are named after entries of the configuration bus where they can change. */
export interface DeviceOptions {
  readonly 'compact-flash': object;
  /** The board has the number of cores. */
  readonly gicv2: Omit<GicOptions, 'cores'>;
  readonly hdlcd: { readonly pixelClock: string };
  readonly isp1761: object;
  readonly lan9118: object;
  readonly 'nor-flash': object;
  readonly pl011: { readonly hertz: number };
  readonly pl031: object;
  readonly pl041: object;
  readonly pl050: { readonly plugged: 'keyboard' | 'mouse' };
  readonly pl111: { readonly pixelClock: string };
  readonly pl180: { readonly hertz: number };
  readonly pl330: object;
  readonly pl341: object;
  readonly pl354: object;
  /** Which TIMERCLKENs of the system controller its timers count, and their frequency after reset. */
  readonly sp804: { readonly timers: readonly [number, number]; readonly hertz: number };
  readonly sp805: { readonly hertz: number };
  readonly sp810: { readonly referenceHertz: number; readonly timerHertz: number };
  readonly 'versatile-i2c': { readonly absent: string };
  readonly 'vexpress-sysreg': {
    readonly id: number;
    readonly processors: readonly [number, number];
    readonly configBus: readonly ConfigDevice[];
  };
}

export type DeviceType = keyof DeviceOptions;

/** A window of a device. `part` names which one, of a device that has several different ones. */
export interface WindowSpec extends Range {
  readonly part?: string;
}

export interface DeviceSpecOf<T extends DeviceType> {
  readonly type: T;
  /** Unique on the board, for example `uart0`. */
  readonly name: string;
  readonly about: string;
  readonly windows: readonly WindowSpec[];
  /** INTIDs of its interrupt outputs, in the order of its data sheet. */
  readonly interrupts?: readonly number[];
  readonly options: DeviceOptions[T];
}

export type DeviceSpec = { readonly [T in DeviceType]: DeviceSpecOf<T> }[DeviceType];

/** A word that the board's boot firmware has written by the time it starts an operating system. */
export interface FirmwareWrite {
  readonly device: string;
  readonly offset: number;
  readonly value: number;
  readonly about: string;
}

/** How firmware lets secondary cores wait for their start. */
export type SecondaryStart =
  /**
   * They sleep until an interrupt wakes them and the word at this physical address is not zero, then jump to where it
   * points.
   */
  | { readonly method: 'mailbox'; readonly address: number }
  /** They are off. Firmware answers calls of PSCI, which this instruction makes (ARM DEN 0022D). */
  | { readonly method: 'psci'; readonly conduit: 'hvc' };

export interface Board {
  /** As `--board` takes it. */
  readonly name: string;
  readonly title: string;
  /** Of the root node of its device trees, most specific first. */
  readonly compatible: readonly string[];
  readonly cpu: {
    readonly model: 'cortex-a15';
    /**
     * Whether it has the Virtualization Extensions (Hyp mode, stage 2, virtual interrupts), and with them the Security
     * Extensions. Without, there is one security state and what runs at PL1 owns the machine.
     */
    readonly virtualization: boolean;
    /** How many cores it can have, and has by default. */
    readonly most: number;
    readonly fitted: number;
    /** CBAR: base of the private peripherals. */
    readonly peripheralBase: number;
    /** Frequency of the system counter. */
    readonly counterHertz: number;
  };
  readonly areas: readonly Area[];
  readonly ram: RamSpec;
  readonly memories: readonly MemorySpec[];
  readonly devices: readonly DeviceSpec[];
  readonly unmodelled: readonly UnmodelledSpec[];
  readonly firmware: readonly FirmwareWrite[];
  readonly secondaries: SecondaryStart;
  /** Source of the board's own device tree. */
  readonly deviceTree: { readonly file: string; readonly source: string };
}

/** One stretch of the address space. Exactly one entry claims each byte. */
export interface MapEntry extends Range {
  readonly kind: 'ram' | 'memory' | 'device' | 'unmodelled' | 'absent';
  readonly name: string;
  readonly about: string;
  /** Of `device`: the index of its window. */
  readonly window?: number;
}

function claim(kind: MapEntry['kind'], { name, about, base, size }: MemorySpec, window?: number): MapEntry {
  return { kind, name, about, base, size, ...(window === undefined ? {} : { window }) };
}

/**
 * The whole 32-bit address space of a board, in order of address, without gaps.
 * @throws RangeError when windows overlap, leave their area, or areas leave gaps: a mistake in the board's data.
 */
export function memoryMap(board: Board, ramBytes = board.ram.fitted): MapEntry[] {
  const { ram } = board;
  const claims = [
    claim('ram', { ...ram, size: ramBytes }),
    ...board.memories.map(memory => claim('memory', memory)),
    ...board.unmodelled.map(window => claim('unmodelled', window)),
    ...board.devices.flatMap(({ name, about, windows }) =>
      windows.map((window, n) => claim('device', { name, about, ...window }, n)),
    ),
  ].sort((a, b) => a.base - b.base);
  const map: MapEntry[] = [];
  let at = 0;
  let next = 0;
  for (const area of board.areas) {
    const end = area.base + area.size;
    const absent = (to: number): void => {
      if (to > at) map.push({ kind: 'absent', name: area.name, about: area.gaps, base: at, size: to - at });
    };
    if (area.base !== at)
      throw new RangeError(`${board.name}: area ${area.name} does not begin where the last one ends`);
    for (let found = claims[next]; found && found.base < end; found = claims[++next]) {
      if (found.base < at) throw new RangeError(`${board.name}: ${found.name} overlaps what lies before it`);
      if (found.base + found.size > end) throw new RangeError(`${board.name}: ${found.name} leaves area ${area.name}`);
      absent(found.base);
      map.push(found);
      at = found.base + found.size;
    }
    absent(end);
    at = end;
  }
  return map;
}

/** Memory that the machine provides, and the addresses at which it appears. */
export interface GuestMemory {
  readonly name: string;
  readonly size: number;
  readonly bases: readonly number[];
  /** Flash: read directly only while its device says so, written through the device only. */
  readonly flash: boolean;
}

/** All memory of a board, main memory first. */
export function guestMemories(board: Board, ramBytes = board.ram.fitted): GuestMemory[] {
  const plain = [{ ...board.ram, size: ramBytes }, ...board.memories];
  return [
    ...plain.map(({ name, base, size }) => ({ name, size, bases: [base], flash: false })),
    ...board.devices
      .filter(({ type }) => type === 'nor-flash')
      .map(({ name, windows }) => ({ name, size: windows[0]!.size, bases: windows.map(w => w.base), flash: true })),
  ];
}
