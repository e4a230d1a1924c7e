// 32 domains of the embedded kernel beside the embedded dom0, made one after the other: what each costs, and what they cost
// when all of them wait.  npm run many-domains [-- COUNT]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SettledLab } from '../test/lab/settled';

const COUNT = Number(process.argv[2] ?? 32);
const SLICE = 1_000_000;
const IDLE_SECONDS = 10;

const milliseconds = (before: NodeJS.CpuUsage): number => process.cpuUsage(before).user / 1000;

const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
try {
  const lab = await new SettledLab().open({ memory: 1024 });
  const { machine } = lab;
  lab.settle();
  const rows: { instructions: number; ms: number }[] = [];
  for (let i = 2; i <= COUNT; i++) {
    const file = path.join(folder, `${i}.cfg`);
    writeFileSync(file, `name = "n${i}"\nkernel = "embedded:domu"\nmemory = 4\n`);
    const [before, begin] = [machine.instructions, process.cpuUsage()];
    await machine.domains!.perform({ verb: 'create', file });
    lab.settle();
    rows.push({ instructions: machine.instructions - before, ms: milliseconds(begin) });
    if (!lab.said(`n${i}`).includes('domU> ')) throw new Error(`n${i} does not come up`);
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
  while (machine.timeNs < until && lab.skip(until)) machine.run(SLICE);
  console.log(`all idle     ${machine.instructions - before} instructions, ${milliseconds(begin).toFixed(1)} ms`);
} finally {
  rmSync(folder, { recursive: true });
}
