// The device trees of a machine with the built-in hypervisor: the host's, and what its domains were given.
import type { Hypervisor } from '../../hyp';
import type { DomainRow } from '../protocol';
import type { LabTree, LabTrees } from '../trees';

/**
 * @param host the blob that the hypervisor boots with
 * @param xen undefined before the machine has run
 */
export function treesOfLab(host: Uint8Array, xen: Hypervisor | undefined, rows: readonly DomainRow[]): LabTrees {
  const trees: LabTree[] = [{ name: 'host', about: 'what the hypervisor boots with', blob: host }];
  if (!xen) return { trees, unknown: ['trees of domains are made with the first instruction of the machine'] };
  const unknown: string[] = [];
  for (const { id, tree, dying } of [...xen.domains.values()].sort((a, b) => a.id - b.id)) {
    const row = rows.find(one => one.id === id);
    const name = id === 0 ? 'dom0' : (row?.name ?? `domain ${id}`);
    if (dying) continue;
    if (tree) trees.push({ name, about: `domain ${id}, as the hypervisor made it`, domain: id, blob: tree });
    else unknown.push(`the tree of ${name}: ${row?.console === undefined ? 'tools in dom0 have made it' : 'a saved domain does not tell it'}`); // prettier-ignore
  }
  return { trees, unknown };
}
