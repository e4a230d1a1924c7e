// How many exceptions Xen and a small dom0 take until the shell, why Hyp mode is entered, and how often they touch which
// device: as on qemu, within a fifth, but for differences with a reason. Needs a folder of images ($XENLAB_IMAGES, or images/).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findBoard } from '../../src/emu/boards';
import { Machine, type MachineActivity } from '../../src/emu/machine';
import { planBoot } from '../../src/lab/boot-plan';
import { checkConfiguration } from '../../src/lab/configuration';
import { nodeHost } from '../../src/lab/node/host';
import { EXTRAS, NOT_IN_QEMU, ROW_DIFFERENCES, rowsOf, SYNDROME_DIFFERENCES } from './golden/activity-differences';
import { image } from './xen-lab';

const MARKER = 'LAB-SHELL-UP';
const MIB = 1 << 20;
const SLICE = 100_000;
/** Counts of a few are the same when they differ by this many. */
const FEW = 2;

/** What the boot of the measurement did until the marker; in slices of instructions, so it is the same every time. */
async function activityOf(): Promise<MachineActivity> {
  const board = findBoard('vexpress-v2p-ca15-tc1')!;
  const configuration = checkConfiguration({
    hypervisor: path.resolve(image('xen-armhf')),
    kernel: path.resolve(image('zImage-armhf')),
    initrd: path.resolve(image('busybox.cpio.gz')),
    xenArgs: 'dom0_mem=512M',
    args: 'console=hvc0 rdinit=/init',
    decompress: 'guest',
  });
  const memoryBytes = 1024 * MIB;
  const plan = await planBoot({ host: nodeHost, board, configuration, cpus: 1, memoryBytes });
  let said = '';
  let seen = false;
  const machine = new Machine({
    ...{ board, cpus: 1, memoryBytes, log: () => {}, baseSeconds: 0 },
    output: (_, byte) => {
      said = (said + String.fromCharCode(byte)).slice(-MARKER.length);
      seen ||= said === MARKER;
    },
    translation: { threshold: 300, capacity: 4096, limit: 600 },
  });
  machine.start(plan);
  while (!seen && machine.timeNs < 60e9) {
    const end = machine.run(SLICE);
    if (end.reason === 'idle' && end.idleUntilNs !== undefined) machine.skipIdle();
    else if (end.reason !== 'budget') break;
  }
  expect(seen).toBe(true);
  return machine.activity();
}

/** A file of counts by row. */
function counts(...names: string[]): Map<string, number> {
  const text = names.map(name => readFileSync(path.join(import.meta.dirname, `golden/${name}`), 'utf8')).join('');
  return new Map(
    text
      .trim()
      .split('\n')
      .map(line => {
        const [, count, row] = /^(\d+) (.*?)(?: on)? *$/.exec(line)!;
        return [row!, Number(count)];
      }),
  );
}

const near = (ours: number, theirs: number): boolean => Math.abs(ours - theirs) <= Math.max(FEW, theirs / 5);
const show = (row: string, ours: number, theirs: number): string => `${row}: ${ours}, there ${theirs}`;

describe('Xen and a small dom0 until the shell', () => {
  const clock = counts('xen-dom0-boot-exceptions-qemu.txt', 'xen-dom0-boot-mmio-qemu.txt');
  const paced = counts('xen-dom0-boot-paced-qemu.txt');
  let activity: MachineActivity;
  /** Without what only this machine does. */
  let rows: Map<string, number>;
  beforeAll(async () => {
    activity = await activityOf();
    rows = rowsOf(activity);
    for (const extra of EXTRAS) {
      const ours = activity.syndromes.filter(({ hsr }) => extra.hsr(hsr)).reduce((sum, { count }) => sum + count, 0);
      for (const row of extra.rows) rows.set(row, rows.get(row)! - ours + extra.there);
    }
  }, 600_000);

  it('exceptions and accesses', () => {
    const unexplained = [...clock].flatMap(([row, theirs]) => {
      const known = ROW_DIFFERENCES.find(one => one.row === row);
      const ours = (rows.get(row) ?? 0) - (known?.more ?? 0);
      return row.startsWith('ESR') || known?.paced || near(ours, theirs) ? [] : [show(row, ours, theirs)];
    });
    expect(unexplained).toEqual([]);
    const others = [...rows.keys()].filter(row => !clock.has(row)).map(row => /'(.*)'/.exec(row)?.[1] ?? row);
    expect([...new Set(others)].sort()).toEqual(NOT_IN_QEMU);
  });

  it('the same beside a run in which time passes as it does here', () => {
    const unexplained = [...paced].flatMap(([row, theirs]) => {
      const more = ROW_DIFFERENCES.find(one => one.row === row)?.more ?? 0;
      const ours = (rows.get(row) ?? 0) - more;
      return row.startsWith('ESR') || near(ours, theirs) ? [] : [show(row, ours, theirs)];
    });
    expect(unexplained).toEqual([]);
  });

  it('syndromes, one by one', () => {
    const IL = 1 << 25;
    /** IL means nothing for aborts without a valid syndrome; ARMv7 lets it read as zero, qemu sets it. */
    const withoutLength = (hsr: number): number =>
      hsr >>> 26 === 0x20 || (hsr >>> 26 === 0x24 && !(hsr & (1 << 24))) ? (hsr & ~IL) >>> 0 : hsr;
    const theirs = new Map<number, number>();
    for (const [row, count] of paced) {
      const hsr = /^ESR 0x[\da-f]+\/(0x[\da-f]+)/.exec(row)?.[1];
      if (hsr === undefined) continue;
      const key = withoutLength(Number(hsr));
      theirs.set(key, (theirs.get(key) ?? 0) + count);
    }
    const ours = new Map(activity.syndromes.map(({ hsr, count }) => [withoutLength(hsr), count]));
    expect(theirs.size).toBeGreaterThan(40);
    const unexplained = [...new Set([...theirs.keys(), ...ours.keys()])].flatMap(hsr => {
      const [here, there] = [ours.get(hsr) ?? 0, theirs.get(hsr) ?? 0];
      const name = `0x${hsr.toString(16)}`;
      if (near(here, there) && (here > 0 || there === 0)) return [];
      if (EXTRAS.some(extra => extra.hsr(hsr)) || SYNDROME_DIFFERENCES.some(one => one.hsr.test(name))) return [];
      return [show(name, here, there)];
    });
    expect(unexplained).toEqual([]);
  });
});
