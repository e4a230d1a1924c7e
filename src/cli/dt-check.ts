// `xenlab dt-check`: everything that can be said of a device tree, one line each.
import path from 'node:path';
import {
  checkMessage,
  checkResult,
  checkTree,
  compileSource,
  DtError,
  FDT_MAGIC,
  fromError,
  getStrings,
  isAnyCheckName,
  parseBlob,
  type CheckSwitch,
  type DeviceTree,
  type Finding,
} from '../dt';
import { BOARDS, boardNamed, findBoard, machineFacts } from '../emu/boards';
import { didYouMean } from '../dt/nearest';
import { readInput } from '../lab/files';
import { nodeHost } from '../lab/node/host';
import { nodeSourceReader } from './dtc/reader';
import { parseOptions, UsageError, type Option } from './options';
import { Status } from './process';

interface DtCheckRequest {
  board?: string;
  readonly includePaths: string[];
  readonly switches: CheckSwitch[];
}

function addSwitch({ switches }: DtCheckRequest, kind: CheckSwitch['kind'], name: string): void {
  if (!isAnyCheckName(name)) throw new UsageError(`there is no check "${name}"; docs/checks.md lists them`);
  switches.push({ kind, name });
}

export const DT_CHECK_OPTIONS: readonly Option<DtCheckRequest>[] = [
  {
    name: '--board',
    value: 'NAME|none',
    help: 'check against this board (the one that the tree names, if we have it)',
    apply: (request, value) => {
      const names = [...BOARDS.map(({ name }) => name), 'none'];
      if (!names.includes(value)) throw new UsageError(`there is no board "${value}"${didYouMean(value, names)}`);
      request.board = value;
    },
  },
  {
    name: '-i',
    value: 'DIR',
    help: 'look for includes here too; repeatable',
    repeatable: true,
    apply: (request, value) => void request.includePaths.push(value),
  },
  {
    name: '-W',
    value: '[no-]CHECK',
    help: 'switch a check on, or off; repeatable',
    repeatable: true,
    apply: (request, value) => addSwitch(request, 'warning', value),
  },
  {
    name: '-E',
    value: '[no-]CHECK',
    help: 'make a check an error, or none; repeatable',
    repeatable: true,
    apply: (request, value) => addSwitch(request, 'error', value),
  },
];

function machineOf(tree: DeviceTree | undefined, chosen: string | undefined) {
  if (!tree || chosen === 'none') return undefined;
  let names: string[] = [];
  try {
    names = getStrings(tree.root, 'compatible') ?? [];
  } catch (error) {
    // A check says what is wrong with it.
    if (!(error instanceof DtError)) throw error;
  }
  const board = chosen === undefined ? boardNamed(BOARDS, names) : findBoard(chosen);
  return board && machineFacts(board);
}

function check(bytes: Uint8Array, file: string, { board, includePaths, switches }: DtCheckRequest): Finding[] {
  const isBlob = bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === FDT_MAGIC;
  if (!isBlob && !file.endsWith('.dtb')) {
    const text = new TextDecoder().decode(bytes);
    const result = compileSource(text, { file, reader: nodeSourceReader(), includePaths, checks: { switches } });
    return checkResult(result, { switches, machine: machineOf(result.tree, board) });
  }
  try {
    const tree = parseBlob(bytes, file);
    return checkTree(tree, { switches, machine: machineOf(tree, board) });
  } catch (error) {
    if (error instanceof DtError) return [fromError(error)];
    throw error;
  }
}

/** Exit status 1 when there is an error, else 0. */
export async function dtCheckCommand(words: readonly string[]): Promise<Status> {
  const request: DtCheckRequest = { includePaths: [], switches: [] };
  const [file, ...more] = parseOptions(DT_CHECK_OPTIONS, words, request);
  if (file === undefined) throw new UsageError('dt-check needs a FILE, a device tree');
  if (more.length > 0) throw new UsageError(`dt-check takes one FILE, but there is also "${more[0]}"`);
  const findings = check(await readInput(nodeHost, path.resolve(file), 'device tree'), file, request);
  process.stdout.write(findings.map(finding => checkMessage(finding, file)).join(''));
  return findings.some(({ severity }) => severity === 'error') ? Status.NotMet : Status.Ok;
}
