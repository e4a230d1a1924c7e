// Addresses: cells of buses, the lengths of what is made of them, and unit addresses.
import { MAX_FINDINGS } from '../../limits';
import type { Subject } from '../subject';
import { rename, type DtcRule, type Fail } from './rule';

/** As int of C: what dtc computes with and prints. */
const int = (n: number): number => n | 0;

/** Whether a length divides into entries of so many cells; as in dtc, all of it in 32 bits. */
export function isMultiple(length: number, cells: number): boolean {
  const entry = Math.imul(cells, 4);
  return entry === 0 ? length === 0 : length % entry === 0;
}

function regFormat(node: Subject, fail: Fail): void {
  const reg = node.property('reg');
  if (!reg) return;
  if (!node.parent) return fail(node, 'Root node has a "reg" property');
  if (reg.value.length === 0) fail(node, 'property is empty', reg);
  const [address, size] = [int(node.parent.addressWidth), int(node.parent.sizeWidth)];
  if (!isMultiple(reg.value.length, int(address + size)))
    fail(
      node,
      `property has invalid length (${reg.value.length} bytes) (#address-cells == ${address}, #size-cells == ${size})`,
      reg,
    );
}

function rangesFormat(node: Subject, name: string, fail: Fail): void {
  const ranges = node.property(name);
  if (!ranges) return;
  const { parent } = node;
  if (!parent) return fail(node, `Root node has a "${name}" property`, ranges);
  const [above, below, size] = [int(parent.addressWidth), int(node.addressWidth), int(node.sizeWidth)];
  if (ranges.value.length === 0) {
    const compare = (cells: string, own: number, other: number): void => {
      if (own !== other)
        fail(node, `empty "${name}" property but its ${cells} (${own}) differs from ${parent.path} (${other})`, ranges);
    };
    compare('#address-cells', below, above);
    compare('#size-cells', size, int(parent.sizeWidth));
  } else if (!isMultiple(ranges.value.length, int(above + below + size)))
    fail(
      node,
      `"${name}" property has invalid length (${ranges.value.length} bytes) (parent #address-cells == ${above}, ` +
        `child #address-cells == ${below}, #size-cells == ${size})`,
      ranges,
    );
}

const rangesRule = (id: string, property: string): DtcRule => ({
  id,
  level: 'warning',
  needs: ['addr_size_cells'],
  about: `The length of \`${property}\` is no multiple of its entries, or it is empty between buses of different cells.`,
  check: (node, fail) => rangesFormat(node, property, fail),
});

/** The address that `reg`, or else the first of `ranges`, begins with, in hexadecimal. */
function ownAddress(node: Subject): string | undefined {
  const reg = node.property('reg');
  const property = reg ?? node.property('ranges');
  if (!property || !node.parent) return undefined;
  const start = reg ? 0 : node.addressWidth;
  let address = 0n;
  for (let i = 0; i < Math.min(node.parent.addressWidth, 4); i++)
    address = (address << 32n) | BigInt(property.cell(start + i));
  return address.toString(16);
}

function unitVersusReg(node: Subject, fail: Fail): void {
  // Fragments of overlays are numbered, not addressed.
  if (node.children.some(child => child.name === '__overlay__')) return;
  const ranges = node.property('ranges');
  const isAddressed = node.has('reg') || (ranges !== undefined && ranges.value.length > 0);
  if (isAddressed && node.unit === '') {
    const address = ownAddress(node);
    fail(
      node,
      'node has a reg or ranges property, but no unit name',
      undefined,
      address === undefined ? undefined : rename(node, address),
    );
  }
  if (!isAddressed && node.unit !== '')
    fail(node, 'node has a unit name, but no reg or ranges property', undefined, rename(node, ''));
}

function defaultCells(node: Subject, fail: Fail): void {
  if (!node.parent || !(node.has('reg') || node.has('ranges'))) return;
  const { path } = node.parent;
  const add = (property: string, value: string) => [{ kind: 'set-property', path, property, value } as const];
  if (node.parent.addressCells === -1)
    fail(node, 'Relying on default #address-cells value', undefined, add('#address-cells', '<2>'));
  if (node.parent.sizeCells === -1)
    fail(node, 'Relying on default #size-cells value', undefined, add('#size-cells', '<1>'));
}

export const removeCells = ({ path }: Subject) =>
  ['#address-cells', '#size-cells'].map(property => ({ kind: 'remove-property', path, property }) as const);

function unnecessaryCells(node: Subject, fail: Fail): void {
  if (!node.parent || int(node.addressCells) < 0 || int(node.sizeCells) < 0) return;
  // As for dtc, a node whose children were all deleted had some.
  if (node.has('ranges') || node.everyChild.length === 0 || node.children.some(child => child.has('reg'))) return;
  const text = 'unnecessary #address-cells/#size-cells without "ranges" or child "reg" property';
  fail(node, text, undefined, removeCells(node));
}

const isDisabled = (node: Subject): boolean => node.property('status')?.text === 'disabled';

function uniqueUnits(node: Subject, fail: Fail, onlyEnabled: boolean): void {
  if (int(node.addressCells) < 0 || int(node.sizeCells) < 0) return;
  /** Nodes of each unit address so far. */
  const seen = new Map<string, Subject[]>();
  let left = MAX_FINDINGS;
  for (const child of node.children) {
    if (child.unit === '' || (onlyEnabled && isDisabled(child))) continue;
    const before = seen.get(child.unit);
    if (!before) seen.set(child.unit, [child]);
    else {
      for (const other of before.slice(0, left))
        fail(other, `duplicate unit-address (also used in node ${child.path})`);
      left = Math.max(0, left - before.length);
      before.push(child);
    }
  }
}

export const ADDRESS_RULES = {
  cells: {
    id: 'addr_size_cells',
    level: 'warning',
    needs: ['address_cells_is_cell', 'size_cells_is_cell'],
    about: 'Never fires itself: reads `#address-cells` and `#size-cells` for the checks that need them.',
    check: node => {
      node.addressCells = int(node.property('#address-cells')?.cell(0) ?? -1);
      node.sizeCells = int(node.property('#size-cells')?.cell(0) ?? -1);
    },
  },
  reg: {
    id: 'reg_format',
    level: 'warning',
    needs: ['addr_size_cells'],
    about: "The length of `reg` is no multiple of the parent's address and size cells, or the root has one.",
    check: (node, fail) => regFormat(node, fail),
  },
  ranges: rangesRule('ranges_format', 'ranges'),
  dmaRanges: rangesRule('dma_ranges_format', 'dma-ranges'),
  unitVersusReg: {
    id: 'unit_address_vs_reg',
    level: 'warning',
    about: 'A node has an address but no unit address in its name, or the other way round.',
    check: (node, fail) => unitVersusReg(node, fail),
  },
  defaultCells: {
    id: 'avoid_default_addr_size',
    level: 'warning',
    needs: ['addr_size_cells'],
    about: 'Addresses rely on the defaults (2 and 1 cells), which readers do not agree on: give the cells.',
    check: (node, fail) => defaultCells(node, fail),
  },
  unnecessaryCells: {
    id: 'avoid_unnecessary_addr_size',
    level: 'warning',
    needs: ['avoid_default_addr_size'],
    about: 'A node gives cells for addresses, but no child has an address: remove them.',
    check: (node, fail) => unnecessaryCells(node, fail),
  },
  uniqueUnits: {
    id: 'unique_unit_address',
    level: 'warning',
    needs: ['avoid_default_addr_size'],
    about: 'Two children of one node have the same unit address.',
    check: (node, fail) => uniqueUnits(node, fail, false),
  },
  uniqueEnabled: {
    id: 'unique_unit_address_if_enabled',
    level: 'off',
    needs: ['avoid_default_addr_size'],
    about: 'Two children of one node that are both in use have the same unit address.',
    check: (node, fail) => uniqueUnits(node, fail, true),
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
