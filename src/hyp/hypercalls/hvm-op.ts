// HYPERVISOR_hvm_op: parameters (Xen, public/hvm/hvm_op.h and params.h; arch/arm/hvm.c).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import type { Answer, Call, Hypercall } from './hypercall';

const PARAM = new Layout({ domid: 'u16', pad: 'u16', index: 'u32', value: 'u64' });
/** HVM_NR_PARAMS. */
const PARAMS = 39;
/** HVM_PARAM_*: those that a guest may set for itself. */
const OWN = new Set<number>();
/** And read: CALLBACK_IRQ, STORE_PFN, STORE_EVTCHN, CONSOLE_PFN, CONSOLE_EVTCHN. */
const READABLE = new Set([0, 1, 2, 17, 18]);

function access(call: Call, set: boolean): Answer {
  return call.with(PARAM, 1, v => {
    const domain = call.subject(v.domid);
    if (!domain) return -ERRNO.ESRCH;
    if (v.index >= PARAMS) return -ERRNO.EINVAL;
    const allowed = call.domain.options.privileged || (set ? OWN : READABLE).has(v.index);
    if (!allowed) return -ERRNO.EPERM;
    if (set) domain.params.set(v.index, v.value);
    else v.value = domain.params.get(v.index) ?? 0;
    return 0;
  });
}

export const hvmOp: Hypercall = {
  ...{ number: 34, name: 'hvm_op', operations: { 0: 'set_param', 1: 'get_param' } },
  handle: call => (call.arg(0) > 1 ? -ERRNO.ENOSYS : access(call, call.arg(0) === 0)),
};
