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

/** @returns the groups, the largest first; empty when all is equal. */
export function compare(lines: Iterable<Line>, disassemble: (encoding: number, address: number) => string): Group[] {
  const groups = new Map<string, Difference[]>();
  for (const line of lines) {
    const ours = disassemble(line.encoding, line.address);
    if (ours === line.text) continue;
    const mnemonic = mnemonicOf(line.text);
    const group = groups.get(mnemonic) ?? [];
    group.push({ ...line, ours });
    groups.set(mnemonic, group);
  }
  return [...groups]
    .map(([mnemonic, differences]) => ({ mnemonic, differences }))
    .sort((a, b) => b.differences.length - a.differences.length);
}

/** Gives a disassembler of T32 the condition that the IT blocks of a stream put on each instruction, in order. */
export function followIt(disassemble: (encoding: number, address: number, it?: number) => string) {
  let state = 0;
  return (encoding: number, address: number): string => {
    const it = state & 15 ? state >> 4 : undefined;
    const isIt = encoding >>> 8 === 0xbf && (encoding & 15) !== 0;
    if (isIt) state = encoding & 0xff;
    else state = state & 7 ? (state & 0xe0) | ((state << 1) & 0x1f) : 0;
    return disassemble(encoding, address, it);
  };
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
