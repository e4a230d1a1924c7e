// The one item in the status bar: which board, what it does, how much guest time has passed, who runs at EL2.
import * as vscode from 'vscode';
import type { EditorLab, LabRegistry } from './labs';

const REFRESH_MS = 500;

const ICONS = { booting: '$(sync~spin)', running: '$(circuit-board)', stopped: '$(debug-pause)' } as const;

export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('xenlab.status', vscode.StatusBarAlignment.Left);
  readonly #labs: LabRegistry;
  readonly #subscriptions: vscode.Disposable[];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(labs: LabRegistry) {
    this.#labs = labs;
    this.#item.name = 'Xen Lab';
    this.#item.command = 'xenlab.openConsole';
    this.#subscriptions = [
      labs.onDidChange(() => this.#update()),
      vscode.debug.onDidChangeActiveDebugSession(() => this.#update()),
    ];
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const one of this.#subscriptions) one.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const lab = this.#labs.active;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!lab || lab.state === 'ended') return this.#item.hide();
    void this.#show(lab);
    this.#item.show();
    if (lab.state === 'running') this.#timer = setInterval(() => void this.#show(lab), REFRESH_MS);
  }

  async #show(lab: EditorLab): Promise<void> {
    const { state, started } = lab;
    if (state === 'ended') return;
    const board = started?.board ?? 'board';
    if (!started) {
      this.#item.text = `${ICONS.booting} Booting`;
      this.#item.tooltip = `Xen Lab: ${lab.session.name} is being loaded`;
      return;
    }
    const statistics = await lab.client.request('statistics', {}).catch(() => undefined);
    // The answer may come after the state it was asked for.
    if (!statistics || lab.state !== state || lab !== this.#labs.active) return;
    const doing = state === 'running' ? 'running' : 'paused';
    this.#item.text = `${ICONS[state]} ${board} ${doing} ${statistics.guestSeconds.toFixed(1)} s, EL2: ${lab.el2}`;
    const millions = (statistics.instructions / 1e6).toFixed(0);
    this.#item.tooltip =
      `Xen Lab: ${lab.session.name}\n${started.cpus} core(s), ${millions} million instructions, ` +
      `${statistics.guestSeconds.toFixed(3)} s of guest time\nClick to open a console`;
  }
}
