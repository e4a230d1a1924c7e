// Interrupts: that there is a controller, and that the cells fit it.
import type { Subject } from '../subject';
import { isNoPhandle, type DtcRule, type Fail, type Scene } from './rule';
import { isMultiple } from './addresses';

const isProvider = (node: Subject): boolean => node.has('interrupt-controller') || node.has('interrupt-map');

/** The controller or nexus of a node's interrupts; undefined when it was said already why there is none. */
function controllerOf(node: Subject, fail: Fail, scene: Scene): Subject | undefined {
  for (let at: Subject | undefined = node; at; at = at.parent) {
    if (at !== node && isProvider(at)) return at;
    const property = at.property('interrupt-parent');
    if (!property) continue;
    const phandle = property.cell(0);
    if (isNoPhandle(phandle)) {
      if (scene.plugin) return undefined;
      fail(at, 'Invalid phandle', property);
      break;
    }
    const controller = scene.byPhandle(phandle);
    if (!controller) fail(at, 'Bad phandle', property);
    else if (!isProvider(controller)) fail(controller, 'Missing interrupt-controller or interrupt-map property');
    return controller;
  }
  fail(node, 'Missing interrupt-parent');
  return undefined;
}

function interrupts(node: Subject, fail: Fail, scene: Scene): void {
  const property = node.property('interrupts');
  if (!property) return;
  const { length } = property.value;
  if (length % 4 !== 0) fail(node, `size (${length}) is invalid, expected multiple of 4`, property);
  const cells = controllerOf(node, fail, scene)?.property('#interrupt-cells');
  if (!cells) return;
  const count = cells.cell(0) | 0;
  if (!isMultiple(length, count)) fail(node, `size is (${length}), expected multiple of ${Math.imul(count, 4)}`, cells);
}

export const INTERRUPT_RULES = {
  interrupts: {
    id: 'interrupts_property',
    level: 'warning',
    about: '`interrupts` leads to no controller, or has not as many cells as its controller wants.',
    check: interrupts,
  },
  provider: {
    id: 'interrupt_provider',
    level: 'warning',
    about: 'An interrupt controller or nexus lacks `#interrupt-cells` or `#address-cells`.',
    check: (node, fail) => {
      if (!isProvider(node)) return;
      for (const [name, value] of [
        ['#interrupt-cells', undefined],
        ['#address-cells', '<0>'],
      ] as const) {
        if (node.has(name)) continue;
        const fix = value && ([{ kind: 'set-property', path: node.path, property: name, value }] as const);
        fail(node, `Missing ${name} in interrupt provider`, undefined, fix);
      }
    },
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
