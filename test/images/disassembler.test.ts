// The disassembler beside objdump over real code: a kernel in A32, BusyBox in T32.
//
// Needs binutils-arm-linux-gnueabihf and a folder of images ($XENLAB_IMAGES, or images/) as `xenlab images get` makes it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, compareCode, type Comparison, programOf } from '../isa/objdump/code';
import { report } from '../isa/objdump/compare';

const folder = process.env['XENLAB_IMAGES'] ?? 'images';
const image = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

/** Data between code decodes to what no compiler makes; there is little of it. */
const intendedShare = ({ count, accepted }: Comparison): number =>
  [...accepted.values()].reduce((a, b) => a + b, 0) / count;

describe('disassembler beside objdump', () => {
  it('says the same of 200,000 instructions of a kernel', async () => {
    const kernel = await codeOf(image('zImage-armhf'), 'zImage-armhf');
    const result = compareCode(kernel, false, 0xc0208000, 200_000);
    expect(report(result.groups)).toBe('');
    expect(result.count).toBe(200_000);
    expect(intendedShare(result)).toBeLessThan(0.003);
  });

  it('says the same of 400,000 T32 instructions of BusyBox', async () => {
    const program = await programOf(image('busybox.cpio.gz'), 'busybox.cpio.gz', 'bin/busybox');
    const result = compareCode(await codeOf(program, 'busybox'), true, 0, 400_000);
    expect(report(result.groups)).toBe('');
    expect(result.count).toBe(400_000);
    expect(intendedShare(result)).toBeLessThan(0.003);
  });
});
