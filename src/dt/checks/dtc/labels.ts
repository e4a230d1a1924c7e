// Labels and phandles: what gives nodes the names that references use.
import type { Reference } from '../../source/syntax';
import type { Subject, SubjectProperty } from '../subject';
import type { DtcRule, Fail, Scene } from './rule';
import { isNoPhandle } from './rule';

/** Something that has a label: a node, a property, or a place in a value (by its number among the labels there). */
interface Owner {
  readonly node: Subject;
  readonly property?: SubjectProperty;
  readonly place?: number;
}

/** Who has each label: nodes before properties, and those before places in values, each in the order of the tree. */
type Owners = ReadonlyMap<string, Owner>;

const owners = new WeakMap<Subject, Owners>();

/** Labels in values; of a finished tree the compiler has seen them. */
const inValue = (property: SubjectProperty, { isDraft }: Scene): string[] => (isDraft ? property.valueLabels() : []);

function ownersOf(scene: Scene): Owners {
  const { root } = scene;
  const known = owners.get(root);
  if (known) return known;
  const result = new Map<string, Owner>();
  const claim = (label: string, owner: Owner): void => void (result.has(label) || result.set(label, owner));
  const nodes = [...root.walk()];
  for (const node of nodes) for (const label of node.labels) claim(label, { node });
  for (const node of nodes)
    for (const property of node.properties) for (const label of property.labels) claim(label, { node, property });
  for (const node of nodes)
    for (const property of node.properties)
      inValue(property, scene).forEach((label, place) => claim(label, { node, property, place }));
  owners.set(root, result);
  return result;
}

const describe = ({ node, property, place }: Owner): string =>
  `${place === undefined ? '' : 'value of '}${property ? `'${property.name}' in ` : ''}${node.path}`;

function duplicateLabels(node: Subject, fail: Fail, scene: Scene): void {
  const all = ownersOf(scene);
  const claim = (label: string, owner: Owner): void => {
    const other = all.get(label)!;
    if (other.node !== owner.node || other.property !== owner.property || other.place !== owner.place)
      fail(node, `Duplicate label '${label}' on ${describe(owner)} and ${describe(other)}`);
  };
  for (const label of node.labels) claim(label, { node });
  for (const property of node.properties) {
    for (const label of property.labels) claim(label, { node, property });
    inValue(property, scene).forEach((label, place) => claim(label, { node, property, place }));
  }
}

/** The number that a property gives its node; 0 when it gives none, or asks for one by naming its own node. */
function explicitPhandle(node: Subject, name: string, fail: Fail, scene: Scene): number {
  const property = node.property(name);
  if (!property) return 0;
  const phandle = property.onlyCell;
  if (phandle === undefined) {
    fail(node, `bad length (${property.value.length}) ${name} property`, property);
    return 0;
  }
  const reference = scene.isDraft ? property.phandleRefs()[0] : undefined;
  if (reference) {
    if (scene.byRef(reference.ref) !== node) fail(node, `${name} is a reference to another node`);
    return 0;
  }
  if (isNoPhandle(phandle)) {
    fail(node, `bad value (0x${phandle.toString(16)}) in ${name} property`, property);
    return 0;
  }
  return phandle;
}

function explicitPhandles(node: Subject, fail: Fail, scene: Scene): void {
  const modern = explicitPhandle(node, 'phandle', fail, scene);
  const old = explicitPhandle(node, 'linux,phandle', fail, scene);
  const phandle = modern || old;
  if (phandle === 0) return;
  if (modern !== 0 && old !== 0 && modern !== old)
    fail(node, "mismatching 'phandle' and 'linux,phandle' properties", undefined, [
      { kind: 'remove-property', path: node.path, property: 'linux,phandle' },
    ]);
  const other = scene.byPhandle(phandle);
  if (other && other !== node)
    fail(node, `duplicated phandle 0x${phandle.toString(16)} (seen before at ${other.path})`);
  else scene.give(node, phandle);
}

function requireAll(node: Subject, references: readonly Reference[], fail: Fail, scene: Scene): void {
  for (const { ref, span } of references)
    // The line end is dtc's: an empty line follows this message.
    if (!scene.byRef(ref)) fail(node, `Reference to non-existent node or label "${ref}"\n`, undefined, undefined, span);
}

export const LABEL_RULES = {
  duplicateLabel: {
    id: 'duplicate_label',
    level: 'error',
    about: 'One label is on two things: rename one.',
    check: duplicateLabels,
  },
  explicitPhandles: {
    id: 'explicit_phandles',
    level: 'error',
    about: 'A `phandle` property is no number of a node, differs from `linux,phandle`, or is that of another node.',
    check: explicitPhandles,
  },
  phandleReferences: {
    id: 'phandle_references',
    level: 'error',
    needs: ['duplicate_node_names', 'explicit_phandles'],
    about: 'A `<&label>` names no node: define the node, or correct the label.',
    check: (node, fail, scene) => {
      if (scene.plugin || !scene.isDraft) return;
      for (const property of node.properties) requireAll(node, property.phandleRefs(), fail, scene);
    },
  },
  pathReferences: {
    id: 'path_references',
    level: 'error',
    needs: ['duplicate_node_names'],
    about: 'A `&label` outside of `< >`, which stands for a path, names no node: define it, or correct the label.',
    check: (node, fail, scene) => {
      if (!scene.isDraft) return;
      for (const property of node.properties) requireAll(node, property.pathRefs(), fail, scene);
    },
  },
  unused: {
    id: 'omit_unused_nodes',
    level: 'error',
    needs: ['phandle_references', 'path_references'],
    about: 'Never fires: the step in which dtc leaves out nodes marked `/omit-if-no-ref/` that nothing names.',
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
