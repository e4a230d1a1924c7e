// A console held against that of qemu, line by line: what differs has to have a reason, and the reasons are data.

export interface Difference {
  /** Lines of qemu's console that ours lacks, or has in another form. */
  readonly theirs: RegExp;
  /** What stands there instead, if anything does. */
  readonly ours?: RegExp;
  readonly why: string;
}

/** Lines that only our console has. */
export interface OnlyOurs {
  readonly line: RegExp;
  readonly why: string;
}

/** Lines without what Linux puts before them (the time), without empty ones. */
export const consoleLines = (text: string): string[] =>
  text
    .replaceAll('\r', '')
    .split('\n')
    .map(line => line.replace(/^\[ *[\d.]+\] /, '').trimEnd())
    .filter(line => line !== '');

/**
 * Lines of threads may come in another order, so each of theirs is looked for in all of ours that are left.
 * @returns lines without a counterpart and without a reason, ours with "+" and theirs with "-" before them
 */
export function unexplained(
  theirs: readonly string[],
  ours: readonly string[],
  differences: readonly Difference[],
  onlyOurs: readonly OnlyOurs[] = [],
): string[] {
  const found: string[] = [];
  const left = [...ours];
  for (const line of theirs) {
    const same = left.indexOf(line);
    if (same >= 0) {
      left.splice(same, 1);
      continue;
    }
    const known = differences.find(d => d.theirs.test(line));
    const instead = known?.ours && left.findIndex(l => known.ours!.test(l));
    if (!known || (instead !== undefined && instead < 0)) found.push(`- ${line}`);
    else if (instead !== undefined) left.splice(instead, 1);
  }
  return [...found, ...left.filter(line => !onlyOurs.some(o => o.line.test(line))).map(line => `+ ${line}`)];
}
