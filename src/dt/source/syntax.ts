// The syntax of a source: what the parser makes and the builder, checks and editors read. Every part has its range.
import { Span, type ExpandedText } from './text';

/** A whole source. */
export interface SourceSyntax {
  readonly source: ExpandedText;
  /** Where `/plugin/` stands: the source is an overlay. */
  readonly plugin: Span | undefined;
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
  | {
      readonly kind: 'cells';
      readonly bits: 8 | 16 | 32 | 64;
      readonly cells: readonly Cell[];
      readonly span: Span;
      /** Not written as cells: the target of an overlay's fragment, whose type dtc guesses when it prints it. */
      readonly implied?: true;
    }
  /** The bytes with escapes resolved and the final NUL. */
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly span: Span }
  | { readonly kind: 'bytes'; readonly bytes: readonly ByteItem[]; readonly span: Span }
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly span: Span }
  | ({ readonly kind: 'path' } & Reference)
  | ({ readonly kind: 'label' } & LabelSyntax);

/** A number among cells. There are many, so it holds no more than it must; what is asked for less often is made then. */
export class IntegerCell {
  readonly kind = 'integer';

  /** @param high and `low`: the halves of the value, each an unsigned number of 32 bits. */
  constructor(
    private readonly source: ExpandedText,
    private readonly start: number,
    private readonly end: number,
    readonly high: number,
    readonly low: number,
  ) {}

  /** Unsigned, cut to the size of the cell. */
  get value(): bigint {
    return this.high === 0 ? BigInt(this.low) : (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  get span(): Span {
    return new Span(this.source, this.start, this.end);
  }
}

export type Cell =
  IntegerCell | ({ readonly kind: 'phandle' } & Reference) | ({ readonly kind: 'label' } & LabelSyntax);

export type ByteItem = { readonly kind: 'byte'; readonly value: number } | ({ readonly kind: 'label' } & LabelSyntax);
