// What is known while a block is written: what its instructions have checked already need not be checked again.
import type { Code } from '../code';
import type { Value } from '../value';
import { I32 } from '../wasm';
import { type AccessGroup, accessGroups, type GroupAccess } from './groups';
import type { RegionBlock, RegionInstruction } from './region';

export class BlockFacts {
  /** Classes of instructions that are known to be enabled. */
  private readonly enabled = new Set<string>();
  /** Whether FPSCR is known to be ordinary, see `Semantics.ordinary`. */
  ordinary = false;
  private groups: ReadonlyMap<RegionInstruction, GroupAccess> = new Map();
  private readonly bases = new Map<AccessGroup, Value>();
  /** Locals for the groups of a block; every block uses the same. */
  private readonly locals: Value[] = [];

  constructor(private readonly code: Code) {}

  begin(block: RegionBlock): void {
    this.forget();
    this.groups = accessGroups(block);
    this.bases.clear();
  }
  /** TypeScript may have changed what the core's state says. */
  forget(): void {
    this.enabled.clear();
    this.ordinary = false;
  }

  /** Whether a class of instructions is known to be enabled here; if not, it is from now on when `certain`. */
  knowsEnabled(what: string, certain: boolean): boolean {
    const known = this.enabled.has(what);
    if (certain) this.enabled.add(what);
    return known;
  }

  /** How the memory access of an instruction belongs to others. */
  group(instruction: RegionInstruction): GroupAccess | undefined {
    return this.groups.get(instruction);
  }
  /** Holds the linear address of a group's lowest byte. */
  groupBase(group: AccessGroup): Value {
    let base = this.bases.get(group);
    if (base) return base;
    const used = this.bases.size;
    if (used === this.locals.length) this.locals.push(this.code.newLocal(I32));
    base = this.locals[used]!;
    this.bases.set(group, base);
    return base;
  }
}
