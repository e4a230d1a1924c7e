// `xenlab xl-check` as it is typed: lines that editors and CI read, and the exit status.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const at = mkdtempSync(path.join(tmpdir(), 'xl-check-'));
const KERNEL = `kernel = "/boot/zImage"\nmemory = 64\n`;

const run = (args: string[], input?: string) => {
  const program = path.resolve('dist/xenlab.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'xl-check', ...args], { cwd: at, encoding: 'utf8', input }); // prettier-ignore
  return { status, stdout, stderr };
};

/** The head of a zImage without a tree behind it. */
function zImage(): Uint8Array {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  for (const [offset, word] of [[0, 0xe1a00000], [0x24, 0x016f2818], [0x28, 0], [0x2c, 256]] as const) view.setUint32(offset, word, true); // prettier-ignore
  return bytes;
}

beforeAll(() => {
  mkdirSync(path.join(at, 'root/boot'), { recursive: true });
  writeFileSync(path.join(at, 'root/boot/zImage'), zImage());
  writeFileSync(path.join(at, 'good.cfg'), `name = "g"\n${KERNEL}`);
  writeFileSync(path.join(at, 'bad.cfg'), `name = "g"\n${KERNEL}memroy = 2\nramdisk = "gone.gz"\n`);
  writeFileSync(path.join(at, 'elf.cfg'), `name = "g"\nkernel = "elf"\nmemory = 64\n`);
  writeFileSync(
    path.join(at, 'elf'),
    new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, ...new Array<number>(64).fill(0)]),
  );
});
afterAll(() => rmSync(at, { recursive: true }));

describe('xenlab xl-check', () => {
  it('says nothing of what is right', () => {
    expect(run(['good.cfg', '--root', 'root'])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('has one line for each finding, and status 1 for an error', () => {
    const { status, stdout } = run(['good.cfg', 'bad.cfg', '--root', 'root']);
    expect(status).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'bad.cfg:4:1: error: [xl.unknown] xl has no key memroy, and passes over it without a word; did you mean memory?',
      'bad.cfg:5:12: error: [xl.file] ramdisk: there is no gone.gz; check the path',
      '',
    ]);
  });

  it('takes an absolute path for one of dom0, which may be elsewhere', () => {
    const { status, stdout } = run(['good.cfg', '--host-memory', '32']);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'good.cfg:2:11: warning: [xl.file] kernel: there is no /boot/zImage here; see that dom0 has it\n',
    );
    expect(stdout).toContain('good.cfg:3:10: error: [xl.memory] memory is 64 MiB, but the host has 32; set it lower\n');
  });

  it('looks into the kernel', () => {
    expect(run(['elf.cfg']).stdout).toMatch(/^elf\.cfg:2:11: error: \[xl\.kernel\] kernel: elf: this is an ELF file for machine 0, but a domain starts from a zImage/); // prettier-ignore
    expect(run(['good.cfg', '--root', 'root', '--guest-tree', 'kernel']).stdout).toContain('error: [xl.kernel-tree]');
  });

  it('reads standard input', () => {
    const { status, stdout } = run(['-'], 'vcpus = 1\r\n');
    expect(status).toBe(1);
    expect(stdout).toBe('<stdin>:1:10: error: [xl.line-end] a carriage return; xl takes lines that end with a line feed alone\n'); // prettier-ignore
  });

  it('refuses what it cannot use in one line', () => {
    for (const args of [[], ['gone.cfg'], ['good.cfg', '--nonsense']]) {
      const { status, stdout, stderr } = run(args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });
});
