// A row of the list of domains.
import * as vscode from 'vscode';
import type { DomainRow } from '../../lab/protocol';
import { contextOf, kindOf } from '../domain-verbs';
import { type EditorLab, formatCpu } from '../labs';

/** A domain of a lab: what commands of the list get. Stays the same object as long as the domain is there. */
export interface DomainNode {
  readonly lab: EditorLab;
  row: DomainRow;
}

export const isDomainNode = (value: unknown): value is DomainNode =>
  typeof value === 'object' && value !== null && 'lab' in value && 'row' in value;

type State = DomainRow['state'];

const ICONS: Record<State, readonly [string, string?]> = {
  running: ['vm-running', 'charts.green'],
  blocked: ['vm', 'charts.green'],
  paused: ['debug-pause', 'charts.yellow'],
  shutdown: ['vm-outline', 'disabledForeground'],
  crashed: ['error', 'charts.red'],
  dying: ['loading~spin'],
};

const MEANINGS: Record<State, string> = {
  running: 'a vCPU runs, or could',
  blocked: 'every vCPU waits for an event',
  paused: 'by a toolstack, until it is unpaused',
  shutdown: 'it has ended; its memory is still there',
  crashed: 'it has crashed; its memory is still there',
  dying: 'its memory is being given back',
};

export const formatVcpus = (count: number): string => `${count} vCPU${count === 1 ? '' : 's'}`;

/** In one line, for pickers and rows. */
export const describeRow = ({ id, state, memory, vcpus, cpuSeconds }: DomainRow): string =>
  `${id} · ${state} · ${formatCpu(cpuSeconds)} · ${memory} MiB · ${formatVcpus(vcpus)}`;

export function domainItem({ lab, row }: DomainNode): vscode.TreeItem {
  const { id, name, state, memory, vcpus, cpuSeconds } = row;
  const item = new vscode.TreeItem(name);
  const [icon, color] = ICONS[state];
  item.id = `${lab.session.id} ${id}`;
  item.description = describeRow(row);
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = contextOf(row);
  item.tooltip = [
    `${name}: ${state}, ${MEANINGS[state]}`,
    `Domain ${id}, ${memory} MiB, ${formatVcpus(vcpus)}`,
    `${formatCpu(cpuSeconds)} of processor time`,
    kindOf(row) === 'foreign' ? 'Made by tools in dom0, which know its name and have its console' : '',
  ]
    .filter(line => line !== '')
    .join('\n');
  item.accessibilityInformation = {
    label: `${name}, domain ${id}, ${state}, ${memory} MiB, ${formatVcpus(vcpus)}, ${formatCpu(cpuSeconds)} of processor time`,
  };
  return item;
}
