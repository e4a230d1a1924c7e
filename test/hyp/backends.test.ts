// Backends, from the side of a guest that keeps to the protocols, and of one that does not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskPlan } from '../../src/hyp';
import { CONSOLE_RING } from '../../src/hyp/toolstack/build';
import { XS } from '../../src/hyp/xenstore/wire';
import { FakeKernel, memoryDisk, planOf, toolstackBench } from './toolstack-bench';

const RING = 0x40010000;
const PAGE = 0x40020000;
const BACKEND = '/local/domain/0/backend/vbd/1/51712';

describe('console', () => {
  const start = () => {
    const made = toolstackBench();
    const id = made.toolstack.create(planOf('win'), true);
    return { ...made, id, kernel: new FakeKernel(made.xen.domains.get(id)!) };
  };

  it('carries what the guest says, and what is typed', () => {
    const { kernel, consoles, toolstack } = start();
    kernel.say('hello\n');
    expect(consoles.get('win')).toBe('hello\n');
    expect(kernel.isPending(2)).toBe(true);
    for (const byte of new TextEncoder().encode('ls\n')) toolstack.type('win', byte);
    expect(kernel.typed()).toBe('ls\n');
  });

  it('says the last words of a guest that ends', () => {
    const { kernel, consoles, toolstack, id } = start();
    kernel.write(CONSOLE_RING + 1024, new TextEncoder().encode('bye'));
    kernel.setU32(CONSOLE_RING + 3084, 3);
    toolstack.destroy(id);
    expect(consoles.get('win')).toBe('bye');
  });

  it('keeps what is typed ahead, up to a limit', () => {
    const { kernel, toolstack } = start();
    let taken = 0;
    while (toolstack.type('win', 65) && taken < 10_000) taken++;
    expect(taken).toBe(1024 + 4096);
    let read = 0;
    for (let text = kernel.typed(); text !== ''; text = kernel.typed()) {
      read += text.length;
      kernel.send(2);
    }
    expect(read).toBe(taken);
  });

  it('passes over indices that cannot be', () => {
    const { kernel, consoles, toolstack } = start();
    kernel.setU32(CONSOLE_RING + 3084, 4000);
    kernel.setU32(CONSOLE_RING + 3076, 4000);
    kernel.send(2);
    toolstack.type('win', 65);
    expect(consoles.get('win')).toBeUndefined();
    kernel.setU32(CONSOLE_RING + 3084, 0);
    kernel.say('again');
    expect(consoles.get('win')).toBe('again');
  });

  it('does without its page, if the guest has unmapped it', () => {
    const { kernel, consoles, xen, id } = start();
    xen.domains.get(id)!.p2m.unmap(0x39000, 1);
    kernel.send(2);
    expect(consoles.get('win')).toBeUndefined();
  });
});

/** A frontend of blkif that is connected. */
function frontend(more: Partial<DiskPlan> = {}) {
  const made = toolstackBench();
  const contents = new Uint8Array(64 * 512);
  contents.forEach((_, i) => (contents[i] = i >>> 9));
  const store = memoryDisk(contents);
  const disk: DiskPlan = {
    ...{ target: '/dev/loop0', type: 'phy', name: 'xvda', device: 51712, readOnly: false, removable: false, store },
    ...more,
  };
  const id = made.toolstack.create(planOf('win', { disks: [disk] }), true);
  const kernel = new FakeKernel(made.xen.domains.get(id)!);
  const port = kernel.port();
  kernel.grant(8, RING);
  kernel.grant(9, PAGE);
  const write = (name: string, value: string | number): string =>
    kernel.ask(XS.WRITE, `device/vbd/51712/${name}\0${value}`);
  const connect = (nodes: Record<string, string | number> = {}): void => {
    const all = { 'ring-ref': 8, 'event-channel': port, protocol: 'arm-abi', ...nodes, state: 3 };
    for (const [name, value] of Object.entries(all)) write(name, value);
  };
  const state = (): string => kernel.ask(XS.READ, `${BACKEND}/state\0`);
  let sent = 0;
  /** One request; sectors of each segment are all of the page, unless said. @returns its status */
  const request = (
    operation: number,
    sector: number,
    segments: readonly (readonly [number, number, number])[],
    count = segments.length,
  ): number => {
    // prettier-ignore
    const bytes = new Uint8Array(112);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, operation);
    view.setUint8(1, count);
    view.setBigUint64(8, 0xfedcba9876543210n);
    view.setBigUint64(16, BigInt.asUintN(64, BigInt(sector)), true);
    segments.slice(0, 11).forEach(([ref, first, last], i) => {
      view.setUint32(24 + 8 * i, ref, true);
      view.setUint8(28 + 8 * i, first);
      view.setUint8(29 + 8 * i, last);
    });
    const slot = RING + 64 + (sent & 31) * 112;
    kernel.write(slot, bytes);
    kernel.setU32(RING + 12, sent + 1);
    kernel.setU32(RING, ++sent);
    kernel.send(port);
    if (kernel.u32(RING + 8) !== sent) return 99;
    const answer = kernel.read(slot, 16);
    const answered = new DataView(answer.buffer);
    expect(answered.getBigUint64(0)).toBe(0xfedcba9876543210n);
    expect(answered.getUint8(8)).toBe(operation);
    return answered.getInt16(10, true);
  };
  return { ...made, id, kernel, contents, store, connect, state, write, request, port };
}

describe('block', () => {
  it('offers and connects as frontends expect it', () => {
    const { kernel, connect, state } = frontend();
    const read = (name: string): string => kernel.ask(XS.READ, `${BACKEND}/${name}\0`);
    expect(state()).toBe('2');
    expect(['params', 'mode', 'dev', 'feature-flush-cache'].map(read)).toEqual(['/dev/loop0', 'w', 'xvda', '1']);
    expect(kernel.ask(XS.READ, 'device/vbd/51712/backend\0')).toBe(BACKEND);
    connect();
    expect(state()).toBe('4');
    expect(['sectors', 'sector-size', 'info'].map(read)).toEqual(['64', '512', '0']);
  });

  it('reads and writes whole pages and parts of them', () => {
    const { kernel, connect, request, contents } = frontend();
    connect();
    expect(request(0, 8, [[9, 0, 7]])).toBe(0);
    expect([...Array(8).keys()].map(i => kernel.read(PAGE + 512 * i, 1)[0])).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    kernel.write(PAGE + 1024, new Uint8Array(512).fill(0xee));
    expect(request(1, 3, [[9, 2, 2]])).toBe(0);
    expect([contents[2 * 512], contents[3 * 512], contents[4 * 512 - 1], contents[4 * 512]]).toEqual([
      2, 0xee, 0xee, 4,
    ]);
    expect(kernel.isPending(3)).toBe(true);
  });

  it('flushes, alone and with data', () => {
    const { connect, request, store, kernel, contents } = frontend();
    connect();
    expect(request(3, -1, [])).toBe(0);
    expect(store.flushes).toBe(1);
    kernel.write(PAGE, new Uint8Array(512).fill(0xdd));
    expect(request(2, 5, [[9, 0, 0]])).toBe(0);
    expect(store.flushes).toBe(3);
    expect(contents[5 * 512]).toBe(0xdd);
  });

  it.each([
    ['a place behind the end', 0, 60, [[9, 0, 7]]],
    ['a place far behind the end', 0, Number.MAX_SAFE_INTEGER, [[9, 0, 7]]],
    ['sectors in the wrong order', 0, 0, [[9, 5, 4]]],
    ['sectors behind the page', 0, 0, [[9, 0, 8]]],
    ['a page that is not granted', 0, 0, [[10, 0, 7]]],
    ['a reference that is none', 0, 0, [[0xffffffff, 0, 7]]],
  ] as const)('refuses %s', (_, operation, sector, segments) => {
    const { connect, request, contents } = frontend();
    connect();
    const before = contents.slice();
    expect(request(operation, sector, segments)).toBe(-1);
    expect(request(1, sector, segments)).toBe(-1);
    expect(contents).toEqual(before);
  });

  it('refuses more segments than a request has, and operations that it does not have', () => {
    const { connect, request } = frontend();
    connect();
    expect(request(0, 0, [[9, 0, 7]], 12)).toBe(-1);
    expect(request(5, 0, [])).toBe(-2);
    expect(request(6, 0, [])).toBe(-2);
  });

  it('reads into no page that is granted for reading only', () => {
    const { connect, request, kernel } = frontend();
    connect();
    kernel.grant(9, PAGE, true);
    expect(request(0, 0, [[9, 0, 7]])).toBe(-1);
    expect(request(1, 0, [[9, 0, 7]])).toBe(0);
  });

  it('does not write to a disk for reading', () => {
    const { connect, request, kernel } = frontend({ readOnly: true });
    connect();
    expect(kernel.ask(XS.READ, `${BACKEND}/info\0`)).toBe('4');
    expect(request(1, 0, [[9, 0, 7]])).toBe(-1);
    expect(request(0, 0, [[9, 0, 7]])).toBe(0);
  });

  it('gives up on a ring with more in it than it holds, and lets go of it', () => {
    const { connect, kernel, state, port, xen, toolstack, id } = frontend();
    const { free } = xen.heap;
    connect();
    kernel.setU32(RING, 33);
    kernel.send(port);
    expect(state()).toBe('5');
    kernel.setU32(RING, 1);
    kernel.send(port);
    expect(kernel.u32(RING + 8)).toBe(0);
    toolstack.destroy(id);
    expect(xen.heap.free).toBeGreaterThan(free);
  });

  it.each([
    ['no ring', { 'ring-ref': 'x' }],
    ['a ring that is not granted', { 'ring-ref': 20 }],
    ['a port that is not for it', { 'event-channel': 1 }],
    ['a number that is none', { 'event-channel': '0x3' }],
    ['a number without end', { 'ring-ref': '9'.repeat(30) }],
    ['another protocol', { protocol: 'x86_32-abi' }],
  ])('does not connect with %s', (_, nodes) => {
    const { connect, state } = frontend();
    connect(nodes);
    expect(state()).toBe('5');
  });

  it('connects again when the driver is loaded again', () => {
    const { connect, state, write, kernel, request } = frontend();
    connect();
    expect(request(0, 0, [[9, 0, 7]])).toBe(0);
    for (const value of [5, 6]) write('state', value);
    expect(state()).toBe('6');
    write('state', 1);
    expect(state()).toBe('2');
    for (let i = 0; i < 4; i++) kernel.setU32(RING + 4 * i, 0);
    connect({ 'event-channel': kernel.port() });
    expect(state()).toBe('4');
  });

  it('does no harm with any request', () => {
    const { connect, kernel, port, contents, state } = frontend();
    connect();
    let sent = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 112, maxLength: 112 }), bytes => {
        kernel.write(RING + 64 + (sent & 31) * 112, bytes);
        kernel.setU32(RING, ++sent);
        kernel.send(port);
        return kernel.u32(RING + 8) === sent;
      }),
      { numRuns: 500 },
    );
    expect(state()).toBe('4');
    expect(contents).toHaveLength(64 * 512);
  });
});
