// What a domain finds at its physical addresses, and who owns the frames of the machine: for people to look at.
import type { Domain } from './domain';
import { GUEST } from './domain-create';
import { OWNER } from './memory/heap';
import type { Hypervisor } from './hypervisor';
import { PAGE_SHIFT, PAGE_SIZE } from './memory/physical';
import { P2M, type P2mEntry } from './p2m';
import { PARAM, VUART_RING } from './toolstack/build';

/** Bytes; `base` is an intermediate physical address (IPA) of a domain, or a physical one. */
export interface Stretch {
  readonly base: number;
  readonly size: number;
}

export type DomainRangeKind = 'ram' | 'magic' | 'shared-info' | 'grant-table' | 'device' | 'gic' | 'foreign' | 'grant';

/** A stretch of the addresses of a domain that is all of one kind. */
export interface DomainRange extends Stretch {
  readonly kind: DomainRangeKind;
  readonly readOnly: boolean;
  /** Of `magic` and `gic`: which one. */
  readonly name?: string;
  /** Of `foreign` and `grant`: the domain that has the memory; undefined: nobody any more. */
  readonly from?: number;
  /** Where it is in the machine, in order of the domain's addresses; nothing for what is emulated. */
  readonly machine: readonly Stretch[];
}

/** A stretch of a domain's memory that others may map. */
export interface GrantedRange extends Stretch {
  readonly to: number;
  readonly readOnly: boolean;
  /** Somebody has it mapped, or copies from it. */
  readonly used: boolean;
}

export interface DomainMap {
  /** In order of address. */
  readonly ranges: readonly DomainRange[];
  readonly granted: readonly GrantedRange[];
}

/** What the parameters of a domain say of its pages (Xen, public/hvm/params.h). */
const MAGIC_NAMES: readonly (readonly [number, string])[] = [
  [PARAM.CONSOLE_PFN, 'console ring'],
  [PARAM.STORE_PFN, 'xenstore ring'],
  [PARAM.MONITOR_RING_PFN, 'memory access ring'],
];
const GICD_SIZE = 0x1000;
const TWO_32 = 2 ** 32;

export function mapDomain(domain: Domain): DomainMap {
  const { gicd, gicc } = domain.options;
  const names = magicPages(domain);
  const tables = new Set(domain.grants.frames);
  const describe = (entry: P2mEntry & { gfn: number }): Omit<DomainRange, 'base' | 'size' | 'machine'> => {
    const { mfn, gfn, type } = entry;
    switch (type) {
      case P2M.MMIO_DIRECT:
        return gfn >= gicc >>> PAGE_SHIFT && gfn < (gicc + GUEST.GICC_SIZE) >>> PAGE_SHIFT
          ? { kind: 'gic', readOnly: false, name: 'CPU interface' }
          : { kind: 'device', readOnly: false };
      case P2M.MAP_FOREIGN_RO:
      case P2M.MAP_FOREIGN_RW:
        return { kind: 'foreign', readOnly: type === P2M.MAP_FOREIGN_RO, ...ownerOf(domain, mfn) };
      case P2M.GRANT_MAP_RO:
      case P2M.GRANT_MAP_RW:
        return { kind: 'grant', readOnly: type === P2M.GRANT_MAP_RO, ...ownerOf(domain, mfn) };
    }
    const readOnly = type === P2M.RAM_RO;
    if (mfn === domain.sharedInfo >>> PAGE_SHIFT) return { kind: 'shared-info', readOnly };
    if (tables.has(mfn)) return { kind: 'grant-table', readOnly };
    const name = entry.order === 0 ? names.get(gfn) : undefined;
    return name === undefined ? { kind: 'ram', readOnly } : { kind: 'magic', readOnly, name };
  };
  const ranges: Growing[] = [{ kind: 'gic', name: 'distributor', readOnly: false, base: gicd, size: GICD_SIZE, machine: [] }]; // prettier-ignore
  for (const entry of domain.p2m.entries()) {
    const size = PAGE_SIZE * 2 ** entry.order;
    const one = { ...describe(entry), base: entry.gfn * PAGE_SIZE, size };
    append(ranges, { ...one, machine: [{ base: entry.mfn * PAGE_SIZE, size }] });
  }
  return { ranges: ranges.sort((a, b) => a.base - b.base), granted: grantedRanges(domain) };
}

function magicPages(domain: Domain): Map<number, string> {
  const names = new Map<number, string>();
  if (!domain.options.privileged)
    for (let i = 0; i < GUEST.MAGIC_PAGES; i++) names.set((GUEST.MAGIC >>> PAGE_SHIFT) + i, 'unused');
  if (domain.vpl011) names.set(VUART_RING >>> PAGE_SHIFT, 'console ring of the UART');
  for (const [index, name] of MAGIC_NAMES) {
    const gfn = domain.params.get(index);
    if (gfn !== undefined && gfn > 0n && gfn < TWO_32) names.set(Number(gfn), name);
  }
  return names;
}

function ownerOf(domain: Domain, mfn: number): { from?: number } {
  const owner = domain.host.heap.owner(mfn);
  return owner >= 0 ? { from: owner } : {};
}

type Growing = { -readonly [K in keyof DomainRange]: DomainRange[K] } & { machine: Stretch[] };

/** Adds a stretch to a list, as part of the last one where it only continues that. */
function append(list: Growing[], next: Growing): void {
  const last = list.at(-1);
  const same =
    last &&
    last.base + last.size === next.base &&
    last.kind === next.kind &&
    last.name === next.name &&
    last.from === next.from &&
    last.readOnly === next.readOnly;
  if (!same) return void list.push(next);
  last.size += next.size;
  for (const { base, size } of next.machine) {
    const end = last.machine.at(-1);
    if (end && end.base + end.size === base)
      last.machine[last.machine.length - 1] = { base: end.base, size: end.size + size }; // prettier-ignore
    else last.machine.push({ base, size });
  }
}

function grantedRanges(domain: Domain): GrantedRange[] {
  const ranges: GrantedRange[] = [];
  const pages = [...domain.grants.granted()].sort((a, b) => a.gfn - b.gfn);
  for (const { gfn, ...about } of pages) {
    const last = ranges.at(-1);
    const base = gfn * PAGE_SIZE;
    const same = last && last.to === about.to && last.readOnly === about.readOnly && last.used === about.used;
    // The same page may be granted twice.
    if (same && base < last.base + last.size) continue;
    if (same && base === last.base + last.size) ranges[ranges.length - 1] = { ...last, size: last.size + PAGE_SIZE };
    else ranges.push({ ...about, base, size: PAGE_SIZE });
  }
  return ranges;
}

/** Whose a stretch of main memory is: a domain's id, or nobody's, or Xen's, or what the boot left there. */
export interface OwnedStretch extends Stretch {
  readonly owner: number | 'free' | 'xen' | 'reserved';
}

/** All of main memory, in order of address. */
export function frameOwners({ heap }: Hypervisor): OwnedStretch[] {
  const list: OwnedStretch[] = [];
  const end = heap.firstFrame + heap.frames;
  for (let mfn = heap.firstFrame, next; mfn < end; mfn = next) {
    const owner = heap.owner(mfn);
    for (next = mfn + 1; next < end && heap.owner(next) === owner;) next++;
    const name = owner === OWNER.FREE ? 'free' : owner === OWNER.XEN ? 'xen' : owner === OWNER.RESERVED ? 'reserved' : owner; // prettier-ignore
    list.push({ base: mfn * PAGE_SIZE, size: (next - mfn) * PAGE_SIZE, owner: name });
  }
  return list;
}
