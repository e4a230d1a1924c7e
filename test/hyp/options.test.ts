// Xen's command line, and what of Xen's lines is printed by it.
import { describe, expect, it } from 'vitest';
import { readXenOptions } from '../../src/hyp';
import { XenConsole } from '../../src/hyp/console';
import { SHUTDOWN } from '../../src/hyp/domain';
import { endOfHardwareDomain } from '../../src/hyp/hardware-domain';
import { LEVEL } from '../../src/hyp/log-level';

const options = (line: string) => readXenOptions(line).options;
const remarks = (line: string): string[] =>
  readXenOptions(line).remarks.map(({ kind, name, value }) => `${kind} ${name}=${value}`);

/** A console, and what it says. */
function consoleOf(line: string) {
  let said = '';
  const at = { ns: 0 };
  const console = new XenConsole(
    {
      ...{ now: () => at.ns, receive: () => -1, key: () => {}, inputReady: () => {}, ringChanged: () => {} },
      send: byte => void (said += String.fromCharCode(byte)),
    },
    options(line),
  );
  return { console, at, said: () => said.replaceAll('\r', '') };
}

describe('options of Xen', () => {
  it('are honoured, the last of a name', () => {
    const line =
      'dom0_mem=256M dom0_max_vcpus=2 noreboot console=dtuart dtuart=serial1:38400 loglvl=all guest_loglvl=error/all conswitch=bx sched=credit2 sched_ratelimit_us=500 conring_size=64k gnttab_max_frames=16 gnttab=max-ver:1 bootscrub=0 dom0_max_vcpus=3'; // prettier-ignore
    expect(remarks(line)).toEqual([]);
    expect(options(line)).toEqual({
      ...{ dom0MaxVcpus: 3, noReboot: true, mute: false, dtuart: 'serial1' },
      ...{ xen: { always: 4, limited: 4 }, guest: { always: 1, limited: 4 }, switchKey: 'b', inputToXen: true },
      ...{ ringBytes: 65536, ratelimitNs: 500_000, grantFrames: 16 },
    });
    expect(options('noreboot=no').noReboot).toBe(false);
    expect(options('no-noreboot noreboot no-noreboot').noReboot).toBe(false);
  });

  it('are told of when Xen does not know them, or they say nothing sensible, or change nothing here', () => {
    expect(remarks('foo=1 dom0mem=1G quiet')).toEqual(['unknown foo=1', 'unknown dom0mem=1G', 'unknown quiet=']);
    expect(remarks('dom0_mem=much loglvl=loud dom0_max_vcpus=-1 conswitch=1 noreboot=maybe')).toEqual([
      ...['invalid dom0_mem=much', 'invalid loglvl=loud', 'invalid dom0_max_vcpus=-1'],
      ...['invalid conswitch=1', 'invalid noreboot=maybe'],
    ]);
    expect(remarks('sched=credit iommu=no vwfi=native sched=none')).toEqual([
      ...['ineffective sched=credit', 'ineffective iommu=no', 'ineffective vwfi=native', 'invalid sched=none'],
    ]);
    expect(remarks('constructor=1 __proto__=2')).toEqual(['unknown constructor=1', 'unknown __proto__=2']);
  });
});

describe('the console of Xen', () => {
  it('prints by level: warnings of its own always, about guests so many in a time', () => {
    const { console, said } = consoleOf('');
    console.print('a warning');
    console.print('a detail', LEVEL.INFO);
    for (let i = 0; i < 12; i++) console.printAboutGuest(`error ${i}`);
    console.printAboutGuest('a detail of a guest', LEVEL.INFO);
    expect(said().split('\n').slice(0, -1)).toEqual([
      '(XEN) a warning',
      ...Array.from({ length: 10 }, (_, i) => `(XEN) error ${i}`),
    ]);
  });

  it('says what it has left out, when time has passed', () => {
    const { console, at, said } = consoleOf('');
    for (let i = 0; i < 13; i++) console.printAboutGuest('x');
    at.ns = 5.1e9;
    console.printAboutGuest('y');
    expect(said().endsWith('(XEN) printk: 3 messages suppressed.\n(XEN) y\n')).toBe(true);
  });

  it('prints everything when it is told to', () => {
    const { console, said } = consoleOf('loglvl=all guest_loglvl=all');
    for (let i = 0; i < 100; i++) console.printAboutGuest('x', LEVEL.DEBUG);
    expect(said().split('\n')).toHaveLength(101);
    console.giveInput();
    expect(said()).toContain('(XEN) Std. Loglevel: All\n(XEN) Guest Loglevel: All\n');
  });

  it('gives the levels in words, and the key that switches', () => {
    const { console, said } = consoleOf('conswitch=bx');
    console.giveInput();
    expect(said()).toBe(
      '(XEN) Std. Loglevel: Errors and warnings\n' +
        '(XEN) Guest Loglevel: Nothing (Rate-limited: Errors and warnings)\n' +
        "(XEN) *** Serial input to Xen (type 'CTRL-b' three times to switch input)\n",
    );
  });

  it('says nothing with console=none, and keeps it', () => {
    const { console, said } = consoleOf('console=none');
    console.print('unheard');
    expect(said()).toBe('');
    expect(new TextDecoder().decode(console.read(0, 100).bytes)).toBe('(XEN) unheard\n');
  });
});

describe('the end of dom0', () => {
  it.each([
    [SHUTDOWN.POWEROFF, '', SHUTDOWN.POWEROFF, 'Hardware Dom0 halted: halting machine'],
    [SHUTDOWN.REBOOT, '', SHUTDOWN.REBOOT, 'Hardware Dom0 shutdown: rebooting machine'],
    [SHUTDOWN.CRASH, '', SHUTDOWN.CRASH, 'Hardware Dom0 crashed: rebooting machine in 5 seconds.'],
    [SHUTDOWN.CRASH, 'noreboot', SHUTDOWN.CRASH, "Hardware Dom0 crashed: 'noreboot' set - not rebooting."],
    [SHUTDOWN.WATCHDOG, '', SHUTDOWN.REBOOT, 'Hardware Dom0 shutdown: watchdog rebooting machine'],
    [77, '', SHUTDOWN.CRASH, 'Hardware Dom0 shutdown (unknown reason 77): rebooting machine in 5 seconds.'],
  ])('with reason %i and "%s" is what Xen makes of it', (code, line, outcome, words) => {
    const { console, said } = consoleOf(line);
    expect(endOfHardwareDomain(console, options(line), code)).toBe(outcome);
    expect(said()).toBe(`(XEN) ${words}\n`);
  });
});
