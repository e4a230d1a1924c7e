// The memory map of a machine with the built-in hypervisor: whose main memory is, and what each domain finds where.
import type { Board } from '../../emu/boards';
import {
  type Domain, type DomainRange, frameOwners, GUEST, type Hypervisor, mapDomain, type OwnedStretch, type Stretch,
} from '../../hyp'; // prettier-ignore
import { mapBoard, partsWithin, withGaps } from '../board-map';
import type { AddressSpaceMap, LabMemoryMap, MapEntry } from '../memory-map';
import type { DomainRow } from '../protocol';

/** Stretches of machine memory, or of other owners, that are shown one by one. */
const MOST_STRETCHES = 64;
const MOST_OWNERS = 256;
/** Pieces of main memory up to this size are put together where there are too many to show. */
const SMALL = 1 << 20;

/** @param xen undefined before the machine has run */
export function mapLab(
  board: Board,
  ramBytes: number,
  xen: Hypervisor | undefined,
  rows: readonly DomainRow[],
): LabMemoryMap {
  const nameOf = (id: number): string => rows.find(row => row.id === id)?.name ?? `domain ${id}`;
  const physical = mapBoard(board, ramBytes, xen ? ownerParts(frameOwners(xen), nameOf) : []);
  const domains = [...(xen?.domains.values() ?? [])].sort((a, b) => a.id - b.id);
  const spaces = domains.map(domain => mapSpace(domain, nameOf, physical));
  return { board: board.name, title: board.title, spaces: [physical, ...spaces] };
}

function ownerParts(stretches: readonly OwnedStretch[], nameOf: (id: number) => string): MapEntry[] {
  const many = stretches.length > MOST_OWNERS;
  const parts: MapEntry[] = [];
  const mixed: OwnedStretch[] = [];
  const flush = (): void => {
    const [first, last] = [mixed[0], mixed.at(-1)];
    if (!first || !last) return;
    if (mixed.length === 1) parts.push(ownerPart(first, nameOf));
    else {
      const owners = [...new Set(mixed.map(one => ownerPart(one, nameOf).name))].sort();
      const about = `${mixed.length} small pieces of ${owners.join(', ')}`;
      parts.push({ base: first.base, size: last.base + last.size - first.base, kind: 'xen', name: 'mixed', about });
    }
    mixed.length = 0;
  };
  for (const one of stretches) {
    if (many && one.size < SMALL) {
      mixed.push(one);
      continue;
    }
    flush();
    parts.push(ownerPart(one, nameOf));
  }
  flush();
  return parts;
}

function ownerPart({ base, size, owner }: OwnedStretch, nameOf: (id: number) => string): MapEntry {
  switch (owner) {
    case 'free':
      return { base, size, kind: 'free', name: 'free', about: 'in the heap of the hypervisor' };
    case 'xen':
      return { base, size, kind: 'xen', name: 'hypervisor', about: 'tables of stage 2, and addresses set aside' };
    case 'reserved':
      return { base, size, kind: 'xen', name: 'reserved', about: 'not in the heap' };
    default:
      return { base, size, kind: 'domain', name: nameOf(owner), about: `memory of domain ${owner}`, domain: owner };
  }
}

function mapSpace(domain: Domain, nameOf: (id: number) => string, physical: AddressSpaceMap): AddressSpaceMap {
  const { ranges, granted } = mapDomain(domain);
  const images = domain.images.map(({ role, base, size }): MapEntry => {
    return { base, size, kind: 'image', name: role, about: 'put here before the domain ran' };
  });
  const grants = granted.map(({ base, size, to, readOnly, used }): MapEntry => {
    const state = used ? 'in use' : 'not in use';
    const name = `granted to ${nameOf(to)}`;
    return { base, size, kind: 'granted', name, about: `a grant to domain ${to}, ${state}`, domain: to, ...(readOnly && { readOnly }) }; // prettier-ignore
  });
  const parts = [...images, ...grants].sort((a, b) => a.base - b.base);
  const entries = ranges
    .flatMap(range => (range.kind === 'device' ? byDevice(range, physical) : [entryOf(range, nameOf)]))
    .map(entry => ({ ...entry, ...partsWithin(entry, parts) }));
  const isGuest = !domain.options.privileged;
  return {
    space: `dom${domain.id}:ipa`,
    title: nameOf(domain.id),
    domain: domain.id,
    entries: withGaps(entries, whyNothing(isGuest), isGuest ? [GUEST.GRANTS] : []),
  };
}

const whyNothing = (isGuest: boolean) => (base: number) =>
  isGuest && base >= GUEST.GRANTS && base < GUEST.MAGIC
    ? 'room for the grant table of the domain'
    : 'the domain gets a fault here';

/** Names of the board for devices that a domain has: what is one range in its tables may be several of them. */
function byDevice(range: DomainRange, physical: AddressSpaceMap): MapEntry[] {
  const [machine] = range.machine;
  if (!machine || range.machine.length > 1) return [entryOf(range, String)];
  const offset = range.base - machine.base;
  const end = machine.base + machine.size;
  return physical.entries
    .filter(one => one.base < end && one.base + one.size > machine.base)
    .map(({ kind, name, about, base: from, size }) => {
      const base = Math.max(from, machine.base);
      const stretch = { base, size: Math.min(from + size, end) - base };
      const how = kind === 'absent' ? about : `${about}; passed through`;
      return { base: base + offset, size: stretch.size, kind, name, about: how, machine: [stretch] };
    });
}

function entryOf(range: DomainRange, nameOf: (id: number) => string): MapEntry {
  const { base, size, readOnly, from, machine } = range;
  const shown = { base, size, ...machineOf(machine), ...(readOnly && { readOnly }) };
  const owner = from === undefined ? 'a domain that is gone' : nameOf(from);
  const whose = from === undefined ? {} : { domain: from };
  switch (range.kind) {
    case 'ram':
      return { ...shown, kind: 'ram', name: 'RAM', about: 'memory of the domain' };
    case 'magic':
      return { ...shown, kind: 'magic', name: range.name!, about: 'magic page' };
    case 'shared-info':
      return { ...shown, kind: 'magic', name: 'shared info', about: 'event channels and time, shared with the hypervisor' }; // prettier-ignore
    case 'grant-table':
      return { ...shown, kind: 'magic', name: 'grant table', about: 'what the domain lets others map' };
    case 'gic':
      return { ...shown, kind: 'gic', name: `GIC ${range.name}`, about: machine.length > 0 ? 'virtual, by the hardware' : 'virtual, emulated' }; // prettier-ignore
    case 'device':
      return { ...shown, kind: 'device', name: 'device', about: 'passed through' };
    case 'foreign':
      return { ...shown, ...whose, kind: 'foreign', name: `of ${owner}`, about: `memory of ${owner}, mapped by the right of its toolstack` }; // prettier-ignore
    case 'grant':
      return { ...shown, ...whose, kind: 'grant', name: `grant of ${owner}`, about: `memory of ${owner}, which it has granted` }; // prettier-ignore
  }
}

function machineOf(all: readonly Stretch[]): Pick<MapEntry, 'machine' | 'more'> {
  if (all.length === 0) return {};
  const machine = all.slice(0, MOST_STRETCHES).map(({ base, size }) => ({ base, size }));
  return { machine, ...(all.length > MOST_STRETCHES && { more: all.length - MOST_STRETCHES }) };
}
