// One source before the real cpp and dtc, and before `xenlab dtc`: status, bytes, and what checks say.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runDtc } from '../../../src/cli/dtc/dtc';
import { readRequest } from '../../../src/cli/dtc/options';
import { ToolFailure } from '../../../src/cli/fdt/files';
import { UsageError } from '../../../src/cli/options';

export interface Case {
  /** Whether cpp goes first. */
  readonly cpp: boolean;
  readonly flags: readonly string[];
}

/** Where a case is run. */
export interface Place {
  /** The working directory; that of this process must be the same, or the file names absolute. */
  readonly folder: string;
  readonly file: string;
  readonly include: string;
  /** A folder for what comes out. */
  readonly scratch: string;
}

export interface Answer {
  /** Of dtc: 1 when it is no source, 2 when checks refuse it. */
  readonly status: number;
  readonly output: Uint8Array | undefined;
  /** Lines of checks. */
  readonly said: string;
  /** All that was said, for a report. */
  readonly words: string;
}

/** What belongs to checks; whatever else is said is said in words of each one's own. */
function checksOf(words: string, cpp: boolean, folder: string): string {
  const lines = words
    .replaceAll(`${folder}/`, '')
    .split('\n')
    .filter(line => /(Warning|ERROR) \(\w+\): |^ {2}(also |\S+:\d)/.test(line));
  // What dtc shows of an alias that is no string goes on behind its end.
  const shown = lines.map(line => line.replace(/(aliases property is not a valid node)[^]*/, '$1'));
  // Columns, and lines of what macros stand for, are those of cpp's output for dtc.
  const places = /:\d+\.\d+(-\d+(\.\d+)?)?(?=:|$)/gm;
  return (cpp ? shown.map(line => line.replaceAll(places, '')) : shown).join('\n');
}

function take(file: string): Uint8Array | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = new Uint8Array(readFileSync(file));
  rmSync(file);
  return bytes;
}

/** @returns undefined when dtc ends by a signal, or hangs: then it has no answer. */
export function askDtc({ cpp, flags }: Case, { folder, file, include, scratch }: Place): Answer | undefined {
  const run = (command: string, args: readonly string[], input?: Uint8Array) =>
    spawnSync(command, args, { cwd: folder, input, maxBuffer: 1 << 28, timeout: 10_000 });
  let input: Uint8Array | undefined;
  if (cpp) {
    const words = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', '-I', include, file];
    const { stdout, stderr, status } = run('cpp', words);
    if (status !== 0) return { status: 1, output: undefined, said: '', words: stderr.toString('latin1') };
    input = stdout;
  }
  const out = path.join(scratch, 'theirs');
  const words = ['-I', 'dts', '-i', include, '-o', out, ...flags, cpp ? '-' : file];
  const { status, signal, stderr } = run('dtc', words, input);
  const output = take(out);
  if (signal !== null || status === null) return undefined;
  const said = stderr.toString('utf8');
  return { status, output: status === 0 ? output : undefined, said: checksOf(said, cpp, folder), words: said };
}

export function askUs({ cpp, flags }: Case, { folder, file, include, scratch }: Place): Answer {
  const output = path.join(scratch, 'ours');
  const said: string[] = [];
  let status = 0;
  try {
    const request = readRequest(['-I', 'dts', '-i', include, '-o', output, ...flags, file]);
    if (request === 'help' || request === 'version') throw new Error('no case');
    runDtc(request, text => said.push(text));
  } catch (error) {
    if (!(error instanceof ToolFailure || error instanceof UsageError)) throw error;
    status = error instanceof ToolFailure ? error.status : 1;
    said.push(error.message);
  }
  const words = Buffer.from(said.join(''), 'utf8').toString('latin1').replaceAll(output, path.join(scratch, 'theirs'));
  return { status, output: take(output), said: checksOf(words, cpp, folder), words };
}

/** @returns what differs; undefined when nothing does. */
export function difference(theirs: Answer, ours: Answer): string | undefined {
  if (theirs.status !== ours.status) return `status ${theirs.status} of dtc, ${ours.status} of ours`;
  if (theirs.said !== ours.said) {
    const [a, b] = [theirs.said.split('\n'), ours.said.split('\n')];
    const at = a.findIndex((line, i) => line !== b[i]);
    return `checks: ${a[at] ?? 'nothing more'}\n   ours: ${b[at < 0 ? a.length : at] ?? 'nothing more'}`;
  }
  if (Buffer.compare(theirs.output ?? new Uint8Array(), ours.output ?? new Uint8Array()) === 0) return undefined;
  return 'the bytes differ';
}
