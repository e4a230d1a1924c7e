// Whether addresses get through: what a device or a bus below answers to must be mapped by the bus that it is on.
import type { DeviceTree, DtNode } from '../../tree';
import type { Rule } from '../family';
import { entriesOf, insideAny, overlap, regOf, shown, textsOf, widthsOf, type Stretch } from '../values';

/** PCI's three cells are no plain numbers, and zero cells no addresses at all. */
const isPlain = (width: number): boolean => width === 1 || width === 2;

/** Buses whose addresses have a number of a chip select or target in them, which software maps as it likes. */
const isMappedBySoftware = (bus: DtNode): boolean => textsOf(bus, 'compatible').some(name => name.endsWith('-mbus'));

/** The windows of a bus in its own addresses; undefined when it maps all or nothing, or in a way of its own. */
function windowsOf(bus: DtNode | undefined): Stretch[] | undefined {
  if (!bus?.parent || !bus.property('ranges')?.value.length || isMappedBySoftware(bus)) return undefined;
  const [address, size] = widthsOf(bus);
  const [above] = widthsOf(bus.parent);
  if (!isPlain(address) || !isPlain(above)) return undefined;
  const entries = entriesOf(bus, 'ranges', [address, above, size]);
  // No bus has more; to look through them for every device would take its time.
  if (entries && entries.length > MOST_WINDOWS) return undefined;
  return entries && joined(entries.map(([from = 0n, to = 0n, length = 0n]) => ({ from, to, length })));
}

/** {@link windowsOf}, once for each bus. */
function windowsByBus(): typeof windowsOf {
  const known = new Map<DtNode | undefined, Stretch[] | undefined>();
  return bus => {
    if (!known.has(bus)) known.set(bus, windowsOf(bus));
    return known.get(bus);
  };
}

/** Windows, those that go on where another ends as one. */
function joined(all: { from: bigint; to: bigint; length: bigint }[]): Stretch[] {
  const sorted = all.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const result: { from: bigint; to: bigint; length: bigint }[] = [];
  for (const one of sorted) {
    const last = result.at(-1);
    const distance = last && one.from - last.from;
    if (last && distance! <= last.length && one.to - last.to === distance) {
      const end = distance! + one.length;
      if (end > last.length) last.length = end;
    } else result.push({ ...one });
  }
  return result.map(({ from, length }) => ({ address: from, size: length }));
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

const MOST_SHOWN = 4;
const MOST_WINDOWS = 1024;

function list(windows: readonly Stretch[]): string {
  const more = windows.length > MOST_SHOWN ? ` and ${windows.length - MOST_SHOWN} more` : '';
  return windows.slice(0, MOST_SHOWN).map(shown).join(', ') + more;
}

/** What a stretch that is not wholly mapped comes to. */
const loss = (one: Stretch, windows: readonly Stretch[]): string =>
  windows.some(window => overlap(one, window)) ? 'no processor reaches all of it' : 'no processor reaches it';

export const TRANSLATION_RULES: readonly Rule<DeviceTree>[] = [
  {
    id: 'ranges-compose',
    severity: 'warning',
    about:
      'An entry of `ranges` leads to addresses of the bus above that the `ranges` there do not map, so everything ' +
      'behind it has no address of the processor, or a wrong one.',
    check: (tree, report) => {
      const windowsOn = windowsByBus();
      for (const bus of tree.nodes()) {
        const windows = windowsOn(bus.parent);
        if (!windows) continue;
        for (const one of outsideOf(bus))
          if (one.size > 0n && !insideAny(one, windows))
            report(
              bus,
              `ranges leads to ${shown(one)} of ${bus.parent!.path}, but that bus maps only ${list(windows)}: ${loss(one, windows)}; correct one of the two`,
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
      const windowsOn = windowsByBus();
      for (const node of tree.nodes()) {
        const windows = windowsOn(node.parent);
        if (!windows || widthsOf(node.parent)[1] === 0) continue;
        for (const one of regOf(node))
          if (one.size > 0n && !insideAny(one, windows))
            report(
              node,
              `reg says ${shown(one)}, but ${node.parent!.path} maps only ${list(windows)}: ${loss(one, windows)}; correct reg or the ranges`,
              { property: 'reg' },
            );
      }
    },
  },
];
