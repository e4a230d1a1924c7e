// What keeps a domain of the built-in toolstack from being made is said with the line of its configuration.
import { describe, expect, it } from 'vitest';
import { Disks } from '../../src/lab/builtin/disks';
import { checkMemory, checkNames } from '../../src/lab/builtin/checks';
import { readyDomain } from '../../src/lab/builtin/domains';
import type { OpenDisk } from '../../src/lab/host';
import { describeProblem, LabFailure, problemsOf } from '../../src/lab/problems';
import type { LabProblem } from '../../src/lab/protocol';
import { createGuest } from '../../src/hyp/domain-create';
import { BuiltinDomains } from '../../src/lab/builtin/verbs';
import { planOf, toolstackBench } from '../hyp/toolstack-bench';
import { FakeHost } from './fake-machine';
import { zImage } from './xen-bench';

const CFG = '/lab/win.cfg';
const BASE = 'name = "win"\nkernel = "zImage"\nmemory = 128\n';

class DiskHost extends FakeHost {
  opened = 0;
  closed = 0;
  override openDisk = (path: string, readOnly: boolean): Promise<OpenDisk> => {
    if (path.includes('locked')) return Promise.reject(new Error('EACCES: permission denied'));
    this.opened++;
    const yes = (): boolean => true;
    const size = path.includes('empty') ? 0 : 512;
    return Promise.resolve({
      readOnly,
      size,
      read: yes,
      write: yes,
      flush: yes,
      close: () => void this.closed++,
    } as OpenDisk);
  };
}

async function ready(text: string, drives: readonly string[] = []) {
  const host = new DiskHost();
  host.files.set(CFG, new TextEncoder().encode(text));
  host.files.set('/lab/zImage', zImage());
  for (const name of ['data.img', 'empty.img', 'locked.img']) host.files.set(`/lab/${name}`, new Uint8Array(512));
  host.files.set('/lab/text', new TextEncoder().encode('no kernel at all'));
  const disks = new Disks(host);
  const said: LabProblem[] = [];
  const open = await Promise.all(drives.map(file => disks.get(file, false)));
  const request = { host, configuration: { decompress: 'guest' as const }, drives: open, openImage: disks.get };
  const domain = await readyDomain(CFG, { ...request, say: one => said.push(one) });
  return { domain, disks, host, said };
}
const refusal = async (text: string, drives: readonly string[] = []): Promise<string[]> =>
  ready(text, drives).then(
    () => [],
    (error: unknown) => problemsOf(error).map(describeProblem),
  );

describe('a configuration', () => {
  it('becomes a domain with everything read that it names', async () => {
    const text = `${BASE}extra = "quiet"\ndisk = [ 'phy:/dev/loop0,xvda,w', 'data.img,raw,xvdb,ro' ]\nvif = [ '' ]\n`;
    const { domain, host } = await ready(text, ['/lab/data.img']);
    const { plan } = domain;
    expect([plan.name, plan.memory, plan.vcpus, plan.cmdline]).toEqual(['win', 128 << 20, 1, 'console=hvc0 quiet']);
    expect(plan.kernel.offset).toBe(0x8000);
    expect(plan.disks.map(({ target, readOnly }) => [target, readOnly])).toEqual([
      ['/dev/loop0', false],
      ['data.img', true],
    ]);
    expect(host.opened).toBe(2);
    expect(domain.place('memory')).toEqual({ file: CFG, line: 3, column: 1 });
  });

  it('is the same domain in every run', async () => {
    const [a, b] = await Promise.all([ready(BASE), ready(BASE)]);
    expect(a.domain.plan.uuid).toEqual(b.domain.plan.uuid);
    const other = await ready(BASE.replace('win', 'other'));
    expect(other.domain.plan.uuid).not.toEqual(a.domain.plan.uuid);
  });

  it.each([
    [
      'an unknown key',
      `${BASE}vcpu = 2\n`,
      /^\/lab\/win\.cfg:4:1: xl has no key vcpu, .*did you mean vcpus\? \[xl\.unknown\]$/,
    ],
    ['no kernel', 'name = "win"\nmemory = 1\n', /^\/lab\/win\.cfg:1:1: kernel is missing: .* \[xl\.missing\]$/],
    [
      'a kernel that is not there',
      BASE.replace('zImage', 'gone'),
      /^\/lab\/win\.cfg:2:1: \/lab\/gone: there is no such file; .*\[file\.missing\]$/,
    ],
    [
      'a kernel that is none',
      BASE.replace('zImage', 'text'),
      /^\/lab\/win\.cfg:2:1: \/lab\/text: .*no zImage.*give .*zImage.* \[image\.magic\]$/,
    ],
    [
      'a RAM disk that is not there',
      `${BASE}ramdisk = "gone"\n`,
      /^\/lab\/win\.cfg:4:1: \/lab\/gone: there is no such file/,
    ],
    ['a RAM disk that is none', `${BASE}ramdisk = "zImage"\n`, /^\/lab\/win\.cfg:4:1: .*no initial RAM disk/],
    [
      'a drive that is not there',
      `${BASE}disk = [ 'phy:/dev/loop0,xvda,w' ]\n`,
      /^\/lab\/win\.cfg:4:1: \/dev\/loop0 is no drive of the lab: there are none; --drive FILE .* \[domain\.disk\]$/,
    ],
    [
      'a device of another kind',
      `${BASE}disk = [ 'phy:/dev/sda,xvda,w' ]\n`,
      /\/dev\/sda is no drive of the lab: devices of the lab are \/dev\/loop0/,
    ],
    [
      'an image that is not there',
      `${BASE}disk = [ 'gone,raw,xvda,w' ]\n`,
      /^\/lab\/win\.cfg:4:1: \/lab\/gone: there is no such file; make one/,
    ],
    ['an image that is empty', `${BASE}disk = [ 'empty.img,raw,xvda,w' ]\n`, /:4:1: .*a disk has 512 bytes at least/],
    [
      'an image that cannot be written',
      `${BASE}disk = [ 'locked.img,raw,xvda,w' ]\n`,
      /:4:1: .*permission denied; make it writable/,
    ],
  ])('with %s is refused in one line', async (_, text, expected) => {
    const found = await refusal(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
    expect(found[0]).not.toContain('\n');
  });

  it('names the drives that there are', async () => {
    const [said] = await refusal(`${BASE}disk = [ 'phy:/dev/loop3,xvda,w' ]\n`, ['/lab/data.img']);
    expect(said).toContain('/dev/loop3 is no drive of the lab: there are /dev/loop0 to /dev/loop0');
  });
});

describe('domains together', () => {
  it('are checked for names and memory', async () => {
    const [a, b, xen] = await Promise.all([BASE, BASE, BASE.replace('win', 'xen')].map(text => ready(text)));
    const [first, second, third] = [a!.domain, b!.domain, xen!.domain];
    expect(() => checkNames([first, second])).toThrow(/win\.cfg:1:1: name "win": the domain of .* has it; give/);
    expect(() => checkNames([third])).toThrow(/name "xen": it stands for something else in the lab/);
    expect(() => checkMemory(256 << 20, 0, [first, second])).not.toThrow();
    expect(() => checkMemory(256 << 20, 64 << 20, [first, second])).toThrow(
      /win\.cfg:3:1: memory: 128 MiB are more than the 64 that dom0 and the domains before leave of 256; set memory lower/,
    );
    expect(() => checkNames([third])).toThrow(LabFailure);
  });
});

describe('disks', () => {
  it('are opened once, and closed', async () => {
    const { disks, host } = await ready(BASE, ['/lab/data.img']);
    await disks.get('/lab/data.img', false);
    await disks.get('/lab/data.img', true);
    expect(host.opened).toBe(2);
    disks.close();
    expect(host.closed).toBe(2);
  });
});

describe('the list of domains', () => {
  const start = () => {
    const { toolstack, xen } = toolstackBench();
    const ready = () => Promise.reject(new Error('nothing is read here'));
    const ports = { toolstack: () => toolstack, ready, host: new DiskHost(), turn: () => Promise.resolve() };
    return { toolstack, xen, verbs: new BuiltinDomains(ports) };
  };

  it('tells which have a console in the lab: not those that dom0 has made', () => {
    const { toolstack, xen, verbs } = start();
    toolstack.create(planOf('win'), true);
    createGuest(xen, { id: 7, vcpus: 1, grantFrames: 1 });
    expect(verbs.list().map(({ id, name, console }) => [id, name, console])).toEqual([
      [1, 'win', 'win'],
      [7, '(7)', undefined],
    ]);
  });

  it('says so when a domain is not paused, or not there any more', async () => {
    const { toolstack, verbs } = start();
    const id = toolstack.create(planOf('win'));
    const refused = (domain: string | number) =>
      verbs.perform({ verb: 'unpause', domain }).catch((error: unknown) => problemsOf(error).map(describeProblem));
    expect(await refused('win')).toEqual(['domain 1 is not paused [domain.verb]']);
    toolstack.destroy(id);
    expect(await refused(id)).toEqual(['there is no domain 1; see the list of domains [domain.verb]']);
    expect(await refused('win')).toEqual(['there is no domain "win"; there are none [domain.verb]']);
  });
});
