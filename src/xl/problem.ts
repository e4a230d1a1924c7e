// What can be wrong with a domain's configuration, as data: every code is a line of docs/errors.md.

export const XL_CODES = {
  character: 'A character that the language does not have here, outside of a string. xl refuses the file.',
  string: 'A string that does not end on its line, or has an escape that xl does not read.',
  syntax: 'A statement that is not KEY = VALUE or KEY += VALUE, one on each line. xl refuses the file.',
  'line-end': 'Lines must end with a line feed alone, the last one too when it has a comment. xl refuses the file.',
  size: 'The file is far larger than a configuration can be; it is not read.',
  type: 'A value of another kind than the key takes: a list, a string or a number. xl warns and takes the default.',
  range: 'A number outside of what the key takes.',
  add: '+= of a list to a string, of a string to a list, or to a number.',
  duplicate: 'The key is set twice; the last one counts.',
  missing: 'A key that every domain needs is not set.',
  unknown: 'A key that xl does not know. xl passes over it without a word.',
  arm: 'Something that guests on ARM do not have.',
  newer: 'A key of later versions than Xen 4.17, which passes over it without a word.',
  memory: 'Memory that no guest on ARM, or not this host, can have.',
  name: 'A name that xl, or the shell, takes for something else.',
  device: 'A disk or an interface that no guest can use as it stands.',
  file: 'A file that the configuration names is not there, or is none.',
  kernel: 'The kernel is none that a domain on ARM starts from.',
  'kernel-tree': 'The device tree behind the kernel is missing where it is needed, or there where it does harm.',
  old: 'It does what it should, but there is a better way to say it.',
  ignored: 'The key has no effect here. The message says why, and what does the job.',
} as const satisfies Record<string, string>;

/** Mistakes of a file that are told of; nobody reads more. */
export const MOST_PROBLEMS = 500;

export type XlCode = keyof typeof XL_CODES;

/** A place in the text: line and column from 1 (columns in UTF-16 units), and the offset. */
export interface XlPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** From the first character to the one behind the last. */
export interface XlRange {
  readonly start: XlPosition;
  readonly end: XlPosition;
}

export interface XlProblem {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: XlCode;
  /** One line: what, why, and what to do. */
  readonly message: string;
  readonly range: XlRange;
  /** xl itself refuses the file for this; of everything else it says a line at most, and goes on. */
  readonly refused?: true;
  /** How to put it right. */
  readonly fix?: XlFix;
}

/** A change of the text that puts something right. */
export interface XlFix {
  /** What it does, as a menu shows it. */
  readonly title: string;
  readonly edits: readonly { readonly range: XlRange; readonly text: string }[];
}
