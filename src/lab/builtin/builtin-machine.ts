// A machine with the built-in hypervisor in Hyp mode: the board, and consoles of Xen and of dom0 beside its UARTs.
import type { Board } from '../../emu/boards';
import type { El2 } from '../../emu/cpu/el2';
import type { Core } from '../../emu/cpu/core';
import type { Machine } from '../../emu/machine';
import { buildDom0, Hypervisor, type Identity, SHUTDOWN, type Speaker, traceText } from '../../hyp';
import { BoardMachine } from '../board-machine';
import type { SymbolTable } from '../symbols';
import { type BuiltinPlan, hostTree, uartOf } from './plan';

/** What `xl info` shows of this hypervisor. */
const IDENTITY: Identity = {
  extraVersion: '.5-xen-arm-lab',
  changeset: '',
  compiler: 'TypeScript',
  by: 'xenlab',
  domain: 'xen-arm-lab',
  date: '',
};

const PART = { distributor: 'distributor', cpuInterface: 'cpu-interface', hypervisor: 'hypervisor', virtualCpu: 'virtual-cpu' } as const; // prettier-ignore

/** Where the hypervisor lives: made when the first core comes, and again after a reset. */
export class BuiltinHypervisor implements El2 {
  private xen: Hypervisor | undefined;
  private machine: Machine | undefined;

  constructor(
    private readonly plan: BuiltinPlan,
    private readonly board: Board,
    private readonly options: { readonly baseSeconds: number; readonly traced: boolean },
    private readonly heard: (speaker: Speaker, bytes: Uint8Array) => void,
  ) {}

  attach(machine: Machine): void {
    this.machine = machine;
  }

  get current(): Hypervisor | undefined {
    return this.xen;
  }

  enter(core: Core): boolean {
    this.xen ??= this.create();
    return this.xen.enter(core);
  }

  reset(): void {
    this.xen = undefined;
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
      uart: uartOf(board),
      commandLine: plan.xenArgs,
      identity: IDENTITY,
      ...this.options,
      heard: this.heard,
      over: code => machine!.finish(code === SHUTDOWN.REBOOT ? 'reboot' : 'poweroff'),
      boot: xen => {
        xen.heap.add(xen.heap.firstFrame, xen.heap.firstFrame + xen.heap.frames);
        buildDom0(xen, { ...plan.dom0, tree: hostTree(plan) });
      },
    });
  }
}

export class BuiltinMachine extends BoardMachine {
  override readonly consoles: readonly string[];
  readonly #hypervisor: BuiltinHypervisor;

  constructor(machine: Machine, hypervisor: BuiltinHypervisor, symbols?: SymbolTable) {
    super(machine, symbols);
    this.#hypervisor = hypervisor;
    const [main, ...rest] = [...machine.hardware.consoles.keys()];
    this.consoles = [main!, 'xen', 'dom0', ...rest];
  }

  trace(json: boolean): string | undefined {
    const contents = this.#hypervisor.current?.trace?.contents();
    return contents && (json ? `${JSON.stringify(contents)}\n` : traceText(contents));
  }

  override receive(console: string, byte: number): boolean {
    if (console === 'xen') return true; // it takes no input but its switch, which is typed at the UART
    if (console !== 'dom0') return super.receive(console, byte);
    this.#hypervisor.current?.console.type(byte);
    return true;
  }
}
