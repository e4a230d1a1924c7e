// What one of dtc's checks is: a row of a table.
import type { Span } from '../../source/text';
import type { Fix } from '../finding';
import type { Subject, SubjectProperty } from '../subject';

export type Level = 'error' | 'warning' | 'off';

/** The tree as a whole. */
export interface Scene {
  readonly root: Subject;
  /** Whether it is an overlay, which may name nodes that it does not have. */
  readonly plugin: boolean;
  /** Whether references are not resolved yet. */
  readonly isDraft: boolean;
  /** The node of a phandle that an earlier check accepted. */
  byPhandle(phandle: number): Subject | undefined;
  /** Accepts a phandle. */
  give(node: Subject, phandle: number): void;
  /** The node of a label, or of a path that begins with a slash. */
  byRef(ref: string): Subject | undefined;
}

/**
 * How a check says that something is wrong, in dtc's words.
 * @param origin a closer place than that of the node or property.
 */
export type Fail = (
  node: Subject,
  message: string,
  property?: SubjectProperty,
  fix?: readonly Fix[],
  origin?: Span,
) => void;

export interface DtcRule {
  /** dtc's name, for -W and -E. */
  readonly id: string;
  readonly level: Level;
  /** Checks that must pass before this one runs. */
  readonly needs?: readonly string[];
  /** One sentence for the documents: what is wrong when it fires, and what to do. */
  readonly about: string;
  /** Called for every node, parents first; absent where the work is done by the compiler. */
  readonly check?: (node: Subject, fail: Fail, scene: Scene) => void;
}

/** Whether a cell is no phandle but fills a place. */
export const isNoPhandle = (cell: number): boolean => cell === 0 || cell === 0xffffffff;

/** The node at a path, as dtc reads it: slashes before it are of no account, and each part is a whole name. */
export function byPath(root: Subject, path: string): Subject | undefined {
  let node: Subject | undefined = root;
  let rest = path;
  while (node && rest !== '') {
    rest = rest.replace(/^\/+/, '');
    const slash = rest.indexOf('/');
    const name = slash < 0 ? rest : rest.slice(0, slash);
    node = node.child(name);
    rest = slash < 0 ? '' : rest.slice(slash + 1);
  }
  return node;
}

/** A node's name with another unit address. */
export const withUnit = (node: Subject, unit: string): string => (unit === '' ? node.base : `${node.base}@${unit}`);

export const rename = (node: Subject, unit: string): readonly Fix[] => [
  { kind: 'rename-node', path: node.path, name: withUnit(node, unit) },
];
