// The memory map in an editor tab: hands the page what the lab tells of its memory, when that may have changed.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { LabMemoryMap } from '../../lab/memory-map';
import { describeProblem, problemsOf } from '../../lab/problems';
import type { FromMemoryMap, ToMemoryMap } from '../../webview/memory-map/messages';
import type { EditorLab, LabRegistry } from '../labs';

/** Changes that come together lead to one question. */
const SETTLE_MS = 200;

const idsOf = (domains: readonly { id: number }[]): string => domains.map(({ id }) => id).join();

export class MemoryMapPanel implements vscode.Disposable {
  readonly #root: vscode.Uri;
  readonly #labs: LabRegistry;
  readonly #subscriptions: vscode.Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was shown last, for a machine that has ended. */
  #last: { lab: EditorLab; map: LabMemoryMap } | undefined;
  /** A domain to look at once the page is there. */
  #wanted: number | undefined;

  constructor(extension: vscode.Uri, labs: LabRegistry) {
    this.#root = vscode.Uri.joinPath(extension, 'dist', 'webview');
    this.#labs = labs;
    this.#subscriptions = [
      labs.onDidChange(() => this.#soon()),
      labs.onDidChangeDomains(lab => idsOf(lab.domains) !== this.#shownDomains(lab) && this.#soon()),
      vscode.debug.onDidChangeActiveDebugSession(() => this.#soon()),
    ];
  }

  /** @param domain the one to look at, if it is about one */
  show(domain?: number): void {
    this.#wanted = domain;
    if (this.#panel) {
      this.#panel.reveal();
      if (domain !== undefined) this.#post({ kind: 'select', domain });
      return this.#soon();
    }
    const options = { enableScripts: true, localResourceRoots: [this.#root] };
    const panel = vscode.window.createWebviewPanel('xenlab.memoryMap', 'Memory Map', vscode.ViewColumn.Active, options);
    this.#panel = panel;
    panel.webview.onDidReceiveMessage((message: FromMemoryMap) => this.#hear(message));
    panel.onDidChangeViewState(() => panel.visible && this.#soon());
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#last = undefined;
      clearTimeout(this.#timer);
    });
    panel.webview.html = this.#page(panel.webview);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#panel?.dispose();
    for (const one of this.#subscriptions) one.dispose();
  }

  #page(webview: vscode.Webview): string {
    const at = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(this.#root, file)).toString();
    const nonce = randomBytes(16).toString('base64');
    // The toolkit finds the nonce in the page, and tries out with an empty style what the browser can do.
    const policy = `default-src 'none'; style-src ${webview.cspSource} 'nonce-${nonce}'; script-src 'nonce-${nonce}';`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${at('memory-map.css')}">
<title>Memory Map</title>
</head>
<body><script nonce="${nonce}" src="${at('memory-map.js')}"></script></body>
</html>`;
  }

  #hear(message: FromMemoryMap): void {
    switch (message.kind) {
      case 'ready':
      case 'refresh':
        return void this.#update();
      case 'copy':
        return void vscode.env.clipboard.writeText(message.text);
    }
  }

  #shownDomains(lab: EditorLab): string | undefined {
    if (this.#last?.lab !== lab) return undefined;
    return idsOf(this.#last.map.spaces.flatMap(({ domain: id }) => (id === undefined ? [] : { id })));
  }

  #soon(): void {
    if (!this.#panel?.visible) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#update(), SETTLE_MS);
  }

  #post(message: ToMemoryMap): void {
    void this.#panel?.webview.postMessage(message);
  }

  async #update(): Promise<void> {
    const lab = this.#labs.active;
    if (!lab?.started) return this.#withoutLab(lab);
    try {
      const map = await lab.client.request('memoryMap', {});
      if (lab !== this.#labs.active) return;
      this.#last = { lab, map };
      this.#post({ kind: 'map', lab: lab.session.name, state: lab.state === 'running' ? 'running' : 'paused', map });
    } catch (error) {
      if (lab !== this.#labs.active) return this.#withoutLab(undefined);
      return this.#post({ kind: 'nothing', why: problemsOf(error).map(describeProblem).join('; ') });
    }
    if (this.#wanted !== undefined) this.#post({ kind: 'select', domain: this.#wanted });
    this.#wanted = undefined;
  }

  #withoutLab(loading: EditorLab | undefined): void {
    if (loading) return this.#post({ kind: 'nothing', why: `${loading.session.name} is being loaded.` });
    if (!this.#last) return this.#post({ kind: 'nothing', why: 'No lab is running. Boot Board, or F5, starts one.' });
    this.#post({ kind: 'map', lab: this.#last.lab.session.name, state: 'ended', map: this.#last.map });
  }
}
