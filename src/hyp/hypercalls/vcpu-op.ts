// HYPERVISOR_vcpu_op, as far as ARM has it (Xen, public/vcpu.h).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import { VCPU_INFO } from '../evtchn/two-level';
import { PAGE_SIZE } from '../memory/physical';
import { writeRunstate } from '../runstate';
import type { Answer, Call, Hypercall } from './hypercall';

const REGISTER_INFO = new Layout({ mfn: 'u64', offset: 'u32', rsvd: 'u32' });

function registerInfo(call: Call): Answer {
  const vcpu = call.domain.vcpus[call.arg(1)];
  if (!vcpu) return -ERRNO.ENOENT;
  return call.with(REGISTER_INFO, 2, v => {
    const frame = call.domain.frame(v.mfn);
    if (frame < 0 || v.offset % 8 !== 0 || v.offset + VCPU_INFO.SIZE > PAGE_SIZE) return -ERRNO.EINVAL;
    if (vcpu.hasPlacedInfo) return -ERRNO.EINVAL;
    const { memory } = call.domain;
    const at = frame + v.offset;
    const old =
      vcpu.infoAddress === 0 ? new Uint8Array(VCPU_INFO.SIZE) : memory.bytes(vcpu.infoAddress, VCPU_INFO.SIZE);
    memory.copyIn(at, old.slice());
    vcpu.placeInfo(at);
    // All channels may have fired while nobody could see it.
    memory.write32(at + VCPU_INFO.SELECTOR, 0xffffffff);
    memory.write32(at + VCPU_INFO.SELECTOR + 4, 0xffffffff);
    vcpu.notify();
    return 0;
  });
}

function registerRunstate(call: Call): Answer {
  const vcpu = call.domain.vcpus[call.arg(1)];
  if (!vcpu) return -ERRNO.ENOENT;
  const address = call.guest.read64(call.arg(2));
  if (address === undefined) return -ERRNO.EFAULT;
  vcpu.runstateAddress = address;
  vcpu.changeRunstate(vcpu.runstate, call.xen.now());
  writeRunstate(vcpu, call.guest);
  return 0;
}

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = { 5: registerRunstate, 10: registerInfo };

export const vcpuOp: Hypercall = {
  ...{ number: 24, name: 'vcpu_op' },
  operations: { 5: 'register_runstate_memory_area', 10: 'register_vcpu_info' },
  handle: call => (call.domain.vcpus[call.arg(1)] ? (HANDLERS[call.arg(0)]?.(call) ?? -ERRNO.EINVAL) : -ERRNO.ENOENT),
};
