// Debian's Xen booted by the built command line, for tests that talk to its console.
import { spawn } from 'node:child_process';
import path from 'node:path';

const images = process.env['XENLAB_IMAGES'] ?? 'images';
export const image = (name: string): string => path.join(images, name);

/** @param ramDisk path of that of dom0 */
export const xenOptions = (ramDisk: string, append = ''): string[] => [
  ...['--hypervisor', image('xen-armhf')],
  ...builtinOptions(ramDisk, append),
];

/** The same dom0 on the hypervisor that is built in. */
export const builtinOptions = (ramDisk: string, append = ''): string[] => [
  ...['--kernel', image('zImage-armhf'), '--initrd', ramDisk],
  ...['--xen-append', 'dom0_mem=512M loglvl=all guest_loglvl=all'],
  ...['--append', `console=hvc0 rdinit=/init ${append}`.trim()],
];

export interface Ended {
  readonly code: number | null;
  readonly console: string;
  readonly said: string;
}

/** Where a script waits, and what it types then, as it is. */
export type Step = readonly [wait: RegExp | string, type: string];

/** Boots, follows the steps in order, and ends the machine after the last one that is awaited. */
export function bootXen(options: readonly string[], steps: readonly Step[] = []): Promise<Ended> {
  const child = spawn(process.execPath, ['dist/xenlab.mjs', 'boot', ...options], {
    stdio: [steps.length > 0 ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  let console = '';
  let said = '';
  let from = 0;
  let step = 0;
  const follow = (): void => {
    for (; step < steps.length; step++) {
      const [wait, type] = steps[step]!;
      const found = typeof wait === 'string' ? console.indexOf(wait, from) : console.slice(from).search(wait);
      if (found < 0) return;
      from = typeof wait === 'string' ? found + wait.length : from + found + 1;
      if (type !== '') child.stdin!.write(type);
    }
    if (steps.length > 0) child.kill();
  };
  child.stdout!.on('data', (data: Buffer) => {
    console += data.toString('latin1').replaceAll('\r', '');
    follow();
  });
  child.stderr!.on('data', (data: Buffer) => (said += data.toString('utf8')));
  return new Promise(resolve => child.on('close', code => resolve({ code, console, said })));
}

/** What Xen itself said, in order. */
export const xenLines = (console: string): string[] =>
  console.split('\n').flatMap(line => /\(XEN\).*/.exec(line)?.[0].trimEnd() ?? []);
