// Cases of a row: as many as one asks for, always the same ones, predictable by the manual.
import { type Case, type Row, SLOT, type State, WINDOW } from './case';
import { type Fields, type Pattern, assemble, parsePattern, widthOf } from './pattern';
import { hash32, Random } from './random';
import { type Facts, inspect } from './rules';
import { fillVectors, type Flavour, fpscr, immediate, word } from './values';

const TRIES = 20_000;
const USER_MODE = 0x10;
const THUMB = 1 << 5;
const SETEND_BE = { a32: 0xf1010200, t32: 0xb658, t16: 0xb658 } as const;

/** Changes whenever the cases do not mean the same any more, so that old answers are refused. */
export const GENERATOR = 'v1';

/** Every encoding of a row is UNPREDICTABLE, or something that a user program cannot be asked about. */
export class NothingToAsk extends Error {}

export interface Choice {
  readonly encoding: number;
  readonly facts: Facts;
  readonly fields: Fields;
}

/**
 * Encodings of a row, without end, none of them UNPREDICTABLE.
 * @param refuse why an encoding is not wanted, or undefined
 * @throws NothingToAsk
 */
export function* encodings(
  row: Row,
  rnd: Random,
  refuse: (facts: Facts) => string | undefined,
): Generator<Choice, never> {
  const pattern = parsePattern(row.pattern);
  if (pattern.width !== (row.set === 't16' ? 16 : 32))
    throw new SyntaxError(`row '${row.name}': ${pattern.width} bits in ${row.set}`);
  for (;;) yield choose(row, pattern, rnd, refuse);
}

function choose(row: Row, pattern: Pattern, rnd: Random, refuse: (facts: Facts) => string | undefined): Choice {
  let why = '';
  for (let i = 0; i < TRIES; i++) {
    const fields = chooseFields(row, pattern, rnd);
    const encoding = assemble(pattern, fields);
    const facts = inspect(row.set, encoding);
    const complaint = facts.unpredictable ?? refuse(facts);
    if (complaint !== undefined) why = `${facts.what}: ${complaint}`;
    else if (row.predictable?.(fields) ?? true) return { encoding, facts, fields };
  }
  throw new NothingToAsk(why || 'no encoding satisfies its predicate');
}

/** The cases of a row, without end. @throws NothingToAsk */
export function* generate(row: Row): Generator<Case, never> {
  const seed = `${GENERATOR} ${row.set} ${row.name} ${row.pattern}`;
  const rnd = new Random(seed);
  const memory = (hash32(seed) | 1) >>> 0;
  const source = encodings(row, rnd, facts => facts.outside);
  for (;;) yield makeCase(row, source.next().value, memory, rnd);
}

function chooseFields(row: Row, pattern: Pattern, rnd: Random): Fields {
  const fields: Record<string, number> = {};
  const registers: number[] = [];
  for (const [name, parts] of pattern.fields) {
    const width = widthOf(parts);
    if (name === 'cond' && width === 4)
      fields[name] = row.set === 'a32' ? (rnd.chance(60) ? 14 : rnd.below(15)) : rnd.below(15);
    else if (/^R[a-z]/.test(name)) {
      fields[name] =
        registers.length > 0 && rnd.chance(15) ? rnd.pick(registers) & (2 ** width - 1) : rnd.below(2 ** width);
      registers.push(fields[name]);
    } else fields[name] = /^imm/.test(name) ? immediate(rnd, width) : rnd.below(2 ** width);
  }
  // Quadword operands are UNDEFINED in odd registers, which would be most of the cases.
  if (fields['Q'] === 1 && rnd.chance(90))
    for (const name of ['Vd', 'Vn', 'Vm']) if (name in fields) fields[name]! &= ~1;
  return fields;
}

function makeCase(row: Row, { encoding, facts, fields }: Choice, memory: number, rnd: Random): Case {
  const thumb = row.set !== 'a32';
  const r = new Uint32Array(15);
  for (let i = 0; i < 15; i++) r[i] = i > 0 && rnd.chance(8) ? r[rnd.below(i)]! : word(rnd);
  let cpsr = USER_MODE | (rnd.below(16) << 28) | (rnd.chance(25) ? 1 << 27 : 0) | (rnd.below(16) << 16);

  const lead: number[] = [];
  if (facts.branch) keepTargetsApart(r, rnd);
  if (facts.memory) {
    pointIntoWindow(r, facts, rnd);
    if (facts.armedBy && rnd.chance(75)) lead.push(facts.armedBy(freePair(fields)));
    else if (rnd.chance(8)) lead.push(SETEND_BE[row.set]);
  }
  if (thumb) cpsr |= THUMB | (lead.length === 0 && rnd.chance(25) ? itState(facts, rnd) : 0);

  const before: State = {
    r,
    cpsr: cpsr >>> 0,
    fpscr: facts.simd ? fpscr(rnd) : 0,
    d: facts.simd ? fillVectors(rnd, flavour(row, encoding, rnd)) : NO_VECTORS,
  };
  const address = SLOT + (thumb && rnd.chance(50) ? 2 : 0);
  return {
    set: row.set,
    encoding,
    address,
    lead,
    before,
    memory: facts.memory ? memory : 0,
    pointers: facts.memory !== undefined && facts.branch,
  };
}

const NO_VECTORS = new Uint32Array(64);

/** Base registers point near the middle of the window, so that every immediate offset stays inside. */
function pointIntoWindow(r: Uint32Array, facts: Facts, rnd: Random): void {
  const { base, index, type, amount } = facts.memory!;
  const offset = rnd.below(256);
  if (index !== undefined && index < 15) r[index] = unshift(type, amount, offset);
  if (base > 14) return;
  const place = rnd.chance(2) ? WINDOW + 0x100000 : WINDOW + 0x1800 + rnd.below(0x1000);
  const aligned = facts.armedBy ? 95 : 70;
  r[base] = (rnd.chance(aligned) ? place & (facts.simd ? ~31 : ~7) : place & rnd.pick([~0, ~1, ~3])) >>> 0;
  // Where 32 bytes of alignment are asked for, qemu-arm is content with 16.
  if (facts.simd && (r[base]! & 31) === 16) r[base]! ^= 16;
}

/** An offset register that, shifted as the instruction will, becomes about `offset`. */
function unshift(type: number, amount: number, offset: number): number {
  switch (type) {
    case 0:
      return offset >>> amount;
    case 1:
    case 2:
      return amount === 0 ? offset : (offset << amount) >>> 0;
    default:
      return amount === 0 ? offset << 1 : ((offset << amount) | (offset >>> (32 - amount))) >>> 0;
  }
}

/** Targets of branches must be unmapped, and far below the vectors' page, which qemu-arm treats as a helper's. */
function keepTargetsApart(r: Uint32Array, rnd: Random): void {
  for (let i = 0; i < 15; i++) if (rnd.chance(85)) r[i] = (0x10000000 | (rnd.word() & 0x0ffffffd)) >>> 0;
}

/** An even register whose pair the instruction's fields do not name. */
function freePair(fields: Fields): number {
  const used = new Set(Object.values(fields).map(n => n >> 1));
  return [0, 1, 2, 3, 4, 5].find(n => !used.has(n))! * 2;
}

/** ITSTATE in its CPSR places, of a block that this instruction may stand in. */
function itState(facts: Facts, rnd: Random): number {
  if (facts.it === 'never') return 0;
  const cond = rnd.below(15);
  const anyMask = cond === 14 ? rnd.pick([1, 2, 4, 8]) : 1 + rnd.below(15);
  const it = (cond << 4) | (facts.it === 'last' ? 8 : anyMask);
  return ((it >> 2) << 10) | ((it & 3) << 25);
}

/** What the vector registers hold: VFP says its precision in bit 8, Advanced SIMD may mean anything. */
function flavour(row: Row, encoding: number, rnd: Random): Flavour {
  const top = (encoding >>> 24) & 0xff;
  const vfp = row.set === 'a32' ? (top & 0xf) >= 0xc && top < 0xf0 : top >= 0xec && top <= 0xee;
  if (!vfp) return rnd.pick<Flavour>(['single', 'single', 'single', 'integer', 'integer', 'integer', 'half']);
  const own: Flavour = encoding & 0x100 ? 'double' : 'single';
  return rnd.chance(75) ? own : rnd.pick<Flavour>(['single', 'double', 'integer', 'half']);
}
