// Cores and exceptions in the words of the architecture manual, one line each.
import type { CoreCondition } from '../../emu/condition';
import type { LoggedException, LoggedKind } from '../../emu/cpu/exception-log';
import { MODE, MODES } from '../../emu/cpu/modes';
import { PSR } from '../../emu/cpu/psr';
import type { FaultType } from '../../emu/mmu/faults';

export const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

/** ARM DDI 0406C, B1.8.1. */
export const KINDS: Readonly<Record<LoggedKind, string>> = {
  undefined: 'Undefined Instruction',
  supervisorCall: 'Supervisor Call (SVC)',
  secureMonitorCall: 'Secure Monitor Call (SMC)',
  prefetchAbort: 'Prefetch Abort',
  dataAbort: 'Data Abort',
  irq: 'IRQ',
  fiq: 'FIQ',
  virtualIrq: 'virtual IRQ',
  virtualFiq: 'virtual FIQ',
  virtualAbort: 'virtual Abort',
  hypervisorCall: 'Hypervisor Call (HVC)',
  hypTrap: 'Hyp Trap',
};

const FAULTS: Readonly<Record<FaultType, string>> = {
  alignment: 'alignment fault',
  debug: 'breakpoint',
  translation: 'translation fault',
  accessFlag: 'access flag fault',
  domain: 'domain fault',
  permission: 'permission fault',
  external: 'external abort',
  externalOnWalk: 'external abort on a table walk',
  asynchronousExternal: 'asynchronous external abort',
  tlbConflict: 'TLB conflict',
};

const modeName = (psr: number): string => MODES[psr & PSR.M]?.name ?? '?';
export const isHyp = (psr: number): boolean => (psr & PSR.M) === MODE.hyp;
export const isUser = (psr: number): boolean => (psr & PSR.M) === MODE.usr;

const LEVEL_NAMES = ['EL0', 'EL1', 'EL2', 'EL3'] as const;

/** Exception level and mode, for example `EL2 (hyp)` or `EL3 (Secure svc)`. */
export const levelOf = ({ level, mode, secure }: Pick<CoreCondition, 'level' | 'mode' | 'secure'>): string =>
  `${LEVEL_NAMES[level]} (${secure ? 'Secure ' : ''}${mode})`;

/** What of an abort there is to know: `external abort at 0x1c020000`. */
export const faultOf = ({ fault, address }: LoggedException): string =>
  fault === undefined ? '' : `${FAULTS[fault]}${fault === 'asynchronousExternal' ? '' : ` at ${hex(address)}`}`;

/** Which register the status is from. */
function status({ kind, to, status: value, hpfar }: LoggedException): string {
  if (/irq|fiq/i.test(kind)) return '';
  if (isHyp(to)) return `, HSR ${hex(value)}${hpfar === 0 ? '' : `, HPFAR ${hex(hpfar)}`}`;
  if (kind === 'prefetchAbort') return `, IFSR ${hex(value)}`;
  return kind === 'dataAbort' || kind === 'virtualAbort' ? `, DFSR ${hex(value)}` : '';
}

/** @param place the name of its PC */
export function exceptionLine(one: LoggedException, place: string): string {
  const fault = faultOf(one);
  const many = /irq|fiq/i.test(one.kind) ? ' since the start, this is the last' : ' times';
  const times = one.times > 1 ? `, ${one.times}${many}` : '';
  const ways = `${modeName(one.from)} to ${modeName(one.to)}, vector ${hex(one.vector)}`;
  return `${KINDS[one.kind]}${fault === '' ? '' : ` (${fault})`} at ${place}, ${ways}${status(one)}${times}`;
}

/** @param place the name of its PC */
export function coreLine(core: CoreCondition, place: string): string {
  const doing = core.parked ? 'waits in firmware for its start' : core.waiting ? 'waits (WFI or WFE)' : 'executes';
  const mmu = core.mmu ? 'MMU on' : 'MMU off';
  const next = core.instruction === '' ? 'nothing that can be read' : core.instruction.trim();
  return `${levelOf(core)}, ${mmu}, ${doing}, PC ${place}: ${next}`;
}
