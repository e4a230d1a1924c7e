// What of several domains together can be seen to be wrong before any of them is made.
import { LabFailure } from '../problems';
import type { ReadyDomain } from './domains';
import { problemAt } from './verbs';

const MIB = 1 << 20;
/** Names of consoles and of domains that are not a guest's to have. */
const TAKEN = /^(all|xen|uart\d+|dom\d+|Domain-0|.*:vuart)$/;

/** @param board and @param dom0 bytes of their memory @throws LabFailure */
export function checkMemory(board: number, dom0: number, domains: readonly ReadyDomain[]): void {
  let taken = dom0;
  for (const { plan, place } of domains) {
    const left = (board - taken) / MIB;
    taken += plan.memory;
    if (taken <= board) continue;
    const message = `memory: ${plan.memory / MIB} MiB are more than the ${left} that dom0 and the domains before leave of ${board / MIB}`;
    throw new LabFailure(problemAt('domain.create', `${message}; set memory lower, or give the board more with --memory`, place('memory'))); // prettier-ignore
  }
}

/** @throws LabFailure */
export function checkNames(domains: readonly ReadyDomain[]): void {
  domains.forEach(({ plan: { name }, place }, i) => {
    const twin = domains.slice(0, i).find(({ plan }) => plan.name === name);
    if (!twin && !TAKEN.test(name)) return;
    const why = twin ? `the domain of ${twin.file} has it` : 'it stands for something else in the lab';
    throw new LabFailure(problemAt('domain.create', `name "${name}": ${why}; give the domain another name`, place('name'))); // prettier-ignore
  });
}
