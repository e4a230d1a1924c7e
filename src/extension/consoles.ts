// Consoles as terminals in the panel: one per console, kept over restarts and after the machine has stopped.
import * as vscode from 'vscode';
import type { LabConsole } from '../lab/consoles';
import type { EditorLab } from './labs';

const dim = (text: string): string => `\r\n\x1b[2m[${text}]\x1b[0m\r\n`;
/** Domains that get a terminal without anybody's asking; more would hide what is looked for. */
const MOST_UNASKED = 8;

/** A terminal over a console. The machine behind it can go, and another one can come. */
class ConsoleTerminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<void>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  #console: LabConsole | undefined;
  #detach: (() => void) | undefined;
  #open = false;

  /** Shows a console, with all it said so far. */
  show(console: LabConsole): void {
    if (console === this.#console) return;
    this.#detach?.();
    this.#detach = undefined;
    this.#console = console;
    if (this.#open) this.#attach();
  }

  /** The machine is gone; what it said stays on the screen. */
  stop(): void {
    if (!this.#console) return;
    this.#detach?.();
    this.#detach = undefined;
    this.#console = undefined;
    this.note('machine stopped');
  }

  /** Says something that the console did not say. */
  note(text: string): void {
    this.#written.fire(dim(text));
  }

  open(): void {
    this.#open = true;
    this.#attach();
  }

  close(): void {
    this.#open = false;
    this.#detach?.();
    this.#detach = undefined;
  }

  handleInput(keys: string): void {
    this.#console?.type(new TextEncoder().encode(keys));
  }

  dispose(): void {
    this.close();
    this.#written.dispose();
    this.#closed.dispose();
  }

  #attach(): void {
    // Characters may be split between two batches of bytes.
    const decoder = new TextDecoder();
    this.#detach = this.#console?.attach(data => this.#written.fire(decoder.decode(data, { stream: true })));
  }
}

const BOARD_ICON = 'circuit-board';
const DOMAIN_ICON = 'vm';
const keyOf = (lab: EditorLab, console: string): string => `${lab.session.name} ${console}`;

export class Consoles implements vscode.Disposable {
  readonly #terminals = new Map<string, { terminal: vscode.Terminal; pty: ConsoleTerminal }>();
  /** Consoles of the domains that each lab had when it was last heard of. */
  readonly #domains = new WeakMap<EditorLab, ReadonlySet<string>>();
  readonly #subscription: vscode.Disposable;

  constructor() {
    this.#subscription = vscode.window.onDidCloseTerminal(closed => {
      for (const [key, { terminal, pty }] of this.#terminals)
        if (terminal === closed) {
          this.#terminals.delete(key);
          pty.dispose();
        }
    });
  }

  /** Shows a console of a lab: in the terminal that the same console of an earlier run has, if it is still there. */
  open(lab: EditorLab, name: string, options: { takeFocus: boolean }): void {
    this.add(lab, name).terminal.show(!options.takeFocus);
  }

  /** A terminal for each domain when it comes, and a word there when it goes. */
  followDomains(lab: EditorLab): void {
    const now = new Set(lab.domains.flatMap(({ console }) => console ?? []));
    const before = this.#domains.get(lab) ?? new Set<string>();
    this.#domains.set(lab, now);
    for (const name of before) if (!now.has(name)) this.#terminals.get(keyOf(lab, name))?.pty.note('domain ended');
    const added = [...now].filter(name => !before.has(name));
    for (const name of added.slice(0, Math.max(0, MOST_UNASKED - before.size))) this.add(lab, name, DOMAIN_ICON);
  }

  /** The terminal of a console, made if need be; it stays where it is. */
  add(lab: EditorLab, name: string, icon = BOARD_ICON): { terminal: vscode.Terminal } {
    const key = keyOf(lab, name);
    let found = this.#terminals.get(key);
    if (!found) {
      const pty = new ConsoleTerminal();
      const iconPath = new vscode.ThemeIcon(icon);
      const terminal = vscode.window.createTerminal({ name: `${name}: ${lab.session.name}`, pty, iconPath });
      found = { terminal, pty };
      this.#terminals.set(key, found);
    }
    found.pty.show(lab.client.consoles.get(name));
    return found;
  }

  /** The machine of a lab is gone. */
  stop(lab: EditorLab): void {
    const domains = this.#domains.get(lab) ?? [];
    for (const name of new Set([...(lab.started?.consoles ?? []), ...domains]))
      this.#terminals.get(keyOf(lab, name))?.pty.stop();
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const { terminal } of this.#terminals.values()) terminal.dispose();
  }
}
