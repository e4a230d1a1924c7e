// The lab as a server: takes requests from a port, runs the machine, tells events. Portable: see node/worker-entry.ts.
import type { LabHost } from './host';
import type { LabMachine, OpenedLab, SliceEnd } from './machine-port';
import { OutputGatherer } from './output';
import type { LabPort } from './port';
import { fail, problemsOf } from './problems';
import type {
  DomainRow,
  ExitReason,
  LabEvent,
  LabLaunch,
  LabProblem,
  LabRequest,
  LabRequestKind,
  LabRequests,
  StartedLab,
  StopReason,
} from './protocol';
import { Runner, type RunEnd } from './runner';
import { watchSilence } from './silence/teller';
import type { SilenceWatch } from './silence/watch';

/** What a lab may say while it is being opened and run. */
export interface LabPorts {
  /** Where the bytes of a console go. */
  sink(console: string): { write(byte: number): void };
  log(message: string): void;
  problem(problem: LabProblem): void;
  domains(domains: DomainRow[]): void;
  progress(title: string, done: number, total: number): void;
  /** Who has Hyp mode, when that is known better than before. */
  el2?(name: string): void;
}

/** Turns a configuration into a machine; see lab.ts. */
export type OpenLab = (configuration: LabLaunch, host: LabHost, ports: LabPorts) => Promise<OpenedLab>;

type Handlers = {
  [K in LabRequestKind]: (argument: LabRequests[K][0]) => Promise<LabRequests[K][1]> | LabRequests[K][1];
};

/** Largest answer to one `readMemory`, in bytes. */
const READ_LIMIT = 1 << 20;
const DISASSEMBLE_LIMIT = 4096;
/** Instructions of a slice while what is executed is counted: the same in every run. */
const PROFILE_SLICE = 1_000_000;
const EXIT_CODES: Record<ExitReason, number> = { poweroff: 0, reboot: 0, stopped: 0, 'max-instructions': 0, crash: 3 };

interface Active {
  configuration: LabLaunch;
  machine: LabMachine;
  memoryMap: OpenedLab['memoryMap'];
  trees: OpenedLab['trees'];
  runner: Runner;
  exited?: ExitReason;
  /** Settles when the run that is under way has ended. */
  run?: Promise<void>;
  /** Its run is being ended on request; that is no stop to tell of. */
  ending: boolean;
  keep?: (() => Promise<void>) | undefined;
  runBeganMs: number;
  /** Of the runs that have ended. */
  wallMs: number;
}

class LabServer {
  readonly #port: LabPort;
  readonly #host: LabHost;
  readonly #open: OpenLab;
  readonly #output: OutputGatherer;
  #active: Active | undefined;
  #cpuSecondsAtStart = 0;

  constructor(port: LabPort, host: LabHost, open: OpenLab) {
    this.#port = port;
    this.#host = host;
    this.#open = open;
    this.#output = new OutputGatherer((console, data) => this.#tell({ event: 'output', console, data }));
    port.listen(message => void this.#serve(message as LabRequest));
  }

  readonly #handlers: Handlers = {
    start: async configuration => {
      if (this.#active) fail('lab.state', 'the lab has been started already');
      return this.#load(configuration);
    },
    run: () => {
      const lab = this.#stopped();
      lab.ending = false;
      lab.run = this.#run(lab);
    },
    pause: async () => {
      const lab = this.#alive();
      lab.runner.pause();
      await lab.run;
    },
    step: ({ cpu }) => {
      const lab = this.#stopped();
      this.#checkCpu(lab, cpu);
      const end = lab.runner.step(cpu);
      this.#output.flush(this.#host.now());
      this.#afterStep(lab, cpu, end);
    },
    restart: async ({ configuration }) => {
      const lab = await this.#halt();
      return this.#load(configuration ?? lab.configuration);
    },
    frames: ({ cpu }) => {
      const lab = this.#alive();
      this.#checkCpu(lab, cpu);
      return [{ pc: lab.machine.pc(cpu) }];
    },
    registers: ({ cpu }) => {
      const lab = this.#alive();
      this.#checkCpu(lab, cpu);
      return lab.machine.registers(cpu);
    },
    readMemory: ({ space, address, length }) => {
      if (!(address >= 0 && length >= 0)) fail('lab.address', 'address and length of a memory read cannot be negative');
      return this.#alive().machine.read(space, address, Math.min(length, READ_LIMIT));
    },
    disassemble: ({ cpu, address, count }) => {
      const lab = this.#alive();
      this.#checkCpu(lab, cpu);
      return lab.machine.disassemble(cpu, address, Math.min(count, DISASSEMBLE_LIMIT));
    },
    input: ({ console, data }) => {
      const lab = this.#alive();
      if (!lab.machine.consoles.includes(console)) fail('configuration.console', `there is no console "${console}"`);
      lab.runner.type(console, data);
    },
    domains: () => this.#started().machine.domains?.list() ?? [],
    domain: async verb => {
      const { machine, runner } = this.#alive();
      if (!machine.domains)
        fail('lab.state', 'this lab has no domains of its own; start it with the built-in hypervisor');
      const id = await machine.domains.perform(verb);
      runner.wake();
      return id;
    },
    memoryMap: () => this.#started().memoryMap?.() ?? fail('lab.state', 'this machine has no memory map'),
    trees: () => this.#started().trees?.() ?? fail('lab.state', 'this machine has no device trees'),
    statistics: () => {
      const { runner, machine, run, runBeganMs, wallMs, exited } = this.#started();
      const underWayMs = run ? this.#host.now() - runBeganMs : 0;
      return {
        instructions: runner.executed,
        wallSeconds: (wallMs + underWayMs) / 1000,
        cpuSeconds: this.#host.cpuSeconds() - this.#cpuSecondsAtStart,
        guestSeconds: machine.timeNs / 1e9,
        ...(machine.translation && { tier1: machine.translation }),
        ...(exited === undefined ? {} : { exitReason: exited }),
      };
    },
    activity: () => this.#started().machine.activity?.() ?? { exceptions: [], syndromes: [], devices: [] },
    profile: () => this.#started().machine.profile?.() ?? fail('lab.state', 'the lab was not started with a profile'),
    trace: ({ json }) =>
      this.#started().machine.trace?.(json) ??
      fail('lab.state', 'no trace was kept: --trace is for the built-in hypervisor'),
    stop: async () => {
      if (!this.#active) return;
      const lab = await this.#halt();
      if (lab.exited === undefined) this.#exit(lab, 'stopped');
    },
  };

  async #serve({ id, kind, argument }: LabRequest): Promise<void> {
    try {
      const handler = this.#handlers[kind] as (argument: unknown) => unknown;
      const result = await handler(argument);
      this.#port.post({ id, result });
    } catch (error) {
      this.#logFault(error);
      this.#port.post({ id, problems: problemsOf(error) });
    }
  }

  #tell(event: LabEvent): void {
    this.#port.post(event);
  }

  /** The stack of a fault of this program belongs into the log, never into a message for people. */
  #logFault(error: unknown): void {
    const problems = problemsOf(error);
    if (problems.some(one => one.code === 'lab.internal') && error instanceof Error)
      this.#tell({ event: 'log', message: error.stack ?? error.message });
  }

  async #load(configuration: LabLaunch): Promise<StartedLab> {
    this.#cpuSecondsAtStart = this.#host.cpuSeconds();
    this.#active?.machine.close?.();
    const heard: { watch?: SilenceWatch | undefined; not: readonly string[] } = { not: [] };
    const opened = await this.#open(configuration, this.#host, {
      sink: console => {
        const sink = this.#output.sink(console);
        return {
          write: byte => {
            if (!heard.not.includes(console)) heard.watch?.heard();
            sink.write(byte);
          },
        };
      },
      log: message => this.#tell({ event: 'log', message }),
      problem: one => this.#tell({ event: 'problem', problem: one }),
      domains: domains => this.#tell({ event: 'domains', domains }),
      progress: (title, done, total) => this.#tell({ event: 'progress', title, done, total }),
      el2: name => this.#tell({ event: 'el2', name }),
    });
    const { machine, board, problems, placement } = opened;
    heard.not = opened.notGuests ?? [];
    heard.watch = watchSilence(opened, card => {
      this.#output.flush(this.#host.now());
      this.#tell({ event: 'card', card });
    });
    const runner = new Runner(machine, this.#host, {
      watch: heard.watch,
      pace: configuration.pace ?? 'realtime',
      ...(configuration.maxInstructions === undefined ? {} : { maxInstructions: configuration.maxInstructions }),
      ...(configuration.profile && { slice: PROFILE_SLICE }),
      onSlice: idle => {
        if (!idle) return this.#output.tick(this.#host.now());
        machine.settle?.();
        return this.#output.flush(this.#host.now());
      },
      onReboot: () => this.#tell({ event: 'log', message: 'the guest has reset the board; it starts again' }),
    });
    const memoryMap = opened.memoryMap?.bind(opened);
    const trees = opened.trees?.bind(opened);
    const { el2, whole, aliases, keep } = opened;
    this.#active = { configuration, machine, memoryMap, trees, runner, keep, ending: false, runBeganMs: 0, wallMs: 0 };
    return {
      ...{ cpus: machine.cpus, consoles: [...machine.consoles], board, problems, placement },
      ...(el2 !== undefined && { el2 }),
      ...(whole !== undefined && { whole }),
      ...(aliases && { aliases }),
      ...(machine.domains && { toolstack: true }),
    };
  }

  async #run(lab: Active): Promise<void> {
    this.#tell({ event: 'running' });
    lab.runBeganMs = this.#host.now();
    try {
      // Let the answer to the request go out before the first slice.
      await this.#host.yieldNow();
      const end = await lab.runner.run();
      this.#finishRun(lab);
      this.#afterRun(lab, end);
    } catch (error) {
      this.#finishRun(lab);
      this.#logFault(error);
      for (const one of problemsOf(error)) this.#tell({ event: 'problem', problem: one });
      this.#exit(lab, 'crash');
    }
  }

  #finishRun(lab: Active): void {
    const now = this.#host.now();
    lab.wallMs += now - lab.runBeganMs;
    delete lab.run;
    this.#output.flush(now);
  }

  #afterRun(lab: Active, end: RunEnd): void {
    if (typeof end === 'object') this.#exit(lab, 'crash', end.crash);
    else if (end === 'poweroff' || end === 'max-instructions') this.#exit(lab, end);
    else if (!lab.ending) this.#stop(lab, end, 0);
  }

  #afterStep(lab: Active, cpu: number, end: SliceEnd | void): void {
    if (end?.reason === 'poweroff') return this.#exit(lab, 'poweroff');
    if (end?.reason === 'crash') return this.#exit(lab, 'crash', end.description);
    if (end?.reason === 'reboot') lab.machine.reboot();
    this.#stop(lab, 'step', cpu);
  }

  #stop(lab: Active, reason: StopReason, cpu: number): void {
    this.#tell({ event: 'stopped', reason, cpu, pc: lab.machine.pc(cpu) });
  }

  #exit(lab: Active, reason: ExitReason, description?: string): void {
    lab.exited = reason;
    lab.machine.close?.();
    this.#tell({
      event: 'exited',
      reason,
      code: EXIT_CODES[reason],
      ...(description !== undefined && { description }),
    });
  }

  async #halt(): Promise<Active> {
    const lab = this.#started();
    lab.ending = true;
    lab.runner.pause();
    await lab.run;
    await lab.keep?.();
    return lab;
  }

  #started(): Active {
    return this.#active ?? fail('lab.state', 'the lab has not been started');
  }

  #alive(): Active {
    const lab = this.#started();
    if (lab.exited !== undefined) fail('lab.state', 'the machine has ended; restart it first');
    return lab;
  }

  #stopped(): Active {
    const lab = this.#alive();
    if (lab.run) fail('lab.state', 'the machine is running; pause it first');
    return lab;
  }

  #checkCpu(lab: Active, cpu: number): void {
    if (!(Number.isInteger(cpu) && cpu >= 0 && cpu < lab.machine.cpus))
      fail('lab.state', `there is no cpu ${cpu}; this machine has ${lab.machine.cpus}`);
  }
}

/** Serves one lab over `port` until the thread ends. */
export function serveLab(port: LabPort, host: LabHost, open: OpenLab): void {
  new LabServer(port, host, open);
}
