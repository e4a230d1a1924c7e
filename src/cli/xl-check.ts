// `xenlab xl-check`: what is wrong with configurations of domains, also where xl says nothing.
import path from 'node:path';
import { nearest } from '../dt/nearest';
import { readInput } from '../lab/files';
import { nodeHost } from '../lab/node/host';
import { lookAtFiles } from '../lab/xl-files';
import { checkConfig } from '../xl';
import { parseChoice, parseNumber, parseOptions, UsageError, type Option } from './options';
import { Status } from './process';

interface CheckRequest {
  root?: string;
  memory?: number;
  drives?: number;
  tree: 'libxl' | 'kernel';
}

const LARGEST = 2 ** 31;

export const XL_CHECK_OPTIONS: readonly Option<CheckRequest>[] = [
  {
    name: '--root',
    value: 'DIR',
    help: "dom0's file system: absolute paths are looked for in it",
    apply: (request, value) => void (request.root = path.resolve(value)),
  },
  {
    name: '--host-memory',
    value: 'MIB',
    help: 'RAM of the host',
    apply: (request, value) => void (request.memory = parseNumber('--host-memory', value, 1, LARGEST)),
  },
  {
    name: '--drives',
    value: 'N',
    help: 'drives of the lab: /dev/loop0 and so on',
    apply: (request, value) => void (request.drives = parseNumber('--drives', value, 0, LARGEST)),
  },
  {
    name: '--guest-tree',
    value: 'libxl|kernel',
    help: "who brings the guest's device tree (libxl)",
    apply: (request, value) => void (request.tree = parseChoice('--guest-tree', value, ['libxl', 'kernel'])),
  },
];

/** The whole of standard input. */
async function readStandardInput(): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer); // no encoding is set
  return Buffer.concat(pieces);
}

/** @returns whether there is an error */
async function check(file: string, { root, memory, drives, tree }: CheckRequest): Promise<boolean> {
  const standard = file === '-';
  const bytes = standard ? await readStandardInput() : await readInput(nodeHost, path.resolve(file), 'configuration');
  // A byte order mark is a mistake to be told of: xl refuses it.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const folder = standard ? process.cwd() : path.dirname(path.resolve(file));
  const resolve = (name: string): string =>
    root !== undefined && name.startsWith('/') ? path.join(root, name) : path.resolve(folder, name);
  const facts = await lookAtFiles(nodeHost, text, resolve);
  const { findings } = checkConfig(text, {
    nearest,
    look: name => facts.get(name),
    wholeRoot: root !== undefined,
    guestTree: tree,
    ...(memory === undefined ? {} : { hostMemory: memory }),
    ...(drives === undefined ? {} : { drives }),
  });
  const name = standard ? '<stdin>' : file;
  for (const { range, severity, code, message } of findings)
    process.stdout.write(`${name}:${range.start.line}:${range.start.column}: ${severity}: [xl.${code}] ${message}\n`);
  return findings.some(({ severity }) => severity === 'error');
}

export async function xlCheckCommand(words: readonly string[]): Promise<Status> {
  const request: CheckRequest = { tree: 'libxl' };
  const files = parseOptions(XL_CHECK_OPTIONS, words, request);
  if (files.length === 0) throw new UsageError('xl-check needs a FILE, or - for standard input');
  process.stdout.on('error', () => undefined); // `| head` is no failure
  let failed = false;
  for (const file of files) failed = (await check(file, request)) || failed;
  return failed ? Status.NotMet : Status.Ok;
}
