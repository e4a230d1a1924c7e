// Two domains on one bridge, made by the built-in toolstack without dom0.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltinLab, folder, guestConfiguration, SHELL } from './builtin-lab';

describe('two guests on a bridge', () => {
  const lab = new BuiltinLab();
  beforeAll(async () => {
    const at = folder();
    const domains = [
      guestConfiguration(at, 'left', `vif = [ 'mac=00:16:3e:00:00:0a' ]`),
      guestConfiguration(at, 'right', `vif = [ 'mac=00:16:3e:00:00:0b,bridge=xenbr0' ]`),
    ];
    await lab.start({ domains, memory: 512 });
    for (const name of ['left', 'right']) {
      await lab.wait(name, SHELL);
      await lab.command(name, 'mods xen-netfront; sleep 1; ip link set eth0 up');
    }
  }, 300_000);
  afterAll(() => lab.stop());

  it('get an address each from the gateway, and it answers a ping', async () => {
    const left = await lab.command('left', 'udhcpc -i eth0 -n -q -f -s /bin/true');
    expect(left).toMatch(/lease of 10\.11\.12\.\d+ obtained/);
    const right = await lab.command('right', 'udhcpc -i eth0 -n -q -f -s /bin/true');
    expect(/lease of (\S+)/.exec(right)?.[1]).not.toBe(/lease of (\S+)/.exec(left)?.[1]);
    await lab.command('left', 'ip addr add 10.11.12.2/24 dev eth0');
    await lab.command('right', 'ip addr add 10.11.12.3/24 dev eth0');
    expect(await lab.command('left', 'ping -c 3 10.11.12.1')).toContain('3 packets transmitted, 3 packets received');
  });

  it('ping each other, small and with whole frames', async () => {
    expect(await lab.command('left', 'ping -c 3 10.11.12.3')).toContain('3 packets transmitted, 3 packets received');
    expect(await lab.command('right', 'ping -c 3 -s 1472 10.11.12.2')).toContain('3 packets received');
  });

  it('carry TCP, whose checksums nobody fills in within one machine', async () => {
    await lab.command('left', '(dd if=/dev/zero bs=1k count=512 | nc -l -p 5000 > /dev/null) &');
    const sum = await lab.command('right', 'sleep 1; sleep 5 | nc 10.11.12.2 5000 | md5sum');
    expect(sum).toContain('59071590099d21dd439896592338bf95');
  });
});
