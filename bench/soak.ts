// Long runs of guests that keep making and dropping code:  npm run soak [-- --minutes N] [--images DIR] [linux] [rewrite]
// `linux` (the usual one) runs programs in the stock kernel, `rewrite` is bare metal that writes functions. Prints a line a
// minute. Exit status 1 when memory grows or the guest comes to another result, 2 when the run cannot be made.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../src/cli/bench/measure';
import type { LabConfiguration } from '../src/lab/protocol';
import { heading, judge, line, type Minute, verdictLine } from './soak/figures';
import { openInThread } from './soak/lab';
import { ARGUMENTS, ROUND, soakDisk, WRONG } from './soak/linux';

const ROOT = process.env['PROJECT'] ?? process.cwd();
/** Little memory, so that all of it is in use soon. */
const GUEST_MIB = 64;
const MINUTE_MS = 60_000;
const SAMPLE_MS = 1000;
/** A round takes seconds; so many minutes without one are the end of the guest, whatever else the host does. */
const PATIENCE = 10;

interface Workload {
  readonly configuration: LabConfiguration;
  /** What the console says after each round. */
  readonly round?: RegExp;
  /** What it must never say. */
  readonly wrong: RegExp;
}

const WORKLOADS: Readonly<Record<string, (images: string, scratch: string) => Workload>> = {
  linux: (images, scratch) => {
    const initrd = path.join(scratch, 'soak.cpio');
    writeFileSync(initrd, soakDisk(readFileSync(path.join(images, 'busybox.cpio.gz'))));
    const kernel = path.join(images, 'zImage-armhf');
    const configuration: LabConfiguration = { hypervisor: 'none', kernel, initrd, args: ARGUMENTS };
    return { configuration, round: ROUND, wrong: WRONG };
  },
  rewrite: () => ({ configuration: { elf: path.join(ROOT, 'guests/soak/rewrite.elf') }, wrong: /BENCH .*/ }),
};

/** @returns whether memory stayed flat and the guest right */
async function soak({ configuration, round, wrong }: Workload, minutes: number): Promise<boolean> {
  let rounds = 0;
  let trouble: string | undefined;
  let unseen = '';
  const lab = await openInThread({ ...configuration, memory: GUEST_MIB, pace: 'fast' }, text => {
    const lines = (unseen + text).split('\n');
    unseen = lines.pop()!;
    for (const one of lines) {
      if (round?.test(one)) rounds++;
      trouble ??= wrong.exec(one)?.[0];
    }
  });
  const done: Minute[] = [];
  console.log(heading());
  while (done.length < minutes && trouble === undefined) {
    const resident: number[] = [];
    for (const end = performance.now() + MINUTE_MS; performance.now() < end && !lab.ended;) {
      await new Promise(resolve => setTimeout(resolve, SAMPLE_MS));
      resident.push(process.memoryUsage.rss());
    }
    const statistics = await lab.statistics();
    const minute = { rss: median(resident), memory: process.memoryUsage(), statistics, rounds };
    done.push(minute);
    console.log(line(done.length, minute));
    if (lab.ended) trouble ??= 'the machine has ended';
    if (round && rounds === done.at(-PATIENCE)?.rounds) trouble ??= `no round in ${PATIENCE} minutes`;
  }
  lab.end();
  if (trouble !== undefined) {
    console.log(`the guest: ${trouble.trim()}`);
    return false;
  }
  const verdict = judge(done.map(({ rss, statistics }) => ({ rss, instructions: statistics.instructions })));
  console.log(verdictLine(verdict));
  return verdict.flat;
}

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, images: { type: 'string' } },
  allowPositionals: true,
});
const scratch = mkdtempSync(path.join(os.tmpdir(), 'xenlab-soak-'));
try {
  const images = values.images ?? process.env['XENLAB_IMAGES'] ?? path.join(ROOT, 'images');
  const minutes = Number(values.minutes);
  if (!(Number.isInteger(minutes) && minutes >= 3)) throw new Error('--minutes takes a whole number, 3 or more');
  let good = true;
  for (const name of positionals.length > 0 ? positionals : ['linux']) {
    const workload = WORKLOADS[name];
    if (!workload) throw new Error(`there is no workload "${name}"; there are ${Object.keys(WORKLOADS).join(' and ')}`);
    console.log(`${name}, ${minutes} minutes, Node ${process.version}`);
    good = (await soak(workload(path.resolve(images), scratch), minutes)) && good;
  }
  process.exitCode = good ? 0 : 1;
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
