// `xenlab disasm`: raw code as text, in the form of objdump's listings.
import path from 'node:path';
import { type CodeSet, disassembleBytes, type Line } from '../emu/isa/disassemble';
import { readInput } from '../lab/files';
import { nodeHost } from '../lab/node/host';
import { parseChoice, parseNumber, parseOptions, UsageError, type Option } from './options';
import { Status } from './process';

interface DisasmRequest {
  arch?: CodeSet;
  base: number;
  count: number;
}

const TOP = 2 ** 32 - 1;

function parseArch(value: string): CodeSet {
  const arch = parseChoice('--arch', value, ['a32', 't32', 'a64']);
  if (arch === 'a64') throw new UsageError('--arch a64 cannot be used in this release: it knows a32 and t32');
  return arch;
}

export const DISASM_OPTIONS: readonly Option<DisasmRequest>[] = [
  {
    name: '--arch',
    value: 'a32|t32',
    help: 'instruction set of the code; needed',
    apply: (request, value) => void (request.arch = parseArch(value)),
  },
  {
    name: '--base',
    value: 'ADDRESS',
    help: 'address of the first byte (0)',
    apply: (request, value) => void (request.base = parseNumber('--base', value, 0, TOP)),
  },
  {
    name: '--count',
    value: 'N',
    help: 'stop after N instructions',
    apply: (request, value) => void (request.count = parseNumber('--count', value, 1, TOP)),
  },
];

/** Address, encoding (halfwords of T32 apart) and text, with tabs between. */
function listed({ address, encoding, text, length }: Line, arch: CodeSet): string {
  const digits = encoding.toString(16).padStart(2 * length, '0');
  const shown = arch === 't32' && length === 4 ? `${digits.slice(0, 4)} ${digits.slice(4)}` : digits.padEnd(9);
  return `${address.toString(16).padStart(8, '0')}:\t${shown}\t${text}\n`;
}

/** Lines written at once. */
const SLICE = 4096;

/** @returns false when nobody reads any more */
const write = (text: string): Promise<boolean> =>
  new Promise(resolve => process.stdout.write(text, error => resolve(!error)));

export async function disasmCommand(words: readonly string[]): Promise<Status> {
  const request: DisasmRequest = { base: 0, count: Infinity };
  const [file, ...more] = parseOptions(DISASM_OPTIONS, words, request);
  const { arch, base, count } = request;
  if (file === undefined) throw new UsageError('disasm needs a FILE of raw code');
  if (more.length > 0) throw new UsageError(`disasm takes one FILE, but there is also "${more[0]}"`);
  if (arch === undefined) throw new UsageError('disasm needs --arch a32 or --arch t32');
  const alignment = arch === 'a32' ? 4 : 2;
  if (base % alignment !== 0) throw new UsageError(`--base must be a multiple of ${alignment} for ${arch}`);
  const bytes = await readInput(nodeHost, path.resolve(file), 'code');
  process.stdout.on('error', () => undefined); // `| head` is no failure
  let [lines, text] = [0, ''];
  for (const line of disassembleBytes(bytes, base, arch)) {
    if (lines === count) break;
    text += listed(line, arch);
    if (++lines % SLICE !== 0) continue;
    if (!(await write(text))) return Status.Ok;
    text = '';
  }
  await write(text);
  return Status.Ok;
}
