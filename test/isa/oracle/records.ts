// The harness's binary records (the structs of harness.c) and the reading of its outcomes.
import {
  type Answer,
  type Case,
  CODE,
  CODE_SIZE,
  isThumb,
  type Kind,
  sizeOf,
  startOf,
  type State,
  WINDOW,
} from './case';

const TEST_BYTES = (9 + 15 + 64) * 4;
const OUTCOME_BYTES = (6 + 15 + 64) * 4;
/** Where qemu-arm keeps its signal page and the stack, the harness itself, and the vectors' page: not unmapped. */
const TAKEN = [
  [0x3ffff000, 0x40801000],
  [0x70000000, 0x70200000],
  [0xffff0000, 0xffff1000],
] as const;
const [THUMB, POINTERS] = [1, 2];
const SIGNAL = { ill: 4, trap: 5, bus: 7, segv: 11, alarm: 14 } as const;

/** When the PC is still at the instruction. */
const KIND_OF_SIGNAL: Readonly<Record<number, Kind>> = {
  [SIGNAL.ill]: 'undefined',
  [SIGNAL.trap]: 'breakpoint',
  [SIGNAL.bus]: 'alignment',
  [SIGNAL.segv]: 'fault',
};

export function writeTests(cases: readonly Case[]): Uint8Array {
  const bytes = new Uint8Array(cases.length * TEST_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  for (const c of cases) {
    put(c.encoding);
    put((isThumb(c) ? THUMB : 0) | (c.pointers ? POINTERS : 0));
    put(c.address);
    put(c.lead.length);
    put(c.lead[0] ?? 0);
    put(c.lead[1] ?? 0);
    put(c.before.cpsr);
    put(c.before.fpscr);
    put(c.memory);
    c.before.r.forEach(put);
    c.before.d.forEach(put);
  }
  return bytes;
}

/** An outcome that tells nothing about the instruction, and why. */
export interface Unusable {
  readonly unusable: string;
}

/**
 * What happened to each case.
 * @throws RangeError when there are fewer outcomes than cases, or more.
 */
export function readOutcomes(bytes: Uint8Array, cases: readonly Case[]): (Answer | Unusable)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const get = (): number => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const answers = cases.map((c): Answer | Unusable => {
    if (at + OUTCOME_BYTES > bytes.length) throw new RangeError('the harness answered fewer cases than it was asked');
    const [signal, fault, pc, cpsr, fpscr, changes] = [get(), get(), get(), get(), get(), get()];
    const after: State = {
      r: Uint32Array.from({ length: 15 }, get),
      cpsr,
      fpscr,
      d: Uint32Array.from({ length: 64 }, get),
    };
    const memory = Array.from({ length: changes }, () => [WINDOW + get(), get()] as const);
    const kind = pc === c.address ? KIND_OF_SIGNAL[signal] : 'done';
    const unusable = kind === undefined ? `signal ${signal} was not expected` : whyUnusable(c, signal, pc, cpsr);
    if (kind === undefined || unusable !== undefined) return { unusable: unusable! };
    return { kind, fault: kind === 'fault' || kind === 'alignment' ? fault : 0, pc, after, memory };
  });
  if (at !== bytes.length) throw new RangeError('the harness answered more than it was asked');
  return answers;
}

function whyUnusable(c: Case, signal: number, pc: number, cpsr: number): string | undefined {
  const thumb = (cpsr & 0x20) !== 0;
  if (signal === SIGNAL.alarm) return 'it did not come to an end';
  if (pc >= startOf(c) && pc < c.address) return 'an instruction before it faulted';
  if (pc > c.address && pc < c.address + sizeOf(isThumb(c), c.encoding)) return 'it branched into itself';
  if (TAKEN.some(([from, to]) => pc >= from && pc < to)) return 'it branched to where qemu-arm has something mapped';
  if (pc !== c.address && !thumb && (pc & 3) !== 0) return 'its branch target is UNPREDICTABLE';
  const inCode = pc >= CODE && pc < CODE + CODE_SIZE;
  return pc !== c.address && inCode && signal !== SIGNAL.ill && signal !== SIGNAL.trap ? 'it met no trap' : undefined;
}
