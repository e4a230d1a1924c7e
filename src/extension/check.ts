// "Check My Setup": whether this computer and this VS Code can run a lab, tried out rather than guessed.
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { spawnLab } from '../lab/node/spawn';
import { describeProblem, problemsOf } from '../lab/problems';

interface Finding {
  ok: boolean;
  text: string;
}

const DEADLINE_MS = 60_000;
const PROMPT = 'lab> ';
/** Something that takes a while, and what it prints at its end. */
const COMPUTATION = { command: 'run crc\n', result: 'c790bff6' };

/** Boots what F5 boots in a worker of its own, and lets it compute. */
async function tryDemo(workerFile: string): Promise<Finding> {
  const lab = spawnLab(workerFile);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const { consoles } = await lab.client.request('start', { pace: 'fast' });
    const console = lab.client.consoles.get(consoles[0] ?? '');
    const decoder = new TextDecoder();
    let said = '';
    let typed = false;
    const done = new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`the demo guest did not ${typed ? 'answer' : 'boot'} in ${DEADLINE_MS / 1000} s`)),
        DEADLINE_MS,
      );
      lab.client.onEvent(event => event.event === 'exited' && resolve());
      console.attach(data => {
        said += decoder.decode(data, { stream: true });
        if (!typed && said.includes(PROMPT)) {
          typed = true;
          console.type(new TextEncoder().encode(COMPUTATION.command));
        }
        if (said.includes(COMPUTATION.result)) resolve();
      });
    });
    await lab.client.request('run', {});
    await done;
    const { instructions, wallSeconds } = await lab.client.request('statistics', {});
    const speed = `${(instructions / wallSeconds / 1e6).toFixed(0)} million instructions per second`;
    if (!said.includes(COMPUTATION.result))
      return {
        ok: false,
        text: `the demo guest ran (${speed}), but did not ${typed ? 'compute' : 'get to its prompt'}`,
      };
    return { ok: true, text: `the demo guest boots in a worker thread, at ${speed}` };
  } catch (error) {
    return { ok: false, text: problemsOf(error).map(describeProblem).join('; ') };
  } finally {
    clearTimeout(timer);
    await lab.terminate();
  }
}

function tryApt(): Finding {
  const apt = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .some(folder => existsSync(path.join(folder, 'apt-get')));
  const text = apt
    ? 'apt is here: Get Debian Images uses it'
    : 'no apt here: Get Debian Images needs --from or --mirror';
  return { ok: true, text };
}

/** Checks, writes what was found into `channel`, and says the outcome. */
export async function checkSetup(workerFile: string, channel: vscode.OutputChannel): Promise<void> {
  const { node } = process.versions;
  const findings: Finding[] = [
    { ok: true, text: `VS Code ${vscode.version} on ${process.platform} ${process.arch}` },
    { ok: Number(node.split('.')[0]) >= 20, text: `Node ${node} in the extension host; 20 or newer is needed` },
    { ok: vscode.workspace.isTrusted, text: 'this workspace is trusted, so machines may boot' },
    await tryDemo(workerFile),
    tryApt(),
  ];
  channel.appendLine(`Check of ${new Date().toISOString()}`);
  for (const { ok, text } of findings) channel.appendLine(`  ${ok ? 'ok      ' : 'PROBLEM '}${text}`);
  const problems = findings.filter(({ ok }) => !ok);
  const details = 'Show Details';
  const answer =
    problems.length === 0
      ? await vscode.window.showInformationMessage(`Xen Lab is ready: ${findings[3]!.text}.`, details)
      : await vscode.window.showErrorMessage(`Xen Lab cannot run yet: ${problems[0]!.text}`, details);
  if (answer === details) channel.show();
}
