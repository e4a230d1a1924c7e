// The hypervisor's file system: what `xenhypfs` of dom0 reads and writes.
import { describe, expect, it } from 'vitest';
import { BUFFER, Caller, dom0, SCRATCH } from './caller';
import { guest, LOOP } from './small-guest';

const HYPFS_OP = 42;
const HEADER = 12;

function path(caller: Caller, text: string): [number, number] {
  const bytes = new TextEncoder().encode(`${text}\0`);
  caller.xen.memory.copyIn(caller.domain.address(SCRATCH), bytes);
  return [SCRATCH, bytes.length];
}
const bytesAt = (caller: Caller, length: number): Uint8Array =>
  caller.xen.memory.bytes(caller.domain.address(BUFFER), length).slice();

/** As `xenhypfs cat` and `ls`: a text, a number, or names. */
function read(caller: Caller, name: string): unknown {
  const result = caller.call(HYPFS_OP, 1, ...path(caller, name), BUFFER, 4096);
  if (result !== 0) return result;
  const bytes = bytesAt(caller, 4096);
  const view = new DataView(bytes.buffer);
  const [type, length] = [bytes[0], view.getUint32(4, true)];
  if (type === 2) return new TextDecoder().decode(bytes.subarray(HEADER, HEADER + length - 1));
  if (type === 3) return view.getUint32(HEADER, true);
  const names: string[] = [];
  for (let at = HEADER, next = 1; next !== 0 && length > 0; at += next) {
    next = view.getUint16(at + 12, true);
    const end = bytes.indexOf(0, at + 14);
    names.push(new TextDecoder().decode(bytes.subarray(at + 14, end)));
  }
  return names;
}
function write(caller: Caller, name: string, text: string): number {
  const bytes = new TextEncoder().encode(text);
  caller.xen.memory.copyIn(caller.domain.address(BUFFER), bytes);
  return caller.call(HYPFS_OP, 2, ...path(caller, name), BUFFER, bytes.length);
}

describe('hypfs', () => {
  it('has what Xen has, in order', () => {
    const caller = dom0();
    expect(caller.call(HYPFS_OP, 0)).toBe(1);
    expect(read(caller, '/')).toEqual(['buildinfo', 'cpupool', 'params']);
    expect(read(caller, '/buildinfo')).toEqual(['changeset', 'compileinfo', 'version']);
    expect(read(caller, '/buildinfo/version/major')).toBe(4);
    expect(read(caller, '/buildinfo/version/minor')).toBe(17);
    expect(read(caller, '/buildinfo/version/extra')).toBe('.0');
    expect(read(caller, '/params')).toEqual([
      ...['conswitch', 'gnttab_max_frames', 'gnttab_max_maptrack_frames', 'guest_loglvl', 'loglvl'],
    ]);
    expect(read(caller, '/cpupool/0/sched-gran')).toBe('cpu');
  });

  it('takes options, with effect', () => {
    const caller = dom0();
    expect(read(caller, '/params/guest_loglvl')).toBe('none/warning');
    expect(write(caller, '/params/guest_loglvl', 'all\0')).toBe(0);
    expect(read(caller, '/params/guest_loglvl')).toBe('all/all');
    const before = caller.bench.said().length;
    for (let i = 0; i < 20; i++) caller.xen.console.printAboutGuest('line', 3);
    expect(caller.bench.said().slice(before).split('\n')).toHaveLength(21);
    expect(write(caller, '/params/gnttab_max_frames', '8\0')).toBe(0);
    expect(caller.xen.xenOptions.grantFrames).toBe(8);
  });

  it('refuses the rest with the errors of Xen', () => {
    const caller = dom0();
    expect(read(caller, 'params')).toBe(-22);
    expect(read(caller, '/none')).toBe(-2);
    expect(read(caller, '/params/loglvl/x')).toBe(-2);
    expect(caller.call(HYPFS_OP, 0, 1)).toBe(-22);
    expect(caller.call(HYPFS_OP, 7, ...path(caller, '/'))).toBe(-95);
    expect(caller.call(HYPFS_OP, 1, ...path(caller, '/'), BUFFER, 11)).toBe(-22);
    expect(caller.call(HYPFS_OP, 1, ...path(caller, '/'), BUFFER, 12)).toBe(-105);
    expect(caller.call(HYPFS_OP, 1, SCRATCH, 2000)).toBe(-22);
    expect(caller.call(HYPFS_OP, 1, 0x10, 5)).toBe(-14);
    expect(write(caller, '/buildinfo/changeset', 'x\0')).toBe(-13);
    expect(write(caller, '/params', 'x\0')).toBe(-13);
    expect(write(caller, '/params/loglvl', `${'x'.repeat(16)}\0`)).toBe(-28);
    expect(write(caller, '/params/loglvl', 'all')).toBe(-33);
    expect(write(caller, '/params/loglvl', 'loud\0')).toBe(-22);
    const other = guest(caller.xen, 5, [LOOP]);
    expect(new Caller(caller.bench, other).call(HYPFS_OP, 0)).toBe(-1);
  });
});

describe('versions of grant tables', () => {
  it('are one on ARM', () => {
    const caller = dom0();
    const set = (version: number): number[] => {
      caller.put(SCRATCH, [version]);
      return [caller.call(20, 8, SCRATCH, 1), caller.words(SCRATCH, 1)[0]!];
    };
    expect([set(1), set(2), set(3)]).toEqual([[0, 1], [-38, 1], [-22, 1]]); // prettier-ignore
    expect(caller.call(20, 9, SCRATCH, 0)).toBe(-22);
  });
});
