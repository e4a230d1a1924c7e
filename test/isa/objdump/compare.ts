// Holds a disassembler against a listing and gathers what differs by mnemonic.
import type { Line } from './listing';

export interface Difference extends Line {
  /** What the disassembler under test said. */
  readonly ours: string;
}

/** Lines with the same mnemonic (objdump's) that differ. */
export interface Group {
  readonly mnemonic: string;
  readonly differences: readonly Difference[];
}

const mnemonicOf = (text: string): string => /^\S*/.exec(text)![0];

/**
 * @param accept says that a difference is none
 * @returns the groups, the largest first; empty when all is equal.
 */
export function compare(
  lines: Iterable<Line>,
  disassemble: (encoding: number, address: number) => string,
  accept: (difference: Difference) => boolean = () => false,
): Group[] {
  const groups = new Map<string, Difference[]>();
  for (const line of lines) {
    const ours = disassemble(line.encoding, line.address);
    if (ours === line.text || accept({ ...line, ours })) continue;
    const mnemonic = mnemonicOf(line.text);
    const group = groups.get(mnemonic) ?? [];
    group.push({ ...line, ours });
    groups.set(mnemonic, group);
  }
  return [...groups]
    .map(([mnemonic, differences]) => ({ mnemonic, differences }))
    .sort((a, b) => b.differences.length - a.differences.length);
}

/** A readable report: per group its size and a few samples. */
export function report(groups: readonly Group[], samples = 4): string {
  const show = (text: string): string => text.replaceAll('\t', ' ');
  return groups
    .flatMap(({ mnemonic, differences }) => [
      `${mnemonic}: ${differences.length}`,
      ...differences.slice(0, samples).map(d => {
        const mark = d.unpredictable ? ' (objdump: UNPREDICTABLE)' : '';
        const at = `${d.address.toString(16)}: ${d.encoding.toString(16).padStart(8, '0')}`;
        return `  ${at}  objdump '${show(d.text)}'  ours '${show(d.ours)}'${mark}`;
      }),
    ])
    .join('\n');
}
