// The syntax of a source: what the parser makes and the builder, checks and editors read. Every part has its range.
import { Ranged, type ExpandedText, type Span } from './text';

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

/** A number among cells. */
export class IntegerCell extends Ranged {
  readonly kind = 'integer';

  /** @param high and `low`: the halves of the value, each an unsigned number of 32 bits. */
  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly high: number,
    readonly low: number,
  ) {
    super(source, start, end);
  }

  /** Unsigned, cut to the size of the cell. */
  get value(): bigint {
    return this.high === 0 ? BigInt(this.low) : (BigInt(this.high) << 32n) | BigInt(this.low);
  }
}

/** A reference among cells. */
export class PhandleCell extends Ranged {
  readonly kind = 'phandle';
  /** The number of the node, once that is known. */
  number = 0xffffffff;

  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly ref: string,
  ) {
    super(source, start, end);
  }
}

/** A property of a source. */
export class ParsedProperty extends Ranged implements PropertySyntax {
  readonly kind = 'property';

  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly name: string,
    private readonly nameStart: number,
    private readonly nameEnd: number,
    readonly labels: readonly LabelSyntax[],
    readonly parts: readonly ValuePart[],
  ) {
    super(source, start, end);
  }

  get nameSpan(): Span {
    return this.within(this.nameStart, this.nameEnd);
  }
}

/** A node of a source. */
export class ParsedNode extends Ranged implements NodeSyntax {
  readonly kind = 'node';

  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly name: string,
    private readonly nameStart: number,
    private readonly nameEnd: number,
    readonly labels: readonly LabelSyntax[],
    readonly omitIfUnreferenced: boolean,
    readonly body: NodeBody,
  ) {
    super(source, start, end);
  }

  get nameSpan(): Span {
    return this.within(this.nameStart, this.nameEnd);
  }
}

/** The braces of a node with what is between. */
export class ParsedBody extends Ranged implements NodeBody {
  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly properties: readonly (PropertySyntax | DeletionSyntax)[],
    readonly children: readonly (NodeSyntax | DeletionSyntax)[],
  ) {
    super(source, start, end);
  }
}

/** Cells of a source. */
export class CellsPart extends Ranged {
  readonly kind = 'cells';
  declare readonly implied?: true;

  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly bits: 8 | 16 | 32 | 64,
    readonly cells: readonly Cell[],
  ) {
    super(source, start, end);
  }
}

/** A string of a source. */
export class StringPart extends Ranged {
  readonly kind = 'string';

  constructor(
    source: ExpandedText,
    start: number,
    end: number,
    readonly bytes: Uint8Array,
  ) {
    super(source, start, end);
  }
}

export type Cell = IntegerCell | PhandleCell | ({ readonly kind: 'label' } & LabelSyntax);

export type ByteItem = { readonly kind: 'byte'; readonly value: number } | ({ readonly kind: 'label' } & LabelSyntax);
