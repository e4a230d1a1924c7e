// Memory accesses of a block that lie close together, as those to a stack frame or a structure do: one look into the
// TLB serves them all. Which registers point where is followed through additions of constants.
import { ACCESS_SIZE, type Access } from '../semantics';
import type { RegionBlock, RegionInstruction } from './region';

/** Bytes that a group spans at most: the fewer, the rarer it crosses a page. */
const WIDEST = 512;

export interface AccessGroup {
  /** Offset of the lowest byte relative to that of the first access. */
  readonly low: number;
  readonly span: number;
  readonly align: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The part of one instruction in a group. */
export interface GroupAccess {
  readonly group: AccessGroup;
  /** The instruction looks into the TLB for the group. */
  readonly first: boolean;
  /** From the lowest byte of the group to that of this access. */
  readonly distance: number;
}

/** Where a register points: so many bytes from an unknown place. */
interface Pointer {
  readonly place: number;
  readonly distance: number;
}

interface Reference {
  readonly instruction: RegionInstruction;
  /** From the unknown place. */
  readonly at: number;
  readonly bytes: number;
  readonly align: number;
  readonly write: boolean;
}

/** Address register, offset, size and direction of accesses whose offset is a constant. */
function reference(i: RegionInstruction): (Omit<Reference, 'instruction'> & { base: number }) | undefined {
  const { op, operands } = i;
  const n = (name: string): number => operands[name] as number;
  switch (op.name) {
    case 'ldr':
    case 'str': {
      if (operands.form !== 'imm' || operands.user !== 0) return undefined;
      const bytes = ACCESS_SIZE[operands.access as Access];
      return {
        base: n('rn'),
        at: operands.index === 'post' ? 0 : n('imm'),
        bytes,
        align: bytes,
        write: op.name === 'str',
      };
    }
    case 'ldrd':
    case 'strd':
      if (operands.form !== 'imm') return undefined;
      return {
        base: n('rn'),
        at: operands.index === 'post' ? 0 : n('imm'),
        bytes: 8,
        align: 4,
        write: op.name === 'strd',
      };
    case 'ldm':
    case 'stm':
      return { base: n('rn'), at: n('imm'), bytes: 4 * n('count'), align: 4, write: op.name === 'stm' };
    case 'vldr':
    case 'vstr':
      return { base: n('rn'), at: n('imm'), bytes: n('double') ? 8 : 4, align: 4, write: op.name === 'vstr' };
    case 'vldm':
    case 'vstm':
      return {
        base: n('rn'),
        at: n('before') ? n('imm') : 0,
        bytes: 4 * n('words'),
        align: 4,
        write: op.name === 'vstm',
      };
    default:
      return undefined;
  }
}

/** Whether an instruction is one that could be member of a group. */
export const isGroupable = (i: RegionInstruction): boolean => reference(i) !== undefined;

class Pointers {
  private readonly known = new Map<number, Pointer>();
  private places = 16;

  get(register: number): Pointer {
    let p = this.known.get(register);
    if (!p) this.known.set(register, (p = { place: this.places++, distance: 0 }));
    return p;
  }
  private moved(p: Pointer, by: number): Pointer {
    return { place: p.place, distance: p.distance + by };
  }
  private forget(register: number): void {
    this.known.delete(register);
  }

  /** What registers point to after an instruction. */
  follow(i: RegionInstruction): void {
    const { op, operands } = i;
    const n = (name: string): number => operands[name] as number;
    if (CHANGES_STATE.has(op.name)) return this.known.clear();
    if (i.cond !== 14) return this.forgetAll(i);
    switch (op.name) {
      case 'alu': {
        const opcode = operands.opc as string;
        if (opcode === 'cmp' || opcode === 'cmn' || opcode === 'tst' || opcode === 'teq') return;
        const sum = operands.form === 'imm' && (opcode === 'add' || opcode === 'sub');
        const to = sum ? this.moved(this.get(n('rn')), opcode === 'add' ? n('imm') : -n('imm')) : undefined;
        if (to && n('rn') !== 15) this.known.set(n('rd'), to);
        else if (opcode === 'mov' && operands.form === 'reg' && n('rm') !== 15)
          this.known.set(n('rd'), this.get(n('rm')));
        else this.forget(n('rd'));
        return;
      }
      case 'ldr':
      case 'str':
      case 'ldrd':
      case 'strd':
        if (operands.index !== 'offset') {
          if (operands.form === 'imm') this.known.set(n('rn'), this.moved(this.get(n('rn')), n('imm')));
          else this.forget(n('rn'));
        }
        if (op.name === 'ldr' || op.name === 'ldrd') this.forget(n('rt'));
        if (op.name === 'ldrd') this.forget(n('rt2'));
        return;
      case 'ldm':
      case 'stm':
        if (n('w')) this.known.set(n('rn'), this.moved(this.get(n('rn')), (n('delta') << 24) >> 24));
        if (op.name === 'ldm') for (let r = 0; r < 16; r++) if (n('list') & (1 << r)) this.forget(r);
        return;
      case 'vldr':
      case 'vstr':
        return;
      case 'vldm':
      case 'vstm':
        if (n('w')) this.known.set(n('rn'), this.moved(this.get(n('rn')), n('imm')));
        return;
      default:
        this.forgetAll(i);
    }
  }

  /** Any register that the instruction names as a destination may have changed. */
  private forgetAll({ op, operands }: RegionInstruction): void {
    for (const name in op.late)
      if (op.late[name] === 'reg' && (/^r[dt]/.test(name) || (name === 'rn' && WRITES_BACK.has(op.name))))
        this.forget(operands[name] as number);
    if (op.name === 'ldm') for (let r = 0; r < 16; r++) if ((operands.list as number) & (1 << r)) this.forget(r);
  }
}

/** Operations after which other registers and another TLB may be the current ones. */
const CHANGES_STATE = new Set(['system', 'msrc', 'cpsi']);
/** Operations that may write their address register. */
const WRITES_BACK = new Set(['ldr', 'str', 'ldrd', 'strd', 'ldm', 'stm', 'vldm', 'vstm', 'vld1', 'vldn']);

const alignment = (references: readonly Reference[]): number => Math.max(...references.map(r => r.align));
/** The lowest byte, rounded down so that all accesses are aligned when it is. */
const lowest = (references: readonly Reference[]): number => {
  const low = Math.min(...references.map(r => r.at));
  return low - (((low % alignment(references)) + alignment(references)) % alignment(references));
};
const highest = (references: readonly Reference[]): number => Math.max(...references.map(r => r.at + r.bytes));

/** Finds the groups of a block. */
export function accessGroups(block: RegionBlock): Map<RegionInstruction, GroupAccess> {
  const pointers = new Pointers();
  const open = new Map<number, Reference[]>();
  const closed: Reference[][] = [];
  for (const instruction of block.instructions) {
    const found = reference(instruction);
    if (found && found.base !== 15 && !instruction.calls && !instruction.alone) {
      const { place, distance } = pointers.get(found.base);
      const one: Reference = { ...found, instruction, at: distance + found.at };
      const group = open.get(place);
      if (group && fits(group, one)) group.push(one);
      // A group begins with an access that is certain to be made.
      else if (instruction.cond === 14) {
        const fresh = [one];
        open.set(place, fresh);
        closed.push(fresh);
      }
    }
    // Whatever TypeScript does may change the TLB.
    if (instruction.calls || CHANGES_STATE.has(instruction.op.name)) open.clear();
    pointers.follow(instruction);
  }
  const result = new Map<RegionInstruction, GroupAccess>();
  for (const references of closed) {
    if (references.length < 2) continue;
    const low = lowest(references);
    const group: AccessGroup = {
      low: low - references[0]!.at,
      span: highest(references) - low,
      align: alignment(references),
      reads: references.some(r => !r.write),
      writes: references.some(r => r.write),
    };
    references.forEach((r, i) => result.set(r.instruction, { group, first: i === 0, distance: r.at - low }));
  }
  return result;
}

function fits(group: readonly Reference[], one: Reference): boolean {
  const all = [...group, one];
  const low = lowest(all);
  return highest(all) - low <= WIDEST && all.every(r => (r.at - low) % r.align === 0);
}
