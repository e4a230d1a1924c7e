// The physical address space of a machine: which addresses are plain memory, and who answers at the others.
import type { BusWindow } from './boards';
import type { Bus } from './cpu/bus';
import type { Core } from './cpu/core';
import type { PhysicalMemory } from './mmu/physical';

/** Memory that guests see, at one or more physical addresses. */
export interface MemoryRegion {
  readonly name: string;
  /** Linear-memory address. */
  readonly host: number;
  readonly size: number;
  readonly bases: readonly number[];
  /** Written through a device only. */
  readonly flash: boolean;
}

/** An aperture: one occurrence of a region in the address space. */
interface Aperture {
  readonly base: number;
  readonly end: number;
  readonly region: MemoryRegion;
}

/** Accesses to one window since the machine was made. */
export interface WindowActivity {
  readonly name: string;
  readonly base: number;
  readonly reads: number;
  readonly writes: number;
}

/** A window, and how often its device answered. */
interface CountedWindow extends BusWindow {
  reads: number;
  writes: number;
}

export class PhysicalMap implements PhysicalMemory, Bus {
  private readonly apertures: readonly Aperture[];
  private readonly ram: Aperture;
  private readonly windows: readonly CountedWindow[];
  /** Flashes whose device answers instead of their contents. */
  private readonly hidden = new Set<MemoryRegion>();

  /**
   * @param regions main memory first.
   * @param windows in order of address, without overlap.
   */
  constructor(
    readonly regions: readonly MemoryRegion[],
    windows: readonly BusWindow[],
    private readonly cores: readonly Core[],
    private readonly codeAt: (host: number) => boolean,
  ) {
    this.apertures = regions.flatMap(region => region.bases.map(base => ({ base, end: base + region.size, region })));
    this.ram = this.apertures[0]!;
    this.windows = windows.map(window => ({ ...window, reads: 0, writes: 0 }));
  }

  /** Of every window that was accessed, in order of address. */
  activity(): WindowActivity[] {
    return this.windows.flatMap(({ name, base, reads, writes }) =>
      reads + writes > 0 ? [{ name, base, reads, writes }] : [],
    );
  }

  /** Whether the contents of a flash can be read directly. */
  setDirect(name: string, on: boolean): void {
    const region = this.regions.find(r => r.name === name);
    if (!region) return;
    if (on) this.hidden.delete(region);
    else this.hidden.add(region);
  }

  hostOf(pa: number): number {
    const { ram } = this;
    if (pa >= ram.base && pa < ram.end) return ram.region.host + (pa - ram.base);
    for (const a of this.apertures)
      if (pa >= a.base && pa < a.end) return this.hidden.has(a.region) ? 0 : a.region.host + (pa - a.base);
    return 0;
  }

  isWritable(host: number): boolean {
    for (const r of this.regions) if (host >= r.host && host < r.host + r.size) return !r.flash;
    return false;
  }

  hasCode(host: number): boolean {
    return this.codeAt(host);
  }

  /** The last window that begins at or below an address, if the address lies in it. */
  private window(pa: number): CountedWindow | undefined {
    let low = 0;
    let high = this.windows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.windows[middle]!.base <= pa) low = middle + 1;
      else high = middle;
    }
    const w = this.windows[low - 1];
    return w && pa < w.base + w.size ? w : undefined;
  }

  read(pa: number, width: 1 | 2 | 4, core: number): number {
    const w = this.window(pa);
    if (!w) return -1;
    w.reads++;
    return this.target(w, core).read(pa - w.base, width) >>> 0;
  }

  write(pa: number, width: 1 | 2 | 4, value: number, core: number): boolean {
    const w = this.window(pa);
    if (!w) return false;
    w.writes++;
    this.target(w, core).write(pa - w.base, width, value);
    return true;
  }

  private target(w: BusWindow, core: number): BusWindow['targets'][number] {
    return w.targets.length === 1 ? w.targets[0]! : w.targets[2 * core + (this.cores[core]!.secure ? 1 : 0)]!;
  }
}
