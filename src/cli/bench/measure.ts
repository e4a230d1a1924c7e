// User CPU time of whole processes, children included, as the system accounts it.
import { spawn } from 'node:child_process';

export interface Measured {
  /** Seconds. */
  readonly user: number;
  readonly exitCode: number;
  readonly output: string;
}

/** `1m2.345s` as seconds. */
function seconds(text: string): number {
  const m = /^(\d+)m([\d.]+)s$/.exec(text);
  return m ? Number(m[1]) * 60 + Number(m[2]) : NaN;
}

/**
 * Runs a command to its end under a shell whose `times` accounts for it (POSIX; the second line is that of children).
 * @param answer typed into its standard input when its output contains `marker`
 */
export async function measure(
  command: readonly string[],
  answer?: { readonly marker: string; readonly text: string },
): Promise<Measured> {
  const child = spawn('/bin/sh', ['-c', '"$@" 2>/dev/null; code=$?; times >&2; exit $code', 'sh', ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let account = '';
  let answered = false;
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString('latin1');
    if (answer && !answered && output.includes(answer.marker)) {
      answered = true;
      child.stdin.write(answer.text);
    }
  });
  child.stdin.on('error', () => {}); // it may end before it reads
  child.stderr.on('data', (data: Buffer) => (account += data.toString()));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? -1));
  });
  const children = account.trim().split('\n').at(-1) ?? '';
  return { user: seconds(children.split(' ')[0] ?? ''), exitCode, output };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
