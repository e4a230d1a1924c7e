// One debug session: the Debug Adapter Protocol on one side, a lab on the other. Knows neither editor nor Node.
import { DebugSession, Response } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { LabClient } from '../lab/client';
import { checkConfiguration, resolvePaths } from '../lab/configuration';
import { placementTable, showsPlacement } from '../lab/placement-table';
import { DOM0_CONSOLE, XEN_CONSOLE } from '../lab/xen/console-split';
import { fail, describeProblem, problemsOf } from '../lab/problems';
import type {
  LabCard,
  LabConfiguration,
  LabEvent,
  LabProblem,
  LabRequestKind,
  LabRequests,
  StartedLab,
  StopReason,
} from '../lab/protocol';
import { disassembleWindow } from './disassembly';
import { hex32, parseReference, virtualReference } from './memory-reference';
import { findRegister, scopeOf, scopesOf, variablesOf } from './registers';
import { capabilitiesOf, type DapRequests, type Handler, type Handlers } from './requests';

/** A lab that a session may use, and end. */
export interface SessionLab {
  readonly client: LabClient;
  terminate(): Promise<void>;
}

export interface SessionPorts {
  /** Brings up a lab of its own for this session. */
  spawnLab(): SessionLab;
  /** Makes the paths of a launch configuration absolute. */
  resolvePath(path: string): string;
  /** Whether consoles appear as output of the session; the editor has terminals for them instead. */
  consolesAsOutput: boolean;
  /** Told once everything is loaded; the editor attaches its terminals here. */
  onStarted?(lab: SessionLab, started: StartedLab): void;
  /** Told why something was refused, beside the answer to the client; the editor marks the places. */
  onProblems?(problems: readonly LabProblem[]): void;
  /** Told what a person should know of the running machine, beside the output with the same text. */
  onCard?(card: LabCard): void;
}

/** Threads are cores, and the protocol counts threads from 1. */
const threadOf = (cpu: number): number => cpu + 1;
const cpuOf = (thread: number): number => thread - 1;

/** What the client shows beside the call stack. */
const STOPS: Record<StopReason, string> = {
  entry: 'Before the first instruction',
  pause: 'Paused',
  step: 'Paused after a step',
  breakpoint: 'Paused on a breakpoint',
  crash: 'Crashed',
};

const NO_BREAKPOINTS = 'this release has no breakpoints; pause the machine instead';

export class XenLabSession extends DebugSession {
  readonly #ports: SessionPorts;
  readonly #decoders = new Map<string, TextDecoder>();
  #lab: SessionLab | undefined;
  #cpus = 0;
  /** Consoles that say what another one says too. */
  #parts: ReadonlySet<string> = new Set();
  #stopOnEntry = false;
  #state: 'loading' | 'loaded' | 'begun' | 'ended' = 'loading';
  #configured = false;
  /** The core whose registers or frames were asked for last. */
  #focus = 0;
  #client: P.InitializeRequestArguments | undefined;
  #progress: string | undefined;

  constructor(ports: SessionPorts) {
    super();
    this.setRunAsServer(true); // or the end of a connection would end the process
    this.#ports = ports;
  }

  readonly #handlers: Handlers = {
    initialize: {
      handle: (client, after) => {
        this.#client = client;
        after(() => this.#event('initialized'));
        return capabilitiesOf(this.#handlers);
      },
    },
    launch: { handle: (raw, after) => this.#launch(raw, after) },
    configurationDone: {
      capabilities: ['supportsConfigurationDoneRequest'],
      handle: (_, after) => {
        this.#configured = true;
        after(() => this.#begin());
      },
    },
    restart: {
      capabilities: ['supportsRestartRequest'],
      handle: async (request, after) => {
        const given = (request?.arguments ?? undefined) as Record<string, unknown> | undefined;
        const configuration = given && this.#configuration(given);
        if (configuration) this.#stopOnEntry = configuration.stopOnEntry === true;
        try {
          this.#started(await this.#ask('restart', configuration ? { configuration } : {}));
        } finally {
          this.#endProgress();
        }
        this.#state = 'loaded';
        after(() => {
          if (!this.#stopOnEntry) this.#event('continued', { threadId: threadOf(0), allThreadsContinued: true });
          this.#begin();
        });
      },
    },
    terminate: {
      capabilities: ['supportsTerminateRequest'],
      handle: async () => {
        await this.#lab?.client.request('stop', {});
      },
    },
    disconnect: {
      handle: async () => {
        this.#state = 'ended';
        await this.#lab?.terminate();
      },
    },
    threads: {
      handle: () => ({
        threads: Array.from({ length: this.#cpus }, (_, cpu) => ({ id: threadOf(cpu), name: `cpu${cpu}` })),
      }),
    },
    stackTrace: { handle: ({ threadId }) => this.#stackTrace(cpuOf(threadId)) },
    scopes: {
      handle: async ({ frameId }) => {
        const cpu = this.#cpuOfFrame(frameId);
        this.#focus = cpu;
        return { scopes: scopesOf(cpu, await this.#ask('registers', { cpu })) };
      },
    },
    variables: {
      handle: async ({ variablesReference }) => {
        const { cpu, group } = scopeOf(variablesReference);
        const found = (await this.#ask('registers', { cpu }))[group];
        return { variables: found ? variablesOf(cpu, found) : [] };
      },
    },
    evaluate: {
      capabilities: ['supportsEvaluateForHovers'],
      handle: async ({ expression, frameId }) => {
        const cpu = frameId === undefined ? this.#focus : this.#cpuOfFrame(frameId);
        const found = findRegister(await this.#ask('registers', { cpu }), expression);
        if (!found) fail('lab.address', `"${expression}" is not the name of a register of cpu${cpu}`);
        return { result: found.value, variablesReference: 0 };
      },
    },
    continue: {
      handle: async () => {
        await this.#ask('run', {});
        return { allThreadsContinued: true };
      },
    },
    pause: {
      handle: (_, after) => {
        after(() => this.#attempt('pause', {}));
      },
    },
    next: { capabilities: ['supportsSteppingGranularity'], handle: (args, after) => this.#step(args, after) },
    stepIn: { handle: (args, after) => this.#step(args, after) },
    stepOut: {
      handle: () => fail('lab.state', 'stepping out needs a call stack, which needs symbols; step or continue instead'),
    },
    setBreakpoints: {
      handle: ({ breakpoints = [] }) => ({
        breakpoints: breakpoints.map(() => ({ verified: false, message: NO_BREAKPOINTS })),
      }),
    },
    setExceptionBreakpoints: { handle: () => {} },
    readMemory: {
      capabilities: ['supportsReadMemoryRequest'],
      handle: async ({ memoryReference, offset = 0, count }) => {
        const { space, address: base } = parseReference(memoryReference, this.#focus);
        const address = base + offset;
        const data = address < 0 ? new Uint8Array() : await this.#ask('readMemory', { space, address, length: count });
        return { address: hex32(Math.max(0, address)), unreadableBytes: count - data.length, data: base64(data) };
      },
    },
    disassemble: {
      capabilities: ['supportsDisassembleRequest'],
      handle: async ({ memoryReference, offset = 0, instructionOffset = 0, instructionCount }) => {
        const { cpu, address } = parseReference(memoryReference, this.#focus);
        const window = { address: address + offset, instructionOffset, instructionCount };
        const decode = (from: number, count: number) => this.#ask('disassemble', { cpu, address: from, count });
        return { instructions: await disassembleWindow(window, decode) };
      },
    },
  };

  protected override dispatchRequest(request: P.Request): void {
    void this.#serve(request);
  }

  /** The connection is gone. */
  override shutdown(): void {
    void this.#lab?.terminate();
    super.shutdown();
  }

  override dispose(): void {
    void this.#lab?.terminate();
    super.dispose();
  }

  async #serve(request: P.Request): Promise<void> {
    const response: P.Response = new Response(request);
    const afterwards: (() => void)[] = [];
    try {
      const handler = Object.hasOwn(this.#handlers, request.command)
        ? (this.#handlers[request.command as keyof DapRequests] as Handler<never>)
        : fail('lab.state', `this debug adapter does not know the request "${request.command}"`);
      const body = await handler.handle((request.arguments ?? {}) as never, act => void afterwards.push(act));
      if (body !== undefined) response.body = body;
      this.sendResponse(response);
    } catch (error) {
      // `_` marks a variable that may be shown; braces in the text stay what they are.
      const problems = problemsOf(error);
      this.#ports.onProblems?.(problems);
      const text = problems.map(describeProblem).join('\n');
      this.sendErrorResponse(response, { id: 1, format: '{_text}', variables: { _text: text }, showUser: true });
    }
    for (const act of afterwards) act();
  }

  async #ask<K extends LabRequestKind>(kind: K, argument: LabRequests[K][0]): Promise<LabRequests[K][1]> {
    if (!this.#lab) fail('lab.state', 'nothing has been launched yet');
    return this.#lab.client.request(kind, argument);
  }

  #event(event: string, body?: object): void {
    this.sendEvent({ seq: 0, type: 'event', event, ...(body ? { body } : {}) } as P.Event);
  }

  #configuration(raw: object): LabConfiguration {
    return resolvePaths(checkConfiguration(raw), path => this.#ports.resolvePath(path));
  }

  async #launch(raw: P.LaunchRequestArguments, after: (act: () => void) => void): Promise<void> {
    if (this.#lab) fail('lab.state', 'this session has launched a lab already');
    const configuration = this.#configuration(raw);
    this.#stopOnEntry = configuration.stopOnEntry === true && raw.noDebug !== true;
    const lab = this.#ports.spawnLab();
    this.#lab = lab;
    lab.client.onEvent(event => this.#onLabEvent(event));
    try {
      const started = await lab.client.request('start', configuration);
      if (showsPlacement(configuration))
        for (const line of placementTable(started.placement)) this.#say('console', `${line}\n`);
      this.#started(started);
    } catch (error) {
      await lab.terminate();
      throw error;
    } finally {
      this.#endProgress();
    }
    this.#state = 'loaded';
    after(() => this.#begin());
  }

  /** Cores are told of as threads: a client may have asked for the threads before anything was loaded. */
  #started(started: StartedLab): void {
    for (let cpu = started.cpus; cpu < this.#cpus; cpu++) this.#thread('exited', cpu);
    for (let cpu = this.#cpus; cpu < started.cpus; cpu++) this.#thread('started', cpu);
    this.#cpus = started.cpus;
    this.#parts = new Set(started.whole === undefined ? [] : [XEN_CONSOLE, DOM0_CONSOLE]);
    this.#report(started.problems);
    this.#ports.onStarted?.(this.#lab!, started);
  }

  #thread(reason: 'started' | 'exited', cpu: number): void {
    this.#event('thread', { reason, threadId: threadOf(cpu) });
  }

  /** Runs the machine, or stops at its entry, once it is loaded and the client has said all it wants to. */
  #begin(): void {
    if (this.#state !== 'loaded' || !this.#configured) return;
    this.#state = 'begun';
    if (this.#stopOnEntry) this.#stopped('entry', 0);
    else this.#attempt('run', {});
  }

  async #stackTrace(cpu: number): Promise<DapRequests['stackTrace'][1]> {
    const frames = await this.#ask('frames', { cpu });
    const stackFrames = frames.map(({ pc, name }, depth) => ({
      id: threadOf(cpu + depth * this.#cpus),
      name: name ?? hex32(pc),
      line: 0,
      column: 0,
      instructionPointerReference: virtualReference(cpu, pc),
    }));
    return { stackFrames, totalFrames: stackFrames.length };
  }

  #cpuOfFrame(frameId: number): number {
    return cpuOf(frameId) % Math.max(1, this.#cpus);
  }

  /** No source is known: every granularity is one instruction. The stop follows the answer. */
  #step({ threadId }: { threadId: number }, after: (act: () => void) => void): void {
    after(() => this.#attempt('step', { cpu: cpuOf(threadId) }));
  }

  /** Asks the lab for something nobody waits for; a refusal becomes output. */
  #attempt<K extends LabRequestKind>(kind: K, argument: LabRequests[K][0]): void {
    this.#ask(kind, argument).catch((error: unknown) => this.#report(problemsOf(error)));
  }

  #onLabEvent(event: LabEvent): void {
    switch (event.event) {
      case 'stopped':
        return this.#stopped(event.reason, event.cpu, event.description);
      case 'exited':
        this.#event('exited', { exitCode: event.code });
        if (event.description !== undefined) this.#say('console', `${event.description}\n`);
        return this.#event('terminated');
      case 'problem':
        return this.#report([event.problem]);
      case 'card':
        this.#report([event.card]);
        for (const line of event.card.lines) this.#say('console', `  ${line}\n`);
        return this.#ports.onCard?.(event.card);
      case 'log':
        return this.#say('console', `${event.message}\n`);
      case 'progress':
        return this.#showProgress(event.title, event.done, event.total);
      case 'output':
        if (this.#ports.consolesAsOutput && !this.#parts.has(event.console))
          this.#say('stdout', this.#decode(event.console, event.data));
        return;
      case 'running':
      case 'el2':
        return;
    }
  }

  #stopped(reason: StopReason, cpu: number, text?: string): void {
    this.#focus = cpu;
    const dapReason = reason === 'crash' ? 'exception' : reason;
    this.#event('stopped', {
      // VS Code selects a frame without source, and shows its registers and disassembly, for this reason only.
      reason: this.#client?.clientID === 'vscode' ? 'instruction breakpoint' : dapReason,
      description: STOPS[reason],
      threadId: threadOf(cpu),
      allThreadsStopped: true,
      ...(text === undefined ? {} : { text }),
    });
  }

  /** Characters may be split between two batches of bytes. */
  #decode(console: string, data: Uint8Array): string {
    let decoder = this.#decoders.get(console);
    if (!decoder) this.#decoders.set(console, (decoder = new TextDecoder()));
    return decoder.decode(data, { stream: true });
  }

  #report(problems: readonly Pick<LabProblem, 'severity' | 'code' | 'message'>[]): void {
    for (const one of problems)
      this.#say(one.severity === 'information' ? 'console' : 'stderr', `${describeProblem(one)}\n`);
  }

  #say(category: 'console' | 'stdout' | 'stderr', output: string): void {
    this.#event('output', { category, output });
  }

  #showProgress(title: string, done: number, total: number): void {
    if (!this.#client?.supportsProgressReporting) return;
    if (this.#progress !== title) {
      this.#endProgress();
      this.#progress = title;
      this.#event('progressStart', { progressId: title, title });
    }
    const percentage = total > 0 ? Math.round((100 * done) / total) : undefined;
    this.#event('progressUpdate', { progressId: title, ...(percentage === undefined ? {} : { percentage }) });
  }

  #endProgress(): void {
    if (this.#progress === undefined) return;
    this.#event('progressEnd', { progressId: this.#progress });
    this.#progress = undefined;
  }
}

function base64(data: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < data.length; i += 0x8000) binary += String.fromCharCode(...data.subarray(i, i + 0x8000));
  return btoa(binary);
}
