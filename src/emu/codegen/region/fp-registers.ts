// Which extension registers a region may keep in locals: those that it uses as numbers of one precision only. Vectors
// and whatever else goes by address keep all of them in the core's state.
import type { RegionBlock, RegionInstruction } from './region';

/** A use of a register by a scalar instruction: its number in units of S registers. */
interface Use {
  readonly s: number;
  readonly double: boolean;
}

const THREE = ['d', 'n', 'm'];
const TWO = ['d', 'm'];

/**
 * What scalar instructions use. An empty list: anything, word by word or by address of whole registers. Undefined: not a
 * scalar instruction.
 */
function usesOf({ op, operands }: RegionInstruction): Use[] | undefined {
  const double = operands.double === 1;
  const each = (names: readonly string[], wide: boolean): Use[] =>
    names.map(name => ({ s: operands[name] as number, double: wide }));
  switch (op.name) {
    case 'vadd':
    case 'vsub':
    case 'vmul':
    case 'vdiv':
    case 'vmla':
    case 'vfma':
      return each(THREE, double);
    case 'vsqrt':
    case 'vmov':
      return each(TWO, double);
    case 'vcmp':
      return each(operands.zero === 1 ? ['d'] : TWO, double);
    case 'vmovi':
    case 'vldr':
    case 'vstr':
    case 'vcvtx':
      return each(['d'], double);
    case 'vcvth':
      return each(TWO, false);
    case 'vcvtfd':
      return [...each(['m'], double), ...each(['d'], !double)];
    case 'vcvti':
      return [...each(['m'], double), ...each(['d'], false)];
    case 'vcvtf':
      return [...each(['m'], false), ...each(['d'], double)];
    case 'vmovr':
      return each(['s'], false);
    case 'vimm':
    case 'v3':
    case 'v2':
    case 'vsh':
      return operands.quad === 0 ? [] : undefined;
    case 'vmovrr':
    case 'vldm':
    case 'vstm':
    case 'vmrs':
    case 'vmrsf':
      return [];
    default:
      return undefined;
  }
}

/** What a region keeps of the extension registers in locals. */
export interface FpPlan {
  readonly doubles: ReadonlySet<number>;
  /** By number of the S register. */
  readonly singles: ReadonlySet<number>;
}

export function planFpRegisters(blocks: readonly RegionBlock[]): FpPlan {
  const doubles = new Set<number>();
  const singles = new Set<number>();
  for (const block of blocks)
    for (const instruction of block.instructions) {
      if (!instruction.op.fp) continue;
      const uses = usesOf(instruction);
      if (!uses) return { doubles: new Set(), singles: new Set() };
      for (const { s, double } of uses) (double ? doubles : singles).add(double ? s >> 1 : s);
    }
  // A register of both precisions lies in memory.
  for (const d of [...doubles]) {
    const halves = [2 * d, 2 * d + 1].filter(s => singles.has(s));
    if (halves.length === 0) continue;
    doubles.delete(d);
    halves.forEach(s => singles.delete(s));
  }
  return { doubles, singles };
}
