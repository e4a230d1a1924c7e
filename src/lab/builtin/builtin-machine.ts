// A machine with the built-in hypervisor in Hyp mode: the board, and consoles of Xen and of dom0 beside its UARTs.
import type { Board } from '../../emu/boards';
import type { El2 } from '../../emu/cpu/el2';
import type { Core } from '../../emu/cpu/core';
import type { Machine } from '../../emu/machine';
import {
  buildDom0, Hypervisor, type Identity, SHUTDOWN, type Speaker, Toolstack, type ToolstackPorts, traceText, type Vcpu,
} from '../../hyp'; // prettier-ignore
import { BoardMachine } from '../board-machine';
import type { LabDomains, SliceEnd } from '../machine-port';
import { LabFailure } from '../problems';
import type { LabProfile } from '../profile-report';
import type { LabProblem } from '../protocol';
import type { ReadyDomain } from './domains';
import { type BuiltinPlan, hostTree } from './plan';
import { create } from './verbs';

/** What `xl info` shows of this hypervisor. */
const IDENTITY: Identity = {
  extraVersion: '.5-xen-arm-lab',
  changeset: '',
  compiler: 'TypeScript',
  by: 'xenlab',
  domain: 'xen-arm-lab',
  date: '',
};

const PAGE_SIZE = 4096;
const PART = { distributor: 'distributor', cpuInterface: 'cpu-interface', hypervisor: 'hypervisor', virtualCpu: 'virtual-cpu' } as const; // prettier-ignore

function doing(vcpu: Vcpu, core: number | undefined): string {
  if (core !== undefined) return `executed by cpu${core}`;
  if (vcpu.down) return 'not started, or switched off';
  if (vcpu.domain.shutdownCode !== undefined) return 'its domain has ended';
  if (vcpu.domain.isPaused) return 'paused';
  return vcpu.blocked || vcpu.polling ? 'waits for an interrupt or event' : 'waits for its turn';
}

/** What a lab hears of its hypervisor and its domains. */
export interface BuiltinPorts {
  /** What Xen or dom0 said, by hypercalls. */
  readonly heard: (speaker: Speaker, bytes: Uint8Array) => void;
  readonly toolstack: ToolstackPorts;
  /** A domain of the configuration could not be made. */
  readonly refused: (problem: LabProblem) => void;
}

/** Where the hypervisor lives: made when the first core comes, and again after a reset. */
export class BuiltinHypervisor implements El2 {
  private xen: Hypervisor | undefined;
  private stack: Toolstack | undefined;
  private machine: Machine | undefined;
  /** Nobody has written to memory since it got its power. */
  private memoryIsZero = true;
  /** Dom0 has, and the machine has ended with it. */
  crashed = false;

  constructor(
    private readonly plan: BuiltinPlan,
    private readonly domains: readonly ReadyDomain[],
    private readonly board: Board,
    private readonly options: { readonly baseSeconds: number; readonly traced: boolean },
    private readonly ports: BuiltinPorts,
  ) {}

  attach(machine: Machine): void {
    this.machine = machine;
  }

  get current(): Hypervisor | undefined {
    return this.xen;
  }
  /** Undefined before the first instruction. */
  get toolstack(): Toolstack | undefined {
    return this.stack;
  }

  enter(core: Core): boolean {
    this.xen ??= this.create();
    return this.xen.enter(core);
  }

  reset(): void {
    this.xen = undefined;
    this.stack = undefined;
    this.crashed = false;
  }

  private create(): Hypervisor {
    const { plan, board, machine } = this;
    const gic = board.devices.find(({ type }) => type === 'gicv2')!;
    const window = (part: string): number => gic.windows.find(w => w.part === part)!.base;
    return new Hypervisor(machine!, {
      gic: {
        distributor: window(PART.distributor),
        cpuInterface: window(PART.cpuInterface),
        hypervisor: window(PART.hypervisor),
        virtualCpu: window(PART.virtualCpu),
      },
      maintenanceIrq: gic.type === 'gicv2' ? gic.options.maintenance : 0,
      uart: plan.uart,
      commandLine: plan.xenArgs,
      identity: IDENTITY,
      ...this.options,
      heard: this.ports.heard,
      over: code => {
        this.crashed = code === SHUTDOWN.CRASH;
        machine!.finish(code === SHUTDOWN.REBOOT ? 'reboot' : 'poweroff');
      },
      boot: xen => this.boot(xen),
    });
  }

  private boot(xen: Hypervisor): void {
    const { plan, ports } = this;
    for (const { from, to } of plan.memory) xen.heap.add(from / PAGE_SIZE, to / PAGE_SIZE, this.memoryIsZero);
    this.memoryIsZero = false;
    if (plan.dom0) buildDom0(xen, { ...plan.dom0, tree: hostTree(plan) });
    const toolstack = new Toolstack(xen, ports.toolstack);
    this.stack = toolstack;
    for (const domain of this.domains) {
      try {
        create(toolstack, domain);
      } catch (error) {
        if (!(error instanceof LabFailure)) throw error;
        error.problems.forEach(ports.refused);
      }
    }
    ports.toolstack.changed();
  }
}

export class BuiltinMachine extends BoardMachine {
  private readonly fixed: readonly string[];
  readonly #hypervisor: BuiltinHypervisor;

  /** @param guests names of the consoles of domains */
  constructor(
    machine: Machine,
    hypervisor: BuiltinHypervisor,
    private readonly guests: readonly string[],
    hasDom0: boolean,
    readonly domains: LabDomains,
    private readonly disks: { close(): void },
  ) {
    super(machine);
    this.#hypervisor = hypervisor;
    const [main, ...rest] = [...machine.hardware.consoles.keys()];
    this.fixed = [main!, 'xen', ...(hasDom0 ? ['dom0'] : []), ...rest];
  }

  override get consoles(): readonly string[] {
    const now = this.#hypervisor.toolstack?.consoles ?? [];
    return [...new Set([...this.fixed, ...this.guests, ...now])];
  }

  override run(instructions: number): SliceEnd {
    const end = super.run(instructions);
    if (!this.#hypervisor.crashed) return end;
    return { reason: 'crash', description: 'dom0 has crashed; its console says why' };
  }

  /** Where every virtual CPU is, and why it does not run if it does not. */
  virtualCpus(): string[] {
    const { current: xen, toolstack } = this.#hypervisor;
    const rows = new Map(toolstack?.list().map(row => [row.id, row.name]));
    return [...(xen?.domains.values() ?? [])].flatMap(({ id, vcpus }) =>
      vcpus.map(vcpu => {
        const core = xen!.pcpus.find(({ current }) => current === vcpu)?.core;
        const pc = core === undefined ? vcpu.context.pc : this.pc(core);
        const name = `${vcpu.name} (${rows.get(id) ?? id})`;
        return `${name}: ${doing(vcpu, core)}${vcpu.down ? '' : `, PC 0x${(pc >>> 0).toString(16).padStart(8, '0')}`}`;
      }),
    );
  }

  override profile(): LabProfile | undefined {
    const found = super.profile();
    const domains = this.#hypervisor.toolstack?.list().map(({ name, cpuSeconds }) => ({ name, cpuSeconds }));
    return found && { ...found, ...(domains && { domains }) };
  }

  /** What runs in Hyp mode; undefined before the first instruction. */
  get hypervisor(): Hypervisor | undefined {
    return this.#hypervisor.current;
  }

  close(): void {
    this.disks.close();
  }

  trace(json: boolean): string | undefined {
    const contents = this.#hypervisor.current?.trace?.contents();
    return contents && (json ? `${JSON.stringify(contents)}\n` : traceText(contents));
  }

  override receive(console: string, byte: number): boolean {
    const { current, toolstack } = this.#hypervisor;
    if (console === 'xen') {
      current?.press(byte);
      return true;
    }
    if (console === 'dom0') {
      current?.console.type(byte);
      return true;
    }
    if (this.fixed.includes(console)) return super.receive(console, byte);
    return toolstack?.type(console, byte) ?? true;
  }
}
