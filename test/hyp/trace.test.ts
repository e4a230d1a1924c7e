// The trace keeps the newest records, in order, with what makes them worth reading.
import { describe, expect, it } from 'vitest';
import { Trace, traceText } from '../../src/hyp/trace';

describe('trace', () => {
  it('forgets the oldest, and says how many', () => {
    let at = 0;
    const trace = new Trace(() => ({ at: ++at, timeNs: 2 * at }), 3);
    for (const port of [1, 2, 3, 4, 5]) trace.add({ kind: 'event', domain: 0, port });
    const { lost, records } = trace.contents();
    expect(lost).toBe(2);
    expect(records.map(one => one.kind === 'event' && one.port)).toEqual([3, 4, 5]);
    expect(records.map(one => [one.at, one.timeNs])).toEqual([[3, 6], [4, 8], [5, 10]]); // prettier-ignore
  });

  it('reads as lines', () => {
    const trace = new Trace(() => ({ at: 1234, timeNs: 5678 }));
    const who = { domain: 0, vcpu: 1 } as const;
    trace.add({ kind: 'hypercall', ...who, space: 0, name: 'domctl', operation: 'pausedomain', args: [0xb6, 0, 0, 0, 0], words: [], result: -3 }); // prettier-ignore
    trace.add({ kind: 'trap', ...who, pc: 0x80008000, syndrome: 0x93c08006 });
    trace.add({ kind: 'grant', domain: 0, action: 'map', granter: 1, ref: 8, gfn: 0x9000, readonly: true });
    trace.add({ kind: 'p2m', domain: 1, gfn: 0x40000, count: 512, mfn: 0xa0000, type: 1 });
    trace.add({ kind: 'p2m', domain: 1, gfn: 0x40000, count: 1 });
    expect(traceText(trace.contents()).split('\n').map(line => line.slice(28))).toEqual([
      'd0 v1 domctl.pausedomain(b6, 0, 0, 0, 0) = -3',
      'd0 v1 trap hsr=93c08006 pc=80008000',
      'd0 grant map of d1 ref 8 at gfn 9000, read only',
      'd1 p2m gfn 40000 +512 is mfn a0000 type 1',
      'd1 p2m gfn 40000 +1 unmapped',
      '',
    ]); // prettier-ignore
  });
});
