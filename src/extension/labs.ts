// The labs of this window: one per debug session, with what the status bar and the consoles want to know of each.
import * as vscode from 'vscode';
import type { SessionLab } from '../debugAdapter/session';
import type { LabClient } from '../lab/client';
import type { StartedLab } from '../lab/protocol';

export type LabState = 'booting' | 'running' | 'stopped' | 'ended';

export interface EditorLab {
  readonly session: vscode.DebugSession;
  readonly client: LabClient;
  state: LabState;
  /** Known once everything is loaded. */
  started?: StartedLab;
  /** Who has Hyp mode (EL2). */
  el2: string;
}

export class LabRegistry implements vscode.Disposable {
  readonly #labs = new Map<string, EditorLab>();
  readonly #changed = new vscode.EventEmitter<EditorLab>();
  readonly #subscription: vscode.Disposable;
  /** Fires for every change of a lab, its end included. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#subscription = vscode.debug.onDidTerminateDebugSession(session => this.ended(session));
  }

  /** The lab of the session that the user looks at, else any. */
  get active(): EditorLab | undefined {
    const session = vscode.debug.activeDebugSession;
    return (session && this.#labs.get(session.id)) ?? [...this.#labs.values()].at(-1);
  }

  booting(session: vscode.DebugSession, { client }: SessionLab): void {
    const lab: EditorLab = { session, client, state: 'booting', el2: 'none' };
    this.#labs.set(session.id, lab);
    client.onEvent(event => {
      if (event.event === 'running') this.#set(lab, 'running');
      if (event.event === 'stopped') this.#set(lab, 'stopped');
      if (event.event === 'el2') lab.el2 = event.name;
    });
    this.#changed.fire(lab);
  }

  /** @returns the lab, unless its session has ended meanwhile */
  loaded(session: vscode.DebugSession, started: StartedLab): EditorLab | undefined {
    const lab = this.#labs.get(session.id);
    if (lab) {
      lab.started = started;
      lab.el2 = started.el2 ?? 'none';
      this.#set(lab, 'stopped');
    }
    return lab;
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
  }

  #set(lab: EditorLab, state: LabState): void {
    lab.state = state;
    this.#changed.fire(lab);
  }
}
