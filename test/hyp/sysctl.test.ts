// What tools of dom0 ask about the machine. Answers beside those of Xen 4.17 on a machine with one core and 1 GiB.
import { describe, expect, it } from 'vitest';
import { BUFFER, dom0 } from './caller';

const E = { NOENT: -2, SRCH: -3, BUSY: -16, NODEV: -19, INVAL: -22, NOSYS: -38, OPNOTSUPP: -95 };

describe('sysctl', () => {
  it('tells of the machine as Xen does', () => {
    const caller = dom0();
    const { result, words } = caller.sysctl(3);
    const free = caller.xen.heap.free;
    // As on Xen, but for the clock (62.5 MHz there), memory, and the last frame.
    expect([result, ...words.slice(0, 20)]).toEqual([
      ...[0, 1, 1, 1, 0, 1, 0, 24_000, 0x189, 0, 0, 0x4000, 0, free, 0, 0, 0, 0, 0, 0x83fff, 0],
    ]);
    expect(caller.sysctl(9, [0, 0, 0xffffffff]).words.slice(4, 6)).toEqual([free * 4096, 0]);
    expect(caller.sysctl(4).words[0]).toBe(6);
    expect(caller.sysctl(17, [0, 0, 0, 0, 0, 0]).words[0]).toBe(1);
    expect(caller.sysctl(16, [1, 0, BUFFER, 0]).result).toBe(0);
    expect(caller.words(BUFFER, 3)).toEqual([0, 0, 0]);
    expect(caller.sysctl(17, [1, 0, BUFFER, 0, BUFFER + 16, 0]).result).toBe(0);
    expect(caller.words(BUFFER, 5)).toEqual([0x4000 * 4096, 0, free * 4096, 0, 20]);
    for (const [cmd, error] of [
      [5, E.NOSYS],
      [10, E.NOSYS],
      [20, E.OPNOTSUPP],
      [26, E.NOSYS],
      [99, E.NOSYS],
    ] as const)
      // prettier-ignore
      expect(caller.sysctl(cmd).result).toBe(error);
  });

  it('lists domains from an id on', () => {
    const caller = dom0();
    for (const wanted of [7, 3, 5]) caller.create({ wanted });
    const list = (first: number, most: number): number[] => {
      const { words } = caller.sysctl(6, [first, most, BUFFER, 0]);
      return Array.from({ length: words[4]! }, (_, i) => caller.words(BUFFER + 120 * i, 1)[0]!);
    };
    expect([list(0, 10), list(0, 2), list(4, 10), list(8, 10)]).toEqual([[0, 3, 5, 7], [0, 3], [5, 7], []]);
  });

  it('reads the console ring once, again, or until it is cleared', () => {
    const caller = dom0();
    const read = (clear: number, incremental: number, index: number, room: number): [string, number] => {
      const { words } = caller.sysctl(1, [clear | (incremental << 8), index, BUFFER, 0, room]);
      const bytes = caller.xen.memory.bytes(caller.domain.address(BUFFER), words[4]!);
      return [new TextDecoder().decode(bytes), words[1]!];
    };
    caller.xen.console.clear(caller.xen.console.read(0, 1e6).next);
    caller.xen.console.print('one');
    const [, index] = read(0, 0, 0, 4096);
    expect(read(0, 0, 0, 4096)).toEqual(['(XEN) one\n', index]);
    caller.xen.console.print('two');
    expect(read(0, 1, index, 4096)[0]).toBe('(XEN) two\n');
    expect(read(0, 1, index, 5)).toEqual(['(XEN)', index + 5]);
    // A position that is not there any more, or not yet, is the beginning.
    expect(read(0, 1, index + 1000, 4096)[0]).toBe('(XEN) one\n(XEN) two\n');
    expect(read(1, 0, 0, 4096)[0]).toBe('(XEN) one\n(XEN) two\n');
    expect(read(0, 0, 0, 4096)[0]).toBe('');
  });

  it('has one pool of processors', () => {
    const caller = dom0(2);
    const pool = (op: number, id = 0, cpu = 0, domid = 0): unknown[] => {
      caller.put(BUFFER, [0xffffffff]);
      const { result, words } = caller.sysctl(18, [op, id, 0, domid, cpu, 0, BUFFER, 0, 32]);
      return [result, words[2], words[5], ...caller.words(BUFFER, 1)];
    };
    expect(pool(3)).toEqual([0, 6, 1, 3]);
    expect(pool(3, 1)[0]).toBe(E.NOENT);
    expect(pool(7)).toEqual([0, 0, 0, 0]);
    expect([pool(2)[0], pool(2, 4)[0]]).toEqual([E.BUSY, E.NOENT]);
    expect([pool(4, 0, 1)[0], pool(4, 0, 9)[0], pool(4, 4)[0]]).toEqual([E.NODEV, E.INVAL, E.NOENT]);
    expect([pool(5, 0, 0)[0], pool(6, 0, 0, 5)[0], pool(8)[0]]).toEqual([E.INVAL, E.SRCH, E.NOSYS]);
    const rate = (cmd: number, us = 0): number[] => {
      const { result, words } = caller.sysctl(19, [0, 6, cmd, 0, us]);
      return [result, words[4]!];
    };
    expect([rate(1), rate(0, 5000), rate(1), rate(0, 50)]).toEqual([
      [0, 1000],
      [0, 5000],
      [0, 5000],
      [E.INVAL, 50],
    ]);
  });
});
