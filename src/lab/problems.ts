// Problems as data: every one has a code that docs/errors.md lists. Nothing a user gives may end in a stack trace.
import { DtError } from '../dt/error';
import { ImageError } from '../image';
import { PREFLIGHT_CODES } from './preflight/codes';
import type { LabProblem } from './protocol';

/** What a code means, for docs/errors.md; the message of a problem says the particulars. */
export const LAB_PROBLEMS = {
  'configuration.unknown': 'An attribute or option that does not exist. The message names the nearest one that does.',
  'configuration.value': 'A value of the wrong type, or outside its range or list.',
  'configuration.conflict': 'Two attributes that exclude each other, or one that needs another.',
  'configuration.later': 'Something that this release cannot do yet. The message says what works instead.',
  'configuration.board': 'No board has this name. `xenlab boards` lists the names.',
  'configuration.console': 'The board has no console of this name.',
  'configuration.json': 'A configuration file that is not JSON, or not an object.',
  'file.missing': 'No file at this path.',
  'file.unreadable': 'The file exists, but the system refuses to read it, or it is a directory.',
  'file.tooLarge': 'The file is larger than any guest memory; it is not read.',
  'host.memory': 'The host cannot give the machine its memory.',
  'xen.board': 'The board has a processor without the Virtualization Extensions, so that Xen cannot run on it.',
  'xen.kernel': 'There is nothing for Xen to start: no kernel for dom0, and no domain either.',
  'xen.module': 'The device tree promises Xen a module, and nothing is loaded at its address.',
  'xen.tree': 'The device tree is not one that Xen can boot with.',
  'xen.memory': 'The memory nodes of the device tree, or what domains ask for, do not fit the memory of the machine.',
  'xen.flash': 'The flash does not hold what Xen looks for there.',
  'xen.domain': 'A domain that Xen cannot create by itself at boot, without tools in dom0.',
  'xen.option':
    "Something on Xen's command line that Xen does not know, or that has no effect on the built-in hypervisor.",
  'xen.choice': 'Something that was chosen where the device tree and the configuration say different things.',
  'domain.disk': 'A disk of a domain whose contents the lab does not have.',
  'domain.create': 'A domain that cannot be made: what it asks for is not there. Nothing of it is left.',
  'domain.verb': 'Something that cannot be done to a domain in its state, or a domain that is not there.',
  'lab.state': 'A request that the state of the lab does not allow, for example a step while the machine runs.',
  'lab.address': 'An address that is malformed or not readable.',
  'lab.worker': 'The thread that the machine lives in ended unexpectedly.',
  'lab.internal': 'A fault of the emulator itself. Please report it with the log.',
  ...PREFLIGHT_CODES,
} as const satisfies Record<string, string>;

export type LabProblemCode = keyof typeof LAB_PROBLEMS;

/** Where a problem lies: a place in a text file, or a byte offset in a binary one. */
export type Place = Pick<LabProblem, 'file' | 'line' | 'column' | 'offset'>;

export function problem(code: LabProblemCode, message: string, place: Place = {}): LabProblem {
  return { severity: 'error', code, message, ...place };
}

/** Ends what was asked for; carries what people and programs need to know. */
export class LabFailure extends Error {
  override readonly name = 'LabFailure';
  readonly problems: readonly LabProblem[];

  constructor(...problems: LabProblem[]) {
    super(problems.map(one => one.message).join('\n'));
    this.problems = problems;
  }
}

/** Throws a {@link LabFailure} with one problem. */
export function fail(code: LabProblemCode, message: string, place: Place = {}): never {
  throw new LabFailure(problem(code, message, place));
}

/** @returns the problems an exception stands for; one that is nobody's refusal is a fault of this program. */
export function problemsOf(error: unknown): LabProblem[] {
  if (error instanceof LabFailure) return [...error.problems];
  if (error instanceof ImageError) return [libraryProblem(error.code, error)];
  if (error instanceof DtError) return [libraryProblem(`dt.${error.code}`, error)];
  const what = error instanceof Error ? error.message : String(error);
  return [problem('lab.internal', `the emulator failed: ${what}`)];
}

function libraryProblem(code: string, error: { message: string } & Partial<Record<keyof Place, unknown>>): LabProblem {
  const { message, file, line, column, offset } = error;
  const place = Object.fromEntries(
    Object.entries({ file, line, column, offset }).filter(([, value]) => value !== undefined),
  );
  return { severity: 'error', code, message, ...place };
}

/** One line for people: the message says what, where, why and what to do; the code leads to the docs. */
export function describeProblem({ code, message }: Pick<LabProblem, 'code' | 'message'>): string {
  return `${message} [${code}]`;
}
