// /chosen and /aliases.
import type { Subject } from '../subject';
import { NO_TEXT } from './names';
import { byPath, type DtcRule, type Fail, type Scene } from './rule';
import { checkString } from './values';

function stdoutPath(node: Subject, fail: Fail): void {
  if (node.name !== 'chosen') return;
  if (node.has('stdout-path')) return checkString(node, 'stdout-path', fail);
  const old = node.property('linux,stdout-path');
  if (!old) return;
  fail(node, "Use 'stdout-path' instead", old, [
    { kind: 'rename-property', path: node.path, property: old.name, name: 'stdout-path' },
  ]);
  checkString(node, old.name, fail);
}

function aliases(node: Subject, fail: Fail, { root }: Scene): void {
  if (node.name !== 'aliases') return;
  for (const property of node.properties) {
    const { name, value } = property;
    if (name === 'phandle' || name === 'linux,phandle') continue;
    if (value.length === 0 || !byPath(root, property.text))
      fail(node, `aliases property is not a valid node (${value.length === 0 ? NO_TEXT : property.text})`, property);
    else if (/[^a-z0-9-]/.test(name)) fail(node, "aliases property name must include only lowercase and '-'");
  }
}

export const CHOSEN_RULES = {
  interruptController: {
    id: 'obsolete_chosen_interrupt_controller',
    level: 'warning',
    about: '`/chosen` has an `interrupt-controller` property, which nothing reads any more: remove it.',
    check: (node, fail, { root }) => {
      const property = node === root && byPath(root, '/chosen')?.property('interrupt-controller');
      if (property)
        fail(node, '/chosen has obsolete "interrupt-controller" property', property, [
          { kind: 'remove-property', path: '/chosen', property: property.name },
        ]);
    },
  },
  place: {
    id: 'chosen_node_is_root',
    level: 'warning',
    about: 'A node `chosen` is not a child of the root, where alone it has a meaning.',
    check: (node, fail, { root }) => {
      if (node.name === 'chosen' && node.parent !== root) fail(node, 'chosen node must be at root node');
    },
  },
  bootargs: {
    id: 'chosen_node_bootargs',
    level: 'warning',
    about: '`bootargs` of `/chosen` is not a string.',
    check: (node, fail) => {
      if (node.name === 'chosen') checkString(node, 'bootargs', fail);
    },
  },
  stdoutPath: {
    id: 'chosen_node_stdout_path',
    level: 'warning',
    about: '`stdout-path` of `/chosen` is not a string, or has its old name `linux,stdout-path`.',
    check: (node, fail) => stdoutPath(node, fail),
  },
  aliases: {
    id: 'alias_paths',
    level: 'warning',
    about: 'An alias is no path of a node, or its name has characters other than lower case, digits and `-`.',
    check: aliases,
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
