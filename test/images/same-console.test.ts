// The same images on Debian's Xen and on the built-in core: Linux as dom0 with Debian's tools, and a domain that xl makes. All
// that both kernels and the tools say is the same, but for what is listed here.
import { describe, expect, it } from 'vitest';
import { consoleLines, type Difference, unexplained } from './golden/compare';
import { currentRamDisks } from './ramdisks';
import { bootXen, builtinOptions, type Step, xenOptions } from './xen-lab';

const MACHINE = ['--memory', '1024', '--pace', 'fast', '--timeout', '540'];
const STEPS: readonly Step[] = [
  ['dom0# ', 'xenstored --pid-file /var/run/xenstored.pid; xen-init-dom0; xenconsoled --pid-file=/var/run/xenconsoled.pid\n'],
  ['dom0# ', 'xl create -c /etc/domu.cfg\n'],
  ['lab# ', 'cat /proc/cpuinfo /proc/cmdline; ls /sys/bus/xen/devices /proc/device-tree; poweroff -f\n'],
  ['dom0# ', 'xl list\n'],
  ['dom0# ', "echo BOTH-DO''NE\n"],
  ['BOTH-DONE', ''],
]; // prettier-ignore

const PLACES = 'where dom0 gets its memory is up to the heap of each; it is 512 MiB in one piece on both';
const place = (theirs: RegExp, ours: RegExp): Difference => ({ theirs, ours, why: PLACES });
const DIFFERENCES: readonly Difference[] = [
  place(/^ {2}(DMA +|node +0: )\[mem 0x[0-9a-f]+-0x[0-9a-f]+\]$/, /^ {2}(DMA +|node +0: )\[mem 0x0+a0000000-0x0+bfffffff\]$/),
  place(/^Initmem setup node 0 \[mem /, /^Initmem setup node 0 \[mem 0x0+a0000000-0x0+bfffffff\]$/),
  place(/^Setting up static identity map for /, /^Setting up static identity map for 0xa04[0-9a-f]+ - 0xa04[0-9a-f]+$/),
  place(/^cma: Reserved 16 MiB at /, /^cma: Reserved 16 MiB at 0x0+bf000000$/),
  place(/^software IO TLB: mapped /, /^software IO TLB: mapped \[mem .*\] \(8MB\)$/),
  {
    theirs: /^LAB-DOM[0U]-UP .* up=\d/,
    ours: /^LAB-DOM[0U]-UP .* up=\d/,
    why: 'hundredths of seconds: instructions of the real Xen take time, those of the core here take none',
  },
  {
    theirs: /^(Domain-0|domu1) +\d+ .* \d+\.\d$/,
    ours: /^(Domain-0|domu1) +\d+ .* \d+\.\d$/,
    why: 'processor time, in tenths of seconds',
  },
]; // prettier-ignore

/** Of Linux and of the tools; what each hypervisor says is compared elsewhere (xen-boot, builtin-boot, xen-lifecycle). */
const lines = (console: string): string[] => consoleLines(console).filter(line => !line.includes('(XEN)'));

describe('the same images', () => {
  it('say the same on both hypervisors', async () => {
    const disks = await currentRamDisks();
    try {
      const boot = async (options: string[]): Promise<string[]> => lines((await bootXen(options, STEPS)).console);
      const real = await boot([...xenOptions(disks.dom0, 'cryptomgr.notests'), ...MACHINE]);
      const own = await boot([...builtinOptions(disks.dom0, 'cryptomgr.notests'), ...MACHINE]);
      expect(real.filter(line => line.startsWith('Linux version'))).toHaveLength(2);
      expect(real.length).toBeGreaterThan(400);
      expect(unexplained(real, own, DIFFERENCES)).toEqual([]);
    } finally {
      await disks.remove();
    }
  });
});
