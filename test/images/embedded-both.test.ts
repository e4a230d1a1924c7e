// The dom0 of our own on Debian's Xen and on the built-in hypervisor: the same console, but for what is listed here.
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/setup.mjs';
import { bootXen, image, type Step } from './xen-lab';

const OPTIONS = ['--cpus', '2', '--kernel', path.resolve('guests/dom0/dom0.bin'), '--xen-append', 'dom0_mem=128M'];
const PROMPT = 'lab> ';
const STEPS: readonly Step[] = [
  ...['irqs', 'cpus', 'domains', 'run sieve', 'ping all', 'xenstore ls /', 'md 0'].map(one => [PROMPT, `${one}\n`] as const),
  [PROMPT, 'crash data\n'],
  ['demo: halted after crash', ''],
]; // prettier-ignore

/** Where a heap has put things, and how long they took, is each hypervisor's own. */
const general = (line: string): string =>
  line
    .replaceAll(/\b[89ab][0-9a-f]{7}\b/g, 'ADDRESS')
    .replaceAll(/\b\d+\.\d{3} (ms|s)\b/g, 'TIME')
    .replace(/tree +\d+ bytes/, 'tree BYTES')
    .replace(/^(\s+\d+ +(?:SGI|PPI) \d+ +)\d+/, '$1COUNT');

/** Lines that one of them has and the other has not, with the reason. */
const ONLY = {
  xen: [
    '  xen      4.17.5, this is its domain 0',
    // The store is that of the toolstack that is built in: Xen has none.
    '  store    none: this Xen keeps none for its dom0 (HVMOP_set_param: -1)',
    'xenstore: /: no store',
  ],
  builtin: ['  xen      4.17.5-xen-arm-lab, this is its domain 0', '  store    the one of the hypervisor', '  local'],
};

/** Xen writes the new node of the interrupt controller where the old one was, this core at the end of its bus. */
const MOVED = ['2c001000  -         interrupt-controller           arm,cortex-a15-gic'];

const dom0Lines = (console: string): string[] =>
  console
    .slice(console.indexOf('Xen ARM Lab demo guest'), console.indexOf('  r0 '))
    .split('\n')
    .filter(line => !line.startsWith('(XEN)'))
    .map(general);

describe('the embedded dom0', () => {
  beforeAll(ensureBuilt);

  it('says the same on both hypervisors', async () => {
    const real = dom0Lines((await bootXen(['--hypervisor', image('xen-armhf'), ...OPTIONS], STEPS)).console);
    const own = dom0Lines((await bootXen(OPTIONS, STEPS)).console);
    expect(real.length).toBeGreaterThan(60);
    const missing = (from: string[], to: string[]): string[] => from.filter(line => !to.includes(line));
    expect(missing(real, own).sort()).toEqual([...ONLY.xen].sort());
    expect(missing(own, real).sort()).toEqual([...ONLY.builtin].sort());
    const common = (lines: string[]): string[] =>
      lines.filter(line => real.includes(line) && own.includes(line) && !MOVED.includes(line));
    expect(common(own)).toEqual(common(real));
  });
});
