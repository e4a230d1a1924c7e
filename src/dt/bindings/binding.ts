// What a binding says about a kind of node, wherever it comes from: built in, or read from a kernel's sources.

export type PropertyType = 'cells' | 'string' | 'strings' | 'phandle' | 'bytes' | 'flag';

export interface PropertyBinding {
  readonly type?: PropertyType;
  readonly about: string;
  /** Values that make sense, as strings. */
  readonly values?: readonly string[];
}

export interface Binding {
  /** One line: what the thing is. */
  readonly title: string;
  readonly about?: string;
  readonly properties: Readonly<Record<string, PropertyBinding>>;
  /** Names that have to be there. */
  readonly required: readonly string[];
  /** Where it is written down. */
  readonly source: string;
}
