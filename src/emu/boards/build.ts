// From a board's data to its devices: what the machine puts behind its bus.
import type { BlockStore, BusTarget, ByteSink, Clock, IrqLine, Log, Stateful } from '../devices/device';
import { GenericTimer, TIMER_INTID } from '../devices/generic-timer';
import type { Gicv2 } from '../devices/gicv2';
import type { Pl011 } from '../devices/pl011';
import type { NetworkPort } from '../devices/network';
import { Unmodelled } from '../devices/unmodelled';
import type { Board, DeviceSpec, Range } from './board';
import { construct } from './constructors';

/** What the machine and the lab give to the devices of a board. */
export interface BoardPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** nIRQ and nFIQ of a core; high means asserted. */
  irq(core: number): IrqLine;
  fiq(core: number): IrqLine;
  /** Virtual IRQ and FIQ of a core, which a hypervisor's guest takes. */
  virq(core: number): IrqLine;
  vfiq(core: number): IrqLine;
  /** The board's microcontroller switches it off, or restarts it. Runs in the middle of a guest's store. */
  powerOff(): void;
  reboot(): void;
  /** Where bytes go that a console's device sends. */
  console(name: string): ByteSink;
  /** A console that refused a byte can take more. */
  room?(name: string): void;
  /** What the battery of the real time clock kept: seconds since 1970 at power-on. */
  readonly baseSeconds: number;
  /** The card in the socket. */
  readonly sdCard?: BlockStore;
  /** Where the Ethernet cable leads; without one the link is down. */
  readonly network?: NetworkPort;
  /** The memory of a flash, one of {@link guestMemories}. */
  contents(name: string): Uint8Array;
  /**
   * Whether guests may read and execute the memory of a flash directly, or its device answers. Code decoded from it
   * before it is switched on is stale.
   */
  setDirect(name: string, on: boolean): void;
  /** What keeps the contents of a flash. */
  flashStore?(name: string): BlockStore | undefined;
}

/**
 * A window of the bus. `targets` has one entry, or one per core and security state where the device tells them apart:
 * index `2 * core + (secure ? 1 : 0)`.
 */
export interface BusWindow extends Range {
  readonly name: string;
  readonly targets: readonly BusTarget[];
}

export interface BuiltBoard {
  /** In order of address, without overlap. What no window and no memory claims ends in an external abort. */
  readonly windows: readonly BusWindow[];
  /**
   * All that has state, in an order that `reset` and `load` can use: the interrupt controller comes last, so that lines
   * which move while the others change leave no trace in it. The clock is restored before them: they make their
   * appointments with it anew.
   */
  readonly devices: readonly Stateful[];
  readonly gic: Gicv2;
  /** By core. */
  readonly timers: readonly GenericTimer[];
  /** Devices that take input as bytes, the main console first. */
  readonly consoles: ReadonlyMap<string, Pl011>;
  /** State that firmware leaves behind when it starts an operating system without help. */
  handOver(secure: boolean): void;
}

/** What constructors share while a board is built. */
export interface BuildContext {
  readonly ports: BoardPorts;
  readonly cores: number;
  /** An interrupt input, by INTID. */
  line(intid: number): IrqLine;
  /** Present value of an entry of the configuration bus, for example the frequency of a clock. */
  configValue: (name: string) => number;
  /** SYS_MCI as the card socket sets it. */
  cardStatus: () => number;
  /** By TIMERCLKEN of the system controller: who counts it. */
  readonly timerClocks: ((hertz: number) => void)[];
  gic?: Gicv2;
  readonly consoles: Map<string, Pl011>;
}

/** What a constructor gives back: the device, and who answers in each window where that is not the device itself. */
export interface Built {
  readonly device: Stateful;
  targets?(part: string | undefined): readonly BusTarget[];
}

/**
 * Builds the devices of a board, in their state after power-on.
 * @param cores 1..board.cpu.most
 * @throws RangeError when the board's data contradict themselves.
 */
export function buildBoard(board: Board, cores: number, ports: BoardPorts): BuiltBoard {
  if (!Number.isInteger(cores) || cores < 1 || cores > board.cpu.most) {
    throw new RangeError(`${board.name} has 1 to ${board.cpu.most} cores, not ${cores}`);
  }
  const context: BuildContext = {
    ports,
    cores,
    line: intid => gicOf(board, context).line(intid),
    configValue: () => 0,
    cardStatus: () => 0,
    timerClocks: [],
    consoles: new Map(),
  };
  const devices: Stateful[] = [];
  const windows: BusWindow[] = [];
  const byName = new Map<string, BusTarget>();
  for (const spec of board.devices) {
    const built = construct(spec, context);
    if (built.device !== context.gic) devices.push(built.device);
    windows.push(...windowsOf(spec, built));
    byName.set(spec.name, windows.at(-1)!.targets[0]!);
  }
  for (const { name, base, size, about } of board.unmodelled) {
    windows.push({ name, base, size, targets: [new Unmodelled(name, { log: ports.log, explanation: about })] });
  }
  const gic = gicOf(board, context);
  const timers = Array.from({ length: cores }, (_, core) => {
    const lines = TIMER_INTID.map(intid => gic.line(intid, core));
    return new GenericTimer(`timer${core}`, { clock: ports.clock, lines }, board.cpu.counterHertz);
  });
  devices.push(...timers, gic);
  for (const device of devices) device.reset();
  return {
    windows: windows.sort((a, b) => a.base - b.base),
    devices,
    gic,
    timers,
    consoles: context.consoles,
    handOver: secure => {
      for (const { device, offset, value } of board.firmware) byName.get(device)!.write(offset, 4, value);
      if (!secure) gic.handOverToNonSecure();
    },
  };
}

function gicOf(board: Board, context: BuildContext): Gicv2 {
  if (!context.gic) throw new RangeError(`${board.name}: its interrupt controller comes first in the list of devices`);
  return context.gic;
}

function windowsOf(spec: DeviceSpec, built: Built): BusWindow[] {
  return spec.windows.map(({ base, size, part }) => ({
    name: part ? `${spec.name} ${part}` : spec.name,
    base,
    size,
    targets: built.targets?.(part) ?? [built.device as Stateful & BusTarget],
  }));
}
