// Which kind of flags an instruction leaves behind: known before any code is written, so that blocks can agree on the
// kind at their borders. What is said here is checked when the code is written.
import { FLAGS, type FlagsKind, afterCarry, afterNZ } from './flags';
import type { RegionBlock, RegionInstruction } from './region';

const ADDITIONS = new Set(['add', 'cmn']);
const SUBTRACTIONS = new Set(['sub', 'cmp', 'rsb']);
const WITH_CARRY = new Set(['adc', 'sbc', 'rsc']);

/** Whether the shifter of a logical operation tells a carry. */
function shiftsCarry(form: string, ic: number): boolean {
  return form === 'imm' ? ic !== 0 : form !== 'reg';
}

function unconditional(i: RegionInstruction, kind: FlagsKind): FlagsKind {
  const { op, operands } = i;
  switch (op.name) {
    case 'alu':
    case 'alur': {
      if (!operands.s) return kind;
      const opcode = operands.opc as string;
      if (SUBTRACTIONS.has(opcode)) return FLAGS.SUB;
      if (ADDITIONS.has(opcode)) return FLAGS.ADD;
      if (WITH_CARRY.has(opcode)) return FLAGS.STORED;
      const after = afterNZ(kind);
      return shiftsCarry(operands.form as string, operands.ic as number) ? afterCarry(after) : after;
    }
    case 'mul':
    case 'mull':
      return operands.s ? afterNZ(kind) : kind;
    case 'vmrsf':
    case 'system':
      return FLAGS.STORED;
    default:
      return kind;
  }
}

/** Whether an instruction touches flags at all, so that under a condition they must be stored on both sides. */
export function setsFlags(i: RegionInstruction): boolean {
  const { op, operands } = i;
  return (
    op.name === 'vmrsf' ||
    op.name === 'system' ||
    (operands.s === 1 && ['alu', 'alur', 'mul', 'mull'].includes(op.name))
  );
}

export function flagsAfter(block: RegionBlock, kind: FlagsKind): FlagsKind {
  let k = kind;
  for (const i of block.instructions) k = i.cond < 14 && setsFlags(i) ? FLAGS.STORED : unconditional(i, k);
  return k;
}

/**
 * The kind at the beginning of every block: that of all ways in when they agree, else MIXED.
 * @param predecessors blocks from which control comes; `entered`: it also comes from outside, with flags stored
 */
export function flagsAtBorders(
  blocks: readonly RegionBlock[],
  predecessors: (block: RegionBlock) => readonly RegionBlock[],
  entered: (block: RegionBlock) => boolean,
): Map<RegionBlock, FlagsKind> {
  const at = new Map<RegionBlock, FlagsKind | undefined>();
  for (const block of blocks) at.set(block, entered(block) ? FLAGS.STORED : undefined);
  for (let changed = true; changed;) {
    changed = false;
    for (const block of blocks) {
      const now = at.get(block);
      if (now === FLAGS.MIXED) continue;
      let kind: FlagsKind | undefined = now;
      for (const p of predecessors(block)) {
        const before = at.get(p);
        if (before === undefined) continue;
        const after = flagsAfter(p, before);
        kind = kind === undefined || kind === after ? after : FLAGS.MIXED;
      }
      if (kind === now) continue;
      at.set(block, kind);
      changed = true;
    }
  }
  return new Map(blocks.map(b => [b, at.get(b) ?? FLAGS.STORED]));
}
