// Which domains the verbs make sense for. The menus of package.json say the same; a test holds them against this.
import type { DomainRow, DomainVerb } from '../lab/protocol';

/** The verbs that take a domain and nothing else. */
export type SimpleVerb = Exclude<DomainVerb['verb'], 'create' | 'rename' | 'save' | 'restore' | 'vcpu-set' | 'mem-max'>;

/** Who has made a domain: dom0 is the hypervisor's, `own` are the lab's, `foreign` those of tools in dom0. */
export const kindOf = ({ id, console }: DomainRow): 'dom0' | 'own' | 'foreign' =>
  id === 0 ? 'dom0' : console === undefined ? 'foreign' : 'own';

/** What `when` clauses know of a row of the list. */
export const contextOf = (row: DomainRow): string => `domain-${kindOf(row)}-${row.state}`;

interface VerbRule {
  readonly title: string;
  /** For "no domain can be ... now". */
  readonly done: string;
  fits(row: DomainRow): boolean;
}

const isGuest = (row: DomainRow): boolean => kindOf(row) !== 'dom0';
const goesOn = ({ state }: DomainRow): boolean => state === 'running' || state === 'blocked';
const isAlive = (row: DomainRow): boolean => goesOn(row) || row.state === 'paused';

export const VERBS: Readonly<Record<SimpleVerb, VerbRule>> = {
  destroy: { title: 'Destroy', done: 'destroyed', fits: row => isGuest(row) && row.state !== 'dying' },
  pause: { title: 'Pause', done: 'paused', fits: row => isGuest(row) && goesOn(row) },
  unpause: { title: 'Unpause', done: 'unpaused', fits: row => isGuest(row) && row.state === 'paused' },
  // The store of a domain that others have made is not the lab's: it cannot ask there.
  shutdown: { title: 'Shut Down', done: 'shut down', fits: row => kindOf(row) === 'own' && isAlive(row) },
  reboot: { title: 'Reboot', done: 'rebooted', fits: row => kindOf(row) === 'own' && isAlive(row) },
};
