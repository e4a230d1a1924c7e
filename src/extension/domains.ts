// What the palette and the list of domains do to domains: pickers, questions, progress, and errors in one line.
import * as vscode from 'vscode';
import type { DomainRow } from '../lab/protocol';
import type { Consoles } from './consoles';
import { type SimpleVerb, VERBS } from './domain-verbs';
import type { EditorLab, LabRegistry } from './labs';
import { type ProblemMarks, showProblems } from './problems';
import { describeRow, type DomainNode, isDomainNode } from './views/domain-item';

export interface DomainPorts {
  readonly labs: LabRegistry;
  readonly consoles: Consoles;
  readonly marks: ProblemMarks;
}

/** The lab whose domains are meant, or a word about why there is none. */
export async function labWithDomains({ labs }: DomainPorts): Promise<EditorLab | undefined> {
  const lab = labs.active;
  if (lab?.started?.toolstack) return lab;
  if (lab?.started) {
    const why = 'its domains are made by xl in dom0, or it has none';
    void vscode.window.showInformationMessage(`${lab.session.name} does not run on the built-in hypervisor: ${why}.`);
    return undefined;
  }
  if (lab) {
    void vscode.window.showInformationMessage(`${lab.session.name} is still being loaded.`);
    return undefined;
  }
  const boot = 'Boot Board';
  const answer = await vscode.window.showInformationMessage('No lab is running.', boot);
  if (answer === boot) await vscode.commands.executeCommand('xenlab.bootBoard');
  return undefined;
}

/** The domain that a command was called for, or one that the person picks. */
async function choose(ports: DomainPorts, verb: SimpleVerb, argument: unknown): Promise<DomainNode | undefined> {
  if (isDomainNode(argument)) return argument;
  const lab = await labWithDomains(ports);
  if (!lab) return undefined;
  const { title, done, fits } = VERBS[verb];
  const rows = (await lab.client.request('domains', {}).catch(() => lab.domains)).filter(fits);
  if (rows.length === 0) {
    void vscode.window.showInformationMessage(`No domain of ${lab.session.name} can be ${done} now.`);
    return undefined;
  }
  const items = rows.map(row => ({ label: row.name, description: describeRow(row), row }));
  const chosen = await vscode.window.showQuickPick(items, { title: `${title} Domain`, placeHolder: lab.session.name });
  return chosen && { lab, row: chosen.row };
}

async function isMeant({ name, state }: DomainRow): Promise<boolean> {
  const yes = 'Destroy';
  const isOver = state === 'shutdown' || state === 'crashed';
  const detail = isOver
    ? 'Its memory is lost.'
    : 'It ends at once. Its memory and what it has not written to its disks are lost. Shut Down asks the guest to end by itself.';
  const answer = await vscode.window.showWarningMessage(`Destroy domain ${name}?`, { modal: true, detail }, yes);
  return answer === yes;
}

/** Does something to a domain. @param argument the row of the list it was called for, if any */
export async function perform(ports: DomainPorts, verb: SimpleVerb, argument: unknown): Promise<void> {
  const node = await choose(ports, verb, argument);
  if (!node) return;
  const { lab, row } = node;
  if (verb === 'destroy' && !(await isMeant(row))) return;
  try {
    await lab.client.request('domain', { verb, domain: row.id });
  } catch (error) {
    showProblems(error, ports.marks);
  }
}

/** Opens a console: of the row it was called for, or one that the person picks. */
export async function openConsole(ports: DomainPorts, argument: unknown): Promise<void> {
  const { labs, consoles } = ports;
  if (isDomainNode(argument)) {
    const { lab, row } = argument;
    if (row.console !== undefined) return consoles.open(lab, row.console, { takeFocus: true });
    void vscode.window.showInformationMessage(`The console of domain ${row.id} is with the tools in dom0: xl console ${row.id}`); // prettier-ignore
    return;
  }
  const lab = labs.active;
  const names = [...new Set([...(lab?.started?.consoles ?? []), ...(lab?.domains ?? []).flatMap(row => row.console ?? [])])]; // prettier-ignore
  if (!lab || names.length === 0) {
    const boot = 'Boot Board';
    const answer = await vscode.window.showInformationMessage('No machine is running.', boot);
    if (answer === boot) await vscode.commands.executeCommand('xenlab.bootBoard');
    return;
  }
  const items = names.map(label => {
    const row = lab.domains.find(one => one.console === label);
    return { label, ...(row && { description: describeRow(row) }) };
  });
  const placeHolder = `Console of ${lab.session.name}`;
  const chosen = names.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder });
  if (chosen) consoles.open(lab, chosen.label, { takeFocus: true });
}
