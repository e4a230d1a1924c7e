// The device trees of a lab, asked over its protocol: what it boots with, what its domains got, and what nobody knows.
import { describe, expect, it, onTestFinished } from 'vitest';
import { findByCompatible, findNode, getString, parseBlob, type DeviceTree } from '../../src/dt';
import { treesOfLab } from '../../src/lab/builtin/trees';
import { localLab } from '../../src/lab/node/local';
import type { LabClient } from '../../src/lab/client';
import type { LabConfiguration } from '../../src/lab/protocol';
import type { LabTrees } from '../../src/lab/trees';
import { planOf, toolstackBench } from '../hyp/toolstack-bench';
import { BuiltinLab } from '../images/builtin-lab';
import { openFake } from './fake-machine';
import { LAB, plan, treeOf as treeOfPlan, UART0 } from './xen-bench';

const asked = (client: LabClient): Promise<LabTrees> => client.request('trees', {});
const names = ({ trees }: LabTrees): string[] => trees.map(({ name }) => name);
function tree({ trees }: LabTrees, name: string): DeviceTree {
  const found = trees.find(one => one.name === name);
  if (!found) throw new Error(`there is no tree ${name}`);
  return parseBlob(found.blob, name);
}

async function pair(): Promise<BuiltinLab> {
  const lab = new BuiltinLab();
  onTestFinished(() => lab.stop());
  await lab.start({});
  await lab.wait('demo', 'domU> ');
  return lab;
}

async function started(configuration: LabConfiguration): Promise<LabClient> {
  const { client, terminate } = localLab();
  onTestFinished(() => terminate());
  await client.request('start', { pace: 'fast', ...configuration });
  return client;
}

describe('the trees of the embedded pair', () => {
  it('are those of host, dom0 and guest, each as it got them', async () => {
    const { client } = await pair();
    const found = await asked(client);
    expect(names(found)).toEqual(['host', 'dom0', 'demo']);
    expect(found.trees.map(({ domain }) => domain)).toEqual([undefined, 0, 1]);
    expect(found.unknown).toEqual([]);
    const [host, dom0, demo] = names(found).map(name => tree(found, name));
    expect(findByCompatible(host!, 'xen,xen')).toHaveLength(0);
    expect(getString(host!.root, 'model')).toBe('V2P-CA15');
    for (const guest of [dom0!, demo!]) expect(findByCompatible(guest, 'xen,xen')).toHaveLength(1);
    // What dom0 has of the board a guest has not, and Xen keeps its own UART.
    const other = UART0.replace('90000', 'a0000');
    const has = (path: string) => [host, dom0, demo].map(one => findNode(one!, path) !== undefined);
    expect(has(UART0)).toEqual([true, false, false]);
    expect(has(other)).toEqual([true, true, false]);
  });

  it('are the bytes that lie in memory', async () => {
    const { client } = await pair();
    await client.request('pause', {});
    const found = await asked(client);
    const { spaces } = await client.request('memoryMap', {});
    for (const { domain, blob } of found.trees.slice(1)) {
      const ram = spaces.find(one => one.domain === domain)!.entries.find(({ parts }) => parts?.some(isTreePart))!;
      const { base } = ram.parts!.find(isTreePart)!;
      // RAM of such a small guest is one stretch.
      const address = ram.machine![0]!.base + base - ram.base;
      expect(await client.request('readMemory', { space: 'pa', address, length: blob.length })).toEqual(blob);
    }
  });

  it('are gone with their domains, and stay with names that change', async () => {
    const { client } = await pair();
    await client.request('domain', { verb: 'rename', domain: 'demo', name: 'other' });
    expect(names(await asked(client))).toEqual(['host', 'dom0', 'other']);
    await client.request('domain', { verb: 'destroy', domain: 'other' });
    expect(names(await asked(client))).toEqual(['host', 'dom0']);
  });

  it('are not there before the machine has run', async () => {
    const found = await asked(await started({}));
    expect(names(found)).toEqual(['host']);
    expect(found.unknown).toEqual(['trees of domains are made with the first instruction of the machine']);
  });

  it('are not known of a domain that goes on from a file, or that tools in dom0 have made', () => {
    const { xen, toolstack, machine } = toolstackBench();
    const host = Uint8Array.of(1);
    const plan = planOf('win');
    const id = toolstack.create(plan, true);
    const rows = () => toolstack.list().map(row => ({ ...row, console: row.name }));
    const created = treesOfLab(host, xen, rows());
    expect(names(created)).toEqual(['host', 'win']);
    let bytes: Uint8Array | undefined;
    for (let i = 0; i < 1000 && !bytes; i++) {
      bytes = toolstack.save(id, '');
      machine.run(1000);
    }
    toolstack.destroy(id);
    expect(treesOfLab(host, xen, rows())).toEqual({ trees: [created.trees[0]], unknown: [] });
    toolstack.restore(bytes!, plan, true);
    const restored = treesOfLab(host, xen, rows());
    expect(names(restored)).toEqual(['host']);
    expect(restored.unknown).toEqual(['the tree of win: a saved domain does not tell it']);
    expect(treesOfLab(host, xen, toolstack.list()).unknown).toEqual(['the tree of win: tools in dom0 have made it']);
  });
});

const isTreePart = ({ name }: { name: string }): boolean => name === 'device tree';

describe('the trees of other machines', () => {
  it('are the host’s and the program’s without a hypervisor', async () => {
    const found = await asked(await started({ hypervisor: 'none', memory: 64, args: 'quiet' }));
    expect(names(found)).toEqual(['host', 'program']);
    const args = names(found).map(name => getString(tree(found, name).root.child('chosen')!, 'bootargs'));
    expect(args).toEqual([undefined, 'quiet']);
    expect(found.unknown).toEqual([]);
  });

  it('are the host’s alone with a Xen binary', async () => {
    const boot = await plan(LAB);
    expect(names(boot.trees)).toEqual(['host']);
    expect(parseBlob(boot.trees.trees[0]!.blob)).toEqual(treeOfPlan(boot));
    expect(boot.trees.unknown).toEqual([
      'a Xen binary makes the trees of dom0 and of its domains itself, in memory of the machine',
    ]);
  });

  it('are refused where there are none', async () => {
    const { client, terminate } = localLab(openFake);
    onTestFinished(() => terminate());
    await client.request('start', {});
    await expect(asked(client)).rejects.toThrow('this machine has no device trees');
  });
});
