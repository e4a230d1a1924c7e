// The syntax of a source: what the parser makes and the builder, checks and editors read. Every part has its range.
import type { ExpandedText, Span } from './text';

/** A whole source. */
export interface SourceSyntax {
  readonly source: ExpandedText;
  readonly reservations: readonly ReservationSyntax[];
  readonly statements: readonly Statement[];
}

export interface LabelSyntax {
  readonly name: string;
  readonly span: Span;
}

/** `&label` or `&{/path}`. */
export interface Reference {
  /** A label, or a path with its slash. */
  readonly ref: string;
  readonly span: Span;
}

/** `/memreserve/ address size;` */
export interface ReservationSyntax {
  readonly labels: readonly LabelSyntax[];
  readonly address: bigint;
  readonly size: bigint;
  readonly span: Span;
}

/** What may stand at the top level. */
export type Statement =
  | { readonly kind: 'root'; readonly body: NodeBody; readonly span: Span }
  | {
      readonly kind: 'extend';
      readonly labels: readonly LabelSyntax[];
      readonly target: Reference;
      readonly body: NodeBody;
      readonly span: Span;
    }
  | { readonly kind: 'deleteNode'; readonly target: Reference; readonly span: Span }
  | { readonly kind: 'omitIfUnreferenced'; readonly target: Reference; readonly span: Span };

/** What stands between braces. */
export interface NodeBody {
  readonly properties: readonly (PropertySyntax | DeletionSyntax)[];
  readonly children: readonly (NodeSyntax | DeletionSyntax)[];
  readonly span: Span;
}

export interface NodeSyntax {
  readonly kind: 'node';
  readonly name: string;
  readonly nameSpan: Span;
  readonly labels: readonly LabelSyntax[];
  readonly omitIfUnreferenced: boolean;
  readonly body: NodeBody;
  readonly span: Span;
}

/** `/delete-property/ name;` or `/delete-node/ name;` */
export interface DeletionSyntax {
  readonly kind: 'deletion';
  readonly name: string;
  readonly span: Span;
}

export interface PropertySyntax {
  readonly kind: 'property';
  readonly name: string;
  readonly nameSpan: Span;
  readonly labels: readonly LabelSyntax[];
  /** Empty for a property that is just there. */
  readonly parts: readonly ValuePart[];
  readonly span: Span;
}

/** A part of a value, or a label between parts. */
export type ValuePart =
  | { readonly kind: 'cells'; readonly bits: 8 | 16 | 32 | 64; readonly cells: readonly Cell[]; readonly span: Span }
  /** The bytes with escapes resolved and the final NUL. */
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly span: Span }
  | { readonly kind: 'bytes'; readonly bytes: readonly ByteItem[]; readonly span: Span }
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly span: Span }
  | ({ readonly kind: 'path' } & Reference)
  | ({ readonly kind: 'label' } & LabelSyntax);

export type Cell =
  | { readonly kind: 'integer'; readonly value: bigint; readonly span: Span }
  | ({ readonly kind: 'phandle' } & Reference)
  | ({ readonly kind: 'label' } & LabelSyntax);

export type ByteItem = { readonly kind: 'byte'; readonly value: number } | ({ readonly kind: 'label' } & LabelSyntax);
