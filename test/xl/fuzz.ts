// Configurations that nobody would write: random ones, and those of the oracle with changes. Whatever the text is, it is read
// and checked without an exception, in time, and everything found lies in the text.
import { checkConfig, tokens } from '../../src/xl';
import { CASES } from './oracle/cases';

/** mulberry32: the same inputs for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const PIECES = [
  ...[
    'name',
    'kernel',
    'memory',
    'disk',
    'vif',
    'cpus',
    'irqs',
    'iomem',
    'vsnd',
    'pci',
    'vkb',
    'on_crash',
    'x.y_1',
    'type',
  ],
  ...[
    '=',
    '+=',
    '[',
    ']',
    ',',
    ';',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
    '#',
    "'",
    '"',
    '\\',
    '(',
    '@',
    '\0',
    '\u00e4',
    '\u{1f600}',
  ],
  ...[
    '1',
    '0x1f',
    '010',
    '99999999999999999999',
    '"-1"',
    '"phy:/dev/loop0,xvda,w"',
    "'mac=00:16:3e:00:00:01'",
    '"0-3,^1"',
  ],
  ...[
    '"fff51,1@2"',
    '"01:00.0"',
    '"CARD, short-name=a"',
    '"backend=a"',
    '"\\n\\101\\x41"',
    '__proto__',
    'constructor',
    '""',
  ],
];
/** Signs that mean something inside the text of a device. */
const SIGNS = [
  ',',
  ':',
  '=',
  '@',
  '^',
  '-',
  ' ',
  '/',
  ';',
  'x',
  '0',
  'all',
  'target=',
  'cdrom',
  'rate=',
  'node:',
  '\n',
  'toString=',
];

export interface FuzzReport {
  readonly count: number;
  readonly accepted: number;
  /** Milliseconds of the slowest, on the clock that was given. */
  readonly slowest: number;
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly now: () => number;
}

/** @throws Error with the input that something is wrong with */
export function fuzzXl({ count, seed, now }: FuzzOptions): FuzzReport {
  const pick = numbers(seed);
  let accepted = 0;
  let slowest = 0;
  for (let i = 0; i < count; i++) {
    const text = pick(3) === 0 ? random(pick) : mutated(pick);
    const begin = now();
    let wrong: string | undefined;
    try {
      const { domain, findings } = checkConfig(text);
      if (domain) accepted++;
      wrong = outside(text, findings) ?? apart(text);
      if ((domain === undefined) !== findings.some(({ refused }) => refused)) wrong = 'verdict without a reason';
    } catch (error) {
      wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const took = now() - begin;
    if (took > 1000) wrong ??= `${Math.round(took)} ms`;
    slowest = Math.max(slowest, took);
    if (wrong !== undefined)
      throw new Error(`input ${i} of seed ${seed}: ${wrong}\n${JSON.stringify(text.slice(0, 4000))}`);
  }
  return { count, accepted, slowest };
}

/** Inputs for the real xl. */
export function hostileTexts(count: number, seed: number): string[] {
  const pick = numbers(seed);
  // What is no character cannot be written into a file.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length: count }, () => decoder.decode(new TextEncoder().encode(mutated(pick))));
}

function random(pick: (below: number) => number): string {
  return Array.from({ length: pick(80) }, () => PIECES[pick(PIECES.length)]!).join('');
}

/** A case with a few characters or pieces put in, taken out, doubled or swapped. */
function mutated(pick: (below: number) => number): string {
  let text = CASES[pick(CASES.length)]!.text;
  for (let changes = 1 + pick(4); changes > 0; changes--) {
    const at = pick(text.length + 1);
    const length = pick(8);
    const rest = text.slice(at + length);
    const ways = [
      () => text.slice(0, at) + rest,
      () => text.slice(0, at) + PIECES[pick(PIECES.length)]! + text.slice(at),
      () => text.slice(0, at) + SIGNS[pick(SIGNS.length)]! + text.slice(at),
      () => text.slice(0, at) + text.slice(at, at + length).repeat(1 + pick(40)) + rest,
      () => text.slice(0, at) + String.fromCharCode(pick(pick(2) === 0 ? 128 : 65536)) + text.slice(at + 1),
      () => text + CASES[pick(CASES.length)]!.text,
    ];
    text = ways[pick(ways.length)]!();
  }
  return text;
}

/** What is found lies in the text, and its lines and columns are those of its offsets. */
function outside(text: string, findings: ReturnType<typeof checkConfig>['findings']): string | undefined {
  if (findings.length > 510) return `${findings.length} findings`;
  for (const { range, message, fix } of findings)
    for (const { start, end } of [range, ...(fix?.edits ?? []).map(edit => edit.range)]) {
      if (start.offset > end.offset || end.offset > text.length) return `${message}: ${start.offset} to ${end.offset}`;
      const before = text.lastIndexOf('\n', start.offset - 1);
      if (start.offset > 0 && start.column !== start.offset - before) return `${message}: column ${start.column} is not at ${start.offset}`; // prettier-ignore
    }
  return undefined;
}

function apart(text: string): string | undefined {
  let at = 0;
  for (const { range } of tokens(text).tokens) {
    if (range.start.offset < at) return `token at ${range.start.offset} begins before ${at}`;
    at = range.end.offset;
  }
  return undefined;
}
