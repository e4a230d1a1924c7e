// What can be wrong inside the text of a device, as data; and what the texts of devices have in common.

/** A place in the text of a specification. */
export interface SpecificationProblem {
  /**
   * error: xl refuses the file. warning: it says a line, or nothing, and goes on without what was meant. information: it
   * means what it should, but there is a better way to say it.
   */
  readonly severity: 'error' | 'warning' | 'information';
  /** What, why and what to do. */
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** A part of a specification and where it begins. */
export interface SpecificationPart {
  readonly text: string;
  readonly start: number;
}

/** Cuts as C's strtok does: empty parts are none. Blanks in front of a part are passed over, as xl does. */
export function partsOf(specification: string, separator = ','): SpecificationPart[] {
  const parts: SpecificationPart[] = [];
  let start = 0;
  for (const piece of specification.split(separator)) {
    if (piece !== '') {
      const text = piece.replace(/^ +/, '');
      parts.push({ text, start: start + piece.length - text.length });
    }
    start += piece.length + separator.length;
  }
  return parts;
}

/** A part about which something is to be said. */
export const about = (
  { text, start }: SpecificationPart,
  severity: SpecificationProblem['severity'],
  message: string,
): SpecificationProblem => ({ severity, message, start, end: start + text.length });

/** Why a specification says nothing that can be done, for people: what, why and what to do. */
export class SpecificationError extends Error {
  override readonly name = 'SpecificationError';
}

/** @throws SpecificationError for the first problem that there is */
export function insist(problems: readonly SpecificationProblem[]): void {
  const first = problems.find(({ severity }) => severity !== 'information');
  if (first) throw new SpecificationError(first.message);
}
