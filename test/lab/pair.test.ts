// The two guests that boot when nothing is said: what they say to each other and to whoever types.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BOARDS } from '../../src/emu/boards';
import { withPair } from '../../src/lab/builtin/pair';
import { openLab } from '../../src/lab/lab';
import { nodeHost } from '../../src/lab/node/host';
import { problemsOf } from '../../src/lab/problems';
import type { LabLaunch } from '../../src/lab/protocol';
import { BuiltinLab } from '../images/builtin-lab';

async function pair(configuration: LabLaunch = {}): Promise<BuiltinLab> {
  const lab = new BuiltinLab();
  onTestFinished(() => lab.stop());
  await lab.start(configuration);
  return lab;
}

async function ask(lab: BuiltinLab, console: string, line: string): Promise<string> {
  lab.client.consoles.get(console).type(new TextEncoder().encode(`${line}\n`));
  const said = await lab.wait(console, /\n[^\n]*(lab|domU)> /);
  return said.replaceAll('\r', '');
}

describe('the embedded pair', () => {
  it('comes up with both consoles, and its ring has carried every message', async () => {
    const lab = await pair();
    const dom0 = await lab.wait('uart0', 'lab> ');
    const domu = await lab.wait('demo', 'domU> ');
    expect(dom0).toContain('Xen ARM Lab demo guest');
    expect(dom0).toContain('store    the one of the hypervisor');
    expect(domu).toContain('domain   1, demo');
    const sums = [dom0, domu].map(text => /up, 64 messages, checksum ([0-9a-f]{8}) ok/.exec(text)?.[1]);
    expect(sums[0]).toBeDefined();
    expect(sums[0]).toBe(sums[1]);
    expect((await lab.domains()).map(({ name }) => name)).toEqual(['Domain-0', 'demo']);
  });

  it('answers typed commands: domains, store and ring from both sides', async () => {
    const lab = await pair({ cpus: 2 });
    await Promise.all([lab.wait('dom0', 'lab> '), lab.wait('demo', 'domU> ')]);
    expect(await ask(lab, 'dom0', 'domains')).toMatch(/0 +Domain-0 +64 +1 +running.*\n +1 +demo +4 +1 +waiting/);
    expect(await ask(lab, 'dom0', 'ping demo')).toMatch(/1 +demo: answer after \d+ us/);
    expect(await ask(lab, 'dom0', 'ping nobody')).toContain('there is no ring with nobody');
    expect(await ask(lab, 'demo', 'ping')).toMatch(/domain 0: answer after/);
    expect(await ask(lab, 'demo', 'xenstore write data/greeting hello')).not.toContain('xenstore:');
    expect(await ask(lab, 'dom0', 'xenstore read /local/domain/1/data/greeting')).toContain('\nhello\n');
    expect(await ask(lab, 'demo', 'xenstore write /local/domain/0/name mine')).toContain('EACCES');
    expect(await ask(lab, 'dom0', 'cpus')).toMatch(/counted to 1000000/);
  });

  it('is joined by domains from configurations without files, and notices when they go', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'two.cfg');
    writeFileSync(file, 'name = "two"\nkernel = "embedded:domu"\nmemory = 4\n');
    const lab = await pair();
    await lab.wait('dom0', 'lab> ');
    await lab.client.request('domain', { verb: 'create', file });
    await lab.wait('dom0', 'domain 2 (two): up, 64 messages');
    await lab.wait('two', 'domU> ');
    expect(await ask(lab, 'two', 'info')).toMatch(/domid +2\n +name +two/);
    await lab.client.request('domain', { verb: 'shutdown', domain: 'two' });
    await lab.wait('dom0', 'gone after 65 messages');
    expect(lab.said('two')).toContain('The toolstack asks for: poweroff');
    expect((await lab.domains()).map(({ name }) => name)).toEqual(['Domain-0', 'demo']);
    expect(await ask(lab, 'dom0', 'xenstore ls /local/domain/0/backend/ring')).not.toContain('  2\n');
    const refused = await lab.client.request('domain', { verb: 'create', file: 'embedded:nothing' }).catch(problemsOf);
    expect(JSON.stringify(refused)).toContain('embedded:nothing: the lab has no such file in it, only embedded:dom0');
  });

  it('goes on under a new name when a domain is renamed', async () => {
    const lab = await pair();
    await lab.wait('demo', 'domU> ');
    await lab.client.request('domain', { verb: 'rename', domain: 'demo', name: 'other' });
    expect(await ask(lab, 'other', 'info')).toMatch(/domid +1\n/);
  });

  it('leaves a crashed domain to be looked at, and dom0 goes on', async () => {
    const lab = await pair();
    await Promise.all([lab.wait('dom0', 'lab> '), lab.wait('demo', 'domU> ')]);
    lab.client.consoles.get('demo').type(new TextEncoder().encode('crash\n'));
    await lab.wait('demo', 'demo: halted after crash');
    await lab.until(() => lab.log.some(line => /domain 1 \(demo\) has ended, crash: preserve/.test(line)));
    expect(await ask(lab, 'dom0', 'domains')).toMatch(/1 +demo +4 +1 +crashed/);
    expect(await ask(lab, 'dom0', 'ping demo')).toContain('1    demo: no answer');
  });

  it('says and does the same in every run', async () => {
    const run = async (): Promise<string> => {
      let said = '';
      const sink = (name: string) => ({ write: (byte: number) => void (said += `${name}:${byte} `) });
      const ports = { sink, log: () => {}, problem: () => {}, domains: () => {}, progress: () => {} };
      const { machine } = await openLab({ pace: 'fast', cpus: 2 }, nodeHost, ports);
      for (let slice = 0; slice < 200 && machine.run(100_000).reason !== 'idle'; slice++);
      return `${said}\n${machine.instructions} ${machine.timeNs}`;
    };
    expect(await run()).toBe(await run());
  });
});

describe('what boots when no kernel is named', () => {
  const board = (virtualization: boolean) => BOARDS.find(({ cpu }) => cpu.virtualization === virtualization)!;

  it('is the pair, where there is a hypervisor for it', () => {
    for (const one of [{}, { hypervisor: 'builtin' }, { cpus: 2, memory: 256, trace: true }])
      expect(withPair(one, board(true))).toEqual({ ...one, kernel: 'embedded:dom0', domains: ['embedded:demo.cfg'] });
  });

  it.each<LabLaunch>([
    { hypervisor: 'none' },
    { hypervisor: '/a/xen' },
    { elf: 'x' },
    { load: [] },
    { kernel: 'x' },
    { domains: ['x'] },
    { profile: true },
  ])('is what it was with %o', one => {
    expect(withPair(one, board(true))).toBe(one);
  });

  it('is the demo on a board without virtualization', () => {
    expect(withPair({}, board(false))).toEqual({});
  });
});
