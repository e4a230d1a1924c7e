// What it costs to make a domain with stock Linux beside the embedded dom0, from the request to its shell.
//   npm run create-domain [-- IMAGES] [COUNT]      with the images of `xenlab images get IMAGES`
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SettledLab } from '../test/lab/settled';

const IMAGES = path.resolve(process.argv[2] ?? process.env['XENLAB_IMAGES'] ?? 'images');
const COUNT = Number(process.argv[3] ?? 3);
const MARKER = 'LAB-SHELL-UP';
const SLICE = 1_000_000;
const MOST_SLICES = 20_000;

const [kernel, ramdisk] = ['zImage-armhf', 'busybox.cpio.gz'].map(name => path.join(IMAGES, name)) as [string, string];
const missing = [kernel, ramdisk].find(file => !existsSync(file));
if (missing !== undefined) throw new Error(`${missing} is missing; run \`xenlab images get ${IMAGES}\``);

const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
try {
  const lab = await new SettledLab().open({ memory: 1024 });
  const { machine } = lab;
  /** Until a console has said something. */
  const runUntil = (name: string, what: string): void => {
    for (let i = 0; i < MOST_SLICES; i++) {
      if (machine.run(SLICE).reason === 'idle') machine.skipIdle();
      if (lab.said(name).includes(what)) return;
    }
    throw new Error(`${name} does not say ${what}`);
  };
  runUntil('dom0', 'lab> ');
  for (let i = 1; i <= COUNT; i++) {
    const [name, file] = [`linux${i}`, path.join(folder, `${i}.cfg`)];
    writeFileSync(file, `name = "${name}"\nkernel = "${kernel}"\nramdisk = "${ramdisk}"\nmemory = 128\nextra = "rdinit=/init"\n`); // prettier-ignore
    const [before, begin] = [machine.instructions, process.cpuUsage()];
    const id = await machine.domains!.perform({ verb: 'create', file });
    runUntil(name, MARKER);
    const seconds = process.cpuUsage(begin).user / 1e6;
    console.log(`${name}  ${seconds.toFixed(2)} s of user CPU, ${Math.round((machine.instructions - before) / 1e6)} M instructions`); // prettier-ignore
    await machine.domains!.perform({ verb: 'destroy', domain: id });
  }
} finally {
  rmSync(folder, { recursive: true });
}
