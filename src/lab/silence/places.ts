// Addresses of code for people: the symbol if there is one, else the file that was loaded there.
import { XEN_VIRTUAL_START } from '../../image';
import type { PlacementRow } from '../protocol';
import type { SymbolTable } from '../symbols';

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
const lastPart = (path: string): string => path.split(/[\\/]/).at(-1)!;
const offset = (bytes: number): string => (bytes === 0 ? '' : `+0x${bytes.toString(16)}`);

/** Where Xen is linked to run, of its flat file too. */
const XEN_ROLE = 'Xen';

export class Places {
  constructor(
    private readonly symbols: SymbolTable,
    private readonly placement: readonly PlacementRow[],
  ) {}

  /** @param physical the same place as a physical address, or −1. @returns for example `0x80008010 (main+0x10)` */
  name(pc: number, physical: number): string {
    const found = this.symbol(pc) ?? this.linked(physical) ?? this.loaded(pc, physical);
    return found === undefined ? hex(pc) : `${hex(pc)} (${found})`;
  }

  private symbol(address: number): string | undefined {
    const found = this.symbols.find(address);
    return found && `${found.name}${offset(address - found.from)}`;
  }

  /** The symbol of code that runs where it was loaded, before it runs where it was linked. */
  private linked(physical: number): string | undefined {
    const xen = this.placement.find(({ role }) => role === XEN_ROLE);
    for (const { virtual, physical: from, size } of this.symbols.segments) {
      // Xen goes wherever there is room, the addresses in its file mean nothing.
      const at = xen ? xen.address + virtual - this.symbols.segments[0]!.virtual : from;
      if (physical >= at && physical < at + size) return this.symbol(virtual + physical - at);
    }
    return undefined;
  }

  private loaded(pc: number, physical: number): string | undefined {
    const row = this.placement.find(({ address, end }) => physical >= address && physical < end);
    if (row) return `${lastPart(row.name)}${offset(physical - row.address)}`;
    const xen = this.placement.find(({ role }) => role === XEN_ROLE);
    const linked = pc - XEN_VIRTUAL_START;
    return xen && linked >= 0 && linked < xen.end - xen.address ? `${lastPart(xen.name)}${offset(linked)}` : undefined;
  }
}
