// Words of a device's specification: KEY=VALUE, flags and positions, separated by commas.

export interface Word {
  /** Undefined: a word without =. */
  readonly key: string | undefined;
  readonly value: string;
}

/** Cuts at commas. Of KEY=VALUE the key is in lower case already. */
export function wordsOf(specification: string): Word[] {
  return specification.split(',').map(part => {
    const text = part.trim();
    const [, key, value] = /^([a-z][a-z0-9_-]*)\s*=\s*(.*)$/.exec(text) ?? [];
    return key === undefined ? { key: undefined, value: text } : { key, value: value! };
  });
}

/** Why a specification says nothing that can be done, for people: what, why and what to do. */
export class SpecificationError extends Error {
  override readonly name = 'SpecificationError';
}
