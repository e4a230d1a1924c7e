// Hypercalls with arguments of zeros answer what Debian's Xen 4.17 answers. What that was is in fixtures/xen-answers.txt,
// printed by fixtures/answers.c in dom0; here the same calls are made in the same order.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BUFFER, type Caller, createWords, dom0, SCRATCH } from './caller';
import { CODE } from './small-guest';

const NUMBER: Readonly<Record<string, number>> = {
  ...{ memory_op: 12, console_io: 18, grant_table_op: 20, vm_assist: 21, vcpu_op: 24, sched_op: 29 },
  ...{ event_channel_op: 32, hvm_op: 34 },
};

/** Answers that are others here, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'memory_op 2': 'the machine of this test has less memory',
  'memory_op 3': 'dom0 of this test has 16 pages',
  'memory_op 4': 'dom0 of this test has 16 pages',
  'memory_op 14': 'dom0 of this test has 16 pages',
};

/** One line of the fixture as a hypercall. @param fresh the domain that the first line made */
function answer(caller: Caller, name: string, sub: number, about: string, fresh: number): number {
  const zeros = (): number => {
    const at = caller.domain.address(SCRATCH);
    caller.xen.memory.clear(at, 4096);
    return SCRATCH;
  };
  zeros();
  if (name === 'domctl') {
    if (sub === 1) return caller.domctl(1, 0, createWords(1)).result;
    return caller.domctl(sub, about === 'new' ? fresh : about === 'dom0' ? 0 : 0x7e00).result;
  }
  if (name === 'sysctl') return caller.sysctl(sub).result;
  const number = name === 'hypercall' ? sub : NUMBER[name]!;
  const args = name === 'hypercall' ? [0, SCRATCH] : name === 'vcpu_op' ? [sub, 0, SCRATCH] : [sub, SCRATCH];
  return caller.call(number, ...args);
}

it('hypercalls of zeros answer as on Xen', () => {
  const caller = dom0();
  // Linux has its events by FIFO.
  caller.call(32, 11, caller.put(BUFFER, [(CODE >>> 12) + 3, 0, 0, 0, 0]));
  caller.call(32, 12, caller.put(BUFFER, [(CODE >>> 12) + 4, 0]));
  caller.call(24, 10, 0, caller.put(BUFFER, [(CODE >>> 12) + 5, 0, 0, 0]));
  const lines = readFileSync(path.join(import.meta.dirname, 'fixtures/xen-answers.txt'), 'latin1')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(465);
  const wrong: string[] = [];
  const explained = new Set<string>();
  for (const line of lines) {
    const [name, sub, about, theirs] = line.split(' ') as [string, string, string, string];
    const ours = answer(caller, name, Number(sub), about, 1);
    const key = `${name} ${sub}`;
    if (String(ours) === theirs) continue;
    if (DIFFERENCES[key]) explained.add(key);
    else wrong.push(`${line}, here ${ours}`);
  }
  expect(wrong).toEqual([]);
  expect([...explained].sort()).toEqual(Object.keys(DIFFERENCES).sort());
});
