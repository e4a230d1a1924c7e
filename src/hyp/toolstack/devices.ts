// The devices of a domain: what libxl writes into the store for them, and the backends that serve them.
import type { Domain } from '../domain';
import type { Store } from '../xenstore';
import type { DomainPlan } from './plan';

export interface Device {
  /** Lets go of everything of the guest's. */
  close(): void;
}

export function makeDevices(_store: Store, _domain: Domain, _plan: DomainPlan): Device[] {
  return [];
}
