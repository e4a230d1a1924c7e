// Answers as they are stored: only what differs from the state before, small numbers and words apart, because the
// former compress and the latter do not.
import { type Answer, type Case, KINDS, sizeOf, type State, isThumb, WINDOW } from './case';

/** Parts of an answer that are stored only when they are not what one would expect. */
const PART = { cpsr: 8, fpscr: 16, pc: 32, vectors: 64, memory: 128 } as const;
const KIND_MASK = 7;

class Writer {
  readonly small: number[] = [];
  readonly words: number[] = [];
}

class Reader {
  private small = 0;
  private readonly view: DataView;
  private word: number;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 4 || this.view.getUint32(0, true) + 4 > bytes.length)
      throw new RangeError('answers are cut short');
    this.small = 4;
    this.word = 4 + this.view.getUint32(0, true);
  }

  byte(): number {
    return this.bytes[this.small++]!;
  }

  half(): number {
    return this.byte() | (this.byte() << 8);
  }

  next(): number {
    this.word += 4;
    return this.view.getUint32(this.word - 4, true);
  }
}

/** CPSR after an instruction that did nothing but advance ITSTATE. */
function expectedCpsr(c: Case, done: boolean): number {
  const cpsr = c.before.cpsr;
  const it = ((cpsr >>> 10) & 0x3f) * 4 + ((cpsr >>> 25) & 3);
  if (!done || it === 0) return cpsr;
  const next = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
  return ((cpsr & ~0x0600fc00) | ((next >> 2) << 10) | ((next & 3) << 25)) >>> 0;
}

const expectedPc = (c: Case, done: boolean): number => (done ? c.address + sizeOf(isThumb(c), c.encoding) : c.address);

export function encodeAnswers(cases: readonly Case[], answers: readonly Answer[]): Uint8Array {
  const out = new Writer();
  answers.forEach((answer, i) => encodeAnswer(out, cases[i]!, answer));
  const bytes = new Uint8Array(4 + out.small.length + out.words.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, out.small.length, true);
  bytes.set(out.small, 4);
  out.words.forEach((word, i) => view.setUint32(4 + out.small.length + i * 4, word, true));
  return bytes;
}

function encodeAnswer(out: Writer, c: Case, a: Answer): void {
  const done = a.kind === 'done';
  const vectors = changed(c.before.d, a.after.d);
  let head = KINDS.indexOf(a.kind);
  const part = (name: keyof typeof PART, differs: boolean): boolean => {
    if (differs) head |= PART[name];
    return differs;
  };
  const words: number[] = [];
  if (a.kind === 'fault' || a.kind === 'alignment') words.push(a.fault);
  if (part('cpsr', a.after.cpsr !== expectedCpsr(c, done))) words.push(a.after.cpsr);
  if (part('fpscr', a.after.fpscr !== c.before.fpscr)) words.push(a.after.fpscr);
  if (part('pc', a.pc !== expectedPc(c, done))) words.push(a.pc);
  part('vectors', vectors.length > 0);
  part('memory', a.memory.length > 0);
  out.small.push(head);
  out.words.push(...words);

  const registers = changed(c.before.r, a.after.r);
  const mask = registers.reduce((bits, n) => bits | (1 << n), 0);
  out.small.push(mask & 0xff, mask >> 8);
  for (const n of registers) out.words.push(a.after.r[n]!);
  if (vectors.length > 0) out.small.push(vectors.length, ...vectors);
  for (const n of vectors) out.words.push(a.after.d[n]!);
  if (a.memory.length > 0) out.small.push(a.memory.length);
  for (const [address, word] of a.memory) {
    out.small.push((address - WINDOW) & 0xff, (address - WINDOW) >> 8);
    out.words.push(word);
  }
}

const changed = (before: Uint32Array, after: Uint32Array): number[] =>
  [...after.keys()].filter(n => before[n] !== after[n]);

/** @throws RangeError when `bytes` are not what {@link encodeAnswers} made of these cases. */
export function decodeAnswers(bytes: Uint8Array, cases: readonly Case[]): Answer[] {
  const reader = new Reader(bytes);
  return cases.map(c => decodeAnswer(reader, c));
}

function decodeAnswer(reader: Reader, c: Case): Answer {
  const head = reader.byte();
  const kind = KINDS[head & KIND_MASK];
  if (!kind) throw new RangeError(`answers hold an unknown kind ${head & KIND_MASK}`);
  const done = kind === 'done';
  const fault = kind === 'fault' || kind === 'alignment' ? reader.next() : 0;
  const cpsr = head & PART.cpsr ? reader.next() : expectedCpsr(c, done);
  const fpscr = head & PART.fpscr ? reader.next() : c.before.fpscr;
  const pc = head & PART.pc ? reader.next() : expectedPc(c, done);

  const after: State = { r: c.before.r.slice(), cpsr, fpscr, d: head & PART.vectors ? c.before.d.slice() : c.before.d };
  const mask = reader.half();
  for (let n = 0; n < 15; n++) if ((mask >> n) & 1) after.r[n] = reader.next();
  const vectors = Array.from({ length: head & PART.vectors ? reader.byte() : 0 }, () => reader.byte());
  for (const n of vectors) after.d[n] = reader.next();
  const memory = Array.from(
    { length: head & PART.memory ? reader.byte() : 0 },
    () => [WINDOW + reader.half(), reader.next()] as const,
  );
  return { kind, fault, pc, after, memory };
}
