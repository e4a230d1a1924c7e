// Who runs next: credits that running uses up, faster for those of little weight (Xen, common/sched/credit2.c).
import type { Vcpu } from '../vcpu';

/** XEN_SCHEDULER_CREDIT2. */
export const CREDIT2_ID = 6;
/** Nanoseconds of credit that everybody begins with, and gets when the next one has none left. */
const INITIAL_CREDIT = 10_000_000;
const LEAST_CREDIT = 0;
/** A virtual CPU runs so long at most before another one is looked at, and at least if no rate is set. */
export const LONGEST_SLICE = 10_000_000;
const SHORTEST_SLICE = 500_000;
const DEFAULT_RATELIMIT = 1_000_000;
const BASE_WEIGHT = 256;
/** Budgets of domains with a cap are renewed so often. */
const CAP_PERIOD = 10_000_000;

export class Credit2 {
  /** Nanoseconds that a virtual CPU runs at least; 0: as short as may be. */
  ratelimit = DEFAULT_RATELIMIT;
  private readonly waiting: Vcpu[] = [];
  private periodEnd = 0;
  /** Nanoseconds that domains with a cap have left in this period. */
  private readonly budgets = new Map<number, number>();

  add(vcpu: Vcpu): void {
    if (!this.waiting.includes(vcpu)) this.waiting.push(vcpu);
  }
  remove(vcpu: Vcpu): void {
    const at = this.waiting.indexOf(vcpu);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** A virtual CPU has run. */
  burn(vcpu: Vcpu, nanoseconds: number): void {
    vcpu.credit -= (nanoseconds * BASE_WEIGHT) / vcpu.domain.weight;
    const budget = this.budgets.get(vcpu.domain.id);
    if (budget !== undefined) this.budgets.set(vcpu.domain.id, budget - nanoseconds);
  }

  private get shortest(): number {
    return Math.max(SHORTEST_SLICE, this.ratelimit);
  }

  private renew(now: number): void {
    if (now < this.periodEnd) return;
    this.budgets.clear();
    this.periodEnd = (Math.floor(now / CAP_PERIOD) + 1) * CAP_PERIOD;
  }

  private budget({ domain }: Vcpu): number {
    if (domain.cap === 0) return Infinity;
    let left = this.budgets.get(domain.id);
    if (left === undefined) this.budgets.set(domain.id, (left = (CAP_PERIOD * domain.cap) / 100));
    return left;
  }

  private candidate(core: number): Vcpu | undefined {
    let best: Vcpu | undefined;
    for (const vcpu of this.waiting) {
      if (!vcpu.runnable || vcpu.running || !(vcpu.hardAffinity & (1 << core)) || this.budget(vcpu) <= 0) continue;
      if (!best || this.isBefore(vcpu, best)) best = vcpu;
    }
    return best;
  }

  /** Xen has who yields give up some credit; here every turn of a loop that waits would cost an exit to the hypervisor. */
  private isBefore(a: Vcpu, b: Vcpu): boolean {
    return a.yielded === b.yielded ? a.credit > b.credit : b.yielded;
  }

  /**
   * Takes the next virtual CPU for a core from those that wait.
   * @param now nanoseconds
   * @returns it and how long it may run; undefined: nobody wants to, then look again after `retry` nanoseconds
   */
  pick(core: number, now: number): { vcpu: Vcpu | undefined; slice: number } {
    this.renew(now);
    const next = this.candidate(core);
    if (!next) {
      const capped = this.waiting.some(v => v.runnable && !v.running && this.budget(v) <= 0);
      return { vcpu: undefined, slice: capped ? this.periodEnd - now : Infinity };
    }
    if (next.credit <= LEAST_CREDIT) {
      // Everybody starts anew; who had much left keeps no more than that.
      for (const vcpu of this.waiting) vcpu.credit = Math.min(vcpu.credit + INITIAL_CREDIT, INITIAL_CREDIT);
      if (next.credit <= LEAST_CREDIT) next.credit = INITIAL_CREDIT;
    }
    this.remove(next);
    // It has had its effect: next time credit decides again, or who waits without yielding would never let it run.
    next.yielded = false;
    for (const vcpu of this.waiting) vcpu.yielded = false;
    const others = this.waiting.some(v => v.runnable && v.hardAffinity & (1 << core));
    const longest = others ? LONGEST_SLICE : Infinity;
    return { vcpu: next, slice: Math.max(this.shortest, Math.min(longest, next.credit, this.budget(next))) };
  }

  /**
   * How long somebody may go on while another one waits for its core.
   * @param used nanoseconds that `current` has run since its credit was counted
   * @returns nanoseconds; not more than 0: it is interrupted now
   */
  preemption(vcpu: Vcpu, current: Vcpu, used: number): number {
    const pace = BASE_WEIGHT / current.domain.weight;
    const ahead = current.credit - used * pace - vcpu.credit;
    const least = this.shortest - used;
    if (ahead < -SHORTEST_SLICE * pace) return least;
    return Math.max(least, Math.min(LONGEST_SLICE, ahead / pace));
  }
}
