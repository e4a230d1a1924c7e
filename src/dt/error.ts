// The one error of this library: what, where, why and what to do next, in one line.
import type { Finding } from './checks/finding';
import type { Span } from './source/text';

/** What each code means. The docs list these; a message adds the particulars. */
export const DT_CODES = {
  'blob-short': 'The file ends before the tree does.',
  'blob-magic': 'The file does not begin with the magic number of a flattened device tree, 0xd00dfeed.',
  'blob-version': 'The blob is of a format version that version 17 readers cannot read.',
  'blob-layout': 'An offset or a size in the header points outside the blob or is misaligned.',
  'blob-structure': 'The structure block is not a well-formed sequence of tokens (specification v0.4, section 5.4).',
  name: 'A node or property name is empty, too long, not terminated, or has characters that no name may have.',
  'tree-large': 'The tree is larger than the limits of this library.',
  'tree-depth': 'Nodes are nested deeper than the limit of this library.',
  'tree-value': 'A value has not the shape that its name promises.',
  'tree-missing': 'A node or property that is needed does not exist.',
  'tree-edit': 'The edit would leave a tree that cannot be written.',
  version: 'The source does not begin with /dts-v1/;.',
  syntax: 'The source is not what the grammar allows here.',
  token: 'A string, comment, number or character is malformed.',
  expression: 'An integer expression has no value, or one that does not fit.',
  preprocessor: 'A preprocessor directive is malformed or asks for something this preprocessor does not do.',
  include: 'A file to include cannot be read, or files include each other without end.',
  'property-order': 'Properties of a node must come before its child nodes.',
  'name-characters': 'A node or property name has characters that the specification does not allow.',
  'name-property': 'A "name" property differs from the name of its node.',
  'duplicate-node': 'Two nodes with one name in the same parent.',
  'duplicate-property': 'Two properties with one name in the same node.',
  'duplicate-label': 'One label on two things.',
  phandle: 'A phandle property has a value that is no phandle, or one that another node has.',
  reference: 'A label or path names no node.',
  overlay: 'An overlay does not fit the tree that it is to be laid over.',
  check: 'A check that counts as an error here did not pass.',
} as const;

export type DtCode = keyof typeof DT_CODES;

/** Where an error is: a byte of a blob, a range of a source, or a node of a tree in memory. */
export type Place =
  | { readonly kind: 'blob'; readonly file: string; readonly offset: number }
  | { readonly kind: 'source'; readonly span: Span }
  | { readonly kind: 'node'; readonly path: string };

/** `FILE:LINE:COLUMN`, `FILE: offset 0xNN` or the path of the node. */
export function formatPlace(place: Place): string {
  switch (place.kind) {
    case 'blob':
      return `${place.file}: offset 0x${place.offset.toString(16)}`;
    case 'source': {
      const at = place.span.begin;
      return `${at.file}:${at.line}:${at.column}`;
    }
    case 'node':
      return place.path;
  }
}

/** The only exception that this library throws on bad input, and the element of every list of diagnostics. */
export class DtError extends Error {
  override readonly name = 'DtError';

  /** @param text what is wrong, why, and the remedy, without the place; `message` puts the place before it. */
  constructor(
    readonly code: DtCode,
    readonly text: string,
    readonly place: Place,
    /** What a check said, when this error is that. */
    readonly finding?: Finding,
  ) {
    super(`${formatPlace(place)}: ${text}`);
  }

  /** File of a blob or source error. */
  get file(): string | undefined {
    if (this.place.kind === 'blob') return this.place.file;
    return this.place.kind === 'source' ? this.place.span.begin.file : undefined;
  }

  /** Byte offset of a blob error. */
  get offset(): number | undefined {
    return this.place.kind === 'blob' ? this.place.offset : undefined;
  }

  /** Line of a source error, from 1. */
  get line(): number | undefined {
    return this.place.kind === 'source' ? this.place.span.begin.line : undefined;
  }

  /** Column of a source error, from 1, in UTF-16 units. */
  get column(): number | undefined {
    return this.place.kind === 'source' ? this.place.span.begin.column : undefined;
  }
}
