// As many domains as a person would ever start, at once: they live, none is dearer than the first, and idle ones cost nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SettledLab } from './settled';

const COUNT = 32;
const IDLE_SECONDS = 10;

it('32 embedded domains are alive beside dom0', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lab = await new SettledLab().open({});
  lab.settle();
  const costs: number[] = [];
  for (let i = 2; i <= COUNT; i++) {
    const file = path.join(folder, `${i}.cfg`);
    writeFileSync(file, `name = "n${i}"\nkernel = "embedded:domu"\nmemory = 4\n`);
    const before = lab.machine.instructions;
    await lab.machine.domains!.perform({ verb: 'create', file });
    lab.settle();
    costs.push(lab.machine.instructions - before);
  }
  // Idle: nobody has a timer, nothing is executed, whatever time passes.
  const { instructions, timeNs } = lab.machine;
  while (lab.machine.timeNs < timeNs + IDLE_SECONDS * 1e9 && lab.skip(timeNs + IDLE_SECONDS * 1e9))
    lab.machine.run(1e6);
  expect(lab.machine.instructions).toBe(instructions);

  expect(costs.at(-1)! / costs[0]!).toBeLessThan(2);
  expect(lab.ask('dom0', 'ping all')).toContain(`${COUNT} of ${COUNT} answered`);
  expect(lab.machine.domains!.list()).toHaveLength(COUNT + 1);
  for (let i = 2; i <= COUNT; i++) expect(lab.ask(`n${i}`, 'info')).toMatch(new RegExp(`domid +${i}\n +name +n${i}\n`));

  for (let i = 2; i <= COUNT; i++) {
    await lab.machine.domains!.perform({ verb: 'destroy', domain: `n${i}` });
    lab.settle();
  }
  expect(lab.machine.domains!.list().map(({ name }) => name)).toEqual(['Domain-0', 'demo']);
  expect(lab.ask('dom0', 'ping all')).toContain('1 of 1 answered');
});
