// Puts every case before Debian's xl, which runs in dom0 of Debian's Xen in a lab of ours, and writes down what it makes of
// them:  npm run xl-oracle -- IMAGES_DIR   (a folder of `xenlab images get`). With COUNT and SEED behind it: that many random
// changes of the cases are put before both, and nothing is written.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { CpioWriter, MODE, readCpio } from '../../../src/image';
import { localLab } from '../../../src/lab/node/local';
import { readXl } from '../../../src/xl';
import { hostileTexts } from '../fuzz';
import { answersOf, HOST, withoutPc } from './answers';
import { CASES, type OracleCase } from './cases';

const PROMPT = 'dom0# ';
const END = 'THAT-IS-ALL';
/** What is typed in dom0; the marks are put together there, so that the echo of the line is none. */
const COMMANDS = ['xenstored --pid-file /var/run/xenstored.pid; xen-init-dom0 >/dev/null', 'sh /cases/run'];
const RUN = `cd /cases
for f in *.cfg; do
  echo "@@CASE $f"
  xl create -n -d $f >/tmp/out 2>/tmp/err
  echo "@@EXIT $?"
  cat /tmp/out; echo; echo "@@SAID"; cat /tmp/err; echo
done >/tmp/all
# The console of dom0 now and then loses characters, so every line is framed and said three times.
gzip -c /tmp/all | base64 >/tmp/coded
sleep 1
for again in 1 2 3; do
  n=0
  while read line; do n=$((n+1)); echo "$n:$line:$n"; usleep 20000; done </tmp/coded
done
sleep 1
echo THAT-"IS-ALL"
`;

/** The RAM disk of dom0 with the cases in it. */
function withCases(archive: Uint8Array, cases: readonly OracleCase[]): Uint8Array {
  const writer = new CpioWriter();
  for (const { name, mode, body, major, minor } of readCpio(archive, 'RAM disk')) {
    const kind = mode & ~0o7777;
    if (kind === MODE.directory) writer.directory(name);
    else if (kind === MODE.link) writer.link(name, new TextDecoder().decode(body));
    else if (kind === MODE.device) writer.device(name, major, minor);
    else writer.file(name, body, mode & 0o7777);
  }
  const bytes = new TextEncoder();
  writer.directory('cases');
  writer.file('cases/run', bytes.encode(RUN), 0o755);
  cases.forEach(({ text }, i) => writer.file(`cases/${String(i).padStart(4, '0')}.cfg`, bytes.encode(text), 0o644));
  return writer.bytes();
}

/** What the framed lines say together. */
function unframed(text: string): string {
  const lines: string[] = [];
  for (const [, n, line] of text.matchAll(/^(\d+):([A-Za-z0-9+/=]+):\1\r*$/gm))
    if (line!.length > (lines[Number(n) - 1]?.length ?? 0)) lines[Number(n) - 1] = line!;
  for (let i = 0; i < lines.length; i++)
    if (lines[i] === undefined) throw new Error(`line ${i + 1} of the answer is lost`);
  return lines.join('');
}

async function ask(images: string, cases: readonly OracleCase[]): Promise<string> {
  const image = (name: string): string => path.resolve(images, name);
  const folder = mkdtempSync(path.join(tmpdir(), 'xl-oracle-'));
  const lab = localLab();
  let said = '';
  let from = 0;
  let exited: string | undefined;
  const wait = async (what: string): Promise<string> => {
    for (;;) {
      const at = said.indexOf(what, from);
      if (at >= 0) return said.slice(from, (from = at + what.length));
      if (exited !== undefined) throw new Error(`the machine has ended (${exited}): ${said.slice(-2000)}`);
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  };
  try {
    const initrd = path.join(folder, 'dom0.cpio');
    writeFileSync(initrd, withCases(readFileSync(image('dom0.cpio')), cases));
    lab.client.onEvent(event => {
      if (event.event === 'output') said += Buffer.from(event.data).toString('latin1');
      if (event.event === 'exited') exited = event.reason;
    });
    await lab.client.request('start', {
      hypervisor: image('xen-armhf'),
      kernel: image('zImage-armhf'),
      initrd,
      args: 'console=hvc0 rdinit=/init',
      xenArgs: 'dom0_mem=512M',
      ...{ cpus: 2, pace: 'fast' },
    });
    await lab.client.request('run', {});
    await wait(PROMPT);
    for (const command of COMMANDS) {
      lab.client.consoles.get('uart0').type(new TextEncoder().encode(`${command}\n`));
      await wait('\n');
      if (command === COMMANDS.at(-1)) break;
      await wait(PROMPT);
    }
    const text = await wait(END);
    return gunzipSync(Buffer.from(unframed(text), 'base64')).toString('utf8');
  } finally {
    await lab.client.request('stop', {}).catch(() => undefined);
    await lab.terminate();
    rmSync(folder, { recursive: true });
  }
}

/** Puts random changes of the cases before both. @returns how many they do not agree about */
async function compare(images: string, count: number, seed: number): Promise<number> {
  const cases = hostileTexts(count, seed).map(text => ({ group: 'random', text }));
  const answers = answersOf(cases, await ask(images, cases));
  let different = 0;
  for (const { text, exit, domain } of answers) {
    const read = readXl(text, HOST);
    const ours = read.domain && withoutPc(read.domain);
    if (exit === 0 ? isDeepStrictEqual(ours, withoutPc(domain)) : ours === undefined) continue;
    different++;
    const verdict = exit === 0 ? 'xl takes it' : `xl ends with ${exit}`;
    console.log(
      `${verdict}: ${JSON.stringify(text)}\n  xl:   ${JSON.stringify(domain)}\n  here: ${JSON.stringify(ours)}`,
    );
    for (const { message, refused } of read.settings.problems) if (refused) console.log(`  ${message}`);
  }
  const accepted = answers.filter(({ exit }) => exit === 0).length;
  console.log(`${count} random cases of seed ${seed}, ${accepted} accepted: ${different} different`);
  return different;
}

const [images, count, seed = '1'] = process.argv.slice(2);
if (images === undefined) throw new Error('usage: npm run xl-oracle -- IMAGES_DIR [COUNT [SEED]]');
if (count === undefined) {
  const file = path.join(process.env['PROJECT']!, 'test/xl/oracle/answers.json');
  const answers = answersOf(CASES, await ask(images, CASES));
  writeFileSync(file, `[\n${answers.map(one => JSON.stringify(one)).join(',\n')}\n]\n`);
  console.log(`${answers.length} cases, ${answers.filter(({ exit }) => exit === 0).length} accepted: ${file}`);
} else if ((await compare(images, Number(count), Number(seed))) > 0) process.exitCode = 1;
