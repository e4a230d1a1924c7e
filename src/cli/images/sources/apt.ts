// Packages through the system's own apt: whatever archive, proxy and keys it is set up with.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImageError } from '../../../image';
import { UsageError } from '../../options';
import type { Io } from '../io';
import { ARCHITECTURES, KERNEL_META, PACKAGES, type Architecture } from '../packages';
import type { PackageSource } from '../source';

/** What a program said and how it ended; status -1 when it could not be started. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program; each line of its standard output is given to `line` as it comes. */
export type Run = (
  program: string,
  words: readonly string[],
  options?: { folder?: string; line?: (text: string) => void },
) => Promise<Ran>;

const OTHER_WAYS = 'give --from FOLDER with the packages, or --mirror URL of a Debian archive';

/**
 * @param run starts programs
 * @param root whether this process may change what apt is set up with
 */
export function aptSource(run: Run = runProgram, root = process.getuid?.() === 0): PackageSource {
  return {
    title: "the system's apt",
    async collect(folder, io) {
      if ((await run('apt-get', ['--version'])).status !== 0) {
        throw new UsageError(`there is no apt-get on this system: ${OTHER_WAYS}`);
      }
      await enableArchitectures(run, root, io);
      if (root) {
        io.say('apt-get update');
        // A mirror that is being updated, or one of several that fails, still leaves lists that are good enough.
        await run('apt-get', ['update', '-qq']);
      }
      const names = await packageNames(run);
      await mkdir(folder, { recursive: true });
      return download(run, root, folder, names, io);
    },
  };
}

async function enableArchitectures(run: Run, root: boolean, io: Io): Promise<void> {
  const native = await run('dpkg', ['--print-architecture']);
  const foreign = await run('dpkg', ['--print-foreign-architectures']);
  const known = `${native.out}\n${foreign.out}`.split(/\s+/);
  const missing = ARCHITECTURES.filter(architecture => !known.includes(architecture));
  if (missing.length === 0) return;
  if (!root) {
    const commands = missing.map(architecture => `sudo dpkg --add-architecture ${architecture}`).join(' && ');
    throw new UsageError(
      `apt does not fetch packages for ${missing.join(' and ')} yet: run ${commands} && sudo apt-get update, or ${OTHER_WAYS}`,
    );
  }
  for (const architecture of missing) {
    io.say(`dpkg --add-architecture ${architecture}`);
    const { status, err } = await run('dpkg', ['--add-architecture', architecture]);
    if (status !== 0) throw new UsageError(`dpkg --add-architecture ${architecture} failed: ${lastLine(err)}`);
  }
}

/** `name:architecture` of all packages, the kernels with the version that is newest now. */
async function packageNames(run: Run): Promise<string[]> {
  const meta = `${KERNEL_META.name}:${KERNEL_META.architecture}`;
  const { out, err } = await run('apt-cache', ['depends', meta]);
  const version = KERNEL_META.dependency.exec(out)?.[1];
  if (version === undefined) {
    throw new UsageError(
      `apt knows no package ${meta} (${lastLine(err) || 'it depends on no kernel'}): run apt-get update, or ${OTHER_WAYS}`,
    );
  }
  return PACKAGES.map(({ name, architecture }) =>
    typeof name === 'string' ? `${name}:${architecture}` : `${kernelName(architecture, version)}:${architecture}`,
  );
}

/** The name of the kernel package of this version. */
export function kernelName(architecture: Architecture, version: string): string {
  return KERNEL_META.packages[architecture].replace('VERSION', version);
}

async function download(run: Run, root: boolean, folder: string, names: readonly string[], io: Io): Promise<string[]> {
  // As root apt would hand the work to a user who may not be able to write into this folder.
  const words = ['download', ...(root ? ['-o', 'APT::Sandbox::User=root'] : []), ...names];
  // apt lists only what is not in the folder already: for the names of all it is asked in an empty one.
  const empty = await mkdtemp(path.join(tmpdir(), 'xenlab-'));
  const plan = await run('apt-get', ['--print-uris', ...words], { folder: empty });
  await rm(empty, { recursive: true });
  if (plan.status !== 0) throw refusal(plan.err);
  // 'URI' FILE SIZE HASH
  const files = [...plan.out.matchAll(/^'[^']*' (\S+) \d+/gm)].map(([, file]) => path.basename(file!));
  let done = 0;
  const line = (text: string): void => {
    const [, name] = /^Get:\d+ \S+ \S+ \S+ (\S+)/.exec(text) ?? [];
    if (name !== undefined) io.say(`fetching ${name} (${++done} of ${files.length})`);
  };
  const { status, err } = await run('apt-get', words, { folder, line });
  if (status !== 0) throw refusal(err);
  return files.map(file => path.join(folder, file));
}

function refusal(err: string): ImageError {
  const what = /^E: (.*)$/m.exec(err)?.[1] ?? lastLine(err);
  return new ImageError('image.missing', `apt could not fetch the packages: ${what}`, {
    remedy: `the names are those of Debian 12; ${OTHER_WAYS}`,
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** The language of messages is that of the patterns above. */
const ENVIRONMENT = { ...process.env, LC_ALL: 'C' };

const runProgram: Run = (program, words, { folder, line } = {}) =>
  new Promise(resolve => {
    const child = spawn(program, words, { cwd: folder, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let unfinished = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (!line) return;
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      lines.forEach(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', error => resolve({ status: -1, out, err: error.message }));
    child.on('close', status => resolve({ status: status ?? -1, out, err }));
  });
