// Names of places in the program of a lab, from the symbols of its ELF file.
import demoGuest from '../../guests/demo/demo.elf';
import { identify, parseElf, type ElfSymbol } from '../image';
import { readInput } from './files';
import type { LabHost } from './host';
import type { LabConfiguration } from './protocol';
import { xenFile } from './xen/plan';

/** A function, or what lies between two symbols. Addresses are virtual; `to` is the one behind it. */
export interface NamedRange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Mapping symbols of the ABI ($a, $t, $d) name no place. */
const isPlace = ({ kind, name }: ElfSymbol): boolean =>
  (kind === 'function' || kind === 'none') && !name.startsWith('$');

/** Functions with their sizes; symbols of assembly, which have none, reach to the next symbol or the segment's end. */
function rangesOf(symbols: readonly ElfSymbol[], segments: readonly NamedRange[]): NamedRange[] {
  const places = symbols.filter(isPlace).map(s => ({ name: s.name, from: Number(s.address), size: s.size }));
  // Of several names for one address, the one with a size, or the last.
  const byAddress = new Map(places.map(p => [p.from, p]));
  for (const p of places) if (p.size > 0) byAddress.set(p.from, p);
  const sorted = [...byAddress.values()].sort((a, b) => a.from - b.from);
  return sorted.flatMap(({ name, from, size }, i) => {
    const segment = segments.find(s => from >= s.from && from < s.to);
    if (!segment) return [];
    const next = Math.min(sorted[i + 1]?.from ?? segment.to, segment.to);
    return [{ name, from, to: size > 0 ? Math.min(from + size, next) : next }];
  });
}

/** Code of a file: where it is linked to run, and where it is loaded. */
export interface CodeSegment {
  readonly virtual: number;
  readonly physical: number;
  readonly size: number;
}

export class SymbolTable {
  /** @param ranges sorted, apart from each other. @param segments of the file that they are from */
  constructor(
    private readonly ranges: readonly NamedRange[],
    readonly segments: readonly CodeSegment[] = [],
  ) {}

  find(address: number): NamedRange | undefined {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle]!.to <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.ranges[low];
    return found && address >= found.from ? found : undefined;
  }
}

/**
 * Reads the symbols of the ELF file that a lab runs: Xen, `elf`, an ELF `kernel`, or the demo guest.
 * @returns an empty table when it is none, or has no symbols
 * @throws LabFailure or ImageError when the file cannot be read
 */
export async function readSymbols(host: LabHost, configuration: LabConfiguration): Promise<SymbolTable> {
  const { kernel, elf, load } = configuration;
  const file = xenFile(configuration) ?? elf ?? kernel;
  if (file === undefined && load !== undefined) return new SymbolTable([]);
  const data = file === undefined ? demoGuest : await readInput(host, file, 'file with symbols');
  if (identify(data) !== 'elf') return new SymbolTable([]);
  const parsed = parseElf(data, file ?? 'demo guest', 'arm');
  const segments = parsed.segments
    .filter(({ executable }) => executable)
    .map(({ virtualAddress, physicalAddress, memorySize }) => ({
      virtual: Number(virtualAddress),
      physical: Number(physicalAddress),
      size: memorySize,
    }));
  const spans = segments.map(({ virtual, size }) => ({ name: '', from: virtual, to: virtual + size }));
  return new SymbolTable(rangesOf(parsed.symbols(), spans), segments);
}
