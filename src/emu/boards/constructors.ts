// How each type of device is made from its row in a board: a table from type to constructor.
import { CompactFlash } from '../devices/compact-flash';
import type { BusTarget, IrqLine } from '../devices/device';
import { Gicv2 } from '../devices/gicv2';
import { Hdlcd } from '../devices/hdlcd';
import { Isp1761 } from '../devices/isp1761';
import { Lan9118 } from '../devices/lan9118';
import { NorFlash } from '../devices/nor-flash';
import { Pl011 } from '../devices/pl011';
import { Pl031 } from '../devices/pl031';
import { Pl041 } from '../devices/pl041';
import { Pl050 } from '../devices/pl050';
import { Pl111 } from '../devices/pl111';
import { Pl180 } from '../devices/pl180';
import { Pl330 } from '../devices/pl330';
import { Pl341 } from '../devices/pl341';
import { Pl354 } from '../devices/pl354';
import { Ps2Keyboard, Ps2Mouse } from '../devices/ps2';
import { SdCard } from '../devices/sd-card';
import { Sp804 } from '../devices/sp804';
import { Sp805 } from '../devices/sp805';
import { Sp810 } from '../devices/sp810';
import { VersatileI2c } from '../devices/versatile-i2c';
import { VexpressSysreg } from '../devices/vexpress-sysreg';
import type { DeviceSpec, DeviceSpecOf, DeviceType } from './board';
import type { Built, BuildContext } from './build';

type Constructor<T extends DeviceType> = (spec: DeviceSpecOf<T>, context: BuildContext) => Built;

/** Interrupt output `n` of a device. @throws RangeError when the board's data do not connect it */
function output(spec: DeviceSpec, context: BuildContext, n = 0): IrqLine {
  const intid = spec.interrupts?.[n];
  if (intid === undefined) throw new RangeError(`${spec.name}: interrupt ${n} is not connected`);
  return context.line(intid);
}

/** The ports that most devices have. */
const common = (spec: DeviceSpec, context: BuildContext) => ({
  clock: context.ports.clock,
  log: context.ports.log,
  irq: output(spec, context),
});

const CONSTRUCTORS: { readonly [T in DeviceType]: Constructor<T> } = {
  'compact-flash': (spec, { ports }) => ({ device: new CompactFlash(spec.name, ports) }),
  gicv2: (spec, context) => {
    const { cores, ports } = context;
    const gic = new Gicv2(spec.name, ports, { cores, ...spec.options });
    context.gic = gic;
    const banked = (view: (core: number, secure: boolean) => BusTarget): BusTarget[] =>
      Array.from({ length: 2 * cores }, (_, i) => view(i >> 1, (i & 1) === 1));
    const parts: Readonly<Record<string, () => BusTarget[]>> = {
      distributor: () => banked((core, secure) => gic.distributor(core, secure)),
      'cpu-interface': () => banked((core, secure) => gic.cpuInterface(core, secure)),
      hypervisor: () => banked(core => gic.virtualControl(core)),
      'virtual-cpu': () => banked(core => gic.virtualCpu(core)),
    };
    const targets = (part = ''): readonly BusTarget[] => {
      const views = parts[part];
      if (!views) throw new RangeError(`${spec.name}: the interrupt controller has no part ${part}`);
      return views();
    };
    return { device: gic, targets };
  },
  hdlcd: (spec, context) => {
    const pixelClock = (): number => context.configValue(spec.options.pixelClock);
    return { device: new Hdlcd(spec.name, { ...common(spec, context), pixelClock }) };
  },
  isp1761: (spec, { ports }) => ({ device: new Isp1761(spec.name, ports) }),
  lan9118: (spec, context) => {
    const { network } = context.ports;
    return { device: new Lan9118(spec.name, { ...common(spec, context), ...(network ? { network } : {}) }) };
  },
  'nor-flash': ({ name }, { ports }) => {
    const store = ports.flashStore?.(name);
    const setDirect = (on: boolean): void => ports.setDirect(name, on);
    const device = new NorFlash(name, {
      log: ports.log,
      contents: ports.contents(name),
      setDirect,
      ...(store ? { store } : {}),
    });
    return { device };
  },
  pl011: (spec, context) => {
    const { ports } = context;
    const room = (): void => ports.room?.(spec.name);
    const output = ports.console(spec.name);
    const device = new Pl011(spec.name, { ...common(spec, context), output, room }, spec.options.hertz);
    context.consoles.set(spec.name, device);
    return { device };
  },
  pl031: (spec, context) => ({ device: new Pl031(spec.name, common(spec, context), context.ports.baseSeconds) }),
  pl041: (spec, context) => ({ device: new Pl041(spec.name, common(spec, context)) }),
  pl050: (spec, context) => {
    const device = spec.options.plugged === 'mouse' ? new Ps2Mouse() : new Ps2Keyboard();
    return { device: new Pl050(spec.name, { ...common(spec, context), device }) };
  },
  pl111: (spec, context) => {
    const pixelClock = (): number => context.configValue(spec.options.pixelClock);
    return { device: new Pl111(spec.name, { ...common(spec, context), pixelClock }) };
  },
  pl180: (spec, context) => {
    const { clock, log, sdCard } = context.ports;
    const card = new SdCard(`${spec.name} card`, { clock, log, ...(sdCard ? { store: sdCard } : {}) });
    context.cardStatus = () => (card.present ? 1 : 0) | (card.writeProtected ? 2 : 0);
    const irqs = [output(spec, context, 0), output(spec, context, 1)] as const;
    return { device: new Pl180(spec.name, { clock, log, irqs, mclk: spec.options.hertz, card }) };
  },
  pl330: (spec, context) => {
    const [abort, ...irqs] = (spec.interrupts ?? []).map((_, n) => output(spec, context, n));
    return { device: new Pl330(spec.name, { log: context.ports.log, abort: abort ?? output(spec, context), irqs }) };
  },
  pl341: (spec, { ports }) => ({ device: new Pl341(spec.name, ports) }),
  pl354: (spec, context) => {
    const irqs = [output(spec, context, 0), output(spec, context, 1)] as const;
    return { device: new Pl354(spec.name, { log: context.ports.log, irqs }) };
  },
  sp804: (spec, context) => {
    const { timers, hertz } = spec.options;
    const device = new Sp804(spec.name, common(spec, context), hertz);
    for (const i of [0, 1] as const) context.timerClocks[timers[i]] = changed => device.setClock(i, changed);
    return { device };
  },
  sp805: (spec, context) => {
    const reset = (): void => context.ports.reboot();
    return { device: new Sp805(spec.name, { ...common(spec, context), reset }, spec.options.hertz) };
  },
  sp810: (spec, { ports, timerClocks }) => {
    const timerClock = (timer: number, hertz: number): void => timerClocks[timer]?.(hertz);
    const reset = (): void => ports.reboot();
    return { device: new Sp810(spec.name, { log: ports.log, timerClock, reset }, spec.options) };
  },
  'versatile-i2c': (spec, { ports }) => {
    return { device: new VersatileI2c(spec.name, { log: ports.log, absent: spec.options.absent }) };
  },
  'vexpress-sysreg': (spec, context) => {
    const { clock, log } = context.ports;
    const powerOff = (): void => context.ports.powerOff();
    const reboot = (): void => context.ports.reboot();
    const device = new VexpressSysreg(
      spec.name,
      { clock, log, card: () => context.cardStatus(), powerOff, reboot },
      spec.options,
    );
    context.configValue = name => device.configValue(spec.options.configBus.findIndex(entry => entry.name === name));
    return { device };
  },
};

/** Makes the device of one row. */
export function construct<T extends DeviceType>(spec: DeviceSpecOf<T>, context: BuildContext): Built {
  return (CONSTRUCTORS[spec.type] as Constructor<T>)(spec, context);
}
