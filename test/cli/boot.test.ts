// The built command line as users and scripts meet it: output, exit status, one line for whatever is wrong.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/setup.mjs';
import { buildXen } from '../image/xen-builder';
import { buildZImage } from '../image/zimage-builder';

const root = path.resolve(import.meta.dirname, '..', '..');
const program = path.join(root, 'dist', 'xenlab.mjs');
const demo = path.join(root, 'guests', 'demo', 'demo.elf');
const zImage = buildZImage({ payload: gzipSync(new Uint8Array(64)), unpackedSize: 64, sizeAppended: false });
const cpio = `070701${'0'.repeat(104)}`;
const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));

const file = (name: string, contents: Uint8Array | string): string => {
  const at = path.join(folder, name);
  writeFileSync(at, contents);
  return at;
};

interface Ended {
  status: number | null;
  out: string;
  err: string;
}

function xenlab(words: readonly string[], input?: string): Promise<Ended> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [program, ...words], { cwd: folder });
    let [out, err] = ['', ''];
    child.stdout.on('data', chunk => (out += chunk));
    child.stderr.on('data', chunk => (err += chunk));
    child.on('close', status => resolve({ status, out, err }));
    if (input !== undefined) child.stdin.end(input);
  });
}

const boot = (...words: string[]): Promise<Ended> => xenlab(['boot', ...words]);

beforeAll(ensureBuilt);
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent('xenlab boot', () => {
  it('boots the demo without a hypervisor, types, sees the answer, and ends when the power goes off', async () => {
    const stats = path.join(folder, 'stats.json');
    const { status, out, err } = await boot(
      ...['--hypervisor', 'none', '--send', 'lab> =>ticks', '--expect', 'counter 24000000 Hz'],
      ...['--send', 'lab> =>poweroff', '--stats', stats],
    );
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Xen ARM Lab demo guest');
    expect(out).toContain('Powering off.');
    const { instructions, exitReason, ...rest } = JSON.parse(readFileSync(stats, 'utf8'));
    expect(exitReason).toBe('poweroff');
    expect(instructions).toBeGreaterThan(100_000);
    const { exceptions, syndromes, devices, ...times } = rest;
    expect(Object.keys(times).sort()).toEqual(['cpuSeconds', 'guestSeconds', 'tier1', 'wallSeconds']);
    expect(exceptions.map((one: { exception: string }) => one.exception)).toContain('irq');
    expect(syndromes).toEqual([]);
    const uart = devices.find((one: { name: string }) => one.name === 'uart0');
    expect(uart.writes).toBeGreaterThanOrEqual(out.replaceAll('\r', '').length);
  });

  it('boots dom0 and a domain of its own when nothing is said', async () => {
    const { status, out, err } = await boot(
      ...['--send', 'lab> =>ping demo', '--expect', 'answer after', '--send', 'lab> =>poweroff'],
    );
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^\(XEN\) Xen version [^\n]*\n\(XEN\) Command line: [^\n]*\n\(XEN\) \*\*\* LOADING DOMAIN 0/);
    for (const line of ['Xen ARM Lab demo guest', 'ring: domain 1 (demo): up, 64 messages', 'halting machine'])
      expect(out).toContain(line);
  });

  it('shows the console of that domain, which takes commands', async () => {
    const { status, out } = await boot(
      ...['--console', 'demo', '--send', 'domU> =>info', '--expect', 'connected to domain 0'],
    );
    expect(status).toBe(0);
    expect(out).toContain('Xen ARM Lab demo domain');
  });

  it('takes keys from standard input', async () => {
    const { status, out } = await xenlab(['boot', '--expect', 'the second one'], 'help\n');
    expect(status).toBe(0);
    expect(out).toContain('lab> help');
  });

  it('ends with 1 and says what was not seen', async () => {
    const { status, err } = await boot('--expect', 'never', '--timeout', '1');
    expect(status).toBe(1);
    expect(err).toMatch(/^xenlab: after 1 s: \/never\/ \(expectation 1 of 1\) was not seen; the last line was ".*"\n$/);
  });

  it('runs to an exact instruction', async () => {
    const stats = path.join(folder, 'exact.json');
    expect(await boot('--max-instructions', '123457', '--stats', stats)).toMatchObject({ status: 0, err: '' });
    expect(JSON.parse(readFileSync(stats, 'utf8'))).toMatchObject({
      instructions: 123457,
      exitReason: 'max-instructions',
    });
  });

  it('ends when nobody can type any more and the guest only waits', async () => {
    const { status, out, err } = await xenlab(['boot'], '');
    expect({ status, err }).toMatchObject({ status: 0, err: expect.stringContaining('standard input has ended') });
    expect(out).toContain('lab>');
  });

  it('lets guest time pass like time on the wall at the real pace, without work for the host', async () => {
    const stats = path.join(folder, 'pace.json');
    await boot('--hypervisor', 'none', '--pace', 'realtime', '--timeout', '5', '--stats', stats);
    const { instructions, guestSeconds, wallSeconds } = JSON.parse(readFileSync(stats, 'utf8'));
    expect(guestSeconds / wallSeconds).toBeGreaterThan(0.1);
    expect(guestSeconds / wallSeconds).toBeLessThan(1.05);
    expect(instructions).toBeLessThan(10e6);
  });

  it('prints the same for the same input', async () => {
    const words = ['--send', 'lab> =>ticks', '--send', 'lab> =>poweroff'];
    const [one, two] = await Promise.all([boot(...words), boot(...words)]);
    expect(one.out.split('lab> ')[0]).toBe(two.out.split('lab> ')[0]);
  });

  it('starts what LAB.json describes, its paths beside it, options on top', async () => {
    writeFileSync(path.join(folder, 'guest.elf'), readFileSync(demo));
    const lab = file('lab.json', JSON.stringify({ elf: 'guest.elf', cpus: 2, memory: 64 }));
    const { status, out } = await boot(lab, '--memory', '128', '--expect', 'lab>');
    expect(status).toBe(0);
    expect(out).toMatch(/cpus +2 x/);
    expect(out).toMatch(/memory +128 MiB/);
  });

  it('takes an ELF kernel, and the trees of users: source with includes, and blob', async () => {
    file('part.dtsi', '/ { model = "from an include"; };\n');
    const board = readFileSync(path.join(root, 'src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts'), 'utf8');
    const dts = file('mine.dts', `${board}\n#include "part.dtsi"\n`);
    const { out } = await boot('--hypervisor', 'none', '--kernel', demo, '--dts', dts, '--expect', 'lab>');
    expect(out).toContain('from an include');
  });

  it('shows what lies where before Xen starts', async () => {
    const dom0 = [
      '--hypervisor',
      file('xen', buildXen()),
      '--kernel',
      file('zImage', zImage),
      '--initrd',
      file('i', cpio),
    ];
    const { status, err } = await boot(...dom0, '--memory', '256', '--xen-append', 'quiet', '--max-instructions', '1');
    expect(status).toBe(0);
    expect(err.replaceAll(/ +/g, ' ').split('\n')).toEqual([
      'xenlab: vexpress-v2p-ca15-tc1: what lies where',
      expect.stringMatching(/^ 0x8f800000-0x8f80[0-9a-f]{4} \d+ bytes device tree r2 points to it$/),
      ' 0x8fa00000-0x8fa0006e 110 bytes RAM disk of dom0 i',
      expect.stringMatching(/^ 0x8fc00000-0x8fc0[0-9a-f]{4} \d+ bytes kernel of dom0 zImage unpacked, in a zImage/),
      ' 0x8fe00000-0x8fe09000 16384 bytes Xen xen at the top: what is below stays whole for domains',
      '',
    ]);
  });

  it('shows every console with --console all', async () => {
    const { out } = await boot('--console', 'all', '--expect', 'lab>');
    expect(out).toContain('[uart0]   board    V2P-CA15');
  });
});

// Every kind of bad input has its case in test/lab/bad-input.test.ts; here are those that the command line adds to.
describe.concurrent('bad input ends with 2 and one line', () => {
  const cases: [string, () => string[], RegExp][] = [
    [
      'a kernel that is not there',
      () => ['--hypervisor', 'none', '--kernel', 'nowhere'],
      /nowhere: there is no such file; check the path of the kernel \[file\.missing\]/,
    ],
    [
      'a kernel as Xen binary',
      () => ['--hypervisor', file('zImage', zImage), '--kernel', file('zImage', zImage)],
      /zImage: offset 0x24: no Xen for 32-bit ARM: this is a zImage.*--hypervisor none.* \[image\.magic\]/,
    ],
    [
      'Xen with nothing to start',
      () => ['--hypervisor', file('xen', buildXen())],
      /Xen has nothing to start; give .*--kernel.*--domain \[xen\.kernel\]/,
    ],
    [
      'a domain without a hypervisor',
      () => ['--hypervisor', 'none', '--domain', file('a.cfg', '')],
      /domains needs a hypervisor, built in or a Xen binary, beside it \[configuration\.conflict\]/,
    ],
    [
      'a domain with a mistake',
      () => [
        '--hypervisor',
        file('xen', buildXen()),
        '--domain',
        file('bad.cfg', 'memory = 64\nname = x\nkernel = "k"\n'),
      ],
      /bad\.cfg:2:8: name: x is no value: put text in quotes \[xl\.syntax\]/,
    ],
    [
      'a console that does not exist',
      () => ['--console', 'uart9'],
      /--console uart9: .* has uart0, xen, dom0, uart1, uart2, uart3, demo and all \[configuration\.console\]/,
    ],
    [
      'a lab file that is not there',
      () => ['lab-none.json'],
      /lab-none\.json: there is no such file.* \[file\.missing\]/,
    ],
    [
      'a lab file that is no JSON',
      () => [file('no.json', '{')],
      /no\.json: this is not JSON: .* \[configuration\.json\]/,
    ],
    [
      'a lab file with an unknown attribute',
      () => [file('odd.json', '{"memry": 5}')],
      /there is no attribute "memry"; did you mean memory\? \[configuration\.unknown\]/,
    ],
    ['an option that does not exist', () => ['--kernal', 'x'], /unknown option --kernal; did you mean --kernel\?/],
    [
      'a file for a profile that cannot be written',
      () => ['--max-instructions', '1', '--profile', 'none/profile.txt'],
      /--profile none\/profile\.txt: ENOENT/,
    ],
    [
      'a file for statistics that cannot be written',
      () => ['--hypervisor', 'none', '--max-instructions', '1', '--stats', 'none/stats.json'],
      /--stats none\/stats\.json: ENOENT/,
    ],
  ];

  it.each(cases)('%s', async (_what, words, expected) => {
    const { status, out, err } = await boot(...words(), '--timeout', '20');
    expect(err).toMatch(expected);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toMatch(/^xenlab: /);
    expect(err).not.toMatch(/\bat .*\.(ts|mjs|cjs):\d/);
    expect({ status, out }).toEqual({ status: 2, out: '' });
  });

  it('also for commands', async () => {
    expect(await xenlab(['bot'])).toEqual({
      status: 2,
      out: '',
      err: 'xenlab: there is no command "bot"; did you mean boot?\n',
    });
  });
});

describe.concurrent('the other commands', () => {
  it('describe themselves', async () => {
    for (const words of [['--help'], ['boot', '--help']])
      expect(await xenlab(words)).toMatchObject({ status: 0, err: '' });
    expect((await xenlab(['boards'])).out).toContain('vexpress-v2p-ca15-tc1 (default)');
  });

  it('disassemble', async () => {
    const code = file('code.bin', Uint8Array.from([0x1e, 0xff, 0x2f, 0xe1, 0x70, 0x47, 0x00, 0xf0, 0x01, 0xf8, 0x00]));
    const disasm = (...words: string[]): Promise<Ended> => xenlab(['disasm', code, ...words]);
    expect((await disasm('--arch', 'a32', '--base', '0x80008000', '--count', '1')).out).toBe(
      '80008000:\te12fff1e \tbx\tlr\n',
    );
    const thumb = file('thumb.bin', Uint8Array.from([0x70, 0x47, 0x00, 0xf0, 0x01, 0xf8, 0x00]));
    expect((await xenlab(['disasm', thumb, '--arch', 't32'])).out.split('\n')).toEqual([
      '00000000:\t4770     \tbx\tlr',
      '00000002:\tf000 f801\tbl\t0x8',
      '00000006:\t00       \t.byte\t0x00',
      '',
    ]);
    for (const [words, why] of [
      [['--arch', 'a64'], 'cannot be used in this release'],
      [[], 'needs --arch'],
      [['--arch', 'a32', '--base', '0x8002'], 'multiple of 4'],
    ] as const) {
      const { status, out, err } = await disasm(...words);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain(why);
    }
    expect(await xenlab(['disasm', 'nowhere.bin', '--arch', 'a32'])).toMatchObject({ status: 2, out: '' });
  });
});
