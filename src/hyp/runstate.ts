// What a guest can see of how its virtual CPUs spend their time: struct vcpu_runstate_info, where it wants to have it (Xen,
// public/vcpu.h).
import { Layout } from './abi/layout';
import type { GuestAccess } from './guest-access';
import type { Vcpu } from './vcpu';

const RUNSTATE_INFO = new Layout({
  ...({ state: 'u32', state_entry_time: 'u64', running: 'u64', runnable: 'u64', blocked: 'u64', offline: 'u64' } as const),
}); // prettier-ignore

/** @param guest memory as the virtual CPU sees it. What cannot be written is the guest's own fault, and nobody's else. */
export function writeRunstate(vcpu: Vcpu, guest: GuestAccess): void {
  if (vcpu.runstateAddress === 0) return;
  const [running, runnable, blocked, offline] = vcpu.times;
  guest.updateStruct(RUNSTATE_INFO, vcpu.runstateAddress, {
    ...{ state: vcpu.runstate, state_entry_time: Math.floor(vcpu.runstateSince) },
    ...{ running: Math.floor(running!), runnable: Math.floor(runnable!) },
    ...{ blocked: Math.floor(blocked!), offline: Math.floor(offline!) },
  });
}
