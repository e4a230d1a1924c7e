// HYPERVISOR_hvm_op: parameters (Xen, public/hvm/hvm_op.h and params.h; arch/arm/hvm.c).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import { PAGE_SIZE } from '../memory/physical';
import type { Answer, Call, Hypercall } from './hypercall';

const PARAM = new Layout({ domid: 'u16', pad: 'u16', index: 'u32', low: 'u32', high: 'u32' });
const WORD_BITS = 32n;
/** HVM_PARAM_* that there are on ARM. A domain reads its own, but for the ring of its monitor, and sets none. */
const NAME: Readonly<Record<number, string>> = {
  ...{ 0: 'CALLBACK_IRQ', 1: 'STORE_PFN', 2: 'STORE_EVTCHN', 17: 'CONSOLE_PFN', 18: 'CONSOLE_EVTCHN' },
  28: 'MONITOR_RING_PFN',
};
const MONITOR_RING = 28;

const STORE = { PFN: 1, EVTCHN: 2 } as const;

/** Dom0 may offer the store of the hypervisor a page and a port (docs/decisions/010); Xen has no such store and refuses. */
const offersStore = ({ xen, domain }: Call, index: number): boolean =>
  xen.storeForDom0 !== undefined && domain.id === 0 && (index === STORE.PFN || index === STORE.EVTCHN);

function connectStore({ xen, domain }: Call): number {
  const [frame, port] = [STORE.PFN, STORE.EVTCHN].map(index => Number(domain.params.get(index) ?? 0n));
  return xen.storeForDom0!(domain, frame! * PAGE_SIZE, port!) ? 0 : -ERRNO.EINVAL;
}

const set = (call: Call): Answer =>
  call.with(PARAM, 1, v =>
    call.about(v.domid, domain => {
      if (!NAME[v.index]) return -ERRNO.EINVAL;
      if (domain === call.domain && !offersStore(call, v.index)) return -ERRNO.EPERM;
      domain.params.set(v.index, BigInt(v.low) | (BigInt(v.high) << WORD_BITS));
      return domain === call.domain && v.index === STORE.EVTCHN ? connectStore(call) : 0;
    }),
  );

const get = (call: Call): Answer =>
  call.with(PARAM, 1, v =>
    call.about(v.domid, domain => {
      if (!NAME[v.index]) return -ERRNO.EINVAL;
      if (domain === call.domain && v.index === MONITOR_RING) return -ERRNO.EPERM;
      const value = domain.params.get(v.index) ?? 0n;
      v.low = Number(BigInt.asUintN(32, value));
      v.high = Number(value >> WORD_BITS);
      return 0;
    }),
  );

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  0: set,
  1: get,
  // A guest asks a monitor of its memory, of which there is none.
  24: call => (call.arg(1) === 0 ? 0 : -ERRNO.EINVAL),
};

export const hvmOp: Hypercall = {
  ...{ number: 34, name: 'hvm_op', operations: { 0: 'set_param', 1: 'get_param', 24: 'guest_request_vm_event' } },
  handle: call => HANDLERS[call.arg(0)]?.(call) ?? -ERRNO.ENOSYS,
};
