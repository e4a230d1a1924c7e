// `xenlab dt-check`: one line for each finding, and the exit status.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dtCheckCommand } from '../../src/cli/dt-check';
import { loadSource, writeBlob } from '../../src/dt';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'dt-check-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, content: string | Uint8Array, ...options: string[]) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const status = await dtCheckCommand([file, ...options]);
    return {
      status,
      lines: out.mock.calls
        .map(([text]) => String(text))
        .join('')
        .replaceAll(`${folder}/`, ''),
    };
  } finally {
    out.mockRestore();
  }
}

const WARNED = '/dts-v1/;\n/ {\n\tn@1 {\n\t};\n};\n';

describe('xenlab dt-check', () => {
  it('says nothing of a good tree', async () => {
    expect(await run('good.dts', '/dts-v1/;\n/ { };\n')).toEqual({ status: 0, lines: '' });
  });

  it('warns with file, line and column, and ends with 0', async () => {
    expect(await run('warned.dts', WARNED)).toEqual({
      status: 0,
      lines:
        'warned.dts:3:2: warning: [unit_address_vs_reg] /n@1: node has a unit name, but no reg or ranges property\n',
    });
  });

  it('ends with 1 after an error', async () => {
    const { status, lines } = await run('refused.dts', '/dts-v1/;\n/ { p = <&none>; };\n');
    expect(status).toBe(1);
    expect(lines).toBe(
      'refused.dts:2:10: error: [phandle_references] /: Reference to non-existent node or label "none"\n',
    );
  });

  it('tells what the compiler says', async () => {
    const { status, lines } = await run('broken.dts', '/dts-v1/;\n/ { p = ; };\n');
    expect(status).toBe(1);
    expect(lines).toMatch(/^broken\.dts:2:\d+: error: \[dt\.syntax\] /);
  });

  it('checks blobs', async () => {
    const blob = writeBlob(loadSource(WARNED));
    expect((await run('warned.dtb', blob)).lines).toContain('warned.dtb: warning: [unit_address_vs_reg] /n@1: ');
    expect(await run('cut.dtb', blob.subarray(0, 60))).toMatchObject({ status: 1 });
  });

  it('takes switches for every family', async () => {
    expect(await run('off.dts', WARNED, '-W', 'no-unit_address_vs_reg')).toEqual({ status: 0, lines: '' });
    expect(await run('error.dts', WARNED, '-E', 'unit_address_vs_reg')).toMatchObject({ status: 1 });
    const xen =
      '/dts-v1/;\n/ { chosen { xen,uefi-cfg-load = <1>; }; memory { device_type = "memory"; reg = <0 0 1>; }; };\n';
    const quiet = ['avoid_default_addr_size', 'unit_address_vs_reg'].flatMap(name => ['-W', `no-${name}`]);
    expect((await run('xen.dts', xen, ...quiet)).lines).toContain(
      'info: [chosen-uefi-cfg] /chosen:xen,uefi-cfg-load: ',
    );
    expect((await run('xen.dts', xen, ...quiet, '-W', 'no-chosen-uefi-cfg')).lines).not.toContain('uefi');
    await expect(run('xen.dts', xen, '-W', 'no-such')).rejects.toThrow('there is no check "no-such"');
  });

  it('checks against the board that the tree names, or another', async () => {
    const tree = (name: string) => `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; compatible = "${name}";
      u@39000000 { compatible = "arm,pl011"; reg = <0x39000000 0x1000>; }; };`;
    const own = await run('own.dts', tree('arm,vexpress,v2p-ca15,tc1'));
    expect(own.lines).toContain('[board-device] /u@39000000:reg: vexpress-v2p-ca15-tc1 has nothing at 0x39000000');
    expect(await run('other.dts', tree('other'))).toEqual({ status: 0, lines: '' });
    expect((await run('other.dts', tree('other'), '--board', 'vexpress-v2p-ca15-tc1')).lines).toContain(
      '[board-device]',
    );
  });
});
