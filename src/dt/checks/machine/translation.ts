// Whether addresses get through: what a device or a bus below answers to must be mapped by the bus that it is on.
import type { DeviceTree, DtNode } from '../../tree';
import type { Rule } from '../family';
import { entriesOf, hex, insideAny, regOf, shown, widthsOf, type Stretch } from '../values';

/** PCI's three cells are no plain numbers, and zero cells no addresses at all. */
const isPlain = (width: number): boolean => width === 1 || width === 2;

/** The windows of a bus in its own addresses; undefined when it maps all or nothing, or in a way of its own. */
function windowsOf(bus: DtNode | undefined): Stretch[] | undefined {
  if (!bus?.parent || !bus.property('ranges')?.value.length) return undefined;
  const [address, size] = widthsOf(bus);
  const [above] = widthsOf(bus.parent);
  if (!isPlain(address) || !isPlain(above)) return undefined;
  return entriesOf(bus, 'ranges', [address, above, size])?.map(([from = 0n, , length = 0n]) => ({
    address: from,
    size: length,
  }));
}

/** What a bus occupies of the bus above it. */
function outsideOf(bus: DtNode): Stretch[] {
  if (!bus.parent || !bus.property('ranges')?.value.length) return [];
  const [address, size] = widthsOf(bus);
  const [above] = widthsOf(bus.parent);
  if (!isPlain(above) || address > 3) return [];
  return (entriesOf(bus, 'ranges', [address, above, size]) ?? []).map(([, to = 0n, length = 0n]) => ({
    address: to,
    size: length,
  }));
}

const list = (windows: readonly Stretch[]): string => windows.map(shown).join(', ');

export const TRANSLATION_RULES: readonly Rule<DeviceTree>[] = [
  {
    id: 'ranges-compose',
    severity: 'warning',
    about:
      'An entry of `ranges` leads to addresses of the bus above that the `ranges` there do not map, so everything ' +
      'behind it has no address of the processor, or a wrong one.',
    check: (tree, report) => {
      for (const bus of tree.nodes()) {
        const windows = windowsOf(bus.parent);
        if (!windows) continue;
        for (const one of outsideOf(bus))
          if (one.size > 0n && !insideAny(one, windows))
            report(
              bus,
              `ranges leads to ${shown(one)} of ${bus.parent!.path}, but that bus maps only ${list(windows)}: what is behind has no address of the processor; correct one of the two`,
              { property: 'ranges' },
            );
      }
    },
  },
  {
    id: 'reg-unmapped',
    severity: 'warning',
    about: 'A device is at an address that the `ranges` of its bus do not map, so no processor can reach it.',
    check: (tree, report) => {
      for (const node of tree.nodes()) {
        const windows = windowsOf(node.parent);
        if (!windows || widthsOf(node.parent)[1] === 0) continue;
        for (const one of regOf(node))
          if (one.size > 0n && !insideAny(one, windows))
            report(
              node,
              `reg says ${shown(one)}, but ${node.parent!.path} maps only ${list(windows)}: no processor reaches it; correct ${one.address === 0n ? 'reg' : `reg (${hex(one.address)})`} or the ranges`,
              { property: 'reg' },
            );
      }
    },
  },
];
