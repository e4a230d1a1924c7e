// Domains that are saved, destroyed and restored go on as if nothing had been; and files that are none are refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ACTIONS, VerbError } from '../../src/hyp';
import { CONSOLE_RING } from '../../src/hyp/toolstack/build';
import { XS } from '../../src/hyp/xenstore/wire';
import { FakeKernel, memoryDisk, planOf, toolstackBench, type ToolstackBench } from './toolstack-bench';

/** Says the next letter on its UART, sets its timer, waits for the interrupt, ends it; and again. */
const TICKER = [
  0xe3a01422, 0xe3a04403, 0xe2844a01, 0xe2845a01, 0xe3a03001, 0xe5843000, 0xe3a02302, 0xe5842100, 0xe5853000, 0xe3a020ff,
  0xe5852004, 0xe3a00061, 0xe5c10000, 0xe2800001, 0xe350007b, 0x03a00061, 0xe3a02801, 0xee0e2f13, 0xee0e3f33, 0xe320f003,
  0xe595600c, 0xe5856010, 0xeafffff4,
]; // prettier-ignore
const ticker = planOf('tick', {
  kernel: { bytes: new Uint8Array(Uint32Array.from(TICKER).buffer), offset: 0x8000, needed: 4096 },
  vuart: true,
});

function runUntil({ machine }: ToolstackBench, done: () => boolean): void {
  for (let i = 0; i < 10_000 && !done(); i++) if (machine.run(10_000).reason === 'idle') machine.skipIdle();
  if (!done()) throw new Error('it does not happen');
}
function save(made: ToolstackBench, id: number): Uint8Array {
  let bytes: Uint8Array | undefined;
  runUntil(made, () => (bytes = made.toolstack.save(id, 'here\ntext')) !== undefined);
  return bytes!;
}
const letters = (count: number): string =>
  Array.from({ length: count }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
const said = ({ consoles }: ToolstackBench): string => consoles.get('tick:vuart') ?? '';

describe('a saved domain', () => {
  it('goes on where it was: timer, interrupts, registers, UART', () => {
    const made = toolstackBench();
    const id = made.toolstack.create(ticker);
    runUntil(made, () => said(made).length >= 10);
    const { free } = made.xen.heap;
    const bytes = save(made, id);
    const before = said(made);
    made.toolstack.destroy(id);
    expect(made.toolstack.restore(bytes, ticker)).toBe(id);
    expect(made.xen.heap.free).toBe(free);
    runUntil(made, () => said(made).length >= 60);
    expect(said(made)).toBe(letters(said(made).length));
    expect(before.length).toBeLessThan(20);
  });

  it('keeps its time: it does not notice how long it was not there', () => {
    const rate = (absent: boolean): number => {
      const made = toolstackBench();
      const id = made.toolstack.create(ticker);
      runUntil(made, () => said(made).length >= 10);
      if (absent) {
        const bytes = save(made, id);
        made.toolstack.destroy(id);
        made.machine.skipIdle(made.machine.timeNs + 5e9);
        made.toolstack.restore(bytes, ticker);
      }
      const [from, count] = [made.machine.timeNs, said(made).length];
      runUntil(made, () => said(made).length >= count + 20);
      return (made.machine.timeNs - from) / 20;
    };
    expect(rate(true) / rate(false)).toBeCloseTo(1, 1);
  });

  it('goes on in another machine, which is younger', () => {
    const old = toolstackBench();
    const id = old.toolstack.create(ticker);
    runUntil(old, () => said(old).length >= 30);
    const bytes = save(old, id);
    const before = said(old).length;
    const young = toolstackBench();
    young.toolstack.restore(bytes, ticker);
    runUntil(young, () => said(young).length >= 10);
    expect(letters(before) + said(young)).toBe(letters(before + said(young).length));
  });

  it('has its nodes, watches, keys and disks', () => {
    const made = toolstackBench();
    const content = new Uint8Array(4096).fill(7);
    const disk = { target: 'd', type: 'file', name: 'xvda', device: 51712, readOnly: false, removable: false } as const;
    const plan = planOf('win', { disks: [{ ...disk, store: memoryDisk(content) }] });
    const id = made.toolstack.create(plan, true);
    const kernel = new FakeKernel(made.xen.domains.get(id)!);
    kernel.grant(9, 0x40010000);
    const port = kernel.port();
    for (const [name, value] of [
      ['ring-ref', 9],
      ['event-channel', port],
      ['state', 4],
    ] as const)
      // prettier-ignore
      kernel.ask(XS.WRITE, `device/vbd/51712/${name}\0${value}`);
    expect(made.toolstack.store.read(`/local/domain/0/backend/vbd/${id}/51712/state`)).toBe('4');
    kernel.ask(XS.WATCH, 'data\0mine\0');
    kernel.ask(XS.WRITE, 'data/x\0y');
    kernel.pendingEvents();
    kernel.setU32(CONSOLE_RING + 3072, 0);
    for (let i = 0; i < 1100; i++) made.toolstack.type('win', 65);
    const bytes = save(made, id);
    made.toolstack.destroy(id);
    expect(made.toolstack.store.list('/local/domain')).toEqual(['0']);
    made.toolstack.restore(bytes, plan, true);
    const again = new FakeKernel(made.xen.domains.get(id)!);
    expect(again.ask(XS.READ, 'data/x\0')).toBe('y');
    expect(again.typed()).toHaveLength(1024);
    again.send(2);
    expect(again.typed()).toHaveLength(76);
    made.toolstack.store.write(`/local/domain/${id}/data/z`, 1);
    expect(again.pendingEvents()).toEqual(['data/z\0mine']);
    // A read of the first sector, through the ring that the frontend had.
    again.grant(10, 0x40020000);
    const ring = 0x40010000;
    again.write(ring + 64, new Uint8Array(112));
    again.write(ring + 64, Uint8Array.of(0, 1));
    again.write(ring + 64 + 24, Uint8Array.of(10, 0, 0, 0, 0, 0));
    again.setU32(ring, 1);
    again.send(port);
    expect([again.u32(ring + 8), again.read(0x40020000, 1)[0]]).toEqual([1, 7]);
  });

  it('counts as much memory as before, and gives all of it back', () => {
    const made = toolstackBench();
    const { free } = made.xen.heap;
    const id = made.toolstack.create(planOf('win'), true);
    const domain = made.xen.domains.get(id)!;
    // A page of the guest's under which Xen's shared info is put.
    domain.map(0x40100, domain.sharedInfo >>> 12, 1, 1);
    const pages = domain.pages;
    const bytes = save(made, id);
    made.toolstack.destroy(id);
    made.toolstack.restore(bytes, planOf('win'), true);
    const again = made.xen.domains.get(id)!;
    expect([again.pages, again.p2m.lookup(0x40100)!.mfn]).toEqual([pages, again.sharedInfo >>> 12]);
    made.toolstack.destroy(id);
    expect(made.xen.heap.free).toBe(free);
  });
});

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof VerbError) return error.message;
    throw error;
  }
  return 'nothing';
};

describe('what cannot be saved or restored', () => {
  it('says so', () => {
    const made = toolstackBench();
    const actions = { ...DEFAULT_ACTIONS, poweroff: 'preserve' as const };
    const id = made.toolstack.create(planOf('win', { actions }), true);
    const domain = made.xen.domains.get(id)!;
    const kernel = new FakeKernel(domain);
    const transaction = Number(kernel.ask(XS.TRANSACTION_START, '\0'));
    expect(refusal(() => made.toolstack.save(id, ''))).toMatch(/^it is in the middle of a transaction of the store/);
    kernel.ask(XS.TRANSACTION_END, 'F\0', transaction);
    const bytes = save(made, id);
    expect(refusal(() => made.toolstack.restore(bytes, planOf('win')))).toMatch(/^there is a domain "win" already/);
    made.toolstack.rename(id, 'other');
    expect(refusal(() => made.toolstack.restore(bytes, planOf('win')))).toMatch(
      /^the domain was saved as domain 1, and/,
    );
    domain.shutdown(0);
    expect(refusal(() => made.toolstack.save(id, ''))).toBe('the domain has ended: it cannot be frozen');
  });

  it('is another format, or another version of this one', () => {
    const { toolstack } = toolstackBench();
    expect(refusal(() => toolstack.restore(new Uint8Array(100), planOf('win')))).toBe('this is no saved domain');
    expect(refusal(() => toolstack.restore(new Uint8Array(2), planOf('win')))).toMatch(/^the file ends before/);
    const made = toolstackBench();
    const bytes = save(made, made.toolstack.create(planOf('win'), true)).slice();
    bytes[8] = 9;
    expect(refusal(() => toolstack.restore(bytes, planOf('win')))).toMatch(/version 9 of the format, and this program reads version 1/); // prettier-ignore
  });

  it('is never more than refused, whatever stands in the file, and leaves nothing behind', () => {
    const made = toolstackBench();
    const bytes = save(made, made.toolstack.create(ticker, true));
    const other = toolstackBench();
    const { free } = other.xen.heap;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(bytes.length)),
        (changes, end) => {
          const broken = bytes.slice(0, end ?? bytes.length);
          for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
          const why = refusal(() => other.toolstack.restore(broken, ticker, true));
          for (const id of [...other.xen.domains.keys()]) other.toolstack.destroy(id);
          expect([typeof why, other.xen.heap.free, other.toolstack.store.list('/local/domain')]).toEqual([
            ...['string', free],
            expect.not.arrayContaining(['1']),
          ]);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });
});
