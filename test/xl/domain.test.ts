// Configurations of domains for the built-in toolstack: what is taken, what is said about the rest.
import { describe, expect, it } from 'vitest';
import { parseDisk, parseVif, readDomain, SpecificationError } from '../../src/xl';

const LIMITS = {
  vcpus: 8,
  memory: 3072,
  actions: ['destroy', 'restart', 'preserve'],
  hint: (typed: string) => (typed === 'memroy' ? '; did you mean memory?' : ''),
};
const BASE = 'kernel = "/k"\nname = "win"\nmemory = 128\n';
const read = (text: string) => readDomain(text, LIMITS);
const told = (text: string): string[] =>
  read(text).problems.map(
    ({ severity, code, message, range: { start } }) => `${start.line} ${severity} ${code}: ${message}`,
  );

describe('a configuration', () => {
  it('of the wiki page is read with the defaults of xl', () => {
    const text = `kernel = "/root/kernel"\nmemory = 128\nname = "win"\nvcpus = 1\ndisk = [ 'phy:/dev/loop0,xvda,w' ]\n`;
    const { domain, problems } = read(text);
    expect(problems).toEqual([]);
    expect(domain).toEqual({
      ...{ name: 'win', kernel: '/root/kernel', memory: 128, vcpus: 1, maxVcpus: 1 },
      ...{ ramdisk: undefined, cmdline: undefined, uuid: undefined, vifs: [], vuart: false },
      actions: {
        ...{ on_poweroff: 'destroy', on_reboot: 'restart', on_crash: 'destroy', on_watchdog: 'destroy' },
        on_soft_reset: 'soft-reset',
      },
      disks: [{ target: '/dev/loop0', type: 'phy', vdev: 'xvda', device: 51712, readOnly: false, cdrom: false }],
    });
  });

  it.each([
    [
      'a key that xl does not know',
      'memroy = 1',
      '4 error unknown: xl has no key memroy, and would pass over it without a word; did you mean memory?',
    ],
    [
      'a key without a counterpart',
      'foo = 1',
      '4 error unknown: xl has no key foo, and would pass over it without a word; correct it, or delete the line',
    ],
    [
      'a key that does nothing here',
      'cpu_weight = 1',
      '4 warning ignored: cpu_weight has no effect: the built-in toolstack has nothing of it',
    ],
    ['a key of x86', 'hap = 1', '4 warning ignored: hap has no effect: it is about x86'],
    ['too many processors', 'vcpus = 9', '4 error range: vcpus is 9, but it can be 1 to 8'],
    ['less room than memory', 'maxmem = 64', '4 error range: maxmem is 64, less than the 128 of memory; set it higher'],
    [
      'an action that is none',
      'on_crash = "explode"',
      '4 error range: on_crash is "explode", but it can be destroy, restart, preserve',
    ],
    [
      'an uuid that is none',
      'uuid = "1"',
      '4 error range: uuid is "1"; write 8-4-4-4-12 hexadecimal digits, or leave it out',
    ],
    [
      'a disk that is no list',
      'disk = "a,raw,xvda,rw"',
      '4 error type: disk is a text, but a list is wanted: disk = [ "..." ]',
    ],
    [
      'a UART that there is not',
      'vuart = "pl011"',
      '4 error range: vuart is "pl011", but the one there is is "sbsa_uart"; write that, or leave it out',
    ],
    ['a list of lists', 'disk = [ [ "a" ] ]', '4 error type: disk has a list in its list, but texts are wanted'],
    [
      'two disks in one place',
      'disk = [ "a,raw,xvda", "b,raw,d0" ]',
      '4 error range: two disks are d0; give one of them another device',
    ],
    [
      'a disk without a device',
      'disk = [ "a" ]',
      '4 error range: disk "a": it names no device for the guest; write TARGET,raw,xvda,rw',
    ],
    [
      'an interface of nonsense',
      'vif = [ "mac=1" ]',
      '4 error range: vif "mac=1": 1 is no MAC address; write six bytes, for example 00:16:3e:00:00:01',
    ],
    [
      'an interface with more than there is',
      'vif = [ "rate=1Mb/s" ]',
      '4 warning ignored: rate of an interface has no effect: it needs dom0',
    ],
  ])('with %s says so, with the line', (_, line, expected) => {
    expect(told(`${BASE}${line}\n`)).toEqual([expected]);
    expect(read(`${BASE}${line}\n`).domain === undefined).toBe(expected.includes(' error '));
  });

  it('can ask for a UART', () => {
    expect(['sbsa_uart', 'SBSA_UART', 'unknown'].map(uart => read(`${BASE}vuart = "${uart}"\n`).domain?.vuart)).toEqual(
      [true, true, false], // prettier-ignore
    );
  });

  it('without what every domain needs says all of it', () => {
    expect(told('vcpus = 1\n')).toEqual([
      '1 error missing: name is missing: every domain needs one, name = "..."',
      '1 error missing: kernel is missing: a domain starts from kernel = "..."',
      '1 error missing: memory is missing: say how many MiB, memory = 128',
    ]);
  });

  it('knows where its keys are', () => {
    expect(read(BASE).rangeOf('name')?.start.line).toBe(2);
    expect(read(BASE).rangeOf('disk')).toBeUndefined();
  });
});

describe('a disk', () => {
  const shown = (text: string): string => {
    const { target, vdev, device, readOnly, cdrom, type } = parseDisk(text);
    return [target, type, vdev, device, readOnly ? 'r' : 'w', ...(cdrom ? ['cdrom'] : [])].join(' ');
  };

  it.each([
    ['phy:/dev/loop0,xvda,w', '/dev/loop0 phy xvda 51712 w'],
    ['file:/a.img,xvdb1,r', '/a.img file xvdb1 51729 r'],
    ['/a.img,raw,xvda,rw', '/a.img file xvda 51712 w'],
    ['/dev/loop1,,xvda', '/dev/loop1 phy xvda 51712 w'],
    ['format=raw, vdev=hda, access=ro, target=/a,b.img', '/a,b.img file hda 768 r'],
    ['vdev=xvda,target=/dev/loop0', '/dev/loop0 phy xvda 51712 w'],
    ['/a.img,xvdc:cdrom,r', undefined],
    ['file:/a.img,xvdc:cdrom,r', '/a.img file xvdc 51744 r cdrom'],
    ['/a.iso,raw,hdc,devtype=cdrom', '/a.iso file hdc 5632 r cdrom'],
    ['/a.img,raw,xvdq,rw,discard', '/a.img file xvdq 268439552 w'],
    ['/a.img,raw,sdb2,rw', '/a.img file sdb2 2066 w'],
    ['/a.img,raw,d1p2,rw', '/a.img file d1p2 51730 w'],
    ['/a.img,raw,51712,rw', '/a.img file 51712 51712 w'],
  ])('%s', (text, expected) => {
    if (expected === undefined) expect(() => parseDisk(text)).toThrow(SpecificationError);
    else expect(shown(text)).toBe(expected);
  });

  it.each([
    ['qcow2:/a,xvda,w', /^the format qcow2 needs QEMU in dom0; convert/],
    ['/a,raw,xvda,rw,more', /^there are more than four words without a name/],
    ['/a,raw,xvda,vdev=xvdb', /^vdev is said twice/],
    ['/a,raw,xvda,q', /^"q" is no access; write rw or ro$/],
    ['/a,raw,floppy,w', /^floppy is no device of a guest; write xvda/],
    ['/a,zip,xvda,w', /^format is "zip", but it can be raw, qcow/],
    ['/a,raw,xvda,w,size=3', /^there is no parameter size; there are target/],
    [',raw,xvda,w', /^it names no target/],
    ['/a,raw,xvda,w,specification=virtio', /^the specification virtio needs a device model/],
  ])('%s is refused', (text, message) => {
    expect(() => parseDisk(text)).toThrow(message);
  });
});

describe('an interface', () => {
  it('has what it says, and a bridge', () => {
    expect(parseVif('')).toEqual({ mac: undefined, bridge: 'xenbr0', ignored: [] });
    expect(parseVif('mac=00:16:3E:01:02:0f,bridge=lan,model=e1000')).toEqual({
      mac: Uint8Array.of(0, 0x16, 0x3e, 1, 2, 15),
      ...{ bridge: 'lan', ignored: ['model'] },
    });
  });

  it.each([
    ['mac=01:00:00:00:00:00', /is the address of a group/],
    ['speed=3', /^there is no parameter speed; there are mac, bridge, /],
  ])('%s is refused', (text, message) => {
    expect(() => parseVif(text)).toThrow(message);
  });
});
