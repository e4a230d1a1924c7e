// What the writer of a region offers to the instructions in it.
import type { Code } from '../code';
import type { Access } from '../semantics';
import type { ImportName } from '../imports';
import type { Value } from '../value';
import type { BlockFacts } from './block-facts';
import type { GoReason, StopReason } from './exit-reasons';
import type { Flags } from './flags';
import type { RegionLocals } from './locals';

/** Function indices of the module's imports, handed out when they are first used. */
export interface RegionImports {
  typescript(name: ImportName): number;
  slowLoad(access: Access): number;
  slowStore(access: Access): number;
}

export interface RegionContext {
  readonly code: Code;
  readonly cpu: Value;
  /** Instructions left, the whole block taken off already. */
  readonly n: Value;
  /** Virtual address that offsets are relative to. */
  readonly base: Value;
  /** Base of the TLB of the current privilege. */
  readonly tlb: Value;
  readonly thumb: boolean;
  readonly flags: Flags;
  readonly facts: BlockFacts;
  readonly registers: RegionLocals;
  readonly imports: RegionImports;
  /** Address of the word that says where code was decoded from in the page of a linear address. */
  granulesOf(host: Value): Value;
  /** Linear address of the region's page. */
  readonly page: number;
  /** Goes to an offset: inside the region, or out of it. */
  jump(offset: number): void;
  /** Whether the page is not mapped as it was, or not executable now. */
  moved(): Value;
  /** Goes to an address in the current instruction set state. */
  goto(target: Value): void;
  /** The same behind an instruction that does not end its block: what is left of the block is given back. */
  depart(reason: GoReason, target: Value): void;
  /** Leaves to the interpreter at this instruction. */
  leave(reason: StopReason): void;
  /** Writes registers and flags to the core's state, and reads them back. */
  flush(): void;
  reload(): void;
  /** Leaves after a call that set CPU.EXIT. */
  abandon(): void;
}
