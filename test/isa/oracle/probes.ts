// The undefined space: encodings from all over each instruction set, so that what is UNDEFINED can be told from what
// merely has no row. A probe is only a verdict, so it runs with all registers zero: loads and stores then abort, which
// says that they are defined.
import { type Case, SLOT } from './case';
import { assemble, type Pattern, parsePattern } from './pattern';
import { Random } from './random';
import { inspect, type InstructionSet, tidy } from './rules';

export interface Probe {
  readonly set: InstructionSet;
  readonly encoding: number;
  /** Why the manual does not say whether it is UNDEFINED: qemu-arm had to choose, and a decoder may choose otherwise. */
  readonly unpredictable?: string;
}

const COUNT = 20_000;
/** Of a hundred, how many may be UNPREDICTABLE. */
const UNPREDICTABLE_SHARE = 15;
const USER_MODE = 0x10;
const THUMB = 0x20;

/** Where the probes of a set come from; crowded corners have a line of their own, and all lines the same share. */
const CORNERS: Readonly<Record<Exclude<InstructionSet, 't16'>, readonly string[]>> = {
  a32: [
    '1110 x:28',
    '1110 x:28',
    '1111 x:28',
    '1110 0 x:27',
    '1110 00010 x:2 0 y:20', // miscellaneous, halfword multiply
    '1110 000 x:17 1 y:2 1 z:4', // multiply, synchronization, extra loads and stores
    '1110 011 x:20 1 y:4', // media
    '1111 0 x:27',
    '1111 001 x:25', // Advanced SIMD
    '1111 001 i:1 1 x:18 1 y:4',
    '1111 0011 1 D:1 11 x:14 M:1 0 y:4', // two registers
    '1111 0100 x:3 0 y:20', // element and structure transfers
    '1111 01 x:26', // hints and barriers
    '1110 1110 x:12 101 y:9', // VFP
    '1110 1110 1 D:1 11 x:8 101 sz:1 y:2 0 z:5',
    '1110 110 x:13 101 y:9', // extension register transfers
  ],
  t32: [
    '111 01 x:27',
    '111 1 x:28',
    '1110100 x:25', // multiple, dual, exclusive
    '1110101 x:25', // shifted register
    '11110 x:10 0 0 y:15', // immediates
    '11110 x:11 1 y:15', // branches and control
    '11110 x:1 111 y:7 10 z:14',
    '1111100 x:25', // single transfers
    '11111010 x:8 1111 y:12', // register
    '11111011 x:24', // multiplies
    '111 U:1 1111 x:24', // Advanced SIMD
    '111 U:1 1111 1 D:1 11 x:14 M:1 0 y:4',
    '11111001 x:3 0 y:20',
    '1110 1110 x:12 101 y:9', // VFP
    '1110 1110 1 D:1 11 x:8 101 sz:1 y:2 0 z:5',
    '1110 110 x:13 101 y:9',
  ],
};

const made = new Map<InstructionSet, readonly Probe[]>();

/**
 * The probes of a set: all of T16, and 20,000 each of A32 and T32. Left out are those that a user program under
 * qemu-arm cannot be asked about (`outside` of the rules: system calls, mode changes, coprocessors but 10 and 11).
 */
export function probes(set: InstructionSet): readonly Probe[] {
  const known = made.get(set);
  if (known) return known;
  const fresh = set === 't16' ? everyT16() : random(set, CORNERS[set].map(parsePattern));
  made.set(set, fresh);
  return fresh;
}

function everyT16(): Probe[] {
  const all: Probe[] = [];
  for (let encoding = 0; encoding < 0xe800; encoding++) {
    const { outside, unpredictable } = inspect('t16', encoding);
    if (outside === undefined)
      all.push({ set: 't16', encoding, ...(unpredictable !== undefined && { unpredictable }) });
  }
  return all;
}

function random(set: InstructionSet, corners: readonly Pattern[]): Probe[] {
  const rnd = new Random(`probes ${set}`);
  const all: Probe[] = [];
  for (let i = 0; all.length < COUNT; i++) {
    const corner = corners[i % corners.length]!;
    const fields = Object.fromEntries(
      [...corner.fields].map(([name, parts]) => [name, rnd.below(2 ** parts[0]!.width)]),
    );
    const drawn = assemble(corner, fields);
    const encoding = rnd.chance(80) ? tidy(set, drawn) : drawn;
    const { outside, unpredictable } = inspect(set, encoding);
    if (outside !== undefined) continue;
    if (unpredictable === undefined) all.push({ set, encoding });
    else if (rnd.chance(UNPREDICTABLE_SHARE)) all.push({ set, encoding, unpredictable });
  }
  return all;
}

/** The case that asks for a probe's verdict. */
export function probeCase({ set, encoding }: Probe): Case {
  const cpsr = USER_MODE | (set === 'a32' ? 0 : THUMB);
  const before = { r: new Uint32Array(15), cpsr, fpscr: 0, d: new Uint32Array(64) };
  return { set, encoding, address: SLOT, lead: [], before, memory: 0, pointers: false };
}
