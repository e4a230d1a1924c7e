// Graphs of ports and endpoints, as video pipelines have them.
import type { Subject } from '../subject';
import { removeCells } from './addresses';
import { isNoPhandle, rename, type DtcRule, type Fail, type Scene } from './rule';

function findPorts(node: Subject): void {
  if (!node.children.some(child => child.base === 'endpoint' || child.has('remote-endpoint'))) return;
  node.bus = 'graph-port';
  const { parent } = node;
  if (parent && parent.bus === undefined && (parent.name === 'ports' || node.has('reg'))) parent.bus = 'graph-ports';
}

function childAddress(node: Subject, fail: Fail): void {
  if (node.bus !== 'graph-ports' && node.bus !== 'graph-port') return;
  // With any address but zero the cells are of use.
  if (node.children.some(child => (child.property('reg')?.cell(0) ?? 0) !== 0)) return;
  const [only] = node.children;
  if (!only || node.children.length !== 1 || node.addressCells === -1) return;
  // dtc names the first child that ever was, deleted or not.
  const text = `graph node has single child node '${(node.everyChild[0] ?? only).name}', #address-cells/#size-cells are not necessary`;
  const remove = only.has('reg') ? [{ kind: 'remove-property', path: only.path, property: 'reg' } as const] : [];
  const last = only.unit === '' ? [] : rename(only, '');
  fail(node, text, undefined, [...removeCells(node), ...remove, ...last]);
}

function graphReg(node: Subject, fail: Fail): void {
  const reg = node.property('reg');
  if (!reg) return;
  if (reg.value.length !== 4) return fail(node, "graph node malformed 'reg' property");
  const expected = reg.cell(0).toString(16);
  if (node.unit !== expected)
    fail(node, `graph node unit address error, expected "${expected}"`, undefined, rename(node, expected));
  const { addressCells, sizeCells } = node.parent ?? { addressCells: -1, sizeCells: -1 };
  if (addressCells !== 1)
    fail(node, `graph node '#address-cells' is ${addressCells}, must be 1`, node.property('#address-cells'));
  if (sizeCells !== 0) fail(node, `graph node '#size-cells' is ${sizeCells}, must be 0`, node.property('#size-cells'));
}

/** The other end of a connection. */
function remote(endpoint: Subject, fail: Fail, scene: Scene): Subject | undefined {
  const property = endpoint.property('remote-endpoint');
  if (!property || isNoPhandle(property.cell(0))) return undefined;
  const node = scene.byPhandle(property.cell(0));
  if (!node) fail(endpoint, 'graph phandle is not valid', property);
  return node;
}

function endpoint(node: Subject, fail: Fail, scene: Scene): void {
  if (node.parent?.bus !== 'graph-port') return;
  if (node.base !== 'endpoint') fail(node, "graph endpoint node name should be 'endpoint'");
  graphReg(node, fail);
  const other = remote(node, fail, scene);
  if (other && remote(other, fail, scene) !== node)
    fail(node, `graph connection to node '${other.path}' is not bidirectional`);
}

export const GRAPH_RULES = {
  nodes: {
    id: 'graph_nodes',
    level: 'warning',
    about: 'Never fires itself: finds ports (nodes with endpoints) for the checks that need them.',
    check: node => findPorts(node),
  },
  childAddress: {
    id: 'graph_child_address',
    level: 'warning',
    needs: ['graph_nodes'],
    about: 'A port or list of ports with one child needs no addresses: remove the cells, `reg` and the unit address.',
    check: (node, fail) => childAddress(node, fail),
  },
  port: {
    id: 'graph_port',
    level: 'warning',
    needs: ['graph_nodes'],
    about: 'A port is not named `port`, or its unit address, `reg` or the cells of its parent do not fit.',
    check: (node, fail) => {
      if (node.bus !== 'graph-port') return;
      if (node.base !== 'port') fail(node, "graph port node name should be 'port'");
      graphReg(node, fail);
    },
  },
  endpoint: {
    id: 'graph_endpoint',
    level: 'warning',
    needs: ['graph_nodes'],
    about: 'An endpoint is not named `endpoint`, has a wrong address, or the endpoint it names does not name it.',
    check: endpoint,
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
