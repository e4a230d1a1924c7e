// What becomes of the machine when dom0 ends (Xen, common/shutdown.c, hwdom_shutdown).
import type { XenConsole } from './console';
import { SHUTDOWN } from './domain';
import type { XenOptions } from './options';

/** Says what happens. @returns what the machine does: SHUTDOWN.POWEROFF, REBOOT or CRASH */
export function endOfHardwareDomain(console: XenConsole, { noReboot }: XenOptions, code: number): number {
  const restart = (text: string): number => {
    console.print(text);
    return SHUTDOWN.REBOOT;
  };
  /** After an accident: the machine comes again by itself, but for somebody who wants to look. */
  const accident = (text: string): number => {
    console.print(`${text}${noReboot ? "'noreboot' set - not rebooting." : 'rebooting machine in 5 seconds.'}`);
    return SHUTDOWN.CRASH;
  };
  switch (code) {
    case SHUTDOWN.POWEROFF:
      console.print('Hardware Dom0 halted: halting machine');
      return SHUTDOWN.POWEROFF;
    case SHUTDOWN.CRASH:
      return accident('Hardware Dom0 crashed: ');
    case SHUTDOWN.REBOOT:
      return restart('Hardware Dom0 shutdown: rebooting machine');
    case SHUTDOWN.WATCHDOG:
      return restart('Hardware Dom0 shutdown: watchdog rebooting machine');
    case SHUTDOWN.SOFT_RESET:
      return restart('Hardware domain 0 did unsupported soft reset, rebooting.');
    default:
      return accident(`Hardware Dom0 shutdown (unknown reason ${code}): `);
  }
}
