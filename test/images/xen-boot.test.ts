// Debian's Xen boots dom0 to its shell and says on the way what it says elsewhere. Needs a folder of images ($XENLAB_IMAGES,
// or images/): `xenlab images get`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { XEN_DIFFERENCES } from './golden/xen-differences';
import { bootXen, image, xenLines, xenOptions } from './xen-lab';

const OPTIONS = [...xenOptions(image('busybox.cpio.gz')), '--expect', 'LAB-SHELL-UP'];

describe('Xen with a small dom0', () => {
  it('says line by line what it says on qemu, but for differences with a reason', async () => {
    const end = await bootXen([...OPTIONS, '--memory', '1024']);
    expect(end.code, end.said).toBe(0);
    const theirs = xenLines(readFileSync(join(import.meta.dirname, 'golden/vexpress-a15-xen-dom0-qemu.log'), 'latin1'));
    const ours = xenLines(end.console);
    expect(ours.length).toBe(theirs.length);
    const unexplained = theirs.flatMap((line, i) => {
      if (line === ours[i]) return [];
      const known = XEN_DIFFERENCES.find(d => d.theirs.test(line));
      return known?.ours?.test(ours[i]!) ? [] : [`- ${line}`, `+ ${ours[i]}`];
    });
    expect(unexplained).toEqual([]);
  });

  it('boots with two cores', async () => {
    const end = await bootXen([...OPTIONS, '--cpus', '2']);
    expect(end.code, end.said).toBe(0);
    expect(end.console).toContain('(XEN) Brought up 2 CPUs');
    expect(end.console).toContain('Brought up 1 node, 2 CPUs');
  });
});
