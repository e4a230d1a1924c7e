// A lab with the built-in hypervisor, from a configuration to a machine that is ready to run.
import type { Machine, MachineOptions } from '../../emu/machine';
import type { PlanRequest } from '../boot-plan';
import type { OpenedLab } from '../machine-port';
import type { LabConfiguration } from '../protocol';
import { openCard } from '../sd-card';
import type { LabPorts } from '../worker';
import { BuiltinHypervisor, BuiltinMachine } from './builtin-machine';
import { planBuiltin } from './plan';

/** Hyp mode, everything masked; the first instruction is the hypervisor's own. */
const ENTRY = { pc: 0, cpsr: 0x1da, secure: false } as const;
/** 2026-01-01T00:00:00Z: what the clock of a machine shows whose time is not that of the wall. */
const FIXED_DATE_SECONDS = 1_767_225_600;

/** A kernel without a word about who runs in Hyp mode is dom0 of the built-in hypervisor. */
export const usesBuiltin = ({ hypervisor = 'builtin', kernel }: LabConfiguration): boolean =>
  hypervisor === 'builtin' && kernel !== undefined;

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function openBuiltin(
  request: PlanRequest & { readonly traced: boolean },
  ports: LabPorts,
  build: (options: MachineOptions) => Machine,
): Promise<OpenedLab> {
  const { host, board, configuration, cpus, memoryBytes } = request;
  const plan = await planBuiltin(request);
  const sdCard = configuration.sdcard === undefined ? undefined : await openCard(host, configuration.sdcard);
  const baseSeconds = configuration.pace === 'fast' ? FIXED_DATE_SECONDS : host.dateSeconds();
  const sinks = new Map<string, { write(byte: number): void }>();
  const el2 = new BuiltinHypervisor(plan, board, { baseSeconds, traced: request.traced }, (speaker, bytes) => {
    for (const byte of bytes) {
      if (byte === NEWLINE) sinks.get(speaker)?.write(RETURN);
      sinks.get(speaker)?.write(byte);
    }
  });
  const machine = build({
    ...{ board, cpus, memoryBytes, baseSeconds, el2, log: ports.log },
    output: (console, byte) => sinks.get(console)?.write(byte),
    ...(sdCard && { sdCard }),
  });
  el2.attach(machine);
  const shown = new BuiltinMachine(machine, el2);
  for (const console of shown.consoles) sinks.set(console, ports.sink(console));
  machine.start({ images: [], entry: ENTRY });
  return { board: board.name, machine: shown, problems: [], placement: [], el2: 'built-in' };
}

const NEWLINE = 10;
const RETURN = 13;
