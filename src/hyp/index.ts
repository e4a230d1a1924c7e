// Xen in TypeScript; this is its door.
export { Hypervisor, type HypervisorOptions, type Identity } from './hypervisor';
export { buildDom0, type Dom0Plan, type PassedDevice } from './dom0/build';
export { type Domain, SHUTDOWN } from './domain';
export { type TraceContents, type TraceRecord, traceText } from './trace';
export type { Speaker } from './console';
