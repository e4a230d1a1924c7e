// What this library demands of names before checks look at them.
import { MAX_NAME } from '../limits';
import type { DraftNode } from './draft';
import type { Draft } from './merge';
import type { Span } from './text';

/** Reports names that are too long to be in a tree. */
export function checkLengths(root: DraftNode, draft: Draft): void {
  for (const node of root.nodes()) {
    checkLength(node.name, node.origins[0]!, draft);
    for (const property of node.properties.all) if (!property.deleted) checkLength(property.name, property.span, draft);
  }
}

function checkLength(name: string, span: Span, draft: Draft): void {
  if (name.length > MAX_NAME)
    draft.fail('name', `a name of ${name.length} characters; the limit is ${MAX_NAME}, the specification's 31`, span);
}
