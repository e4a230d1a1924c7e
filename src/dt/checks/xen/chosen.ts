// Rules of /chosen itself: command lines, consoles, the static heap.
import type { DtNode } from '../../tree';
import { cellsOf, hex, insideAny, join, shown, stretchesOf, textOf, widthsOf } from '../values';
import { isAligned, MODULE, type XenRule } from './scene';
import { isCompatible } from '../values';

/** Xen keeps so many bytes of a module's command line, with the NUL. */
const MAX_COMMAND_LINE = 1024;
const HEAP_ALIGNMENT = 0x10000n;
const FOUR_GIB = 1n << 32n;
const ARGUMENTS = ['bootargs', 'xen,xen-bootargs', 'xen,dom0-bootargs'] as const;

const quote = (text: string): string => (text.length > 60 ? `"${text.slice(0, 57)}..."` : `"${text}"`);

/** The command lines that Xen makes of /chosen, by the rules of booting.txt. */
function commandLines(
  chosen: DtNode,
  dom0: DtNode | undefined,
): { xen?: string | undefined; dom0?: string | undefined } {
  const [plain, xen, linux] = ARGUMENTS.map(name => textOf(chosen, name));
  const ofModule = dom0 && textOf(dom0, 'bootargs');
  const other = linux !== undefined || ofModule !== undefined;
  return {
    xen: xen ?? (other ? plain : undefined),
    dom0: ofModule ?? linux ?? (xen !== undefined || !other ? plain : undefined),
  };
}

export const CHOSEN_RULES: readonly XenRule[] = [
  {
    id: 'chosen-root',
    severity: 'warning',
    about:
      'Modules and arguments for Xen are in a node `chosen` that is not a child of the root, where Xen never looks.',
    check: ({ nodes, root }, report) => {
      for (const node of nodes)
        if (node.name === 'chosen' && node.parent !== root && node.property('xen,xen-bootargs'))
          report(node, 'Xen reads only /chosen, so what is here has no effect; move it to /chosen');
    },
  },
  {
    id: 'chosen-cells',
    severity: 'error',
    about:
      '`/chosen` has modules or shared memory with addresses but no `#address-cells` and `#size-cells`: Xen then reads ' +
      'them with 2 and 1 cells, whatever the root says.',
    check: ({ chosen }, report) => {
      const needs = [...(chosen?.children.values() ?? [])].find(
        node =>
          node.property('xen,shared-mem') !== undefined ||
          (node.property('reg') !== undefined && isCompatible(node, ...MODULE)),
      );
      if (!chosen || !needs) return;
      const [address, size] = widthsOf(chosen.parent);
      const values = { '#address-cells': address, '#size-cells': size };
      for (const [property, value] of Object.entries(values))
        if (!chosen.property(property))
          report(chosen, `${property} is missing, so Xen reads ${needs.name} with the default; give it`, {
            fix: [{ kind: 'set-property', path: chosen.path, property, value: `<${value}>` }],
          });
    },
  },
  {
    id: 'chosen-bootargs-order',
    severity: 'info',
    about:
      "Xen's command line is `xen,xen-bootargs`; without it `bootargs`, but only where dom0 has a line of its own " +
      '(`xen,dom0-bootargs`, or `bootargs` of its kernel module).',
    check: ({ isHost, chosen, modules }, report) => {
      if (!isHost || !chosen) return;
      const dom0 = modules.find(({ kind, domain }) => !domain && kind === 'kernel')?.node;
      const { xen } = commandLines(chosen, dom0);
      if (xen !== undefined && !chosen.property('xen,xen-bootargs'))
        report(
          chosen,
          `Xen takes bootargs, ${quote(xen)}, as its own line, as dom0 has another; xen,xen-bootargs says so clearly`,
          {
            property: 'bootargs',
            fix: [{ kind: 'rename-property', path: chosen.path, property: 'bootargs', name: 'xen,xen-bootargs' }],
          },
        );
    },
  },
  {
    id: 'chosen-dom0-args-order',
    severity: 'info',
    about:
      "dom0's command line is `bootargs` of its kernel module; else `xen,dom0-bootargs`; else `bootargs` of `/chosen` " +
      'when `xen,xen-bootargs` is there or no property of Xen is.',
    check: ({ isHost, chosen, modules }, report) => {
      if (!isHost || !chosen) return;
      const dom0 = modules.find(({ kind, domain }) => !domain && kind === 'kernel')?.node;
      if (dom0 && textOf(dom0, 'bootargs') !== undefined && chosen.property('xen,dom0-bootargs'))
        report(
          chosen,
          `xen,dom0-bootargs is not read, as ${dom0.name} has bootargs of its own; remove one of the two`,
          {
            property: 'xen,dom0-bootargs',
            fix: [{ kind: 'remove-property', path: chosen.path, property: 'xen,dom0-bootargs' }],
          },
        );
    },
  },
  {
    id: 'chosen-bootargs-only',
    severity: 'warning',
    about:
      '`bootargs` alone is the command line of dom0, and Xen runs without any: it has no console then, and takes its ' +
      'defaults for the memory of dom0.',
    check: ({ isHost, chosen, modules }, report) => {
      const dom0 = modules.find(({ kind, domain }) => !domain && kind === 'kernel')?.node;
      if (!isHost || !chosen?.property('bootargs')) return;
      if (commandLines(chosen, dom0).xen !== undefined) return;
      report(chosen, 'bootargs goes to dom0 and Xen runs without arguments; add xen,xen-bootargs', {
        property: 'bootargs',
        fix: [
          { kind: 'set-property', path: chosen.path, property: 'xen,xen-bootargs', value: '"console=dtuart"' },
          { kind: 'rename-property', path: chosen.path, property: 'bootargs', name: 'xen,dom0-bootargs' },
        ],
      });
    },
  },
  {
    id: 'chosen-dtuart',
    severity: 'warning',
    about:
      '`console=dtuart` needs a UART: `dtuart=` with an alias or a path that leads to a node, or `stdout-path`. ' +
      'Without, Xen says nothing.',
    check: (scene, report) => {
      const { chosen } = scene;
      const args = textOf(chosen, 'xen,xen-bootargs');
      if (!chosen || args === undefined) return;
      const words = args.split(/\s+/);
      const uses = words.some(word => word.startsWith('console=') && word.slice(8).split(',').includes('dtuart'));
      const named = words.filter(word => word.startsWith('dtuart=')).at(-1);
      if (named !== undefined) {
        const target = named.slice(7).replace(/:.*/, '');
        if (!scene.at(target))
          report(chosen, `${named} leads to no node, so Xen has no console; give an alias or the path of a UART`, {
            property: 'xen,xen-bootargs',
          });
      } else if (uses && !chosen.property('stdout-path'))
        report(chosen, 'console=dtuart has no UART, so Xen says nothing; add dtuart=serial0 or stdout-path', {
          property: 'xen,xen-bootargs',
        });
    },
  },
  {
    id: 'chosen-bootargs-string',
    severity: 'error',
    about: 'A command line is not one string, or has 1024 bytes or more, on which Xen panics.',
    check: ({ isHost, chosen, modules }, report) => {
      if (!isHost) return;
      for (const node of [chosen, ...modules.map(module => module.node)])
        for (const name of ARGUMENTS) {
          const value = node?.property(name)?.value;
          if (!node || !value) continue;
          if (textOf(node, name) === undefined)
            report(node, `${name} must be one string; write it in quotes`, { property: name });
          else if (value.length > MAX_COMMAND_LINE)
            report(
              node,
              `${name} has ${value.length - 1} bytes, and Xen panics from ${MAX_COMMAND_LINE} on; shorten it`,
              {
                property: name,
              },
            );
        }
    },
  },
  {
    id: 'chosen-initrd-pair',
    severity: 'error',
    about: '`linux,initrd-start` and `linux,initrd-end` come together, each of 4 or 8 bytes, the start below the end.',
    check: ({ chosen }, report) => {
      if (!chosen) return;
      const names = ['linux,initrd-start', 'linux,initrd-end'] as const;
      const [start, end] = names.map(name => cellsOf(chosen, name));
      for (const name of names) {
        const property = chosen.property(name);
        if (property && property.value.length !== 4 && property.value.length !== 8)
          report(chosen, `${name} has ${property.value.length} bytes; give it one or two cells`, { property: name });
      }
      for (const [name, other] of [names, [...names].reverse()] as const)
        if (chosen.property(name!) && !chosen.property(other!))
          report(chosen, `${name} without ${other} means nothing; add it`, { property: name! });
      // Both may be zero in a source: a loader writes them.
      if (start && end && join(start) > 0n && join(start) >= join(end))
        report(chosen, `the RAM disk ends at ${hex(join(end))}, before it begins; correct one of the two`, {
          property: names[1],
        });
    },
  },
  {
    id: 'chosen-static-heap',
    severity: 'error',
    about:
      '`xen,static-heap` is whole pairs of address and size in the cells of the root, aligned to 64 KiB, in RAM; a ' +
      '32-bit Xen needs some of it below 4 GiB.',
    check: ({ chosen, root, ram }, report) => {
      const property = 'xen,static-heap';
      if (!chosen?.property(property)) return;
      const heap = stretchesOf(chosen, property, widthsOf(root));
      if (!heap || heap.length === 0)
        return report(chosen, `${property} is no list of addresses and sizes in the cells of the root; correct it`, {
          property,
        });
      for (const one of heap) {
        if (!isAligned(one.address, HEAP_ALIGNMENT) || !isAligned(one.size, HEAP_ALIGNMENT))
          report(chosen, `${property}: ${shown(one)} is not aligned to 64 KiB; Xen refuses it, so align it`, {
            property,
          });
        if (ram.length > 0 && !insideAny(one, ram))
          report(chosen, `${property}: ${shown(one)} is not in RAM; move it into a memory node`, { property });
      }
      if (heap.every(one => one.address >= FOUR_GIB) && ram.some(one => one.address < FOUR_GIB))
        report(chosen, `${property} has nothing below 4 GiB, where a 32-bit Xen needs it; add a stretch there`, {
          property,
        });
    },
  },
  {
    id: 'chosen-uefi-cfg',
    severity: 'info',
    about:
      '`xen,uefi-cfg-load` is a property without a value; without it a boot through UEFI ignores the `.cfg` file once ' +
      'the tree has a module.',
    check: ({ chosen }, report) => {
      const property = 'xen,uefi-cfg-load';
      if (chosen?.property(property)?.value.length)
        report(chosen, `${property} has a value, which Xen does not look at; only that it is there counts`, {
          property,
          fix: [{ kind: 'set-property', path: chosen.path, property, value: '' }],
        });
    },
  },
  {
    id: 'chosen-no-dom0',
    severity: 'info',
    about: 'No kernel for dom0: Xen boots so only with at least one `xen,domain`, and then without a control domain.',
    check: ({ isHost, chosen, modules, domains }, report) => {
      if (
        !isHost ||
        !chosen ||
        modules.some(({ kind, domain }) => !domain && (kind === 'kernel' || kind === 'unknown'))
      )
        return;
      const rest =
        domains.length > 0 ? 'the domains of the tree run without a dom0' : 'whoever boots Xen has to add one';
      report(chosen, `no module is a kernel for dom0: ${rest}`);
    },
  },
];
