// Every arm and arm64 tree of a kernel, held against cpp and dtc: npm run test:corpus -- KERNEL_TREE [options]
//
// Each source is compiled with and without symbols, through our preprocessor and through cpp; the bytes must be equal.
// With --dts the merged source is compared too (-O dts, labels and all).
// The time of each way is counted in the same run: ours in this one process, theirs as the processes that make starts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileSource, printDts, SourceCache, writeBlob } from '../../src/dt';
import { nodeSourceReader } from '../../src/cli/dtc/reader';

const [kernel, ...rest] = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest[at + 1];
};
if (kernel === undefined || !existsSync(path.join(kernel, 'scripts/dtc/include-prefixes'))) {
  console.error('usage: npm run test:corpus -- KERNEL_TREE [--only TEXT] [--answers FOLDER] [--dts]');
  console.error('KERNEL_TREE needs arch/arm*/boot/dts, include and scripts/dtc');
  process.exit(2);
}
process.chdir(kernel);
const only = option('--only') ?? '';
/** Where the answers of dtc are kept; given, they are made once and used again. */
const kept = option('--answers');
const answers = kept ?? mkdtempSync(path.join(tmpdir(), 'dtc-answers-'));

const INCLUDES = ['include', 'scripts/dtc/include-prefixes'];
const FLAGS = { plain: '-O dtb', symbols: '-O dtb -@', source: '-O dts' } as const;
type Form = keyof typeof FLAGS;
const FORMS: readonly Form[] = rest.includes('--dts') ? ['plain', 'symbols', 'source'] : ['plain', 'symbols'];

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.dts'))
    .map(name => path.join(folder, name))
    .filter(name => name.includes(only))
    .sort();
}

const answer = (source: string, form: Form): string => path.join(answers, `${source}.${form}.dtb`);

/** Has cpp and dtc compile what is not there yet. @returns seconds of their user CPU; undefined when nothing was to do. */
function askDtc(list: readonly string[], form: Form): number | undefined {
  const missing = list.filter(source => !existsSync(answer(source, form)));
  if (missing.length === 0) return undefined;
  const include = INCLUDES.map(folder => `-I ${folder}`).join(' ');
  const lines = missing.map(source => {
    const out = answer(source, form);
    mkdirSync(path.dirname(out), { recursive: true });
    const folders = [path.dirname(source), INCLUDES[1]].map(folder => `-i ${folder}`).join(' ');
    return `cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp ${include} ${source} | dtc -q ${FLAGS[form]} -I dts ${folders} -o ${out} - 2>/dev/null || echo "no answer for ${source}" >&2`;
  });
  const script = path.join(answers, 'ask.sh');
  writeFileSync(script, `${lines.join('\n')}\ntimes\n`);
  const { stdout } = spawnSync('bash', [script], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  // The second line is that of the children: user and system.
  const [, minutes = '0', seconds = '0'] = /^(\d+)m([\d.]+)s/.exec(stdout.trim().split('\n').at(-1)!) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

const cache = new SourceCache();
const reader = nodeSourceReader();

type Answer = Uint8Array | string;

/** Compiles all. @returns what came out of each, bytes or an error, and seconds of user CPU. */
function compile(list: readonly string[], form: Form): { ours: Answer[]; user: number } {
  const before = process.cpuUsage();
  const ours = list.map(source => {
    const { tree, errors } = compileSource(readFileSync(source, 'utf8'), {
      file: source,
      reader,
      cache,
      includePaths: INCLUDES,
      symbols: form === 'symbols',
    });
    if (!tree) return errors[0]!.message;
    // dtc's text is bytes, and so is this.
    return form === 'source' ? Buffer.from(printDts(tree), 'latin1') : writeBlob(tree);
  });
  return { ours, user: process.cpuUsage(before).user / 1e6 };
}

/** @returns what differs, if anything does. */
function difference(ours: Answer, source: string, form: Form): string | undefined {
  const file = answer(source, form);
  if (typeof ours === 'string') return existsSync(file) ? ours : undefined;
  if (!existsSync(file)) return 'dtc has no answer';
  return Buffer.compare(ours, readFileSync(file)) === 0 ? undefined : 'the bytes differ';
}

let failed = false;
for (const architecture of ['arm', 'arm64']) {
  const list = sources(`arch/${architecture}/boot/dts`);
  for (const form of FORMS) {
    const theirs = askDtc(list, form);
    const { ours, user } = compile(list, form);
    let equal = 0;
    list.forEach((source, i) => {
      const what = difference(ours[i]!, source, form);
      if (what === undefined) equal++;
      else console.log(`${source} (${form}): ${what}`);
    });
    failed ||= equal < list.length;
    const measured = theirs === undefined ? 'answered before' : `${theirs.toFixed(1)} s user`;
    const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    console.log(
      `${architecture}, ${form}: ${equal} of ${list.length} equal; ours ${user.toFixed(1)} s user (up to ${memory} MB), cpp and dtc ${measured}`,
    );
  }
}
if (kept === undefined) rmSync(answers, { recursive: true });
process.exitCode = failed ? 1 : 0;
