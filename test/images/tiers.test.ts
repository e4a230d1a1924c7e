// A whole boot of Linux, and one of Xen with Linux as dom0, is the same whatever is translated, and when: instructions,
// console, and all of the state at the end.
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { linuxBoot } from '../../bench/linux';
import type { TranslationOptions } from '../../src/emu/cpu/translator';
import type { BootImage } from '../../src/emu/machine';
import { planBoot } from '../../src/lab/boot-plan';
import { nodeHost } from '../../src/lab/node/host';
import { BOARD, boot, type End, MARKER, MEMORY_BYTES, randomly } from './whole-boot';

const images = path.resolve(process.env['XENLAB_IMAGES'] ?? 'images');
const image = (name: string): string => path.join(images, name);

const linux = (cpus: number): Promise<BootImage> => linuxBoot(images, 'console=ttyAMA0 rdinit=/init', cpus);

const xen = (cpus: number): Promise<BootImage> => {
  const configuration = {
    ...{ hypervisor: image('xen-armhf'), kernel: image('zImage-armhf'), initrd: image('busybox.cpio.gz') },
    ...{ xenArgs: 'dom0_mem=512M loglvl=all guest_loglvl=all', args: 'console=hvc0 rdinit=/init' },
  };
  return planBoot({ host: nodeHost, board: BOARD, configuration, cpus, memoryBytes: MEMORY_BYTES });
};

type Row = readonly [name: string, cpus: number, translation: TranslationOptions];

const LINUX: readonly Row[] = [
  ['a threshold of 1', 1, { threshold: 1, capacity: 4096, limit: 600 }],
  ['a threshold of 30', 1, { threshold: 30, capacity: 4096, limit: 600 }],
  ['a threshold of 300', 1, { threshold: 300, capacity: 4096, limit: 600 }],
  ['random choice', 1, { threshold: 50, capacity: 4096, limit: 600, decline: randomly(1) }],
  ['64 modules at most', 1, { threshold: 300, capacity: 64, limit: 600 }],
  ['two cores and a threshold of 100', 2, { threshold: 100, capacity: 4096, limit: 600 }],
];
const XEN: readonly Row[] = [
  ['a threshold of 30', 1, { threshold: 30, capacity: 4096, limit: 600 }],
  ['random choice', 1, { threshold: 50, capacity: 4096, limit: 600, decline: randomly(2) }],
  ['two cores and a threshold of 300', 2, { threshold: 300, capacity: 4096, limit: 600 }],
];

const BOOTS: readonly (readonly [string, (cpus: number) => Promise<BootImage>, readonly Row[]])[] = [
  ['Linux', linux, LINUX],
  ['Xen and dom0', xen, XEN],
];

for (const [name, prepare, rows] of BOOTS)
  describe(`a boot of ${name}`, () => {
    const interpreted: End[] = [];
    const prepared: BootImage[] = [];
    beforeAll(async () => {
      for (const cpus of [1, 2]) {
        prepared[cpus] = await prepare(cpus);
        const { machine, ...end } = boot(prepared[cpus], cpus);
        expect(machine.translation).toBeUndefined();
        interpreted[cpus] = end;
      }
    }, 600_000);
    for (const [how, cpus, options] of rows)
      it(`is the same with ${how}`, { timeout: 300_000 }, () => {
        const { machine, ...end } = boot(prepared[cpus]!, cpus, options);
        expect(end.console).toContain(`${MARKER} `);
        expect(end).toEqual(interpreted[cpus]);
        expect(machine.translation!.share).toBeGreaterThan(0.5);
        expect(machine.translation!.live).toBeLessThanOrEqual(options.capacity);
      });
  });
