// What keeps Xen from booting is said before anything runs: what, where, why, and what to do. Through the built command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/setup.mjs';
import { cpio, dts, FILES, MIB } from '../lab/xen-bench';

const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
const program = path.resolve(import.meta.dirname, '..', '..', 'dist', 'xenlab.mjs');
const file = (name: string, contents: Uint8Array | string): string => {
  writeFileSync(path.join(folder, name), contents);
  return name;
};
function boot(...words: string[]): { status: number | null; said: string[]; out: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'boot', ...words, '--max-instructions', '1000'],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return {
    status,
    out: stdout,
    said: stderr
      .trimEnd()
      .split('\n')
      .filter(line => line.startsWith('xenlab: ')),
  };
}
const refused = (...words: string[]): string => {
  const { status, said, out } = boot(...words);
  expect({ status, out, lines: said.length }, said.join('\n')).toEqual({ status: 2, out: '', lines: 1 });
  return said[0]!.replaceAll(`${folder}${path.sep}`, '');
};

beforeAll(ensureBuilt);
beforeAll(() => {
  for (const [name, contents] of Object.entries(FILES)) file(name, contents);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('before Xen runs', () => {
  it('a Xen binary that is none', () => {
    const kernel = ['--kernel', 'k'];
    expect(refused('--hypervisor', file('text', 'no Xen\n'), ...kernel)).toMatch(
      /^xenlab: text: offset 0x0: no Xen for 32-bit ARM: this is text; give the file xen\/xen .* \[image\.magic\]$/,
    );
    expect(refused('--hypervisor', 'k', ...kernel)).toMatch(
      /k: offset 0x24: .*a zImage.*--hypervisor none.*image\.magic/,
    );
    const short = FILES['xen']!.subarray(0, 0x80);
    expect(refused('--hypervisor', file('short', short), ...kernel)).toMatch(
      /short: .*128 bytes, but .*; .*copy or fetch it again \[image\.truncated\]$/,
    );
  });

  it('a module that does not fit', () => {
    const large = new Uint8Array(40 * MIB);
    large.set(cpio);
    const xen = ['--hypervisor', 'xen', '--kernel', 'k', '--initrd', file('large', large)];
    expect(refused(...xen, '--memory', '32', '--xen-append', 'dom0_mem=16M')).toMatch(
      /^xenlab: (k|large): .*40\.0 MiB|do(es)? not fit.* \[(image\.tooLarge|xen\.memory)\]$/,
    );
    const tree = file(
      'far.dts',
      dts(
        'chosen { #address-cells = <1>; #size-cells = <1>; m { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x70000000 0x100>; }; };',
      ),
    );
    expect(refused('--hypervisor', 'xen', '--kernel', 'k', '--dts', tree)).toMatch(
      /^xenlab: k: kernel of dom0 \(k\) 0x70000000-.* does not fit into .* \[image\.tooLarge\]$/,
    );
  });

  it('a tree without /chosen', () => {
    expect(refused('--hypervisor', 'xen', '--kernel', 'k', '--dts', file('bare.dts', dts('')))).toMatch(
      /^xenlab: bare\.dts: the tree has no \/chosen, .*; add "chosen \{ \};" to the root node, .*\[xen\.tree\]$/,
    );
    expect(refused('--hypervisor', 'xen', '--kernel', 'k', '--dtb', 'none')).toMatch(
      /xen: no device tree is linked into this Xen .*leave --dtb none away \[xen\.tree\]$/,
    );
  });

  it('a board without virtualization', () => {
    const board = ['--board', 'virt'];
    expect(refused(...board, '--hypervisor', 'xen', '--kernel', 'k')).toMatch(
      /^xenlab: virt has a processor without the Virtualization Extensions.*choose another board, or --hypervisor none.*\[xen\.board\]$/,
    );
    expect(refused(...board, '--load', 'i@0x40008000', '--entry', '0x40008000', '--el', '2')).toMatch(
      /^xenlab: el: the processor of virt has no exception level 2, only 1 \[configuration\.value\]$/,
    );
  });
});
