// Builds the guests with Debian's arm-none-eabi toolchain, bit for bit the same everywhere.
//   node guests/build.mjs            writes the binaries and manifest.json
//   node guests/build.mjs --check    builds beside them and compares; exit 1 when a byte differs
//   node guests/build.mjs --verify   without the toolchain: are the binaries those of manifest.json, and were they
//                                    built from the sources that are here? exit 1 when not
// Exit 2: the toolchain is missing or a source does not compile.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const GUESTS = path.dirname(fileURLToPath(import.meta.url));
const MANIFEST = path.join(GUESTS, 'manifest.json');
const TOOLS = 'arm-none-eabi-';

const COMPILE = [
  ...['-std=gnu11', '-march=armv7ve', '-mtune=cortex-a15', '-ffreestanding', '-fno-builtin', '-fno-common'],
  ...['-fno-tree-loop-distribute-patterns', '-fno-ident', '-fno-asynchronous-unwind-tables', '-fno-pic'],
  ...['-Wall', '-Wextra', '-Wshadow', '-Werror'],
];
// The demo runs in interrupt handlers and before the MMU is on: no floating point, no unaligned access.
const DEMO = [
  '-Os',
  '-mfloat-abi=soft',
  '-mgeneral-regs-only',
  '-mno-unaligned-access',
  '-Wconversion',
  '-Wno-sign-conversion',
];
// No contraction to fused multiply-add and no vectors but those written: the host computes the same checksums.
const BENCH = [
  '-O2',
  '-mfpu=neon-vfpv4',
  '-mfloat-abi=hard',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-fno-tree-vectorize',
];

// In A32 what runs in interrupts or computes for long; the shell and all that surrounds it is T32.
const DEMO_A32 = ['compute.c', 'fdt.c', 'gic.c', 'timer.c', 'uart.c'];

export const BENCHMARKS = readdirSync(path.join(GUESTS, 'bench'))
  .filter(file => file.endsWith('.c') && !['host.c', 'runtime.c'].includes(file))
  .map(file => file.slice(0, -2))
  .concat('calls')
  .sort();

/** @typedef {{ source: string, flags: string[] }} Unit one file to compile, relative to guests/ */
/**
 * @typedef {{ output: string, script: string, units: Unit[], raw?: true }} Program
 * raw: a file of what lies in memory, which runs anywhere, instead of an ELF file
 */

/** All sources of some folders. @returns {Unit[]} */
function sourcesIn(folders, flags = []) {
  return folders.flatMap(folder => {
    const sources = readdirSync(path.join(GUESTS, folder)).filter(file => /\.[cS]$/.test(file));
    return sources.sort().map(file => ({
      source: `${folder}/${file}`,
      flags: [...DEMO, ...flags, '-Idemo', file.endsWith('.S') || DEMO_A32.includes(file) ? '-marm' : '-mthumb'],
    }));
  });
}

const MEMORY = { source: 'common/memory.c', flags: [...DEMO, '-marm'] };

/** @returns {Program} */
const demo = () => ({
  output: 'demo/demo.elf',
  script: 'demo/demo.ld',
  units: [...sourcesIn(['demo', 'native']), MEMORY],
});

/** The demo as a domain of Xen: a zImage. Addresses are words of their own, so that its head can add to them. @returns {Program} */
const forXen = name => ({
  output: `${name}/${name}.bin`,
  script: 'xen/xen.ld',
  units: [...sourcesIn(['demo', 'xen', name], ['-mword-relocations', '-Ixen']), MEMORY],
  raw: true,
});

/** A program on the ground that benchmarks stand on. @returns {Program} */
function onBench(source, output, flags) {
  const units = [source, 'bench/runtime.c', 'common/memory.c'].map(one => ({ source: one, flags }));
  units.unshift({ source: 'bench/crt0.S', flags: ['-marm'] });
  return { output, script: 'bench/bench.ld', units };
}

/** @returns {Program} */
function benchmark(name, instructionSet) {
  const flags = [...BENCH, instructionSet === 't32' ? '-mthumb' : '-marm', ...(name === 'calls' ? ['-Os'] : [])];
  return onBench(`bench/${name}.c`, `bench/${name}-${instructionSet}.elf`, flags);
}

/**
 * The head of a zImage that holds an unpacked kernel (src/image/unpacked-zimage.ts). It runs wherever it is loaded, so
 * no jump tables.
 * @returns {Program}
 */
function unpacked() {
  const flags = [...DEMO, '-marm', '-fno-jump-tables'];
  const units = ['unpacked/entry.S', 'unpacked/place.c'].map(source => ({ source, flags }));
  return { output: 'unpacked/unpacked.elf', script: 'unpacked/unpacked.ld', units };
}

export const programs = [
  demo(),
  forXen('dom0'),
  forXen('domu'),
  forXen('fuzz'),
  unpacked(),
  ...BENCHMARKS.flatMap(name => [benchmark(name, 'a32'), benchmark(name, 't32')]),
];
programs.push(onBench('soak/rewrite.c', 'soak/rewrite.elf', [...BENCH, '-marm']));

const run = (tool, args) => execFileSync(TOOLS + tool, args, { cwd: GUESTS, stdio: ['ignore', 'pipe', 'inherit'] });

/** Writes the generated source; it is not committed. @returns its path */
export function generateCalls(work) {
  const file = path.join(work, 'calls.c');
  writeFileSync(file, execFileSync(process.execPath, [path.join(GUESTS, 'bench/generate-calls.mjs')]));
  return file;
}

/**
 * Compiles and links one program inside the directory `work`.
 * @param {Program} program
 * @param {string[]} defines more compiler flags
 * @returns {Buffer} the ELF file, without debug sections, with symbols
 */
export function build(program, work, defines = []) {
  const objects = program.units.map(({ source, flags }, i) => {
    const object = path.join(work, `${i}.o`);
    const input = source === 'bench/calls.c' ? generateCalls(work) : source;
    run('gcc', [...COMPILE, ...flags, ...defines, `-ffile-prefix-map=${work}=.`, '-Ibench', '-c', input, '-o', object]);
    return object;
  });
  const elf = path.join(work, 'out.elf');
  const link = ['--nmagic', '--build-id=none', '--no-warn-rwx-segments', '--fatal-warnings'];
  const movable = program.raw ? ['-pie', '--no-dynamic-linker', '-z', 'notext'] : [];
  run('ld', [...link, ...movable, '-T', program.script, '-o', elf, ...objects]);
  if (program.raw) run('objcopy', ['-O', 'binary', elf, elf]);
  else run('strip', ['--strip-debug', elf]);
  return readFileSync(elf);
}

/** Runs `body` with a scratch directory that is removed afterwards. */
export function inScratch(body) {
  const work = mkdtempSync(path.join(tmpdir(), 'guests-'));
  try {
    return body(work);
  } finally {
    rmSync(work, { recursive: true });
  }
}

const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');

/** One hash over all that binaries are made of, so that a change without a rebuild is noticed without the toolchain. */
function hashSources() {
  const files = [
    'build.mjs',
    'common',
    'demo',
    'native',
    'xen',
    'dom0',
    'domu',
    'fuzz',
    'unpacked',
    'bench',
    'soak',
  ].flatMap(entry =>
    entry.includes('.') ? [entry] : readdirSync(path.join(GUESTS, entry)).map(file => `${entry}/${file}`),
  );
  const inputs = files.filter(file => /\.([chS]|ld)$|build\.mjs$|generate-calls\.mjs$/.test(file)).sort();
  return sha256(inputs.map(file => `${file} ${sha256(readFileSync(path.join(GUESTS, file)))}\n`).join(''));
}

const hashBinary = output => sha256(readFileSync(path.join(GUESTS, output)));

const manifest = () => JSON.parse(readFileSync(MANIFEST, 'utf8'));

/** The toolchain's own words about its version, or undefined when it is not installed. */
function toolchain() {
  const version = tool => run(tool, ['--version']).toString().split('\n')[0];
  try {
    return { gcc: version('gcc'), ld: version('ld') };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function verify() {
  const wrong = Object.keys(manifest().binaries).filter(
    output => hashBinary(output) !== manifest().binaries[output].sha256,
  );
  for (const output of wrong) console.error(`guests/${output}: not the file that manifest.json describes`);
  const stale = manifest().sources !== hashSources();
  if (stale) console.error('guests: the sources have changed since the binaries were built; run node guests/build.mjs');
  return wrong.length || stale ? 1 : 0;
}

function check(built, versions) {
  const differing = built.filter(({ output, bytes }) => hashBinary(output) !== sha256(bytes));
  for (const { output } of differing) console.error(`guests/${output}: differs from what the sources build`);
  const committed = JSON.stringify(manifest().toolchain);
  if (differing.length && JSON.stringify(versions) !== committed)
    console.error(`guests: built with ${JSON.stringify(versions)}; committed: ${committed}`);
  console.log(`${built.length - differing.length} of ${built.length} binaries are the same`);
  return differing.length ? 1 : 0;
}

function write(built, versions) {
  const binaries = {};
  for (const { output, bytes } of built) {
    writeFileSync(path.join(GUESTS, output), bytes);
    binaries[output] = { bytes: bytes.length, sha256: sha256(bytes) };
    console.log(`guests/${output}  ${bytes.length}`);
  }
  const contents = { toolchain: versions, sources: hashSources(), binaries };
  writeFileSync(MANIFEST, JSON.stringify(contents, null, 2) + '\n');
  return 0;
}

function main(option) {
  if (option === '--verify') return verify();
  const versions = toolchain();
  if (!versions) {
    console.error('guests: arm-none-eabi-gcc not found; install the package gcc-arm-none-eabi');
    return 2;
  }
  try {
    const built = inScratch(work => programs.map(program => ({ ...program, bytes: build(program, work) })));
    return option === '--check' ? check(built, versions) : write(built, versions);
  } catch (error) {
    if (!('status' in error)) throw error;
    console.error(`guests: ${error.message.split('\n')[0]}`); // the compiler has said what is wrong
    return 2;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = main(process.argv[2]);
