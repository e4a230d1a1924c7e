// Debian's own tools in dom0: a domain is made, looked at, paused, shut down, destroyed. The same commands as in the log of
// qemu-system-arm, and the same answers, on Debian's Xen and on the built-in core.
import { describe, it } from 'vitest';
import { BUILTIN_DIFFERENCES, ONLY_BUILTIN } from './golden/builtin-differences';
import { LIFECYCLE_DIFFERENCES, ONLY_OURS } from './golden/lifecycle-differences';
import { expectLifecycle, STEPS } from './lifecycle';
import { currentRamDisks } from './ramdisks';
import { bootXen, builtinOptions, xenOptions } from './xen-lab';

const MACHINE = ['--memory', '1024', '--pace', 'fast', '--timeout', '540'];

describe('xl in dom0 gives the answers that it gives on qemu', () => {
  it.each([
    { on: "Debian's Xen", options: xenOptions, differences: LIFECYCLE_DIFFERENCES, only: ONLY_OURS },
    { on: 'the built-in core', options: builtinOptions, differences: BUILTIN_DIFFERENCES, only: ONLY_BUILTIN },
  ])('on $on', async ({ options, differences, only }) => {
    const disks = await currentRamDisks();
    const { console } = await bootXen([...options(disks.dom0, 'cryptomgr.notests'), ...MACHINE], STEPS).finally(
      disks.remove,
    );
    expectLifecycle(console, differences, only);
  });
});
