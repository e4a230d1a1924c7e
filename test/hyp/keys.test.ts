// Keys at Xen's console, and what they show.
import { describe, expect, it } from 'vitest';
import { BUFFER, type Caller, dom0 } from './caller';
import { CODE } from './small-guest';

/** What is said when keys are pressed at the UART with the input switched to Xen, or by dom0's xl. */
function press(caller: Caller, keys: string): string[] {
  const { machine } = caller.bench;
  const before = caller.bench.said().length;
  for (const byte of new TextEncoder().encode(keys)) machine.receive('uart0', byte);
  machine.run(1_000_000);
  return caller.bench.said().slice(before).replaceAll('\r', '').split('\n').map(line => line.replace('(XEN) ', '')).filter(line => line !== ''); // prettier-ignore
}

describe('keys for Xen', () => {
  it('are told by h', () => {
    expect(press(dom0(), 'h')).toEqual([
      ...["'h' pressed -> showing installed handlers", " key '0' (ascii '30') => dump Dom0 registers"],
      ...[" key 'R' (ascii '52') => reboot machine", " key 'd' (ascii '64') => dump registers"],
      ...[" key 'e' (ascii '65') => dump evtchn info", " key 'g' (ascii '67') => print grant table usage"],
      ...[" key 'h' (ascii '68') => show this message"],
      ...[" key 'q' (ascii '71') => dump domain (and guest debug) info", " key 'r' (ascii '72') => dump run queues"],
    ]);
  });

  it('mean nothing when they are others, or when dom0 has the input', () => {
    const caller = dom0();
    expect(press(caller, 'xyz\x7f')).toEqual([]);
    caller.xen.console.giveInput();
    expect(press(caller, 'h')).toEqual([]);
    expect(press(caller, '\x01\x01\x01h')).toContain("'h' pressed -> showing installed handlers");
  });

  it('show domains and virtual CPUs', () => {
    const caller = dom0();
    const id = caller.create({ pages: 32 });
    caller.populate(id, 0x40000, 3);
    const said = press(caller, 'q');
    expect(said[0]).toMatch(/^'q' pressed -> dumping domain info \(now = \d+\)$/);
    expect(said).toContain(`General information for domain ${id}:`);
    expect(said).toContain('    nr_pages=3 dirty_cpus={} max_pages=32');
    expect(said).toContain('    handle=e17c74e6-e6d5-11f1-b1d6-1dbe0d114fff vm_assist=00000000');
    expect(said).toContain('    nr_pages=16 dirty_cpus={0} max_pages=16');
    expect(said).toContain('    VCPU0: CPU0 [has=T] poll=0 upcall_pend=00 upcall_mask=00');
    expect(said).toContain(`Notifying guest ${id}:0 (virq 1, port 0)`);
  });

  it('show registers, of who runs here too', () => {
    const caller = dom0();
    for (const key of ['d', '0']) {
      const said = press(caller, key);
      expect(said).toContain(`PC:     ${CODE.toString(16)}`);
      expect(said).toContain('CPSR:   000001d3 MODE:32-bit Guest SVC');
      expect(said).toContain('     SCTLR: 00c50078');
    }
  });

  it('show queues, event channels and grants', () => {
    const caller = dom0();
    caller.domain.channels.allocateUnbound(5);
    expect(press(caller, 'r')).toContain('CPU[00] current=d0v0, curr=d0v0');
    expect(press(caller, 'e')).toContain('       1 [0/0]: s=1 n=0 x=0 d=5');
    expect(press(caller, 'g')).toContain('grant-table for remote d0 (v1)');
  });

  it('restart the machine', () => {
    const caller = dom0();
    caller.bench.machine.receive('uart0', 0x52);
    expect(caller.bench.machine.run(1_000_000).reason).toBe('poweroff'); // the bench has one way to end
    expect(caller.bench.said()).toContain("'R' pressed -> rebooting machine");
  });

  it('come from xl debug-keys as well', () => {
    const caller = dom0();
    caller.xen.memory.copyIn(caller.domain.address(BUFFER), new TextEncoder().encode('qe'));
    expect(caller.sysctl(7, [BUFFER, 0, 2]).result).toBe(0);
    expect(caller.bench.said()).toContain("'q' pressed -> dumping domain info");
    expect(caller.bench.said()).toContain("'e' pressed -> dumping event-channel info");
    expect(caller.sysctl(7, [0x10, 0, 2]).result).toBe(-14);
  });
});
