// Regions as a WebAssembly module; its functions are exported as `0`, `1`, ...
import { slowName } from '../interpreter-module';
import type { Layout } from '../layout';
import { ACCESS_SIZE, type Access } from '../semantics';
import { type ImportName, IMPORTS } from '../imports';
import { I32, I64, ModuleWriter, type ValueType } from '../wasm';
import { RegionCounters } from './counters';
import type { Region } from './region';
import type { RegionImports } from './context';
import { writeRegion } from './writer';

/** Hands out function indices in the order in which regions ask, so that a module imports only what it calls. */
class ImportList implements RegionImports {
  readonly list: { module: string; name: string; params: readonly ValueType[]; results: readonly ValueType[] }[] = [];
  private readonly known = new Map<string, number>();

  private index(module: string, name: string, params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${module}.${name}`;
    let index = this.known.get(key);
    if (index === undefined) {
      index = this.list.push({ module, name, params, results }) - 1;
      this.known.set(key, index);
    }
    return index;
  }
  typescript(name: ImportName): number {
    const f = IMPORTS[name];
    return this.index('lab', name, new Array<ValueType>(f.params).fill(I32), f.result ? [I32] : []);
  }
  slowLoad(access: Access): number {
    const wide = ACCESS_SIZE[access] === 8 ? I64 : I32;
    return this.index('interpreter', slowName(access, false), [I32, I32, I32, I32, I32, I32], [wide]);
  }
  slowStore(access: Access): number {
    const wide = ACCESS_SIZE[access] === 8 ? I64 : I32;
    return this.index('interpreter', slowName(access, true), [I32, I32, I32, I32, I32, wide, I32], []);
  }
}

export interface RegionModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of each region; the global with index n is exported as `c` and n. Empty when nothing is counted. */
  readonly counters: readonly RegionCounters[];
}

export function regionModule(l: Layout, regions: readonly Region[], counted = false): RegionModule {
  const imports = new ImportList();
  const counters: RegionCounters[] = [];
  const functions = regions.map(region => {
    if (counted) counters.push(new RegionCounters(counters.at(-1)?.end ?? 0));
    return writeRegion(l, region, imports, counters.at(-1));
  });
  const m = new ModuleWriter();
  m.importMemory('lab', 'memory', l.wasmPages, l.wasmPages);
  for (const f of imports.list) m.importFunction(f.module, f.name, m.type(f.params, f.results));
  const type = m.type([I32, I32, I32, I32], [I32]);
  functions.forEach((f, i) => m.function(type, f.locals, f.body, String(i)));
  m.counters(counters.at(-1)?.end ?? 0);
  return { bytes: m.finish(), counters };
}
