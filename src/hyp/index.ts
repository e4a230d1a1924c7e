// Xen in TypeScript; this is its door.
export { Hypervisor, type HypervisorOptions, type Identity } from './hypervisor';
export { buildDom0, type Dom0Plan, hostDevices } from './dom0/build';
export { type Domain, SHUTDOWN } from './domain';
export type { Vcpu } from './vcpu';
export {
  type DomainMap,
  type DomainRange,
  frameOwners,
  mapDomain,
  type OwnedStretch,
  type Stretch,
} from './memory-map';
export { type TraceContents, type TraceRecord, traceText } from './trace';
export type { Speaker } from './console';
export { type OptionRemark, parseXenSize, readXenOptions, XEN_OPTION_NAMES } from './options';
export { GUEST, MOST_VCPUS } from './domain-create';
export { consolesOf, type DomainRow, Toolstack, type ToolstackPorts } from './toolstack/toolstack';
export { readSaveHeader, type SaveHeader } from './toolstack/save';
export { SaveError } from './save/archive';
export { VerbError } from './toolstack/verb-error';
export {
  type Action, ACTIONS, DEFAULT_ACTIONS, type DiskPlan, type DomainPlan, type EndActions, type NicPlan,
} from './toolstack/plan'; // prettier-ignore
export type { GuestImage } from './toolstack/build';
export { isGuestTree } from './toolstack/own-tree';
