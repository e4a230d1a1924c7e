// The values that a configuration ends up with: the last assignment of a key, with what += adds to it. Typed readers say
// what does not fit, as xl does, and then give nothing.
import { type LongBits, readLong } from './numbers';
import type { XlAssignment, XlFile, XlValue } from './parser';
import type { XlCode, XlFix, XlProblem, XlRange } from './problem';

interface Setting {
  readonly value: XlValue;
  readonly keyRange: XlRange;
  /** Whether += had a part in it: such a value is no number for xl. */
  readonly added: boolean;
  /** Of a list that grew: its values, which belong to nothing else. */
  readonly grown?: XlValue[];
}

/** A text of a configuration and where it stands. */
export interface XlText {
  readonly text: string;
  readonly range: XlRange;
}

const TOP: XlRange = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } };

export class XlSettings {
  readonly problems: XlProblem[];
  private readonly byKey = new Map<string, Setting>();

  constructor({ assignments, problems }: XlFile) {
    this.problems = [...problems];
    for (const one of assignments) this.assign(one);
  }

  /** All keys that are set, in the order in which they first were. */
  keys(): string[] {
    return [...this.byKey.keys()];
  }

  /** Where a key stands; undefined when it is not set. */
  rangeOf(key: string): XlRange | undefined {
    return this.byKey.get(key)?.keyRange;
  }

  /** The value itself, for readers that take more than one kind. */
  valueOf(key: string): XlValue | undefined {
    return this.byKey.get(key)?.value;
  }

  /** A text; a number is one too. @param severity of another kind of value: xl warns, and takes the default */
  text(key: string, severity: XlProblem['severity'] = 'warning'): string | undefined {
    const setting = this.byKey.get(key);
    if (!setting) return undefined;
    if (setting.value.kind === 'text') return setting.value.text;
    this.add('type', severity, `${key} is a list, but one text is wanted`, setting.value.range);
    return undefined;
  }

  /** A list of texts up to the first that is none, as xl reads most lists. What does not fit is told of. */
  texts(key: string): XlText[] {
    const value = this.byKey.get(key)?.value;
    if (!value) return [];
    if (value.kind === 'text') {
      this.add('type', 'error', `${key} is a text, but a list is wanted: ${key} = [ "..." ]`, value.range);
      return [];
    }
    const texts: XlText[] = [];
    for (const one of value.values) {
      if (one.kind === 'list') {
        this.add('type', 'error', `${key} has a list in its list, but texts are wanted`, one.range);
        break;
      }
      texts.push({ text: one.text, range: one.range });
    }
    return texts;
  }

  /** A whole number that fits a C `long`, as xl reads it. @param severity as for a text */
  long(key: string, bits: LongBits = 64, severity: XlProblem['severity'] = 'warning'): bigint | undefined {
    const setting = this.byKey.get(key);
    const written = this.text(key, severity);
    if (!setting || written === undefined) return undefined;
    const { range } = setting.value;
    const { value, fault } = readLong(written, bits);
    if (setting.added) this.add('add', severity, `${key}: += does not go with numbers; write =`, range);
    else if (fault === 'overflow')
      this.add('range', severity, `${key} is ${written.slice(0, 40)}, too large for a number`, range); // prettier-ignore
    else if (fault === 'junk')
      this.add('type', severity, `${key} is ${JSON.stringify(written.slice(0, 40))}, which is no whole number`, range);
    else return value;
    return undefined;
  }

  /** The same without a word. */
  quietLong(key: string, bits: LongBits = 64): bigint | undefined {
    const setting = this.byKey.get(key);
    if (setting?.value.kind !== 'text' || setting.added) return undefined;
    const { value, fault } = readLong(setting.value.text, bits);
    return fault === 'none' ? value : undefined;
  }

  /** A whole number from `least` to `most`. @param severity as for a text */
  number(key: string, least: number, most: number, severity: XlProblem['severity'] = 'warning'): number | undefined {
    const value = this.long(key, 64, severity);
    if (value === undefined || (value >= least && value <= most)) return value === undefined ? value : Number(value);
    this.about(key, 'range', 'error', `${key} is ${value}, but it can be ${least} to ${most}`, true);
    return undefined;
  }

  /** Records something about a key that is set, or, of one that is not, about the beginning of the file. */
  about(key: string, code: XlCode, severity: XlProblem['severity'], message: string, atValue = false): void {
    const range = atValue ? this.valueOf(key)?.range : this.rangeOf(key);
    this.add(code, severity, message, range ?? TOP);
  }

  /** Records something about a place. */
  at(range: XlRange, code: XlCode, severity: XlProblem['severity'], message: string): void {
    this.add(code, severity, message, range);
  }

  /** Records why xl itself refuses the file. */
  refuse(range: XlRange | undefined, code: XlCode, message: string): void {
    this.problems.push({ severity: 'error', code, message, range: range ?? TOP, refused: true });
  }

  /** Records something that can be put right. */
  fixable(problem: Omit<XlProblem, 'fix'>, fix: XlFix): void {
    this.problems.push({ ...problem, fix });
  }

  private add(code: XlCode, severity: XlProblem['severity'], message: string, range: XlRange): void {
    this.problems.push({ severity, code, message, range });
  }

  private assign({ key, keyRange, operator, value }: XlAssignment): void {
    const before = this.byKey.get(key);
    if (operator === '=' || !before) {
      const again = operator === '=' && before !== undefined;
      if (again) this.add('duplicate', 'warning', `${key} is set again; this one counts`, keyRange);
      this.byKey.set(key, { value, keyRange, added: operator === '+=' });
      return;
    }
    const sum = concatenate(before, value);
    if (sum) this.byKey.set(key, { ...sum, keyRange, added: true });
    else
      this.refuse(keyRange, 'add', `${key}: a ${before.value.kind} cannot take a ${value.kind}; xl refuses the file`);
  }
}

/** A list that grows again and again is copied once. */
function concatenate({ value: before, grown }: Setting, added: XlValue): Pick<Setting, 'value' | 'grown'> | undefined {
  const { range } = added;
  if (before.kind === 'text' && added.kind === 'text')
    return { value: { kind: 'text', text: before.text + added.text, quoted: true, range } };
  if (before.kind !== 'list' || added.kind !== 'list') return undefined;
  const values = grown ?? [...before.values];
  for (const one of added.values) values.push(one);
  return { value: { kind: 'list', values, range }, grown: values };
}

/** The place of a part of a quoted text; the whole text when escapes keep its characters apart from the file's. */
export function rangeWithin({ text, range }: XlText, start: number, end: number): XlRange {
  const { start: from, end: to } = range;
  const quotes = to.offset - from.offset - text.length;
  if ((quotes !== 2 && quotes !== 0) || from.line !== to.line) return range;
  const at = (offset: number) => {
    const shift = quotes / 2 + Math.min(offset, text.length);
    return { line: from.line, column: from.column + shift, offset: from.offset + shift };
  };
  return { start: at(start), end: at(end) };
}
