// How long the language server takes on real trees, as its client sees it:  npm run bench-language -- KERNEL_TREE
// The limits are those that the project promises: 100 ms from an edit of a 150 KB board to its diagnostics, 30 ms for
// completion and hover, 150 MB for the largest board.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

const [kernel] = process.argv.slice(2);
if (kernel === undefined) throw new Error('usage: npm run bench-language -- KERNEL_TREE');

const BOARDS = [
  'arch/arm/boot/dts/vexpress-v2p-ca15-tc1.dts',
  'arch/arm/boot/dts/tegra30-ouya.dts',
  'arch/arm64/boot/dts/qcom/sdm845-db845c.dts',
  'arch/arm64/boot/dts/qcom/sc7280-herobrine-crd.dts',
  'arch/arm64/boot/dts/qcom/sm8250-mtp.dts',
];
const ROUNDS = 15;
const entry = path.join(process.env['PROJECT'] ?? '.', 'dist', 'language.cjs');
const server = spawn(process.execPath, [entry, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = createMessageConnection(
  new StreamMessageReader(server.stdout),
  new StreamMessageWriter(server.stdin),
);
let published = new Map<string, number>();
let wake = (): void => {};
connection.onNotification('textDocument/publishDiagnostics', ({ uri, version }: { uri: string; version?: number }) => {
  if (version !== undefined) published.set(uri, version);
  wake();
});
connection.listen();
await connection.sendRequest('initialize', {
  processId: null,
  rootUri: null,
  capabilities: {},
});
await connection.sendNotification('initialized', {});

const median = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `${sorted[sorted.length >> 1]!.toFixed(0)} (at most ${sorted.at(-1)!.toFixed(0)})`;
};

/** Processor time of the server so far, in milliseconds. */
function processorTime(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident and private memory of the server, with Node itself. */
function memory(): string {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const [resident = '0', anonymous = '0'] = ['VmRSS', 'RssAnon'].map(
    name => new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1],
  );
  return `${(Number(resident) / 1024).toFixed(0)} (${(Number(anonymous) / 1024).toFixed(0)} private)`;
}

async function diagnosed(uri: string, version: number): Promise<void> {
  while (published.get(uri) !== version) await new Promise<void>(resolve => (wake = resolve));
}

console.log(
  'board | KB | open ms | edit to diagnostics ms | completion ms | hover ms | processor ms for all three | memory MB',
);
for (const board of BOARDS) {
  const file = path.resolve(kernel, board);
  const uri = `file://${file}`;
  const text = readFileSync(file, 'utf8');
  published = new Map();
  let at = performance.now();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'dts', version: 1, text },
  });
  await diagnosed(uri, 1);
  const opened = performance.now() - at;
  const lines = text.split('\n');
  const line = lines.findIndex(one => /^\t+[\w,-]+ = </.test(one)) + 1 || 3;
  const character = lines[line - 1]!.search(/\S/) + 2;
  const [edits, completions, hovers] = [[], [], []] as [number[], number[], number[]];
  const before = processorTime();
  for (let round = 0; round < ROUNDS; round++) {
    const version = round + 2;
    at = performance.now();
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: { line, character: 0 }, end: { line, character: 0 } }, text: '\n' }],
    });
    const complete = connection.sendRequest('textDocument/completion', {
      textDocument: { uri },
      position: { line, character: 0 },
    });
    await complete;
    completions.push(performance.now() - at);
    await diagnosed(uri, version);
    edits.push(performance.now() - at);
    at = performance.now();
    await connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: { line: line - 1, character },
    });
    hovers.push(performance.now() - at);
  }
  console.log(
    [
      path.basename(board),
      (text.length / 1024).toFixed(0),
      opened.toFixed(0),
      median(edits),
      median(completions),
      median(hovers),
      ((processorTime() - before) / ROUNDS).toFixed(0),
      memory(),
    ].join(' | '),
  );
  await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
}
await connection.sendRequest('shutdown');
await connection.sendNotification('exit');
