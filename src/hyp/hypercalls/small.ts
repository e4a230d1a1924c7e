// Hypercalls of a few lines each: multicall, vm_assist, platform_op, physdev_op, and those that ARM answers with a refusal.
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import type { Call, Hypercall } from './hypercall';

/** VMASST_TYPE_runstate_update_flag is the only one on ARM. */
const RUNSTATE_UPDATE = 5;

export const vmAssist: Hypercall = {
  ...{ number: 21, name: 'vm_assist', operations: { 0: 'enable', 1: 'disable' } },
  handle: call => {
    if (call.arg(1) !== RUNSTATE_UPDATE) return -ERRNO.EINVAL;
    if (call.arg(0) > 1) return -ERRNO.ENOSYS;
    const bit = 1 << RUNSTATE_UPDATE;
    call.domain.vmAssist = call.arg(0) === 0 ? call.domain.vmAssist | bit : call.domain.vmAssist & ~bit;
    return 0;
  },
};

const SETTIME64 = 62;
const SETTIME = new Layout({
  cmd: 'u32',
  interface_version: 'u32',
  secs: 'u64',
  nsecs: 'u32',
  mbz: 'u32',
  system_time: 'u64',
});

export const platformOp: Hypercall = {
  ...{ number: 7, name: 'platform_op', privileged: true },
  handle: call =>
    call.with(SETTIME, 0, v => {
      if (v.cmd !== SETTIME64) return -ERRNO.ENOSYS;
      if (v.mbz !== 0) return -ERRNO.EINVAL;
      call.xen.setWallclock(v.secs, v.nsecs, v.system_time);
      return 0;
    }),
};

const ENTRY = new Layout({
  ...({ op: 'u64', result: 'u64', a0: 'u64', a1: 'u64', a2: 'u64', a3: 'u64', a4: 'u64', a5: 'u64' } as const),
});

/** Several calls as one (Xen, public/xen.h, struct multicall_entry); each is written back with its result. */
export const multicall: Hypercall = {
  ...{ number: 13, name: 'multicall' },
  handle: call => {
    // One inside another could be its own part, without an end.
    if (call.nested) return -ERRNO.EINVAL;
    const count = call.arg(1);
    if (count === 0) return 0;
    const at = call.arg(0);
    const v = call.guest.readStruct(ENTRY, at);
    if (!v) return -ERRNO.EFAULT;
    const args = Uint32Array.of(v.a0, v.a1, v.a2, v.a3, v.a4);
    const result = call.xen.hypercall(call, v.op, args);
    if (result === 'again') {
      const again = { a0: args[0]!, a1: args[1]!, a2: args[2]!, a3: args[3]!, a4: args[4]! };
      return call.guest.updateStruct(ENTRY, at, again) ? 'again' : -ERRNO.EFAULT;
    }
    // Results are signed numbers of 64 bits.
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setInt32(0, result, true);
    new DataView(bytes.buffer).setInt32(4, result < 0 ? -1 : 0, true);
    if (!call.guest.write(at + ENTRY.fields.result.offset, bytes)) return -ERRNO.EFAULT;
    call.args[0] = at + ENTRY.size;
    call.args[1] = count - 1;
    return count > 1 ? 'again' : 0;
  },
};

const refused = (number: number, name: string): Hypercall => ({ number, name, handle: (_: Call) => -ERRNO.ENOSYS });

/** What Xen on ARM answers with -ENOSYS. */
export const REFUSED: readonly Hypercall[] = [
  refused(27, 'xsm_op'),
  refused(33, 'physdev_op'),
  refused(39, 'argo_op'),
  refused(41, 'dm_op'),
];
