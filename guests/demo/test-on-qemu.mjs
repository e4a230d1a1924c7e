// Runs the committed demo on qemu-system-arm's Versatile Express in every way it can be entered, types at its shell and
// reads what it answers.
//   node guests/demo/test-on-qemu.mjs [vexpress-v2p-ca15-tc1.dtb]    exit 0 when every scenario passes
// Without a device tree only the scenarios that need none are run. Shows all output with VERBOSE=1.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DEMO = path.dirname(fileURLToPath(import.meta.url));
const PROMPT = 'lab> ';
const PATIENCE_MS = 20_000;

const ELF = path.join(DEMO, 'demo.elf');
const NONSECURE = ',secure=off,virtualization=off';
const HYP = ',secure=off,virtualization=on';
const UP = '\x1b[A';
const DOWN = '\x1b[B';

const CRASH_END = /\r\ndemo: halted after crash\r\n$/;
const CORES =
  /0 {4}80000000 {2}Cortex-A15 .* online: runs this shell\r\n {2}1 {4}80000001 {2}Cortex-A15 .*counted to 1000000 in/;
const UNMAPPED = /DFSR {2}00000005 {2}FS 05: translation fault, section/;

// A step: what is typed at the prompt, what must be answered; `ends` instead of another prompt: the output's end, or
// 'exit' when the machine must switch itself off.
const SCENARIOS = [
  {
    name: 'Linux boot protocol, secure, two cores',
    image: 'binary',
    cpus: 2,
    tree: true,
    banner: [
      /board {4}V2P-CA15 /,
      /cpus {5}2 x arm,cortex-a15/,
      /memory {3}256 MiB at 80000000/,
      /, from r2\r\n/,
      /Supervisor mode\r\n/,
    ],
    steps: [
      { type: 'help', expect: [/devices .*\r\n.*cpus/] },
      {
        type: 'devices',
        expect: [/1c090000 {2}SPI 5 {5}serial@90000 +arm,pl011\r\n/, /- +PPI 13\+3 +timer/, /SPI 98 .*\(off\)/],
      },
      { type: 'cpus', expect: [CORES] },
      { type: 'cpus', expect: [CORES] },
      { type: 'md 80010000 5', expect: [/80010000:( [0-9a-f]{8}){4} {2}.{16}\r\n80010010: [0-9a-f]{8} {29}.{4}\r\n$/] },
      { type: 'md 0', expect: [/md: cannot read 00000000\r\n {2}DFAR {2}00000000 {2}read/, UNMAPPED] },
      { type: 'md 8fffffe0 16', expect: [/8ffffff0:/, /md: cannot read 90000000/] },
      { type: 'mw 80010000 0', expect: [/written/, /DFSR {2}0000080f {2}FS 0f: permission fault, page/] },
      { type: 'mw 88100000 c0ffee', expect: [/^$/] },
      { type: 'md 88100000 1', expect: [/88100000: 00c0ffee/] },
      { type: 'md 1c010000 1', expect: [/1c010000: 1190/] },
      { type: 'md', expect: [/^usage: md ADDR \[COUNT\]\r\n$/] },
      { type: 'md 100000000', expect: [/hexadecimal/] },
      { type: 'md 80000000 0', expect: [/COUNT/] },
      { type: 'nonsense', expect: [/^nonsense: no such command/] },
      { type: 'ticks', expect: [/ticks {3}\d+ at 100 Hz/] },
      { type: 'irqs', expect: [/1 {6}SGI 1 {3}2 /, /27 {5}PPI 11 .*virtual timer/, /37 {5}SPI 5 .*serial@90000/] },
      { type: 'regs', expect: [/r12 [0-9a-f]{8} +sp 8/, /cpsr .* Supervisor mode/, /SCTLR {3}[0-9a-f]{7}d/] },
      { type: 'run fib', expect: [/= 75025 /] },
      { type: 'run sieve', expect: [/= 78498 /] },
      { type: 'run crc', expect: [/= c790bff6 /] },
      { type: 'run away', expect: [/^run: one of fib sieve crc\r\n$/] },
      { type: `x${UP}\x7fc\x08c`, echo: false, expect: [/= c790bff6 |run: one of/] },
      { type: `${UP}${UP}${UP}${DOWN}\x15tic\t`, echo: false, expect: [/ticks {3}\d+ at/] },
      { type: 'poweroff', expect: [/^Powering off\.\r\n$/], ends: 'exit' },
    ],
  },
  {
    name: 'Linux boot protocol in Hyp mode',
    image: 'binary',
    machine: HYP,
    cpus: 2,
    tree: true,
    banner: [/entry {4}Hyp mode, then Supervisor/],
    steps: [
      { type: 'cpus', expect: [CORES] },
      {
        type: 'crash stack',
        expect: [/Data abort/, /FS 07: translation fault, page/, /a stack has run over/],
        ends: CRASH_END,
      },
    ],
  },
  {
    name: 'ELF, non-secure, tree at the start of RAM',
    image: 'elf',
    machine: NONSECURE,
    cpus: 2,
    tree: true,
    banner: [/at 80000000, start of RAM/],
    steps: [
      { type: 'cpus', expect: [CORES] },
      { type: 'crash data', expect: [/Data abort at/, /DFAR {2}dead0000 {2}written/], ends: CRASH_END },
    ],
  },
  {
    name: 'one core of two in the tree, then reboot',
    image: 'elf',
    cpus: 1,
    tree: true,
    banner: [],
    steps: [
      { type: 'cpus', expect: [/1 {4}- .*did not start/] },
      { type: 'reboot', expect: [/^Rebooting\.\r\nXen ARM Lab demo guest\r\n/] },
      { type: 'crash fetch', expect: [/Prefetch abort at dead0000/, /IFSR {2}00000005/], ends: CRASH_END },
    ],
  },
  {
    name: 'no device tree',
    image: 'elf',
    cpus: 1,
    banner: [/tree {5}none \(r2 = /],
    steps: [
      { type: 'devices', expect: [/the loader gave no device tree/] },
      {
        type: 'crash',
        expect: [/Undefined instruction at/, /instruction {2}deff \(T32\)/, / pc 8001/],
        ends: CRASH_END,
      },
    ],
  },
];

class Failure extends Error {}

/** What the demo may print: ASCII, lines ended by CR LF, none longer than an 80-column terminal. */
function checkForm(text) {
  if (!/^[\x08\r\n -~]*$/.test(text)) throw new Failure('a byte that is not printable ASCII');
  if (/\r(?!\n)|(?<!\r)\n/.test(text)) throw new Failure('a line that does not end with CR LF');
  const long = text.split('\r\n').find(line => !line.includes('\b') && line.length > 80);
  if (long) throw new Failure(`a line of ${long.length} columns: ${long}`);
}

/** The console of a running machine: `until` resolves with all that came since the last call. */
function startMachine({ image, machine = '', cpus, tree }, binary, dtb) {
  const options = [
    '-M',
    `vexpress-a15${machine}`,
    '-cpu',
    'cortex-a15',
    '-m',
    '256',
    '-smp',
    String(cpus),
    '-nographic',
  ];
  options.push('-audiodev', 'none,id=none', '-monitor', 'none', '-kernel', image === 'elf' ? ELF : binary);
  if (tree) options.push('-dtb', dtb);
  const qemu = spawn('qemu-system-arm', options, { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise(resolve => qemu.on('exit', resolve));
  let all = '';
  let read = 0;
  let wake = () => {};
  qemu.stdout.setEncoding('latin1').on('data', data => {
    all += data;
    wake();
  });
  exited.then(() => wake());
  const timeout = setTimeout(() => qemu.kill(), PATIENCE_MS);
  return {
    text: () => all,
    type: text => qemu.stdin.write(text),
    async until(matches) {
      while (!matches(all.slice(read))) {
        if (qemu.exitCode !== null || qemu.killed) throw new Failure(`the output ends after: ${all.slice(-200)}`);
        await new Promise(resolve => (wake = resolve));
      }
      const news = all.slice(read);
      read = all.length;
      return news;
    },
    exited,
    stop() {
      clearTimeout(timeout);
      qemu.kill();
    },
  };
}

function expectAll(expected, text, what) {
  for (const pattern of expected) if (!pattern.test(text)) throw new Failure(`${what}: no ${pattern} in:\n${text}`);
}

async function runStep(machine, { type, echo = true, expect, ends }) {
  machine.type(`${type}\r`);
  if (ends === 'exit') await machine.exited;
  let text = await machine.until(news => (ends === 'exit' ? true : ends ? ends.test(news) : news.endsWith(PROMPT)));
  if (echo) {
    if (!text.startsWith(`${type}\r\n`)) throw new Failure(`${type}: not echoed: ${text}`);
    text = text.slice(type.length + 2);
  }
  if (!ends) text = text.slice(0, -PROMPT.length);
  expectAll(expect, text, type);
}

async function runScenario(scenario, binary, dtb) {
  const machine = startMachine(scenario, binary, dtb);
  try {
    const banner = await machine.until(text => text.endsWith(PROMPT));
    expectAll([/^Xen ARM Lab demo guest\r\n/, ...scenario.banner], banner, 'banner');
    for (const step of scenario.steps) await runStep(machine, step);
    checkForm(machine.text());
  } finally {
    machine.stop();
    if (process.env.VERBOSE) console.log(machine.text());
  }
}

const dtb = process.argv[2];
const work = mkdtempSync(path.join(tmpdir(), 'demo-'));
const binary = path.join(work, 'demo.bin');
let failed = 0;
try {
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', ELF, binary]);
  for (const scenario of SCENARIOS.filter(({ tree }) => dtb || !tree)) {
    try {
      await runScenario(scenario, binary, dtb);
      console.log(`ok    ${scenario.name}`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed++;
      console.log(`FAIL  ${scenario.name}: ${error.message}`);
    }
  }
} finally {
  rmSync(work, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
