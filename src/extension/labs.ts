// The labs of this window: one per debug session, with what the status bar and the consoles want to know of each.
import * as vscode from 'vscode';
import type { SessionLab } from '../debugAdapter/session';
import type { LabClient } from '../lab/client';
import type { DomainRow, LabProblem, StartedLab } from '../lab/protocol';

export type LabState = 'booting' | 'running' | 'stopped' | 'ended';

export interface EditorLab {
  readonly session: vscode.DebugSession;
  readonly client: LabClient;
  state: LabState;
  /** Known once everything is loaded. */
  started?: StartedLab;
  /** Who has Hyp mode (EL2). */
  el2: string;
  /** As they were last heard of. */
  domains: readonly DomainRow[];
}

/** Processor time as the list shows it: milliseconds as long as there are few. */
export const formatCpu = (seconds: number): string =>
  seconds < 1 ? `${Math.floor(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;

export class LabRegistry implements vscode.Disposable {
  readonly #labs = new Map<string, EditorLab>();
  readonly #changed = new vscode.EventEmitter<EditorLab>();
  readonly #domainsChanged = new vscode.EventEmitter<EditorLab>();
  readonly #problems = new vscode.EventEmitter<LabProblem>();
  readonly #subscription: vscode.Disposable;
  /** Fires for every change of a lab, its end included. */
  readonly onDidChange = this.#changed.event;
  /** Fires when the list of domains, or something in it, has changed. */
  readonly onDidChangeDomains = this.#domainsChanged.event;
  /** What a machine that runs has to say of its configuration, and of those of its domains. */
  readonly onProblem = this.#problems.event;

  constructor() {
    this.#subscription = vscode.debug.onDidTerminateDebugSession(session => this.ended(session));
  }

  /** The lab of the session that the user looks at, else any. */
  get active(): EditorLab | undefined {
    const session = vscode.debug.activeDebugSession;
    return (session && this.#labs.get(session.id)) ?? [...this.#labs.values()].at(-1);
  }

  booting(session: vscode.DebugSession, { client }: SessionLab): void {
    const lab: EditorLab = { session, client, state: 'booting', el2: 'none', domains: [] };
    this.#labs.set(session.id, lab);
    client.onEvent(event => {
      if (event.event === 'running') this.#set(lab, 'running');
      if (event.event === 'stopped') this.#set(lab, 'stopped');
      if (event.event === 'el2') lab.el2 = event.name;
      if (event.event === 'domains') this.setDomains(lab, event.domains);
      if (event.event === 'problem') this.#problems.fire(event.problem);
    });
    this.#changed.fire(lab);
  }

  /** @returns the lab, unless its session has ended meanwhile */
  loaded(session: vscode.DebugSession, started: StartedLab): EditorLab | undefined {
    const lab = this.#labs.get(session.id);
    if (lab) {
      lab.started = started;
      lab.el2 = started.el2 ?? 'none';
      this.setDomains(lab, []);
      this.#set(lab, 'stopped');
    }
    return lab;
  }

  /** @returns whether there is anything new to see */
  setDomains(lab: EditorLab, domains: readonly DomainRow[]): boolean {
    const shown = (rows: readonly DomainRow[]): string =>
      JSON.stringify(rows.map(row => ({ ...row, cpuSeconds: formatCpu(row.cpuSeconds) })));
    const isNew = shown(domains) !== shown(lab.domains);
    lab.domains = domains;
    if (isNew) this.#domainsChanged.fire(lab);
    return isNew;
  }

  /** Also of a lab that was refused, whose session never becomes one for VS Code. */
  ended(session: vscode.DebugSession): void {
    const lab = this.#labs.get(session.id);
    if (!lab) return;
    this.#labs.delete(session.id);
    this.#set(lab, 'ended');
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
    this.#domainsChanged.dispose();
    this.#problems.dispose();
  }

  #set(lab: EditorLab, state: LabState): void {
    lab.state = state;
    this.#changed.fire(lab);
  }
}
