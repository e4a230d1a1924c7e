// Who runs in Hyp mode when that is not guest code: a hypervisor in TypeScript. It finds what a Xen binary would find there.
import type { Core } from './core';

export interface El2 {
  /**
   * The core is in Hyp mode: it has just begun, has taken an exception there (HSR, ELR_hyp and SPSR_hyp say which; the
   * PC is HVBAR and the vector's offset), or something ended the wait that the last call asked for.
   * @returns whether the core goes on, below Hyp mode now; else it waits for a physical interrupt
   */
  enter(core: Core): boolean;
  /** The machine is reset: everything begins anew. */
  reset(): void;
}
