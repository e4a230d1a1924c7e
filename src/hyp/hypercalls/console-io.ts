// HYPERVISOR_console_io: the console of dom0 (Xen, drivers/char/console.c).
import { ERRNO } from '../abi/errno';
import type { Call, Hypercall } from './hypercall';

const WRITE = 0;
const READ = 1;
/** Bytes that one call moves at most; a guest asks for more again. */
const MOST = 4096;

function handle(call: Call): number {
  const [operation, count, buffer] = [call.arg(0), call.arg(1), call.arg(2)];
  if (operation === WRITE) {
    const bytes = call.guest.read(buffer, Math.min(count, MOST));
    if (!bytes) return -ERRNO.EFAULT;
    call.xen.console.guestWrites(call.domain, bytes);
    return bytes.length < count ? bytes.length : 0;
  }
  if (operation !== READ) return -ERRNO.ENOSYS;
  const bytes = call.xen.console.take(Math.min(count, MOST));
  return call.guest.write(buffer, bytes) ? bytes.length : -ERRNO.EFAULT;
}

export const consoleIo: Hypercall = {
  ...{ number: 18, name: 'console_io', privileged: true, handle },
  operations: { 0: 'write', 1: 'read' },
  pointer: 2,
};
