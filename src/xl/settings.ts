// The values that a configuration ends up with: the last assignment of a key, with what += adds to it. Typed readers say
// what does not fit, as xl does, and then give nothing.
import type { XlAssignment, XlFile, XlValue } from './parser';
import type { XlCode, XlProblem, XlRange } from './problem';

interface Setting {
  readonly value: XlValue;
  readonly keyRange: XlRange;
  /** Whether += had a part in it: such a value is no number for xl. */
  readonly added: boolean;
}

/** A number as strtol reads it with base 0: decimal, 0x hexadecimal, 0 octal. */
const NUMBER = /^[ \t]*(-?)(0x[0-9a-f]+|[0-9]+)$/i;

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

  /** A text; a number is one too. @param severity of another kind of value: xl warns, and takes the default */
  text(key: string, severity: XlProblem['severity'] = 'warning'): string | undefined {
    const setting = this.byKey.get(key);
    if (!setting) return undefined;
    if (setting.value.kind === 'text') return setting.value.text;
    this.add('type', severity, `${key} is a list, but one text is wanted`, setting.value.range);
    return undefined;
  }

  /** A list of texts; what is none, and what in it is none, is told of. */
  texts(key: string): { readonly text: string; readonly range: XlRange }[] {
    const value = this.byKey.get(key)?.value;
    if (!value) return [];
    if (value.kind === 'text') {
      this.add('type', 'error', `${key} is a text, but a list is wanted: ${key} = [ "..." ]`, value.range);
      return [];
    }
    return value.values.flatMap(one => {
      if (one.kind === 'text') return [{ text: one.text, range: one.range }];
      this.add('type', 'error', `${key} has a list in its list, but texts are wanted`, one.range);
      return [];
    });
  }

  /** A whole number from `least` to `most`. @param severity as for a text */
  number(key: string, least: number, most: number, severity: XlProblem['severity'] = 'warning'): number | undefined {
    const setting = this.byKey.get(key);
    const written = this.text(key, severity);
    if (!setting || written === undefined) return undefined;
    const { range } = setting.value;
    const [, sign, digits = ''] = NUMBER.exec(written) ?? [];
    if (setting.added) this.add('add', severity, `${key}: += does not go with numbers; write =`, range);
    else if (sign === undefined || /^0[0-9]*[89]/.test(digits))
      this.add('type', severity, `${key} is ${JSON.stringify(written)}, which is no whole number`, range);
    else {
      const magnitude = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
      const value = sign === '-' ? -magnitude : magnitude;
      if (value >= least && value <= most) return value;
      this.add('range', 'error', `${key} is ${value}, but it can be ${least} to ${most}`, range);
    }
    return undefined;
  }

  /** Records something about a key that is set, or, of one that is not, about the beginning of the file. */
  about(key: string, code: XlCode, severity: XlProblem['severity'], message: string): void {
    const start = { line: 1, column: 1, offset: 0 };
    this.add(code, severity, message, this.rangeOf(key) ?? { start, end: start });
  }

  /** Records something about a place. */
  at(range: XlRange, code: XlCode, severity: XlProblem['severity'], message: string): void {
    this.add(code, severity, message, range);
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
    const sum = concatenate(before.value, value);
    if (sum) this.byKey.set(key, { value: sum, keyRange, added: true });
    else
      this.add(
        'add',
        'error',
        `${key}: a ${before.value.kind} cannot take a ${value.kind}; xl refuses the file`,
        keyRange,
      );
  }
}

function concatenate(before: XlValue, added: XlValue): XlValue | undefined {
  const { range } = added;
  if (before.kind === 'text' && added.kind === 'text')
    return { kind: 'text', text: before.text + added.text, quoted: true, range };
  if (before.kind === 'list' && added.kind === 'list')
    return { kind: 'list', values: [...before.values, ...added.values], range };
  return undefined;
}
