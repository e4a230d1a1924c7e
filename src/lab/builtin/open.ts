// A lab with the built-in hypervisor, from a configuration to a machine that is ready to run.
import type { BlockStore, ByteSink } from '../../emu/devices/device';
import type { Machine, MachineOptions } from '../../emu/machine';
import type { PlanRequest } from '../boot-plan';
import type { OpenedLab } from '../machine-port';
import { LabFailure, problem } from '../problems';
import type { LabConfiguration, LabProblem } from '../protocol';
import { openCard } from '../sd-card';
import type { LabPorts } from '../worker';
import { BuiltinHypervisor, BuiltinMachine } from './builtin-machine';
import { Disks } from './disks';
import { type ReadyDomain, readyDomain } from './domains';
import { planBuiltin } from './plan';

/** Hyp mode, everything masked; the first instruction is the hypervisor's own. */
const ENTRY = { pc: 0, cpsr: 0x1da, secure: false } as const;
/** 2026-01-01T00:00:00Z: what the clock of a machine shows whose time is not that of the wall. */
const FIXED_DATE_SECONDS = 1_767_225_600;

/** A kernel without a word about who runs in Hyp mode is dom0 of the built-in hypervisor; it can do without one, too. */
export const usesBuiltin = ({ hypervisor = 'builtin', kernel, domains = [] }: LabConfiguration): boolean =>
  hypervisor === 'builtin' && (kernel !== undefined || domains.length > 0);

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function openBuiltin(
  request: PlanRequest,
  ports: LabPorts,
  build: (options: MachineOptions) => Machine,
): Promise<OpenedLab> {
  const { host, board, configuration, cpus, memoryBytes } = request;
  const plan = await planBuiltin(request);
  const disks = new Disks(host);
  const problems: LabProblem[] = [];
  const say = (one: LabProblem): void => void problems.push(one);
  const domains = await readDomains(request, disks, say);
  checkMemory(memoryBytes, plan.dom0?.memory ?? 0, domains);
  const sdCard = configuration.sdcard === undefined ? undefined : await openCard(host, configuration.sdcard);
  const baseSeconds = configuration.pace === 'fast' ? FIXED_DATE_SECONDS : host.dateSeconds();
  const sinks = new Map<string, ByteSink>();
  const el2 = new BuiltinHypervisor(plan, domains, board, baseSeconds, {
    heard: (speaker, bytes) => {
      for (const byte of bytes) {
        if (byte === NEWLINE) sinks.get(speaker)?.write(RETURN);
        sinks.get(speaker)?.write(byte);
      }
    },
    toolstack: {
      output: (name, bytes) => {
        const sink = sinks.get(name);
        for (const byte of bytes) sink?.write(byte);
      },
      say: ports.log,
      changed: () => {},
    },
    refused: ({ place }, { key, message }) => ports.problem(verbProblem('domain.create', message, place(key))),
  });
  const machine = build({
    ...{ board, cpus, memoryBytes, baseSeconds, el2, log: ports.log },
    output: (console, byte) => sinks.get(console)?.write(byte),
    ...(sdCard && { sdCard }),
  });
  el2.attach(machine);
  const names = domains.map(({ plan: { name } }) => name);
  const shown = new BuiltinMachine(machine, el2, names, plan.dom0 !== undefined);
  checkNames(domains, shown.consoles);
  for (const console of shown.consoles) sinks.set(console, ports.sink(console));
  machine.start({ images: [], entry: ENTRY });
  const aliases = Object.fromEntries(names.map((name, i) => [`dom${i + 1}`, name]));
  return { board: board.name, machine: shown, problems, placement: [], aliases };
}

async function readDomains(
  { host, configuration }: PlanRequest,
  disks: Disks,
  say: (problem: LabProblem) => void,
): Promise<ReadyDomain[]> {
  const drives: BlockStore[] = [];
  for (const { file, readOnly = false } of configuration.drives ?? []) drives.push(await disks.get(file, readOnly));
  const openImage = (path: string, readOnly: boolean): Promise<BlockStore> => disks.get(path, readOnly);
  const domains: ReadyDomain[] = [];
  for (const file of configuration.domains ?? [])
    domains.push(await readyDomain(file, { host, configuration, drives, openImage, say }));
  return domains;
}

/** Before anything runs: what is asked for by all of them together. */
function checkMemory(board: number, dom0: number, domains: readonly ReadyDomain[]): void {
  let taken = dom0;
  for (const { plan, place } of domains) {
    taken += plan.memory;
    if (taken <= board) continue;
    const what = `memory: ${plan.memory / MIB} MiB are more than what is left of the board's ${board / MIB}`;
    const before = `${(taken - plan.memory) / MIB} are dom0's and of domains before`;
    throw new LabFailure(verbProblem('domain.create', `${what} (${before}); set memory lower, or give the board more with --memory`, place('memory'))); // prettier-ignore
  }
}

/** Names of domains are names of consoles. */
function checkNames(domains: readonly ReadyDomain[], consoles: readonly string[]): void {
  for (const { plan, place } of domains) {
    const { name } = plan;
    const twins = consoles.filter(one => one === name).length > 1;
    if (!twins && !/^(all|xen|uart\d+|dom\d+|Domain-0)$/.test(name)) continue;
    const why = twins ? 'another domain or a console of the lab has it' : 'it stands for something else in the lab';
    throw new LabFailure(verbProblem('domain.create', `name "${name}": ${why}; give the domain another name`, place('name'))); // prettier-ignore
  }
}

type Place = ReturnType<ReadyDomain['place']>;
function verbProblem(code: 'domain.create' | 'domain.verb', message: string, place: Place): LabProblem {
  const where = place.line === undefined ? `${place.file}: ` : `${place.file}:${place.line}:${place.column}: `;
  return problem(code, where + message, place);
}

const MIB = 1 << 20;
const NEWLINE = 10;
const RETURN = 13;
