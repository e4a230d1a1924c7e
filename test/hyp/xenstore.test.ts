// The store as guests see it: through the ring, by the protocol.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Toolstack } from '../../src/hyp';
import type { Domain } from '../../src/hyp/domain';
import { STORE_RING } from '../../src/hyp/toolstack/build';
import { encode, XS } from '../../src/hyp/xenstore/wire';
import { FakeKernel, planOf, toolstackBench } from './toolstack-bench';

let one: FakeKernel;
let two: FakeKernel;
let toolstack: Toolstack;
let domains: ReadonlyMap<number, Domain>;

beforeEach(() => {
  const made = toolstackBench();
  ({ toolstack } = made);
  ({ domains } = made.xen);
  const kernel = (name: string): FakeKernel => new FakeKernel(domains.get(toolstack.create(planOf(name), true))!);
  [one, two] = [kernel('one'), kernel('two')];
});

describe('nodes', () => {
  it('has what libxl writes for a domain, readable by it', () => {
    expect(one.ask(XS.READ, 'name\0')).toBe('one');
    expect(one.ask(XS.READ, '/local/domain/1/domid\0')).toBe('1');
    expect(one.ask(XS.READ, 'memory/target\0')).toBe('4096');
    expect(one.ask(XS.READ, 'store/ring-ref\0')).toBe(String(0x39001));
    expect(one.ask(XS.READ, 'console/port\0')).toBe('2');
    expect(one.ask(XS.READ, 'cpu/0/availability\0')).toBe('online');
    expect(one.ask(XS.GET_DOMAIN_PATH, '7\0')).toBe('/local/domain/7');
    expect(one.ask(XS.IS_DOMAIN_INTRODUCED, '2\0')).toBe('T');
    expect(one.ask(XS.IS_DOMAIN_INTRODUCED, '9\0')).toBe('F');
  });

  it('lets a domain write where it may, and nowhere else', () => {
    expect(one.ask(XS.WRITE, 'data/a/b\0value')).toBe('OK');
    expect(one.ask(XS.READ, 'data/a/b\0')).toBe('value');
    expect(one.ask(XS.DIRECTORY, 'data\0')).toBe('a');
    expect(one.ask(XS.WRITE, 'name\0other')).toBe('EACCES');
    expect(one.ask(XS.WRITE, '/local/domain/2/data/x\0y')).toBe('EACCES');
    expect(one.ask(XS.READ, '/local/domain/2/name\0')).toBe('EACCES');
    expect(one.ask(XS.READ, '/nothing\0')).toBe('EACCES');
    expect(one.ask(XS.READ, 'data/nothing\0')).toBe('ENOENT');
    expect(one.ask(XS.RM, '/\0')).toBe('EINVAL');
    expect(one.ask(XS.MKDIR, '/mine\0')).toBe('EACCES');
  });

  it('lets a domain share a node of its own', () => {
    one.ask(XS.WRITE, 'data/shared\0here');
    expect(one.ask(XS.GET_PERMS, 'data/shared\0')).toBe('n1');
    expect(two.ask(XS.READ, '/local/domain/1/data/shared\0')).toBe('EACCES');
    expect(one.ask(XS.SET_PERMS, 'data/shared\0n1\0b2\0')).toBe('OK');
    expect(two.ask(XS.READ, '/local/domain/1/data/shared\0')).toBe('here');
    expect(two.ask(XS.WRITE, '/local/domain/1/data/shared\0there')).toBe('OK');
    expect(two.ask(XS.SET_PERMS, '/local/domain/1/data/shared\0n2\0')).toBe('EACCES');
    expect(one.ask(XS.SET_PERMS, 'data/shared\0n2\0')).toBe('EACCES');
    expect(one.ask(XS.READ, 'data/shared\0')).toBe('there');
  });

  it('gives many names in parts', () => {
    for (let i = 0; i < 150; i++) expect(one.ask(XS.MKDIR, `data/${'n'.repeat(8)}${i}\0`)).toBe('OK');
    const [, ...parts] = one.ask(XS.DIRECTORY_PART, 'data\x000\0').split('\0');
    expect(parts.filter(name => name !== '')).toHaveLength(150);
    expect(one.ask(XS.DIRECTORY_PART, 'data\x0099999\0')).toBe('EINVAL');
  });

  it.each([
    ['no end', XS.READ, 'name', 'EINVAL'],
    ['too much', XS.READ, 'name\0name\0', 'EINVAL'],
    ['a sign that no path has', XS.READ, 'na me\0', 'EINVAL'],
    ['two slashes', XS.READ, 'data//a\0', 'EINVAL'],
    ['a slash at the end', XS.READ, 'data/\0', 'EINVAL'],
    ['permissions that are none', XS.SET_PERMS, 'data\0x1\0', 'EINVAL'],
    ['nobody to own', XS.SET_PERMS, 'data\0', 'EINVAL'],
    ['a domain that is none', XS.GET_DOMAIN_PATH, 'x\0', 'EINVAL'],
    ['an operation of the toolstack', XS.INTRODUCE, '1\x002\x003\0', 'EACCES'],
    ['an operation that is none', 99, '', 'ENOSYS'],
    ['the end of no transaction', XS.TRANSACTION_END, 'T\0', 'ENOENT'],
    ['a watch without a token', XS.WATCH, 'data\0', 'EINVAL'],
  ])('answers %s with an error', (_, type, payload, error) => {
    expect(one.ask(type, payload)).toBe(error);
  });
});

describe('transactions', () => {
  const begin = (): number => Number(one.ask(XS.TRANSACTION_START, '\0'));

  it('show what was done in them to nobody, until they end', () => {
    const t = begin();
    expect(one.ask(XS.WRITE, 'data/x\x001', t)).toBe('OK');
    expect(one.ask(XS.READ, 'data/x\0', t)).toBe('1');
    expect(one.ask(XS.READ, 'data/x\0')).toBe('ENOENT');
    expect(one.ask(XS.TRANSACTION_END, 'T\0', t)).toBe('OK');
    expect(one.ask(XS.READ, 'data/x\0')).toBe('1');
    expect(one.ask(XS.READ, 'data/x\0', t)).toBe('ENOENT');
  });

  it('can be given up', () => {
    const t = begin();
    one.ask(XS.RM, 'data\0', t);
    expect(one.ask(XS.TRANSACTION_END, 'F\0', t)).toBe('OK');
    expect(one.ask(XS.WRITE, 'data/x\0y')).toBe('OK');
  });

  it('fail when what they read has changed, and only then', () => {
    one.ask(XS.WRITE, 'data/x\x001');
    const [t, u] = [begin(), begin()];
    expect(one.ask(XS.READ, 'data/x\0', t)).toBe('1');
    expect(one.ask(XS.WRITE, 'data/y\x001', t)).toBe('OK');
    expect(one.ask(XS.WRITE, 'attr/z\x001', u)).toBe('OK');
    one.ask(XS.WRITE, 'data/x\x002');
    expect(one.ask(XS.TRANSACTION_END, 'T\0', t)).toBe('EAGAIN');
    expect(one.ask(XS.READ, 'data/y\0')).toBe('ENOENT');
    expect(one.ask(XS.TRANSACTION_END, 'T\0', u)).toBe('OK');
    expect(one.ask(XS.READ, 'attr/z\0')).toBe('1');
  });

  it('do not nest, and are as many as the quota says', () => {
    const t = begin();
    expect(one.ask(XS.TRANSACTION_START, '\0', t)).toBe('EBUSY');
    for (let i = 0; i < 9; i++) begin();
    expect(one.ask(XS.TRANSACTION_START, '\0')).toBe('ENOSPC');
  });
});

describe('watches', () => {
  it('tell at once, then of every change below, by the path as it was given', () => {
    expect(one.ask(XS.WATCH, 'data\0token\0')).toBe('OK');
    expect(one.events).toEqual(['data\0token']);
    one.ask(XS.WRITE, 'data/a/b\x001');
    one.ask(XS.MKDIR, 'data/c/d\0');
    expect(one.events.slice(1)).toEqual(['data/a/b\0token', 'data/c/d\0token']);
    expect(one.ask(XS.WATCH, 'data\0token\0')).toBe('EEXIST');
    expect(one.ask(XS.UNWATCH, 'data\0token\0')).toBe('OK');
    expect(one.ask(XS.UNWATCH, 'data\0token\0')).toBe('ENOENT');
    one.ask(XS.WRITE, 'data/a/b\x002');
    expect(one.events).toHaveLength(3);
  });

  it('tell of what has gone with what was above it', () => {
    one.ask(XS.WRITE, 'data/a/b\x001');
    one.ask(XS.WATCH, '/local/domain/1/data/a/b\0t\0');
    one.ask(XS.RM, 'data/a\0');
    expect(one.events).toEqual(['/local/domain/1/data/a/b\0t', '/local/domain/1/data/a/b\0t']);
  });

  it('tell nothing of what may not be read', () => {
    two.ask(XS.WATCH, '/local/domain/1\0t\0');
    two.ask(XS.WATCH, '@releaseDomain\0r\0');
    expect(two.events).toHaveLength(2);
    one.ask(XS.WRITE, 'data/secret\x001');
    toolstack.destroy(1);
    expect(two.pendingEvents()).toEqual([]);
  });

  it('end when the guest begins anew', () => {
    one.ask(XS.WATCH, 'data\0t\0');
    expect(one.ask(XS.RESET_WATCHES, '\0')).toBe('OK');
    one.ask(XS.WRITE, 'data/x\x001');
    expect(one.events).toHaveLength(1);
  });
});

describe('quotas', () => {
  it('keep a domain from filling the store', () => {
    expect(one.ask(XS.WRITE, `data/x\0${'v'.repeat(2100)}`)).toBe('ENOSPC');
    expect(one.ask(XS.READ, 'data/x\0')).toBe('ENOENT');
    let made = 0;
    const answers = new Set<string>();
    for (let i = 0; i < 60; i++)
      for (let j = 0; j < 20; j++) {
        const answer = one.ask(XS.MKDIR, `data/d${i}/e${j}\0`);
        if (answer === 'OK') made++;
        answers.add(answer);
      }
    expect(made).toBeGreaterThan(900);
    expect(made).toBeLessThanOrEqual(1000);
    expect([...answers]).toEqual(['OK', 'ENOSPC']);
    expect(one.ask(XS.RM, 'data/d0\0')).toBe('OK');
    expect(one.ask(XS.MKDIR, 'data/again\0')).toBe('OK');
    expect(two.ask(XS.MKDIR, 'data/x\0')).toBe('OK');
  });

  it('count the watches', () => {
    for (let i = 0; i < 128; i++) expect(one.ask(XS.WATCH, `data\0${i}\0`)).toBe('OK');
    expect(one.ask(XS.WATCH, 'data\0more\0')).toBe('E2BIG');
  });
});

describe('a guest that does not keep to the protocol', () => {
  const header = (length: number): Uint8Array => {
    const bytes = encode({ type: XS.READ, request: 1, transaction: 0, payload: new Uint8Array() });
    new DataView(bytes.buffer).setUint32(12, length, true);
    return bytes;
  };

  it('is not heard any more after a length that cannot be, and is told so', () => {
    expect(one.raw(header(4097))).toEqual([]);
    expect(one.u32(STORE_RING + 2072)).toBe(3);
    expect(one.ask(XS.READ, 'name\0')).toBe('no answer');
    expect(two.ask(XS.READ, 'name\0')).toBe('two');
  });

  it('is not heard any more after indices that cannot be', () => {
    one.setU32(STORE_RING + 2052, 5000);
    one.send(1);
    expect(one.u32(STORE_RING + 2072)).toBe(2);
    expect(two.ask(XS.READ, 'name\0')).toBe('two');
  });

  it('gets no further when it does not read its answers', () => {
    const ask = encode({ type: XS.GET_PERMS, request: 1, transaction: 0, payload: Uint8Array.from([...'name\0'].map(c => c.charCodeAt(0))) }); // prettier-ignore
    let sent = 0;
    for (; sent < 1000; sent++) {
      const there = one.u32(STORE_RING + 2052) - one.u32(STORE_RING + 2048);
      if (there + ask.length > 1024) break;
      const at = one.u32(STORE_RING + 2052);
      ask.forEach((byte, i) => one.write(STORE_RING + ((at + i) & 1023), Uint8Array.of(byte)));
      one.setU32(STORE_RING + 2052, at + ask.length);
      one.send(1);
    }
    expect(sent).toBeLessThan(150);
    expect(two.ask(XS.READ, 'name\0')).toBe('two');
    expect(one.pendingEvents()).toHaveLength(sent);
  });

  it('does no harm with any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 0, max: 25 }), (bytes, type) => {
        one.raw(encode({ type, request: 1, transaction: 0, payload: bytes }));
        return two.ask(XS.READ, 'name\0') === 'two';
      }),
      { numRuns: 300 },
    );
  });
});
