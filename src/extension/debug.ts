// The debug type `xenlab`: where sessions come from, and what F5 means where nothing is configured.
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { XenLabSession } from '../debugAdapter/session';
import { EMBEDDED } from '../lab/embedded-names';
import { spawnLab } from '../lab/node/spawn';
import type { StartedLab } from '../lab/protocol';
import { DOM0_CONSOLE, XEN_CONSOLE } from '../lab/xen/console-split';
import { showCard } from './cards';
import type { Consoles } from './consoles';
import type { EditorLab, LabRegistry } from './labs';
import type { ProblemMarks } from './problems';

export const DEBUG_TYPE = 'xenlab';

export const workerFileOf = (context: vscode.ExtensionContext): string =>
  context.asAbsolutePath(path.join('dist', 'worker.cjs'));

/** A configuration that boots a board; without a kernel those are the guests that the lab has itself. */
export function bootConfiguration(board?: string): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: 'launch', name: board ?? 'Demo guest', ...(board && { board }) };
}

class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(
    private readonly workerFile: string,
    private readonly labs: LabRegistry,
    private readonly consoles: Consoles,
    private readonly marks: ProblemMarks,
  ) {}

  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    this.marks.clear();
    const folder = session.workspaceFolder?.uri.fsPath;
    const adapter = new XenLabSession({
      spawnLab: () => {
        const lab = spawnLab(this.workerFile);
        this.labs.booting(session, lab);
        const terminate = (): Promise<void> => {
          this.labs.ended(session);
          return lab.terminate();
        };
        return { client: lab.client, terminate };
      },
      resolvePath: file => absolute(file, folder),
      consolesAsOutput: false,
      onStarted: (_lab, started) => {
        const lab = this.labs.loaded(session, started);
        if (lab) this.openConsoles(lab, started);
      },
      onProblems: problems => this.marks.mark(problems),
      onCard: card => void showCard(session, card),
    });
    return new vscode.DebugAdapterInlineImplementation(adapter);
  }

  /** Xen's console and dom0's have terminals of their own beside that of their UART; the others come when asked for. */
  private openConsoles(lab: EditorLab, { consoles, el2 }: StartedLab): void {
    const [main] = consoles;
    if (main === undefined) return;
    const split = [XEN_CONSOLE, DOM0_CONSOLE].filter(name => consoles.includes(name));
    for (const name of [main, ...split]) this.consoles.add(lab, name);
    // The built-in hypervisor says little: what there is to type at is the UART.
    this.consoles.open(lab, el2 === 'built-in' ? main : (split[0] ?? main), { takeFocus: false });
  }
}

function absolute(file: string, folder: string | undefined): string {
  if (file === '~' || file.startsWith('~/')) return path.join(homedir(), file.slice(1));
  return path.resolve(folder ?? homedir(), file);
}

class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** Without a launch.json VS Code hands in an empty configuration. */
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    const empty = !given.type && !given.request && !given.name;
    const configuration = empty ? { ...bootConfiguration(), ...subjectOfEditor() } : given;
    // The consoles are terminals; the Debug Console would hide them as it opens.
    return { internalConsoleOptions: 'neverOpen', ...configuration };
  }
}

/** F5 on an open device tree source boots that tree; on a configuration of a domain that domain, beside a dom0. */
function subjectOfEditor(): Partial<vscode.DebugConfiguration> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return {};
  const { fileName, languageId } = document;
  const name = path.basename(fileName);
  if (languageId === 'dts' && fileName.endsWith('.dts')) return { name, deviceTree: fileName };
  if (languageId === 'xl-cfg') return { name, kernel: EMBEDDED.dom0, domains: [fileName] };
  return {};
}

/** What "Add Configuration" and the list of the Run view offer. */
class DynamicConfigurations implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [
      bootConfiguration(),
      {
        ...bootConfiguration(),
        name: 'Linux on the bare board',
        hypervisor: 'none',
        kernel: 'zImage',
        initrd: 'initrd.gz',
        args: 'console=ttyAMA0 rdinit=/init',
      },
    ];
  }
}

export function registerDebug(
  context: vscode.ExtensionContext,
  labs: LabRegistry,
  consoles: Consoles,
  marks: ProblemMarks,
): void {
  context.subscriptions.push(
    labs.onProblem(problem => marks.mark([problem])),
    labs.onDidChangeDomains(lab => consoles.followDomains(lab)),
    labs.onDidChange(lab => {
      if (lab.state === 'ended') consoles.stop(lab);
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory(
      DEBUG_TYPE,
      new AdapterFactory(workerFileOf(context), labs, consoles, marks),
    ),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, new ConfigurationProvider()),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      new DynamicConfigurations(),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
  );
}
