// A profile for people: what JSON says, as tables of the first rows.
import type { LabProfile, ProfileExit, ProfileInterpreted, ProfileRange, ProfileRegion } from '../lab/profile-report';

const MOST_ROWS = 40;
/** Places where a region is left, for each region. */
const MOST_EXITS = 4;
const LONGEST_TEXT = 44;

/** A column of a table: its head, its cell, and whether it stands at the right. */
interface Column<Row> {
  readonly head: string;
  readonly right?: boolean;
  readonly cell: (row: Row) => string;
}

const count = (n: number): string => n.toLocaleString('en-US');
const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;
const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const short = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 3)}...` : text);
const counts = (numbers: Readonly<Record<string, number>>): string =>
  Object.entries(numbers)
    .sort((a, b) => b[1] - a[1])
    .map(([name, n]) => `${name} ${count(n)}`)
    .join(', ');

function table<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  below?: (row: Row) => string[],
) {
  const cells = rows.map(row => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ head }, i) => Math.max(head.length, ...cells.map(line => line[i]!.length)));
  const line = (texts: readonly string[]): string =>
    texts.map((text, i) => (columns[i]!.right ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))).join('  ').trimEnd(); // prettier-ignore
  const body = rows.flatMap((row, i) => [line(cells[i]!), ...(below?.(row) ?? []).map(more => `    ${more}`)]);
  return ['', title, line(columns.map(({ head }) => head)), ...body, ''].join('\n');
}

const rangeColumns = ({ instructions }: LabProfile): readonly Column<ProfileRange>[] => [
  { head: 'share', right: true, cell: row => percent(row.instructions, instructions) },
  { head: 'instructions', right: true, cell: row => count(row.instructions) },
  { head: 'in regions', right: true, cell: row => percent(row.translated, row.instructions) },
  { head: 'addresses', cell: row => `${hex(row.from)} to ${hex(row.to - 1)}` },
  { head: 'where', cell: row => row.symbol ?? 'a page' },
];

const regionColumns: readonly Column<ProfileRegion>[] = [
  { head: 'executed', right: true, cell: row => count(row.executed) },
  { head: 'entered', right: true, cell: row => count(row.entered) },
  { head: 'each', right: true, cell: row => count(Math.round(row.executed / Math.max(1, row.entered))) },
  { head: 'address', cell: row => `${hex(row.address)} ${row.set}` },
  { head: 'length', right: true, cell: row => count(row.instructions) },
  { head: 'entries', right: true, cell: row => count(row.entries) },
  { head: 'bytes', right: true, cell: row => count(row.bytes) },
  { head: 'compiled', right: true, cell: row => `${row.compilations}x` },
  { head: 'ms', right: true, cell: row => (1000 * row.compileSeconds).toFixed(1) },
  { head: 'where', cell: row => row.symbols.slice(0, 2).join(', ') },
];

/** Where a region is left when that is at no instruction. */
const BETWEEN: Partial<Record<ProfileExit['reason'], string>> = { budget: 'on arrival', indirect: 'on returns' };

const exitLine = ({ reason, count: times, address, text }: ProfileExit): string =>
  `${count(times)} ${reason} ${address === undefined ? `(${BETWEEN[reason] ?? 'between instructions'})` : `at ${hex(address)}  ${short(text ?? '')}`}`;

function regionNotes({ exits, exitPlaces, dropped }: ProfileRegion): string[] {
  const notes = [`left: ${counts(exits) || 'never'}`];
  if (Object.keys(dropped).length > 0) notes.push(`dropped: ${counts(dropped)}`);
  return [...notes, ...exitPlaces.slice(0, MOST_EXITS).map(exitLine)];
}

/** Instructions one behind the other that are interpreted for one reason, as the most frequent of them. */
interface Run extends ProfileInterpreted {
  count: number;
}

function runs(rows: readonly ProfileInterpreted[]): Run[] {
  const result: Run[] = [];
  let most = 0;
  let end: number | undefined;
  for (const row of [...rows].sort((a, b) => a.address - b.address)) {
    const last = result[result.length - 1];
    if (last && end === row.address && whyText(last) === whyText(row) && last.symbol === row.symbol) {
      const instructions = last.instructions + row.instructions;
      const head = row.instructions > most ? row : last;
      result[result.length - 1] = { ...head, instructions, count: last.count + 1 };
    } else {
      result.push({ ...row, count: 1 });
      most = 0;
    }
    most = Math.max(most, row.instructions);
    end = row.address + row.length;
  }
  return result.sort((a, b) => b.instructions - a.instructions);
}

/** The reason with its numbers, in few words. */
function whyText({ why, exits, arrivals, threshold, times }: ProfileInterpreted): string {
  if (exits) return `${why}: ${counts(exits)}`;
  if (arrivals !== undefined) return `${why}: ${count(arrivals)} of ${count(threshold ?? 0)} arrivals`;
  return times === undefined ? why : `${why}: ${count(times)}x`;
}

const interpretedColumns = ({ interpreted }: LabProfile): readonly Column<Run>[] => [
  { head: 'share', right: true, cell: row => percent(row.instructions, interpreted) },
  { head: 'instructions', right: true, cell: row => count(row.instructions) },
  { head: 'address', cell: row => `${hex(row.address)} ${row.set}` },
  { head: 'instruction', cell: row => short(row.text) },
  { head: 'and others', right: true, cell: row => (row.count > 1 ? `+${row.count - 1}` : '') },
  { head: 'why', cell: whyText },
  { head: 'where', cell: row => row.symbol ?? '' },
];

const legend = (title: string, texts: Readonly<Record<string, string>>): string =>
  table(title, Object.entries(texts), [
    { head: 'name', cell: ([name]) => name },
    { head: 'meaning', cell: ([, text]) => text },
  ]);

const head = (p: LabProfile): string =>
  [
    `${count(p.instructions)} instructions: ${percent(p.translated, p.instructions)} in regions, ${percent(p.interpreted, p.instructions)} interpreted, ${count(p.prefetchAborts)} could not be fetched`,
    `Regions were begun ${count(p.dispatcher.runs)} times from the interpreter. None followed another ${count(p.dispatcher.noRegion)} times because there`,
    `was none, ${count(p.dispatcher.unmapped)} times because the TLB did not have the page, ${count(p.dispatcher.state)} times in an IT block or with big-endian data.`,
    '',
  ].join('\n');

/** @returns lines of text, the last one ended */
/** The hypervisor that is built in runs between instructions, in no time: all of them are the guests'. */
function domainLine({ domains }: LabProfile): string {
  if (!domains) return '';
  const each = domains.map(({ name, cpuSeconds }) => `${name} ${cpuSeconds.toFixed(3)} s`).join(', ');
  return `Guest time by domain (none is the hypervisor's): ${each}\n`;
}

export function profileText(p: LabProfile): string {
  return [
    head(p),
    domainLine(p),
    table('Where instructions go', p.ranges.slice(0, MOST_ROWS), rangeColumns(p)),
    table('Regions, by page', p.regions.slice(0, MOST_ROWS), regionColumns, regionNotes),
    table('What the interpreter executes', runs(p.interpreter).slice(0, MOST_ROWS), interpretedColumns(p)),
    legend('Why regions are left', p.reasons.exits),
    legend('Why instructions are interpreted', p.reasons.why),
  ].join('');
}
