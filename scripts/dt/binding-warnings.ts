// Our warnings from a kernel's bindings beside those of dt-validate (Debian's dt-schema), board by board:
//   npm run binding-warnings -- KERNEL_TREE [BOARD.dts ...]
// Ours are fewer: what the rewritten schemas cannot tell is not said. What we say and dt-validate does not is a mistake.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KernelBindings } from '../../src/dt/bindings/kernel';
import { Analysis } from '../../src/language/dts/analysis';
import { BindingChecks } from '../../src/language/dts/binding-checks';
import { Knowledge } from '../../src/language/dts/knowledge';
import { filesIn } from '../../src/language/dts/language';
import { FileCache } from '../../src/language/files';
import { localHost } from '../../src/language/server';
import { DEFAULT_SETTINGS, includePathsFor } from '../../src/language/settings';

const [kernel, ...given] = process.argv.slice(2);
if (kernel === undefined) throw new Error('usage: npm run binding-warnings -- KERNEL_TREE [BOARD.dts ...]');
const tree = path.resolve(kernel);
const bindings = `${tree}/Documentation/devicetree/bindings`;
const STEP = 60;

/** Every so many boards of both architectures. */
function sample(): string[] {
  const arm = readdirSync(`${tree}/arch/arm/boot/dts`).filter(name => name.endsWith('.dts'));
  return arm
    .sort()
    .filter((_, n) => n % STEP === 7)
    .map(name => `${tree}/arch/arm/boot/dts/${name}`);
}

const scratch = mkdtempSync(path.join(tmpdir(), 'bindings-'));
const schema = path.join(scratch, 'schema.json');
writeFileSync(
  schema,
  execFileSync('dt-mk-schema', ['-j', bindings], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }),
);
const found = await KernelBindings.open(filesIn(localHost, bindings));
if (!found) throw new Error(`no bindings in ${bindings}`);
const checks = new BindingChecks(found);

/** Lines of dt-validate about the tree of a board. */
function reference(board: string): string {
  const folders = includePathsFor(board, { ...DEFAULT_SETTINGS, kernelTree: tree }).flatMap(folder => ['-I', folder]);
  const flags = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...folders, board];
  const source = execFileSync('cpp', flags, { maxBuffer: 1 << 28 });
  const blob = path.join(scratch, 'board.dtb');
  execFileSync('dtc', ['-q', '-i', path.dirname(board), '-I', 'dts', '-O', 'dtb', '-o', blob, '-'], { input: source });
  const { stdout, stderr } = spawnSync('dt-validate', ['-s', schema, blob], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return stdout + stderr;
}

let total = 0;
let alone = 0;
for (const board of given.length > 0 ? given.map(one => path.resolve(one)) : sample()) {
  if (!existsSync(board)) throw new Error(`no ${board}`);
  const options = { includePaths: includePathsFor(board, DEFAULT_SETTINGS), fragment: false };
  const analysis = await Analysis.of(board, new FileCache(localHost), options, undefined);
  if (!analysis?.isCurrent) {
    console.log(`${path.basename(board)}: does not compile: ${analysis?.errors[0]?.message}`);
    continue;
  }
  const theirs = reference(board);
  for (const [file, list] of await checks.check(analysis, new Knowledge(), () => false))
    for (const { message, range } of list) {
      total++;
      const text = String(message);
      const name = /^(\S+)/.exec(text)![1]!;
      // dt-validate says `NODE: PROPERTY: ...`, or quotes what is missing or too much.
      if (theirs.includes(`: ${name}: `) || theirs.includes(`: ${name}:0: `) || theirs.includes(`'${name}'`)) continue;
      alone++;
      console.log(`${path.basename(board)}: ours alone: ${path.basename(file)}:${range.start.line + 1}: ${text}`);
    }
  console.log(`${path.basename(board)}: done`);
}
rmSync(scratch, { recursive: true });
console.log(`${total} warnings, ${alone} that dt-validate does not have`);
process.exitCode = alone > 0 ? 1 : 0;
