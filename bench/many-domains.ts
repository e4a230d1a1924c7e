// 32 domains of the embedded kernel beside the embedded dom0, made one after the other: what each costs, and what they cost
// when all of them wait.  npm run many-domains [-- COUNT]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLab } from '../src/lab/lab';
import type { LabMachine } from '../src/lab/machine-port';
import { nodeHost } from '../src/lab/node/host';

const COUNT = Number(process.argv[2] ?? 32);
const SLICE = 1_000_000;
const MOST_SLICES = 500;
const IDLE_SECONDS = 10;

/** To the next timer. @returns whether there is one */
function skip(machine: LabMachine, untilNs?: number): boolean {
  const before = machine.timeNs;
  machine.skipIdle(untilNs);
  return machine.timeNs > before;
}

/** Runs until nobody has anything to do. */
function settle(machine: LabMachine): void {
  for (let i = 0; i < MOST_SLICES; i++) if (machine.run(SLICE).reason === 'idle' && !skip(machine)) return;
  throw new Error('it does not come to rest');
}

const milliseconds = (before: NodeJS.CpuUsage): number => process.cpuUsage(before).user / 1000;

const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
try {
  const said = new Map<string, string>();
  const sink = (name: string) => ({
    write: (byte: number) => void said.set(name, (said.get(name) ?? '') + String.fromCharCode(byte)),
  });
  const ports = { sink, log: () => {}, problem: () => {}, domains: () => {}, progress: () => {} };
  const { machine } = await openLab({ pace: 'fast', memory: 1024 }, nodeHost, ports);
  settle(machine);
  const rows: { instructions: number; ms: number }[] = [];
  for (let i = 2; i <= COUNT; i++) {
    const file = path.join(folder, `${i}.cfg`);
    writeFileSync(file, `name = "n${i}"\nkernel = "embedded:domu"\nmemory = 4\n`);
    const [before, begin] = [machine.instructions, process.cpuUsage()];
    await machine.domains!.perform({ verb: 'create', file });
    settle(machine);
    rows.push({ instructions: machine.instructions - before, ms: milliseconds(begin) });
    if (!said.get(`n${i}`)?.includes('domU> ')) throw new Error(`n${i} does not come up`);
  }
  const mean = (some: typeof rows, of: (row: (typeof rows)[0]) => number): number =>
    some.reduce((sum, row) => sum + of(row), 0) / some.length;
  const show = (what: string, some: typeof rows): void =>
    console.log(`${what.padEnd(12)} ${mean(some, r => r.ms).toFixed(1)} ms of user CPU, ${Math.round(mean(some, r => r.instructions))} instructions`); // prettier-ignore
  show('first', rows.slice(0, 1));
  show('first four', rows.slice(0, 4));
  show('last four', rows.slice(-4));
  show('last', rows.slice(-1));
  const [before, begin] = [machine.instructions, process.cpuUsage()];
  const until = machine.timeNs + IDLE_SECONDS * 1e9;
  while (machine.timeNs < until && skip(machine, until)) machine.run(SLICE);
  console.log(`all idle     ${machine.instructions - before} instructions, ${milliseconds(begin).toFixed(1)} ms`);
} finally {
  rmSync(folder, { recursive: true });
}
