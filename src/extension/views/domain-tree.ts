// The list of domains of the lab that the user looks at. The lab tells of changes; times of processors are asked for, and
// only while somebody can see them change.
import * as vscode from 'vscode';
import type { EditorLab, LabRegistry } from '../labs';
import { domainItem, type DomainNode } from './domain-item';

export const DOMAINS_VIEW = 'xenlab.domains';

/** Between two questions while answers differ, and at most when nothing happens. */
const POLL_MS = 1000;
const SLOWEST_POLL_MS = 4000;

export class DomainTree implements vscode.TreeDataProvider<DomainNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<DomainNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #labs: LabRegistry;
  readonly #view: vscode.TreeView<DomainNode>;
  readonly #subscriptions: vscode.Disposable[];
  #nodes: DomainNode[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pollMs = POLL_MS;

  constructor(labs: LabRegistry) {
    this.#labs = labs;
    this.#view = vscode.window.createTreeView(DOMAINS_VIEW, { treeDataProvider: this });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      labs.onDidChange(() => this.#follow()),
      labs.onDidChangeDomains(lab => {
        if (lab !== labs.active) return;
        this.#show();
        this.#schedule(POLL_MS);
      }),
      vscode.debug.onDidChangeActiveDebugSession(() => this.#follow()),
      this.#view.onDidChangeVisibility(() => this.#follow()),
    ];
    this.#follow();
  }

  getTreeItem(node: DomainNode): vscode.TreeItem {
    return domainItem(node);
  }

  getChildren(node?: DomainNode): DomainNode[] {
    return node ? [] : this.#nodes;
  }

  /** Needed for `reveal`: the list has one level. */
  getParent(): undefined {
    return undefined;
  }

  reveal(id: number): void {
    const node = this.#nodes.find(({ row }) => row.id === id);
    if (node && this.#view.visible) void this.#view.reveal(node, { select: true, focus: false });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const one of this.#subscriptions) one.dispose();
  }

  /** Another lab, another state of it, or somebody looks again. */
  #follow(): void {
    const lab = this.#labs.active;
    const description = lab?.started?.toolstack ? lab.session.name : '';
    if (this.#view.description !== description) this.#view.description = description;
    this.#show();
    this.#schedule(0);
  }

  /** Rows that are still there stay the same nodes: VS Code keeps selection and focus. */
  #show(): void {
    const lab = this.#labs.active;
    const rows = lab?.started?.toolstack ? lab.domains : [];
    const before = this.#nodes;
    this.#nodes = rows.map(row => {
      const node = before.find(one => one.lab === lab && one.row.id === row.id);
      return node ?? { lab: lab!, row };
    });
    const isSameList = before.length === rows.length && this.#nodes.every((node, i) => node === before[i]);
    const changed = this.#nodes.filter((node, i) => node.row !== rows[i]);
    this.#nodes.forEach((node, i) => (node.row = rows[i]!));
    if (!isSameList) this.#changed.fire(undefined);
    else for (const node of changed) this.#changed.fire(node);
  }

  /** Asks after a while, and again, as long as it makes sense. */
  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    const lab = this.#labs.active;
    if (!this.#view.visible || !lab?.started?.toolstack || lab.state === 'ended') return;
    this.#pollMs = Math.max(POLL_MS, ms);
    this.#timer = setTimeout(() => void this.#ask(lab), ms);
  }

  async #ask(lab: EditorLab): Promise<void> {
    const isNew = await this.#update(lab);
    // What was new has led to another question already.
    if (!isNew && lab.state === 'running') this.#schedule(Math.min(SLOWEST_POLL_MS, 2 * this.#pollMs));
  }

  async #update(lab: EditorLab): Promise<boolean> {
    const rows = await lab.client.request('domains', {}).catch(() => undefined);
    // The answer may come after the end.
    return rows !== undefined && lab === this.#labs.active && this.#labs.setDomains(lab, rows);
  }
}
