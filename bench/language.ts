// How long the language server takes on real trees, as its client sees it:  npm run bench-language -- KERNEL_TREE
// The limits are those that the project promises: 100 ms from an edit of a 150 KB board to its diagnostics, 30 ms for
// completion and hover, 150 MB for the largest board. Each board has a server of its own; rounds before it is warm do not
// count.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

const [kernel] = process.argv.slice(2);
if (kernel === undefined) throw new Error('usage: npm run bench-language -- KERNEL_TREE');

const BOARDS = [
  'arch/arm/boot/dts/vexpress-v2p-ca15-tc1.dts',
  'arch/arm/boot/dts/tegra30-ouya.dts',
  'arch/arm64/boot/dts/qcom/sdm845-db845c.dts',
  'arch/arm64/boot/dts/qcom/sc7280-herobrine-crd.dts',
  'arch/arm64/boot/dts/qcom/sm8250-mtp.dts',
];
const WARM = 10;
const ROUNDS = 25;
const entry = path.join(process.env['PROJECT'] ?? '.', 'dist', 'language.cjs');

class Server {
  readonly child: ChildProcessWithoutNullStreams;
  readonly connection: MessageConnection;
  private published = -1;
  private wake = (): void => {};

  constructor() {
    // The limit that the extension sets to its worker; what is alive is 40 MB.
    this.child = spawn(process.execPath, ['--max-old-space-size=200', entry]);
    this.connection = createMessageConnection(
      new StreamMessageReader(this.child.stdout),
      new StreamMessageWriter(this.child.stdin),
    );
    this.connection.onNotification('textDocument/publishDiagnostics', ({ version }: { version?: number }) => {
      if (version !== undefined) this.published = version;
      this.wake();
    });
    this.connection.listen();
  }

  async diagnosed(version: number): Promise<void> {
    while (this.published !== version) await new Promise<void>(resolve => (this.wake = resolve));
  }

  /** Processor time so far, in milliseconds. */
  processorTime(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' '); // prettier-ignore
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Resident memory with Node itself, and the part that is the server's own. */
  memory(): string {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const [all, own] = ['VmRSS', 'RssAnon'].map(name =>
      (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024).toFixed(0),
    );
    return `${all} (${own} private)`;
  }
}

const statistics = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `${sorted[sorted.length >> 1]!.toFixed(0)} (at most ${sorted.at(-1)!.toFixed(0)})`;
};

async function measure(file: string): Promise<string[]> {
  const server = new Server();
  const { connection } = server;
  await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  const uri = `file://${file}`;
  const text = readFileSync(file, 'utf8');
  let at = performance.now();
  const elapsed = (): number => performance.now() - at;
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'dts', version: 0, text },
  });
  await server.diagnosed(0);
  const opened = elapsed();
  const lines = text.split('\n');
  const line = lines.findIndex(one => /^\t+[\w,-]+ = </.test(one)) + 1 || 3;
  const hovered = { line: line - 1, character: lines[line - 1]!.search(/\S/) + 2 };
  const edited = { line, character: 0 };
  const [edits, completions, hovers] = [[], [], []] as [number[], number[], number[]];
  let processor = 0;
  for (let round = 1 - WARM; round <= ROUNDS; round++) {
    const version = round + WARM;
    if (round === 1) {
      processor = server.processorTime();
      for (const list of [edits, completions, hovers]) list.length = 0;
    }
    at = performance.now();
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: edited, end: edited }, text: '\n' }],
    });
    await connection.sendRequest('textDocument/completion', { textDocument: { uri }, position: edited });
    completions.push(elapsed());
    await server.diagnosed(version);
    edits.push(elapsed());
    at = performance.now();
    await connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: hovered });
    hovers.push(elapsed());
  }
  const used = (server.processorTime() - processor) / ROUNDS;
  const memory = server.memory();
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  const size = (text.length / 1024).toFixed(0);
  return [path.basename(file), size, opened.toFixed(0), ...[edits, completions, hovers].map(statistics), used.toFixed(0), memory]; // prettier-ignore
}

console.log('board | KB | open ms | edit to diagnostics ms | completion ms | hover ms | processor ms | memory MB');
for (const board of BOARDS) console.log((await measure(path.resolve(kernel, board))).join(' | '));
