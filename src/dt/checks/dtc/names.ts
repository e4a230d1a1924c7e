// Names of nodes and properties: given twice, or with characters that they may not have.
import { MAX_FINDINGS } from '../../limits';
import type { Subject } from '../subject';
import { rename, type DtcRule, type Fail } from './rule';

const NODE_CHARACTERS = /[^\w,.+@-]/;
const PROPERTY_CHARACTERS = /[^\w,.+*#?-]/;
const STRICT_CHARACTERS = /[^A-Za-z0-9,-]/;

/** What dtc prints where there is no text: as an empty value, or the path of a node that was deleted before it had one. */
export const NO_TEXT = '(null)';

/** Calls `say` for every two things of one name, in order; as often as findings are kept. */
function eachPair<T extends { readonly name: string }>(all: readonly T[], say: (one: T, later: T) => void): void {
  if (new Set(all.map(({ name }) => name)).size === all.length) return;
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.name);
    if (group) group.push(one);
    else groups.set(one.name, [one]);
  }
  const seen = new Map<string, number>();
  let left = MAX_FINDINGS;
  for (const one of all) {
    const at = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, at);
    for (const later of groups.get(one.name)!.slice(at, at + left)) {
      say(one, later);
      left--;
    }
    if (left <= 0) return;
  }
}

function duplicateNodes(node: Subject, fail: Fail): void {
  // As with dtc, the second of two may be one that was deleted where it was defined.
  eachPair(node.everyChild, (one, later) => {
    if (!one.deleted) fail(later, 'Duplicate node name');
  });
}

function duplicateProperties(node: Subject, fail: Fail): void {
  eachPair(node.properties, (one, later) => fail(node, 'Duplicate property name', one, undefined, later.span));
}

function strictProperty(node: Subject, fail: Fail): void {
  for (const property of node.properties) {
    let { name } = property;
    if (name === 'device_type') continue;
    let at = name.search(STRICT_CHARACTERS);
    // A # may stand at the beginning, or behind the comma of a vendor's prefix.
    if (at >= 0 && name[at] === '#' && (at === 0 || name[at - 1] === ',')) {
      name = name.slice(at + 1);
      at = name.search(STRICT_CHARACTERS);
    }
    if (at >= 0) fail(node, `Character '${name[at]}' not recommended in property name`, property);
  }
}

function nameProperty(node: Subject, fail: Fail): void {
  const property = node.deletedName ?? node.property('name');
  if (!property) return;
  const shown = property.value.length === 0 ? NO_TEXT : property.text;
  if (property.value.length === node.base.length + 1 && property.text === node.base) {
    // It says nothing new: later checks do not see it.
    if (!node.deletedName) node.properties.splice(node.properties.indexOf(property), 1);
  } else
    fail(node, `"name" property is incorrect ("${shown}" instead of base node name)`, undefined, [
      { kind: 'remove-property', path: node.path, property: 'name' },
    ]);
}

/** The path of a node in messages. */
export const shownPath = (node: Subject): string => (node.deleted ? NO_TEXT : node.path);

/** dtc's checks of names, in its order. */
export const NAME_RULES = {
  duplicateNodes: {
    id: 'duplicate_node_names',
    level: 'error',
    about: 'Two nodes of one parent have the same name: merge them or rename one.',
    check: (node, fail) => duplicateNodes(node, fail),
  },
  duplicateProperties: {
    id: 'duplicate_property_names',
    level: 'error',
    about: 'A node gives one property twice in the same body: remove one.',
    check: (node, fail) => duplicateProperties(node, fail),
  },
  nodeCharacters: {
    id: 'node_name_chars',
    level: 'error',
    about: "A node's name has a character other than letters, digits and `,._+-@`.",
    check: (node, fail) => {
      const bad = NODE_CHARACTERS.exec(node.name)?.[0];
      if (bad !== undefined) fail(node, `Bad character '${bad}' in node name`);
    },
  },
  nodeFormat: {
    id: 'node_name_format',
    level: 'error',
    needs: ['node_name_chars'],
    about: "A node's name has more than one `@`: only one stands between name and unit address.",
    check: (node, fail) => {
      if (node.unit.includes('@')) fail(node, "multiple '@' characters in node name");
    },
  },
  propertyCharacters: {
    id: 'property_name_chars',
    level: 'error',
    about: "A property's name has a character other than letters, digits and `,._+*#?-`.",
    check: (node, fail) => {
      for (const property of node.properties) {
        const bad = PROPERTY_CHARACTERS.exec(property.name)?.[0];
        if (bad !== undefined) fail(node, `Bad character '${bad}' in property name`, property);
      }
    },
  },
  nameProperties: {
    id: 'name_properties',
    level: 'error',
    needs: ['name_is_string'],
    about: 'A `name` property differs from the name of its node: remove it, as it is of no use since 2005.',
    check: (node, fail) => nameProperty(node, fail),
  },
  nodeVersusProperty: {
    id: 'node_name_vs_property_name',
    level: 'warning',
    needs: ['node_name_chars'],
    about: 'A node has the name of a property of its parent, so paths through it are ambiguous: rename one.',
    check: (node, fail) => {
      if (node.parent?.has(node.name)) fail(node, 'node name and property name conflict');
    },
  },
  propertyStrict: {
    id: 'property_name_chars_strict',
    level: 'off',
    about: "A property's name has a character beyond letters, digits, `,` and `-`: legal, but not recommended.",
    check: (node, fail) => strictProperty(node, fail),
  },
  nodeStrict: {
    id: 'node_name_chars_strict',
    level: 'off',
    about: "A node's name has a character beyond letters, digits, `,` and `-`: legal, but not recommended.",
    check: (node, fail) => {
      const bad = STRICT_CHARACTERS.exec(node.base)?.[0];
      if (bad !== undefined) fail(node, `Character '${bad}' not recommended in node name`);
    },
  },
  unitFormat: {
    id: 'unit_address_format',
    level: 'warning',
    needs: ['node_name_format', 'pci_bridge', 'simple_bus_bridge'],
    about: 'A unit address begins with `0x` or zeros: it is plain hexadecimal without them.',
    check: (node, fail) => {
      if (node.parent?.bus !== undefined) return;
      const plain = node.unit.replace(/^0x/, '');
      const fix = rename(node, plain.replace(/^0+(?=[\da-fA-F])/, ''));
      if (plain !== node.unit) fail(node, 'unit name should not have leading "0x"', undefined, fix);
      if (/^0[\da-fA-F]/.test(plain)) fail(node, 'unit name should not have leading 0s', undefined, fix);
    },
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
