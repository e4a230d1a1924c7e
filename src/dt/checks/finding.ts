// What a check says: the one shape that compilers print, editors underline and preflights list.
import type { Span } from '../source/text';

export type Severity = 'error' | 'warning' | 'info';

/** A change that makes a finding go away, on the level of the tree; whoever has the source makes edits of it. */
export type Fix =
  /** `name` is the whole new name, with its unit address. */
  | { readonly kind: 'rename-node'; readonly path: string; readonly name: string }
  | { readonly kind: 'rename-property'; readonly path: string; readonly property: string; readonly name: string }
  /** `value` is source: what stands between `=` and `;`, empty for a property that is just there. */
  | { readonly kind: 'set-property'; readonly path: string; readonly property: string; readonly value: string }
  | { readonly kind: 'remove-property'; readonly path: string; readonly property: string }
  | { readonly kind: 'remove-node'; readonly path: string }
  /** `body` is source: the members of the new node. */
  | { readonly kind: 'add-node'; readonly path: string; readonly name: string; readonly body: string };

/** One finding. */
export interface Finding {
  /** Of the rule; unique over all families of checks. */
  readonly id: string;
  readonly severity: Severity;
  /** Of the node; absent when the finding is about no node (a prerequisite that failed). */
  readonly path?: string;
  readonly property?: string;
  /** In one line: for dtc's checks dtc's own words, else what, where, why and the remedy. */
  readonly message: string;
  /** Where it is: the property, or the whole definition with its name; absent when the tree has no source. */
  readonly span?: Span;
  /** The place that dtc prints, where that is another one; null where it has none. */
  readonly dtcSpan?: Span | null;
  /** Other places that define the same node. */
  readonly also?: readonly Span[];
  /** Changes that make it go away, all together. */
  readonly fix?: readonly Fix[];
}
