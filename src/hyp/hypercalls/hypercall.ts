// What a hypercall is made of: who calls, with what, and what it answers (Xen, public/xen.h and public/arch-arm.h).
import type { Core } from '../../emu/cpu/core';
import { ERRNO } from '../abi/errno';
import type { Layout } from '../abi/layout';
import { DOMID, type Domain } from '../domain';
import type { GuestAccess } from '../guest-access';
import type { Hypervisor } from '../hypervisor';
import type { Vcpu } from '../vcpu';

/** The call is made again, with the arguments as they are now: it was too much for one time, or waits. */
export const AGAIN = 'again';
export type Answer = number | typeof AGAIN;

export class Call {
  constructor(
    readonly xen: Hypervisor,
    readonly vcpu: Vcpu,
    readonly core: Core,
    readonly guest: GuestAccess,
    /** r0 to r4; a handler that is called again may change them. */
    readonly args: Uint32Array,
    /** Part of a multicall. */
    readonly nested = false,
  ) {}

  get domain(): Domain {
    return this.vcpu.domain;
  }

  arg(n: number): number {
    return this.args[n]!;
  }

  /** The same caller with other arguments: those of a call that is part of this one. */
  withArguments(args: Uint32Array): Call {
    return new Call(this.xen, this.vcpu, this.core, this.guest, args, true);
  }

  /** Whether the caller may do something to a domain, or for it. */
  mayControl(domain: Domain): boolean {
    return domain === this.domain || this.domain.options.privileged || this.domain.target === domain;
  }

  /** What `act` answers about a domain: the caller itself, or one that it controls; else a negative error. */
  about(id: number, act: (domain: Domain) => Answer): Answer {
    const domain = id === DOMID.SELF ? this.domain : this.xen.domain(id);
    if (!domain) return -ERRNO.ESRCH;
    return this.mayControl(domain) ? act(domain) : -ERRNO.EPERM;
  }

  /** What `act` answers about a domain of which nobody runs meanwhile; the call is made again until cores have left it. */
  paused(domain: Domain, act: () => Answer): Answer {
    if (this.vcpu.holding !== domain) domain.pause();
    this.vcpu.holding = domain.isRunning ? domain : undefined;
    if (domain.isRunning) return AGAIN;
    const answer = act();
    domain.unpause();
    return answer;
  }

  /** Reads the structure that argument n points to, lets `act` answer, and writes back what it changed, if it succeeds. */
  with<N extends string>(layout: Layout<N>, n: number, act: (values: Record<N, number>) => Answer): Answer {
    const values = this.guest.readStruct(layout, this.arg(n));
    if (!values) return -ERRNO.EFAULT;
    const before = { ...values };
    const answer = act(values);
    if (answer !== AGAIN && answer < 0) return answer;
    const changed: Partial<Record<N, number>> = {};
    let any = false;
    for (const name in values)
      if (values[name] !== before[name]) {
        changed[name] = values[name];
        any = true;
      }
    if (any && !this.guest.updateStruct(layout, this.arg(n), changed)) return -ERRNO.EFAULT;
    return answer;
  }
}

export type Handler = (call: Call) => Answer;

export interface Hypercall {
  readonly number: number;
  readonly name: string;
  /** Only domains that control others may. */
  readonly privileged?: true;
  /** Names of sub-operations by number, for traces. */
  readonly operations?: Readonly<Record<number, string>>;
  /** The number of the sub-operation, where that is not argument 0. */
  readonly operation?: (call: Call) => number;
  /** The argument that points to a structure or text, for traces; 1 without it. */
  readonly pointer?: 0 | 1 | 2;
  readonly handle: Handler;
}
