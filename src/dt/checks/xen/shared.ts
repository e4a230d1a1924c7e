// Rules of what domains share: memory, event channels, and pools of processors.
import type { DtNode } from '../../tree';
import { cellsOf, hex, join, overlap, shown, textOf, textsOf, widthsOf, type Stretch } from '../values';
import { EVENT_CHANNEL, isAligned, SHARED_MEMORY, type XenRule, type XenScene } from './scene';

const MAX_ID = 15;
const MAX_BANKS = 32;
/** Of a tree that has more the rest is not looked at. */
const MOST_COMPARED = 512;
const MAX_PORT_TWO_LEVEL = 4096;
const MAX_PORT_FIFO = 131072;
const SCHEDULERS = ['credit', 'credit2', 'null', 'arinc653', 'rtds'];

interface Shared {
  readonly node: DtNode;
  readonly domain: DtNode | undefined;
  readonly id: string | undefined;
  /** Absent when Xen chooses. */
  readonly host: Stretch | undefined;
  readonly guest: Stretch | undefined;
}

function sharedOf(scene: XenScene): Shared[] {
  return scene
    .below(SHARED_MEMORY)
    .slice(0, MOST_COMPARED)
    .map(({ node, domain }) => {
      const [address, size] = widthsOf(node.parent);
      const cells = cellsOf(node, 'xen,shared-mem') ?? [];
      const hasHost = cells.length === 2 * address + size;
      const hasGuest = hasHost || cells.length === address + size;
      const at = hasHost ? address : 0;
      const bytes = join(cells.slice(at + address, at + address + size));
      return {
        node,
        domain,
        id: textOf(node, 'xen,shm-id'),
        host: hasHost ? { address: join(cells.slice(0, address)), size: bytes } : undefined,
        guest: hasGuest ? { address: join(cells.slice(at, at + address)), size: bytes } : undefined,
      };
    });
}

/** The two cells of a channel: its port, and the phandle of the other end. */
function channel(scene: XenScene, node: DtNode): { port: number; remote: DtNode | undefined } | undefined {
  const cells = cellsOf(node, 'xen,evtchn');
  return cells?.length === 2 ? { port: cells[0]!, remote: scene.node(cells[1]) } : undefined;
}

const MEMORY = { property: 'xen,shared-mem' } as const;

export const SHARED_RULES: readonly XenRule[] = [
  {
    id: 'shm-id',
    severity: 'error',
    about: '`xen,shm-id` is missing, empty, or longer than 15 characters.',
    check: (scene, report) => {
      for (const { node, id } of sharedOf(scene))
        if (id === undefined || id === '' || id.length > MAX_ID)
          report(
            node,
            `xen,shm-id must be a text of 1 to ${MAX_ID} characters; ${id === undefined ? 'add' : 'correct'} it`,
          );
    },
  },
  {
    id: 'shm-mem',
    severity: 'error',
    about:
      "`xen,shared-mem` is a host address (which may be left out), a guest address and a size, in the parent's cells.",
    check: (scene, report) => {
      for (const { node, guest } of sharedOf(scene)) {
        const [address, size] = widthsOf(node.parent);
        if (!guest)
          report(
            node,
            `xen,shared-mem must be [host address] guest address and size: ${2 * address + size} or ${address + size} cells`,
            node.property('xen,shared-mem') ? MEMORY : {},
          );
      }
    },
  },
  {
    id: 'shm-align',
    severity: 'error',
    about: 'Addresses and sizes of shared memory are whole pages of 4 KiB, and the size is not 0.',
    check: (scene, report) => {
      for (const { node, host, guest } of sharedOf(scene))
        for (const one of [host, guest])
          if (one && (one.size === 0n || !isAligned(one.address) || !isAligned(one.size)))
            report(node, `${shown(one)} is not made of pages of 4 KiB; align it`, MEMORY);
    },
  },
  {
    id: 'shm-role',
    severity: 'error',
    about: '`role` is `owner` or `borrower`, and of one memory there is one owner at most.',
    check: (scene, report) => {
      const owners = new Map<string, DtNode>();
      for (const { node, id } of sharedOf(scene)) {
        const role = textOf(node, 'role');
        if (node.property('role') && role !== 'owner' && role !== 'borrower')
          report(node, 'role must be "owner" or "borrower"; correct it', { property: 'role' });
        if (role !== 'owner' || id === undefined) continue;
        const other = owners.get(id);
        if (other) report(node, `${other.path} owns ${id} already; make this one a borrower`, { property: 'role' });
        else owners.set(id, node);
      }
    },
  },
  {
    id: 'shm-same',
    severity: 'error',
    about: 'One `xen,shm-id` always names one host range, and ranges of two ids do not overlap.',
    check: (scene, report) => {
      const all = sharedOf(scene).filter(({ id, host }) => id !== undefined && host !== undefined);
      all.forEach((one, i) => {
        const other = all.slice(0, i).find(({ id, host }) => {
          const same = host!.address === one.host!.address && host!.size === one.host!.size;
          return id === one.id ? !same : overlap(host!, one.host!);
        });
        if (other)
          report(
            one.node,
            `${one.id} is at ${shown(one.host!)}, and ${other.id} of ${other.node.path} at ${shown(other.host!)}; make them the same or move one`,
            MEMORY,
          );
      });
    },
  },
  {
    id: 'shm-directmap',
    severity: 'error',
    about: 'dom0 and domains with `direct-map` see shared memory at its host address, which has to be given.',
    check: (scene, report) => {
      for (const { node, domain, host, guest } of sharedOf(scene)) {
        if (!guest || (domain && !domain.property('direct-map'))) continue;
        if (host?.address !== guest.address)
          report(
            node,
            `${domain?.name ?? 'dom0'} sees memory where it is on the host, so the guest address ${hex(guest.address)} has to be the host address; correct it`,
            MEMORY,
          );
      }
    },
  },
  {
    id: 'shm-count',
    severity: 'error',
    about: 'More than 32 shared memories: Xen refuses those behind.',
    check: (scene, report) => {
      const ids = new Set<string>();
      for (const { node, id } of sharedOf(scene)) {
        if (id === undefined || ids.has(id)) continue;
        ids.add(id);
        if (ids.size > MAX_BANKS)
          report(node, `Xen takes ${MAX_BANKS} shared memories, and this is one too many; remove some`);
      }
    },
  },
  {
    id: 'evtchn-compat',
    severity: 'error',
    about:
      "A static event channel is compatible with `xen,evtchn-v1`; `xen,evtchn`, as the document's text has it, is not read.",
    check: ({ chosen, domains }, report) => {
      for (const parent of [chosen, ...domains])
        for (const node of parent?.children.values() ?? []) {
          const names = textsOf(node, 'compatible');
          if (names.includes(EVENT_CHANNEL) || (!names.includes('xen,evtchn') && !node.property('xen,evtchn')))
            continue;
          report(node, `compatible must be "${EVENT_CHANNEL}", or Xen does not see the channel; correct it`, {
            fix: [{ kind: 'set-property', path: node.path, property: 'compatible', value: `"${EVENT_CHANNEL}"` }],
          });
        }
    },
  },
  {
    id: 'evtchn-tuple',
    severity: 'error',
    about: '`xen,evtchn` is two cells: the local port, and the phandle of the node of the other end.',
    check: (scene, report) => {
      for (const { node } of scene.below(EVENT_CHANNEL))
        if (!channel(scene, node)) report(node, 'xen,evtchn must be <port &other_end>; correct it');
    },
  },
  {
    id: 'evtchn-link',
    severity: 'error',
    about: 'The other end of an event channel is no channel, this one itself, or does not name this one.',
    check: (scene, report) => {
      const all = new Set(scene.below(EVENT_CHANNEL).map(({ node }) => node));
      for (const node of all) {
        const ends = channel(scene, node);
        if (!ends) continue;
        const { remote } = ends;
        if (!remote || remote === node || !all.has(remote) || channel(scene, remote)?.remote !== node)
          report(
            node,
            `${remote ? remote.path : 'the phandle'} is no channel that names this one; let each name the other`,
            {
              property: 'xen,evtchn',
            },
          );
      }
    },
  },
  {
    id: 'evtchn-port',
    severity: 'error',
    about: 'A port is above 0, below 131072 (4096 with two-level channels), and its own in its domain.',
    check: (scene, report) => {
      const seen = new Map<DtNode | undefined, Set<number>>();
      for (const { node, domain } of scene.below(EVENT_CHANNEL)) {
        const port = channel(scene, node)?.port;
        if (port === undefined) continue;
        const ports = seen.get(domain) ?? new Set();
        seen.set(domain, ports);
        if (port === 0 || port >= MAX_PORT_FIFO || ports.has(port))
          report(
            node,
            `port ${port} is ${ports.has(port) ? 'there already in this domain' : `not from 1 to ${MAX_PORT_FIFO - 1} (${MAX_PORT_TWO_LEVEL - 1} with two-level channels)`}; choose another`,
            {
              property: 'xen,evtchn',
            },
          );
        ports.add(port);
      }
    },
  },
  {
    id: 'evtchn-domain',
    severity: 'warning',
    about: 'A domain with static event channels needs `xen,enhanced = "no-xenstore"` or more.',
    check: (scene, report) => {
      for (const { node, domain } of scene.below(EVENT_CHANNEL))
        if (domain && (!domain.property('xen,enhanced') || textOf(domain, 'xen,enhanced') === 'disabled'))
          report(
            node,
            `${domain.name} has event channels, but no interfaces of Xen; add xen,enhanced = "no-xenstore"`,
            {
              fix: [{ kind: 'set-property', path: domain.path, property: 'xen,enhanced', value: '"no-xenstore"' }],
            },
          );
    },
  },
  {
    id: 'cpupool-cpus',
    severity: 'error',
    about: '`cpupool-cpus` is a list of phandles of processors, not empty; no processor is in two pools.',
    check: (scene, report) => {
      const taken = new Map<DtNode, DtNode>();
      for (const pool of scene.pools) {
        const cells = cellsOf(pool, 'cpupool-cpus') ?? [];
        if (cells.length === 0) report(pool, 'cpupool-cpus names no processor, on which Xen panics; add some');
        for (const cell of cells) {
          const cpu = scene.node(cell);
          const property = 'cpupool-cpus';
          if (!cpu || textsOf(cpu, 'device_type')[0] !== 'cpu')
            report(pool, `${property}: ${hex(cell)} is no processor; correct the reference`, { property });
          else if (taken.has(cpu))
            report(pool, `${cpu.name} is in ${taken.get(cpu)!.name} already; take it from one`, { property });
          else taken.set(cpu, pool);
        }
      }
    },
  },
  {
    id: 'cpupool-sched',
    severity: 'error',
    about:
      '`cpupool-sched` is `credit`, `credit2`, `null`, `arinc653` or `rtds`, and one that this Xen was built with.',
    check: ({ pools }, report) => {
      for (const pool of pools)
        if (pool.property('cpupool-sched') && !SCHEDULERS.includes(textOf(pool, 'cpupool-sched') ?? ''))
          report(pool, `cpupool-sched must be ${SCHEDULERS.join(', ')}; Xen panics on any other`, {
            property: 'cpupool-sched',
          });
    },
  },
  {
    id: 'cpupool-hmp',
    severity: 'warning',
    about: 'A pool has processors of different types; Xen uses them only with `hmp-unsafe=1`.',
    check: (scene, report) => {
      const unsafe = /(^|\s)hmp-unsafe(=(1|on|true|yes|enable))?(\s|$)/.test(
        textOf(scene.chosen, 'xen,xen-bootargs') ?? '',
      );
      for (const pool of unsafe ? [] : scene.pools) {
        const cpus = (cellsOf(pool, 'cpupool-cpus') ?? []).map(cell => scene.node(cell));
        const types = new Set(cpus.map(cpu => textsOf(cpu, 'compatible')[0]));
        if (types.size > 1)
          report(
            pool,
            `the pool mixes ${[...types].join(' and ')}; add hmp-unsafe=1 to xen,xen-bootargs, or make two pools`,
          );
      }
    },
  },
];
