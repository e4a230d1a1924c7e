// From a configuration to a machine that is ready to run.
import { BOARDS, DEFAULT_BOARD, findBoard, type Board } from '../emu/boards';
import { Machine, type MachineOptions } from '../emu/machine';
import { BoardMachine } from './board-machine';
import { imageParts, mapBoard } from './board-map';
import { planBoot } from './boot-plan';
import { openBuiltin, usesBuiltin } from './builtin/open';
import { withPair } from './builtin/pair';
import type { LabHost } from './host';
import type { OpenedLab } from './machine-port';
import { translationOf } from './experience';
import { didYouMean } from '../dt/nearest';
import { preflight } from './preflight';
import { fail } from './problems';
import type { LabConfiguration, LabLaunch } from './protocol';
import { openCard } from './sd-card';
import { bootFacts } from './silence/evidence';
import { readSymbols, SymbolTable } from './symbols';
import type { LabPorts } from './worker';
import { ConsoleSplit, DOM0_CONSOLE, switchKey, XEN_CONSOLE } from './xen/console-split';
import { xenFile } from './xen/plan';

const MIB = 1 << 20;
/** 2026-01-01T00:00:00Z: what the clock of a machine shows whose time is not that of the wall. */
const FIXED_DATE_SECONDS = 1_767_225_600;

/**
 * Builds the machine that a configuration describes, everything loaded.
 * @param given checked, with absolute paths
 * @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave
 */
export async function openLab(given: LabLaunch, host: LabHost, ports: LabPorts): Promise<OpenedLab> {
  const board = boardOf(given);
  const configuration = withPair(given, board);
  const cpus = within(board, 'cpus', configuration.cpus ?? board.cpu.fitted, 1, board.cpu.most);
  const mebibytes = configuration.memory ?? board.ram.fitted / MIB;
  const memoryBytes = within(board, 'memory', mebibytes, board.ram.least / MIB, board.ram.size / MIB) * MIB;
  const title = `Loading ${board.name}`;
  ports.progress(title, 0, 2);
  const request = { host, board, configuration, cpus, memoryBytes };
  const translation = await translationOf(configuration, host);
  if (usesBuiltin(configuration)) {
    const traced = configuration.trace === true;
    const profiled = configuration.profile && { profile: true };
    let built: Machine | undefined;
    const make = (more: MachineOptions): Machine => (built = build({ ...more, ...profiled, ...translation.options }));
    const opened = await openBuiltin({ ...request, traced }, ports, make);
    const problems = [...opened.problems, ...(await preflight(request, true))];
    return { ...opened, problems, keep: () => translation.keep(built!) };
  }
  const plan = await planBoot(request);
  const sdCard = configuration.sdcard === undefined ? undefined : await openCard(host, configuration.sdcard);
  const symbols = configuration.profile ? await readSymbols(host, configuration) : new SymbolTable([]);
  ports.progress(title, 1, 2);
  const sinks = new Map<string, { write(byte: number): void }>();
  const machine = build({
    board,
    cpus,
    memoryBytes,
    output: (console, byte) => sinks.get(console)?.write(byte),
    log: ports.log,
    baseSeconds: configuration.pace === 'fast' ? FIXED_DATE_SECONDS : host.dateSeconds(),
    ...(sdCard && { sdCard }),
    ...(configuration.profile && { profile: true }),
    ...translation.options,
  });
  for (const console of machine.hardware.consoles.keys()) sinks.set(console, ports.sink(console));
  const split = xenFile(configuration) === undefined ? undefined : splitConsole(machine, sinks, configuration, ports);
  machine.start(plan);
  ports.progress(title, 2, 2);
  const placement = plan.placed.map(({ role, name, address, size, reserved, why }) => ({
    ...{ role, name, address, size, why },
    end: Math.max(address + size, reserved.to),
  }));
  return {
    board: board.name,
    machine: new BoardMachine(machine, symbols, split),
    problems: [...plan.problems, ...(await preflight(request, false))],
    placement,
    ...(split && { whole: machine.hardware.consoles.keys().next().value! }),
    el2: split ? 'Xen' : configuration.el === 2 ? lastPart(plan.placed[0]!.name) : 'none',
    memoryMap: () => ({ board: board.name, title: board.title, spaces: [mapBoard(board, memoryBytes, imageParts(placement))] }), // prettier-ignore
    trees: () => plan.trees,
    boot: bootFacts(plan, placement, configuration, board),
    symbols: () => readSymbols(host, configuration),
    keep: () => translation.keep(machine),
  };
}

/** The first UART is Xen's: `uart0` stays what it sends, and what it sends goes to `xen` or `dom0` too. */
function splitConsole(
  machine: Machine,
  sinks: Map<string, { write(byte: number): void }>,
  { xenArgs = '' }: LabConfiguration,
  ports: LabPorts,
): ConsoleSplit {
  const [uart] = machine.hardware.consoles.keys();
  const raw = sinks.get(uart!)!;
  const parts = { [XEN_CONSOLE]: ports.sink(XEN_CONSOLE), [DOM0_CONSOLE]: ports.sink(DOM0_CONSOLE) };
  const split = new ConsoleSplit(
    {
      output: (console, byte) => parts[console].write(byte),
      type: byte => machine.receive(uart!, byte),
      version: version => ports.el2?.(`Xen ${version}`),
    },
    switchKey(xenArgs),
  );
  const write = (byte: number): void => {
    raw.write(byte);
    split.write(byte);
  };
  sinks.set(uart!, { write });
  return split;
}

const lastPart = (file: string): string => file.split(/[\\/]/).at(-1)!;

function boardOf({ board = DEFAULT_BOARD }: LabConfiguration): Board {
  const names = BOARDS.map(({ name }) => name);
  return (
    findBoard(board) ??
    fail('configuration.board', `there is no board "${board}"${didYouMean(board, names)}; there is ${names.join(', ')}`)
  );
}

function within(board: Board, name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  return fail('configuration.value', `${name}: ${board.name} takes ${least} to ${most}, not ${value}`);
}

/** The memory of a machine is allocated at once; the host may not have so much. */
function build(options: MachineOptions): Machine {
  try {
    return new Machine(options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const why = error.message.replaceAll(/\s+/g, ' ');
    return fail(
      'host.memory',
      `no room for ${options.memoryBytes / MIB} MiB of guest memory (${why}); set memory lower`,
    );
  }
}
