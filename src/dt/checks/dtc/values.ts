// Shapes of values: strings, lists of strings, single cells.
import type { Subject, SubjectProperty } from '../subject';
import type { DtcRule, Fail, Level } from './rule';

/** Whether a value is text with one NUL, at its end. */
export const isString = ({ value }: SubjectProperty): boolean =>
  value.length > 0 && value.indexOf(0) === value.length - 1;

export function checkString(node: Subject, name: string, fail: Fail): void {
  const property = node.property(name);
  if (property && !isString(property)) fail(node, 'property is not a string', property);
}

function checkStrings(node: Subject, property: SubjectProperty | undefined, fail: Fail): void {
  if (property && property.value.length > 0 && property.value.at(-1) !== 0)
    fail(node, 'property is not a string list', property);
}

export function stringRule(id: string, property: string, level: Level = 'warning'): DtcRule {
  return {
    id,
    level,
    about: `\`${property}\` is not one string: write it as text in quotes.`,
    check: (node, fail) => checkString(node, property, fail),
  };
}

export function cellRule(id: string, name: string): DtcRule {
  return {
    id,
    level: 'warning',
    about: `\`${name}\` is not a single cell: write it as one number in angle brackets.`,
    check: (node, fail) => {
      const property = node.property(name);
      if (property && property.value.length !== 4) fail(node, 'property is not a single cell', property);
    },
  };
}

export const VALUE_RULES = {
  compatible: {
    id: 'compatible_is_string_list',
    level: 'warning',
    about: '`compatible` is not a list of strings: write texts in quotes with commas between.',
    check: (node, fail) => checkStrings(node, node.property('compatible'), fail),
  },
  names: {
    id: 'names_is_string_list',
    level: 'warning',
    about: 'A property whose name ends with `-names` is not a list of strings.',
    check: (node, fail) => {
      for (const property of node.properties)
        if (property.name.endsWith('-names')) checkStrings(node, node.property(property.name), fail);
    },
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
