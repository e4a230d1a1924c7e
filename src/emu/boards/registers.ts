// The registers of a board's devices as they are after reset, for who explains a device without a machine around it.
import type { RegisterView } from '../devices/registers';
import type { Board, DeviceSpec } from './board';
import type { BuildContext } from './build';
import { construct } from './constructors';

const nothing = (): void => {};

/** Of devices with a register table; undefined for the others, and for those that cannot stand alone. */
export function registersOf(board: Board, spec: DeviceSpec): readonly RegisterView[] | undefined {
  // Flash is memory, and an interrupt controller has a view for every core: neither is one list of registers.
  if (spec.type === 'nor-flash' || spec.type === 'gicv2') return undefined;
  const { device } = construct(spec, inert(board));
  if (!('view' in device) || typeof device.view !== 'function') return undefined;
  return (device as { view(): readonly RegisterView[] }).view();
}

/** Surroundings in which nothing ever happens. */
function inert(board: Board): BuildContext {
  const line = (): { set(high: boolean): void } => ({ set: nothing });
  return {
    cores: board.cpu.fitted,
    line,
    configValue: () => 1,
    cardStatus: () => 0,
    timerClocks: [],
    consoles: new Map(),
    ports: {
      clock: { now: () => 0, schedule: () => ({ cancel: nothing }) },
      log: nothing,
      irq: line,
      fiq: line,
      virq: line,
      vfiq: line,
      powerOff: nothing,
      reboot: nothing,
      console: () => ({ write: nothing }),
      baseSeconds: 0,
      contents: () => new Uint8Array(0),
      setDirect: nothing,
    },
  };
}
