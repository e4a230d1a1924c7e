// Rules of boot modules: kernels, RAM disks and partial trees that Xen finds through /chosen.
import type { DtNode } from '../../tree';
import {
  hex,
  isCompatible,
  overlap,
  regOf,
  shown,
  stretchesOf,
  textOf,
  textsOf,
  widthsOf,
  type Stretch,
} from '../values';
import { isModule, MODULE_KINDS, type XenModule, type XenRule, type XenScene } from './scene';

/** Of all kinds, with Xen itself and the device tree. */
const MAX_MODULES = 32;
const ALWAYS_THERE = 2;
const MAX_NODE_NAME = 41;
/** Of what may overlap; Xen takes fewer. */
const MOST_COMPARED = 128;
const MAX_PATH = 92;
const OLD_KINDS = ['xen,linux-zimage', 'xen,linux-initrd'];

/** Stretches that nothing else may touch, with what they are. */
function taken(scene: XenScene): { node: DtNode; what: string; stretch: Stretch }[] {
  const { chosen, root, domains } = scene;
  const one = (node: DtNode, what: string, list: readonly Stretch[] | undefined) =>
    (list ?? []).filter(({ size }) => size > 0n).map(stretch => ({ node, what, stretch }));
  const reserved = [...(root.child('reserved-memory')?.children.values() ?? [])];
  return [
    ...reserved.flatMap(node => one(node, `reserved memory ${node.name}`, regOf(node))),
    ...domains.flatMap(node => one(node, `static memory of ${node.name}`, scene.staticMemory(node))),
    ...(chosen ? one(chosen, 'the static heap', stretchesOf(chosen, 'xen,static-heap', widthsOf(root))) : []),
  ];
}

const placed = ({ modules }: XenScene): { node: DtNode; what: string; stretch: Stretch }[] =>
  modules.flatMap(({ node }) =>
    regOf(node)
      .slice(0, 1)
      .filter(({ size }) => size > 0n)
      .map(stretch => ({ node, what: `module ${node.name}`, stretch })),
  );

/** Modules by who gets them. */
function byOwner(modules: readonly XenModule[]): Map<DtNode | undefined, XenModule[]> {
  const owners = new Map<DtNode | undefined, XenModule[]>();
  for (const module of modules) owners.set(module.domain, [...(owners.get(module.domain) ?? []), module]);
  return owners;
}

export const MODULE_RULES: readonly XenRule[] = [
  {
    id: 'module-where',
    severity: 'warning',
    about: 'A module is neither a child of `/chosen` nor of a domain there. Xen passes it over without a word.',
    check: ({ nodes, modules }, report) => {
      const seen = new Set(modules.map(({ node }) => node));
      for (const node of nodes)
        if (isModule(node) && !seen.has(node))
          report(node, 'Xen looks for modules only in /chosen and in xen,domain nodes there; move this one');
    },
  },
  {
    id: 'module-generic',
    severity: 'error',
    about:
      '`compatible` says which module it is, but lacks `multiboot,module` (or `xen,multiboot-module`), without which ' +
      'Xen does not take it for one.',
    check: ({ chosen, domains }, report) => {
      for (const parent of [chosen, ...domains])
        for (const node of parent?.children.values() ?? []) {
          const names = textsOf(node, 'compatible');
          if (isModule(node) || !names.some(name => Object.hasOwn(MODULE_KINDS, name))) continue;
          const value = [...names, 'multiboot,module'].map(name => `"${name}"`).join(', ');
          report(node, 'compatible lacks "multiboot,module", so Xen does not see the module; add it', {
            property: 'compatible',
            fix: [{ kind: 'set-property', path: node.path, property: 'compatible', value }],
          });
        }
    },
  },
  {
    id: 'module-kind',
    severity: 'warning',
    about:
      'A module does not say what it is: a string such as `multiboot,kernel`, `multiboot,ramdisk`, ' +
      '`multiboot,device-tree` or `xen,xsm-policy` before `multiboot,module` does.',
    check: ({ modules }, report) => {
      for (const { node, kind } of modules)
        if (kind === 'unknown')
          report(
            node,
            'nothing says what this module is; put "multiboot,kernel" or another kind before "multiboot,module"',
            {
              property: 'compatible',
            },
          );
    },
  },
  {
    id: 'module-guess',
    severity: 'warning',
    about:
      'Of modules that do not say what they are, Xen takes the first for the kernel and the second for an XSM policy ' +
      '(when it looks like one) or the RAM disk; it uses no others.',
    check: ({ modules }, report) => {
      const unknown = modules.filter(({ kind, domain }) => kind === 'unknown' && !domain);
      unknown.forEach(({ node }, i) => {
        const guess = ['the kernel of dom0', 'an XSM policy or the RAM disk of dom0'][i] ?? 'nothing';
        report(node, `Xen will take this module for ${guess}, by its place; say it in compatible`, {
          property: 'compatible',
        });
      });
    },
  },
  {
    id: 'module-legacy',
    severity: 'info',
    about: '`xen,linux-zimage` and `xen,linux-initrd` are names of Xen 4.4, and do not work in a boot through UEFI.',
    check: ({ modules }, report) => {
      for (const { node } of modules)
        if (isCompatible(node, ...OLD_KINDS)) {
          const kind = isCompatible(node, OLD_KINDS[0]!) ? 'multiboot,kernel' : 'multiboot,ramdisk';
          report(node, `compatible has the names of Xen 4.4; "${kind}", "multiboot,module" are those of today`, {
            property: 'compatible',
            fix: [
              {
                kind: 'set-property',
                path: node.path,
                property: 'compatible',
                value: `"${kind}", "multiboot,module"`,
              },
            ],
          });
        }
    },
  },
  {
    id: 'module-reg-missing',
    severity: 'error',
    about: 'A module has no `reg`: Xen panics, unless UEFI loads it by the name in `xen,uefi-binary`.',
    check: ({ modules }, report) => {
      for (const { node } of modules)
        if (!node.property('reg') && !node.property('xen,uefi-binary'))
          report(node, 'no reg says where the module is, and Xen panics; add reg with its address and size');
    },
  },
  {
    id: 'module-reg-length',
    severity: 'error',
    about:
      "A module's `reg` is not exactly one address and size in the cells of its parent; Xen panics when it is shorter.",
    check: ({ modules }, report) => {
      for (const { node } of modules) {
        const value = node.property('reg')?.value;
        const [address, size] = widthsOf(node.parent);
        if (value && value.length !== 4 * (address + size))
          report(
            node,
            `reg has ${value.length} bytes, not one address of ${address} and one size of ${size} cells; correct it or the cells of ${node.parent!.path}`,
            { property: 'reg' },
          );
      }
    },
  },
  {
    id: 'module-reg-cells',
    severity: 'warning',
    about: "A module's unit address is not the address in its `reg`, or begins with `0x`, as examples of old have it.",
    check: ({ modules }, report) => {
      for (const { node } of modules) {
        const [reg] = regOf(node);
        const unit = /@(.*)$/.exec(node.name)?.[1];
        if (!reg || unit === undefined || unit === reg.address.toString(16)) continue;
        const name = node.name.replace(/@.*/, `@${reg.address.toString(16)}`);
        report(node, `the unit address is ${unit}, reg says ${hex(reg.address)}; rename the node to ${name}`, {
          fix: [{ kind: 'rename-node', path: node.path, name }],
        });
      }
    },
  },
  {
    id: 'module-reg-size',
    severity: 'warning',
    about: "A module's size is 0. It has to be that of the file, exactly so for a compressed kernel.",
    check: ({ modules }, report) => {
      for (const { node } of modules)
        if (regOf(node)[0]?.size === 0n)
          report(node, 'the size in reg is 0; give the size of the file', { property: 'reg' });
    },
  },
  {
    id: 'module-overlap',
    severity: 'error',
    about:
      'Two modules, or a module and reserved or static memory, lie over one another: Xen drops the module, or overwrites ' +
      'it while it boots.',
    check: (scene, report) => {
      const all = placed(scene).slice(0, MOST_COMPARED);
      const others = taken(scene).slice(0, MOST_COMPARED);
      all.forEach((one, i) => {
        for (const other of [...all.slice(i + 1), ...others])
          if (overlap(one.stretch, other.stretch))
            report(
              one.node,
              `${shown(one.stretch)} overlaps ${other.what} (${shown(other.stretch)}); move one of the two`,
              {
                property: 'reg',
              },
            );
      });
    },
  },
  {
    id: 'module-in-ram',
    severity: 'warning',
    about: 'A module is not inside a memory node, so nothing can be there, unless it stays in flash.',
    check: (scene, report) => {
      for (const { node, stretch } of placed(scene))
        if (!scene.isRam(stretch))
          report(node, `${shown(stretch)} is in no memory node of the tree; move it into RAM`, { property: 'reg' });
    },
  },
  {
    id: 'module-count',
    severity: 'error',
    about: 'More than 32 modules, with Xen itself and the tree: Xen ignores those behind.',
    check: ({ modules }, report) => {
      const most = MAX_MODULES - ALWAYS_THERE;
      for (const { node } of modules.slice(most))
        report(node, `Xen takes ${most} modules beside itself and the tree, and this is one too many; remove some`);
    },
  },
  {
    id: 'module-name-length',
    severity: 'warning',
    about: 'The name of a module has more than 41 characters, or its path more than 91: Xen does not record it.',
    check: ({ modules }, report) => {
      for (const { node } of modules)
        if (node.name.length > MAX_NODE_NAME || node.path.length >= MAX_PATH)
          report(
            node,
            `the name has ${node.name.length} characters and the path ${node.path.length}, more than Xen keeps (${MAX_NODE_NAME}, ${MAX_PATH - 1}); shorten them`,
          );
    },
  },
  {
    id: 'module-two-kernels',
    severity: 'error',
    about: 'A domain has two kernels, RAM disks or partial trees; only the first of each counts.',
    check: ({ modules }, report) => {
      for (const [domain, all] of byOwner(modules))
        for (const kind of ['kernel', 'ramdisk', 'device tree']) {
          const [first, ...more] = all.filter(module => module.kind === kind);
          for (const { node } of more)
            report(
              node,
              `${domain?.name ?? 'dom0'} has a ${kind} already, ${first!.node.name}, and only that one counts; remove one`,
            );
        }
    },
  },
  {
    id: 'module-uefi-binary',
    severity: 'error',
    about: '`xen,uefi-binary` is not the name of a file, as one string.',
    check: ({ modules }, report) => {
      const property = 'xen,uefi-binary';
      for (const { node } of modules)
        if (node.property(property) && !textOf(node, property))
          report(node, `${property} must be the name of a file, in quotes`, { property });
    },
  },
  {
    id: 'domain-where',
    severity: 'error',
    about: 'A `xen,domain` is not a child of `/chosen`, where alone Xen looks for domains.',
    check: ({ nodes, chosen }, report) => {
      for (const node of nodes)
        if (isCompatible(node, 'xen,domain') && (node.parent !== chosen || !chosen))
          report(node, 'Xen finds domains only as children of /chosen; move this one there');
    },
  },
];
