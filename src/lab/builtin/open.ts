// A lab with the built-in hypervisor, from a configuration to a machine that is ready to run.
import type { BlockStore } from '../../emu/devices/device';
import type { Machine, MachineOptions } from '../../emu/machine';
import { consolesOf } from '../../hyp';
import type { PlanRequest } from '../boot-plan';
import type { OpenedLab } from '../machine-port';
import type { LabConfiguration, LabProblem } from '../protocol';
import { openCard } from '../sd-card';
import type { BootFacts, DomainFacts } from '../silence/evidence';
import type { LabPorts } from '../worker';
import { BuiltinHypervisor, BuiltinMachine } from './builtin-machine';
import { checkMemory, checkNames } from './checks';
import { Consoles } from './consoles';
import { Disks } from './disks';
import { type ReadyDomain, readyDomain } from './domains';
import { mapLab } from './memory-map';
import { type BuiltinPlan, planBuiltin } from './plan';
import { treesOfLab } from './trees';
import { BuiltinDomains, type VerbPorts } from './verbs';

/** Hyp mode, everything masked; the first instruction is the hypervisor's own. */
const ENTRY = { pc: 0, cpsr: 0x1da, secure: false } as const;
/** 2026-01-01T00:00:00Z: what the clock of a machine shows whose time is not that of the wall. */
const FIXED_DATE_SECONDS = 1_767_225_600;

/**
 * A kernel without a word about who runs in Hyp mode is dom0 of the built-in hypervisor; it can do without one, too. Who
 * names it has a tree with modules, or a flash, where it finds its kernel.
 */
export function usesBuiltin({ hypervisor, kernel, domains = [], elf, ...rest }: LabConfiguration): boolean {
  const found = rest.deviceTree !== undefined || rest.sdcard !== undefined || rest.load !== undefined;
  const named = hypervisor === 'builtin' && elf === undefined && found;
  return (hypervisor ?? 'builtin') === 'builtin' && (kernel !== undefined || domains.length > 0 || named);
}

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function openBuiltin(
  request: PlanRequest & { readonly traced: boolean },
  ports: LabPorts,
  build: (options: MachineOptions) => Machine,
): Promise<OpenedLab> {
  const plan = await planBuiltin(request);
  const disks = new Disks(request.host);
  try {
    return await openWith(disks, plan, request, ports, build);
  } catch (error) {
    disks.close();
    throw error;
  }
}

async function openWith(
  disks: Disks,
  plan: BuiltinPlan,
  request: PlanRequest & { readonly traced: boolean },
  ports: LabPorts,
  build: (options: MachineOptions) => Machine,
): Promise<OpenedLab> {
  const { host, board, configuration, cpus, memoryBytes } = request;
  const problems: LabProblem[] = [...plan.problems];
  const say = (one: LabProblem): void => void problems.push(one);
  const sources = { host, configuration, drives: await openDrives(disks, configuration), openImage: disks.get };
  const domains: ReadyDomain[] = [];
  for (const file of configuration.domains ?? []) domains.push(await readyDomain(file, { ...sources, say }));
  checkNames(domains);
  checkMemory(memoryBytes, plan.dom0?.memory ?? 0, domains);
  const sdCard = configuration.sdcard === undefined ? undefined : await openCard(host, configuration.sdcard);
  const baseSeconds = configuration.pace === 'fast' ? FIXED_DATE_SECONDS : host.dateSeconds();
  const consoles = new Consoles(ports);
  const el2 = new BuiltinHypervisor(
    plan,
    domains,
    board,
    { baseSeconds, traced: request.traced },
    {
      heard: (speaker, bytes) => consoles.hypercall(speaker, bytes),
      toolstack: {
        output: (name, bytes) => consoles.write(name, bytes),
        say: ports.log,
        changed: () => ports.domains(verbs.list()),
      },
      refused: ports.problem,
    },
  );
  const machine = build({
    ...{ board, cpus, memoryBytes, baseSeconds, el2, log: ports.log },
    output: (console, byte) => consoles.byte(console, byte),
    ...(sdCard && { sdCard }),
  });
  el2.attach(machine);
  const ready: VerbPorts['ready'] = async (file, saved) => {
    const domain = await readyDomain(file, { ...sources, say: ports.problem }, saved);
    checkNames([domain]);
    for (const console of consolesOf(domain.plan)) consoles.add(console);
    return domain;
  };
  const verbs = new BuiltinDomains({ toolstack: () => el2.toolstack, ready, host, turn: () => host.sleep(1).over });
  const names = domains.map(({ plan: { name } }) => name);
  const shownNames = domains.flatMap(({ plan }) => consolesOf(plan));
  const shown = new BuiltinMachine(machine, el2, shownNames, plan.dom0 !== undefined, verbs, disks);
  for (const console of shown.consoles) consoles.add(console);
  machine.start({ images: plan.flash, entry: ENTRY });
  const aliases = Object.fromEntries(names.map((name, i) => [`dom${i + 1}`, name]));
  const boot: BootFacts = {
    ...{ board, kind: 'domains', mode: 'hyp', secure: false, treeAddress: undefined, tree: undefined, placement: [] },
    packed: configuration.decompress === 'guest',
    domains: domainFacts(plan, domains),
  };
  const notGuests = ['xen', shown.consoles[0]!];
  const memoryMap = () => mapLab(board, memoryBytes, el2.current, verbs.list());
  const trees = () => treesOfLab(plan.tree, el2.current, verbs.list());
  const opened = { board: board.name, machine: shown, problems, placement: [], aliases, el2: 'built-in' };
  return { ...opened, boot, notGuests, memoryMap, trees };
}

/** What the kernels were told of their consoles. */
const domainFacts = ({ dom0 }: BuiltinPlan, domains: readonly ReadyDomain[]): DomainFacts[] => [
  ...(dom0 ? [{ name: 'dom0', cmdline: dom0.args, consoles: ['hvc0', 'ttyAMA0', 'ttyAMA1', 'ttyAMA2'] }] : []),
  ...domains.map(({ plan: { name, cmdline = '', vuart } }) => ({
    ...{ name, cmdline, consoles: vuart ? ['hvc0', 'ttyAMA0'] : ['hvc0'] },
  })),
];

async function openDrives(disks: Disks, { drives = [] }: LabConfiguration): Promise<BlockStore[]> {
  const open: BlockStore[] = [];
  for (const { file, readOnly = false } of drives) open.push(await disks.get(file, readOnly));
  return open;
}
