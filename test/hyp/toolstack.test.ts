// The verbs of the built-in toolstack: what they make, what they refuse, and that nothing is left behind.
import { describe, expect, it } from 'vitest';
import { parseBlob } from '../../src/dt';
import { DEFAULT_ACTIONS, SHUTDOWN, VerbError } from '../../src/hyp';
import { PARAM } from '../../src/hyp/toolstack/build';
import { OWNER } from '../../src/hyp/memory/heap';
import { XS } from '../../src/hyp/xenstore/wire';
import { createGuest } from '../../src/hyp/domain-create';
import { guest } from './small-guest';
import { FakeKernel, memoryDisk, planOf, toolstackBench } from './toolstack-bench';

const MIB = 2 ** 20;
const refusal = (act: () => unknown): VerbError => {
  try {
    act();
  } catch (error) {
    if (error instanceof VerbError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('create', () => {
  it('puts everything where a guest looks for it', () => {
    const { toolstack, xen } = toolstackBench();
    const ramdisk = Uint8Array.from({ length: 5000 }, (_, i) => i);
    const id = toolstack.create(planOf('win', { ramdisk, memory: 8 * MIB }), true);
    const domain = xen.domains.get(id)!;
    const kernel = new FakeKernel(domain);
    expect(id).toBe(1);
    expect(kernel.u32(0x40008000)).toBe(0xeafffffe);
    const { context } = domain.vcpus[0]!;
    expect([context.pc, context.cpsr, context.r(0), context.r(1)]).toEqual([0x40008000, 0x1d3, 0, 0xffffffff]);
    // The tree is in the last page, the RAM disk below it.
    expect(context.r(2)).toBe(0x407ff000);
    const tree = parseBlob(kernel.read(0x407ff000, 4096), 'guest');
    const chosen = tree.root.child('chosen')!;
    expect(new DataView(chosen.property('linux,initrd-start')!.value.slice().buffer).getBigUint64(0)).toBe(0x407fd000n);
    expect(kernel.read(0x407fd000, 5000)).toEqual(ramdisk);
    expect([...domain.params].map(([index, value]) => [index, Number(value)]).sort((a, b) => a[0]! - b[0]!)).toEqual([
      [PARAM.STORE_PFN, 0x39001],
      [PARAM.STORE_EVTCHN, 1],
      [PARAM.CONSOLE_PFN, 0x39000],
      [PARAM.CONSOLE_EVTCHN, 2],
      [PARAM.MONITOR_RING_PFN, 0x39002],
    ]);
    expect(toolstack.list()).toMatchObject([{ id: 1, name: 'win', memory: 8, vcpus: 1, state: 'paused' }]);
  });

  it('refuses a name that is taken', () => {
    const { toolstack, xen } = toolstackBench();
    toolstack.create(planOf('win'));
    const { free } = xen.heap;
    const error = refusal(() => toolstack.create(planOf('win')));
    expect([error.key, error.message]).toEqual(['name', 'there is a domain "win" already; give this one another name']);
    expect(xen.heap.free).toBe(free);
    expect(toolstack.list()).toHaveLength(1);
  });

  it.each([
    ['more memory than the board has', { memory: 128 * MIB }, /^128 MiB are more than the \d+ MiB that are free; set /],
    ['more than a guest can have', { memory: 4096 * MIB }, /^a guest has 3072 MiB at most; set memory lower$/],
    [
      'a kernel that does not fit',
      { kernel: { bytes: new Uint8Array(5 * MIB), offset: 0x8000, needed: 6 * MIB } },
      /^4 MiB do not hold kernel \(7 MiB from the start\) and RAM disk \(1 MiB\); set memory to 7 at least$/,
    ],
  ])('refuses %s, and leaves nothing behind', (_, more, message) => {
    const { toolstack, xen } = toolstackBench();
    const { free } = xen.heap;
    const error = refusal(() => toolstack.create(planOf('win', more)));
    expect(error.key).toBe('memory');
    expect(error.message).toMatch(message);
    expect(xen.heap.free).toBe(free);
    expect(xen.domains.size).toBe(0);
    expect(toolstack.store.list('/local/domain')).toEqual([]);
  });

  it('leaves nothing behind when memory runs out half way, wherever that is', () => {
    const { toolstack, xen } = toolstackBench();
    const { free } = xen.heap;
    // All but some is taken by others; then fewer and fewer pages are missing.
    const taken: number[] = [];
    while (xen.heap.free > 2000) taken.push(xen.heap.take(2, OWNER.XEN));
    let [made, halfWay] = [0, 0];
    for (; xen.heap.free > 1000; taken.push(xen.heap.take(2, OWNER.XEN))) {
      const before = xen.heap.free;
      try {
        toolstack.destroy(toolstack.create(planOf('win'), true));
        made++;
      } catch (error) {
        expect(error).toBeInstanceOf(VerbError);
        if (before >= 1024) halfWay++;
      }
      expect(xen.heap.free).toBe(before);
    }
    expect(made).toBeGreaterThan(5);
    expect(halfWay).toBeGreaterThan(100);
    for (const mfn of taken) xen.heap.give(mfn, 2);
    expect(xen.heap.free).toBe(free);
    toolstack.create(planOf('win'));
  });
});

describe('the end of a domain', () => {
  it('gives back everything, again and again', () => {
    const { toolstack, xen } = toolstackBench();
    const { free } = xen.heap;
    for (let i = 1; i <= 20; i++) {
      const disk = {
        target: '/dev/loop0',
        type: 'phy',
        name: 'xvda',
        device: 51712,
        readOnly: false,
        removable: false,
      } as const;
      const disks = [{ ...disk, store: memoryDisk(new Uint8Array(4096)) }];
      const id = toolstack.create(planOf('win', { disks, nics: [{ mac: undefined, bridge: 'xenbr0' }] }), true);
      expect(id).toBe(i);
      toolstack.destroy(id);
      expect(xen.heap.free).toBe(free);
      expect(xen.domains.size).toBe(0);
      expect(toolstack.store.list('/local/domain')).toEqual(['0']);
      expect(toolstack.store.list('/vm')).toEqual([]);
      expect(toolstack.store.list('/local/domain/0/backend/vbd')).toEqual([]);
    }
  });

  it('waits until the last core has left it', () => {
    const { toolstack, xen, machine } = toolstackBench();
    const { free } = xen.heap;
    const other = toolstack.create(planOf('other'));
    const id = toolstack.create(planOf('win'));
    machine.run(30_000_000);
    const domain = xen.domains.get(id)!;
    while (!domain.vcpus[0]!.running) machine.run(1_000_000);
    toolstack.destroy(id);
    expect(toolstack.list().find(one => one.id === id)?.state).toBe('dying');
    machine.run(20_000_000);
    expect(toolstack.list().map(one => one.id)).toEqual([other]);
    toolstack.destroy(other);
    machine.run(20_000_000);
    expect(xen.heap.free).toBe(free);
  });

  it('gives back what the guest has unmapped itself', () => {
    const { toolstack, xen } = toolstackBench();
    const { free } = xen.heap;
    const id = toolstack.create(planOf('win'), true);
    xen.domains.get(id)!.p2m.unmap(0x40100, 16);
    toolstack.destroy(id);
    expect(xen.heap.free).toBe(free);
  });

  const ends = (code: number, actions = {}) => {
    const made = toolstackBench();
    const id = made.toolstack.create(planOf('win', { actions: { ...DEFAULT_ACTIONS, ...actions } }));
    made.machine.run(1000);
    made.xen.domains.get(id)!.shutdown(code);
    made.machine.run(20_000_000);
    return { ...made, rows: made.toolstack.list().map(({ id, name, state }) => `${id} ${name} ${state}`) };
  };

  it.each([
    ['power off destroys', SHUTDOWN.POWEROFF, {}, []],
    ['reboot starts it again under the next id', SHUTDOWN.REBOOT, {}, ['2 win running']],
    ['a crash destroys', SHUTDOWN.CRASH, {}, []],
    ['a crash can keep it', SHUTDOWN.CRASH, { crash: 'preserve' }, ['1 win crashed']],
    ['power off can start it again', SHUTDOWN.POWEROFF, { poweroff: 'restart' }, ['2 win running']],
    [
      'reboot can keep the old one aside',
      SHUTDOWN.REBOOT,
      { reboot: 'rename-restart' },
      ['1 win-1 shutdown', '2 win running'],
    ],
    ['reboot can destroy', SHUTDOWN.REBOOT, { reboot: 'destroy' }, []],
    ['a suspended one is let alone', SHUTDOWN.SUSPEND, {}, ['1 win shutdown']],
  ])('%s', (_, code, actions, rows) => {
    expect(ends(code, actions).rows).toEqual(rows);
  });

  it('says so', () => {
    expect(ends(SHUTDOWN.CRASH).events).toEqual(['domain 1 (win) has ended, crash: destroy']);
  });

  it('of the last one, by itself, ends the machine', () => {
    const { machine } = ends(SHUTDOWN.POWEROFF);
    expect(machine.run(1).reason).toBe('poweroff');
    const { machine: other } = ends(SHUTDOWN.CRASH, { crash: 'preserve' });
    expect(other.run(1).reason).toBe('idle');
  });
});

describe('other verbs', () => {
  it('pause and unpause', () => {
    const { toolstack, machine, xen } = toolstackBench();
    const id = toolstack.create(planOf('win'));
    machine.run(1_000_000);
    toolstack.pause(id);
    machine.run(1_000_000);
    const vcpu = xen.domains.get(id)!.vcpus[0]!;
    const used = vcpu.cpuTime(xen.now());
    machine.run(1_000_000);
    expect(vcpu.cpuTime(xen.now())).toBe(used);
    expect(toolstack.list()[0]!.state).toBe('paused');
    toolstack.unpause(id);
    machine.run(1_000_000);
    expect(vcpu.cpuTime(xen.now())).toBeGreaterThan(used);
  });

  it('shutdown and reboot ask the guest', () => {
    const { toolstack, xen } = toolstackBench();
    const id = toolstack.create(planOf('win'), true);
    const kernel = new FakeKernel(xen.domains.get(id)!);
    expect(kernel.ask(XS.WATCH, 'control/shutdown\0t\0')).toBe('OK');
    toolstack.shutdown(id);
    expect(kernel.pendingEvents()).toEqual(['control/shutdown\0t']);
    expect(kernel.ask(XS.READ, 'control/shutdown\0')).toBe('poweroff');
    toolstack.shutdown(id, 'reboot');
    expect(kernel.ask(XS.READ, 'control/shutdown\0')).toBe('reboot');
    // It may take note of it.
    expect(kernel.ask(XS.WRITE, 'control/shutdown\0')).toBe('OK');
  });

  it('rename', () => {
    const { toolstack, xen } = toolstackBench();
    const id = toolstack.create(planOf('win'), true);
    toolstack.create(planOf('other'), true);
    expect(refusal(() => toolstack.rename(id, 'other')).key).toBe('name');
    toolstack.rename(id, 'vista');
    expect(toolstack.idOf('vista')).toBe(id);
    expect(new FakeKernel(xen.domains.get(id)!).ask(XS.READ, 'name\0')).toBe('vista');
  });

  it('vcpu-set asks the guest by its store, and says only what is new', () => {
    const { toolstack, xen } = toolstackBench();
    const id = toolstack.create(planOf('win', { vcpus: 4, online: 2 }), true);
    const kernel = new FakeKernel(xen.domains.get(id)!);
    const online = (): string[] => [0, 1, 2, 3].map(i => kernel.ask(XS.READ, `cpu/${i}/availability\0`));
    expect(online()).toEqual(['online', 'online', 'offline', 'offline']);
    kernel.ask(XS.WATCH, 'cpu\0t\0');
    kernel.pendingEvents();
    toolstack.setVcpus(id, 3);
    expect(online()).toEqual(['online', 'online', 'online', 'offline']);
    expect(kernel.events.filter(event => event.includes('availability'))).toEqual(['cpu/2/availability\0t']);
    for (const count of [0, 5, 1.5])
      expect(refusal(() => toolstack.setVcpus(id, count))).toMatchObject({
        key: 'vcpus',
        message: `domain 1 can have 1 to 4 virtual CPUs, not ${count}; maxvcpus of its configuration is the most`,
      });
  });

  it('mem-max is the most that it may have, and not less than it has', () => {
    const { toolstack, xen } = toolstackBench();
    const id = toolstack.create(planOf('win'), true);
    toolstack.setMaxMemory(id, 6);
    expect(xen.domains.get(id)!.maxPages).toBe(6 * 256 + 4);
    expect(refusal(() => toolstack.setMaxMemory(id, 3)).message).toBe(
      'mem-max of domain 1 can be 4 (what it has) to 3072 MiB, not 3',
    );
  });

  it('are refused for a domain that is not there', () => {
    const { toolstack } = toolstackBench();
    for (const act of [toolstack.pause, toolstack.unpause, toolstack.destroy])
      expect(refusal(() => act.call(toolstack, 7)).message).toBe('there is no domain 7; see the list of domains');
    expect(refusal(() => toolstack.shutdown(7)).message).toMatch(/^domain 7 is not of this toolstack: /);
  });

  it('pause and destroy a domain that others have made, but not domain 0', () => {
    const { toolstack, xen } = toolstackBench();
    const { free } = xen.heap;
    createGuest(xen, { id: 5, vcpus: 1, grantFrames: 4 }).createVcpus();
    expect(toolstack.list()).toMatchObject([{ id: 5, name: '(5)', state: 'paused' }]);
    toolstack.unpause(5);
    expect(toolstack.list()[0]!.state).toBe('blocked');
    toolstack.destroy(5);
    expect(xen.heap.free).toBe(free);
    guest(xen, 0, []);
    expect(refusal(() => toolstack.destroy(0)).message).toMatch(/^domain 0 controls the machine/);
  });
});
