// `xenlab fdtput`: changes a blob in place: a property's value, new nodes, or what is to go.
import { DtError, type DtNode } from '../../dt';
import { UsageError } from '../options';
import { EditedBlob, errorAt } from './blob';
import { ToolFailure } from './files';
import { describeTool, looseNumber, readWords, type ToolOption } from './getopt';
import { runTool } from './tool';
import { ANY_TYPE, parseType, TYPE_HELP, type ValueType } from './type';

const OPTIONS: readonly ToolOption[] = [
  { letter: 'c', name: 'create', help: 'make each NODE' },
  { letter: 'r', name: 'remove', help: 'take each NODE away, with all below it' },
  { letter: 'd', name: 'delete', help: 'take each PROPERTY of NODE away' },
  { letter: 'p', name: 'auto-path', help: 'make what is missing on the way to NODE' },
  { letter: 't', name: 'type', value: 'TYPE', help: TYPE_HELP },
  { letter: 'v', name: 'verbose', help: 'say what each VALUE is read as' },
];

export const fdtputUsage = (): string => describeTool(OPTIONS);

export const fdtputCommand = (words: readonly string[]): Promise<number> =>
  runTool('fdtput', complain => {
    const { given, operands } = readWords(OPTIONS, words);
    const has = (name: string): boolean => given.some(one => one.name === name);
    const work = given.findLast(one => ['create', 'remove', 'delete'].includes(one.name))?.name;
    const typeText = given.findLast(one => one.name === 'type')?.value;
    const type = typeText === undefined ? ANY_TYPE : parseType(typeText);
    const [file, ...rest] = operands;
    if (file === undefined) throw new UsageError('fdtput needs a FILE');
    const [path, name, ...values] = rest;
    if (work === undefined && name === undefined) throw new UsageError('after FILE come NODE and PROPERTY');
    if (work === 'delete' && path === undefined) throw new UsageError('after FILE comes NODE');
    const blob = EditedBlob.read(file);
    guarded(() => {
      switch (work) {
        case undefined:
          if (has('auto-path')) ensure(blob.tree.root, path!);
          blob.node(path!).setFirst(name!, encode(values, type, has('verbose') ? complain : () => undefined));
          return;
        case 'create':
          for (const one of rest) {
            if (has('auto-path')) ensure(blob.tree.root, one);
            else create(blob, one);
          }
          return;
        case 'remove':
          for (const one of rest) blob.node(one).remove();
          return;
        default:
          for (const one of rest.slice(1))
            if (!blob.node(path!).removeProperty(one)) throw errorAt(path!, 'FDT_ERR_NOTFOUND');
      }
    });
    blob.write();
  });

function guarded(edit: () => void): void {
  try {
    edit();
  } catch (error) {
    if (error instanceof DtError) throw new ToolFailure(error.message);
    throw error;
  }
}

function ensure(root: DtNode, path: string): void {
  let node = root;
  for (const part of path.split('/')) if (part !== '') node = node.child(part) ?? node.addFirst(part);
}

function create(blob: EditedBlob, path: string): void {
  const slash = path.lastIndexOf('/');
  if (slash < 0) throw errorAt(path, 'FDT_ERR_BADPATH');
  const parent = slash === 0 ? blob.tree.root : blob.node(path.slice(0, slash));
  const name = path.slice(slash + 1);
  if (parent.child(name)) throw errorAt(name, 'FDT_ERR_EXISTS');
  parent.addFirst(name);
}

/** All values one behind the other. */
function encode(values: readonly string[], { letter, size = 4 }: ValueType, say: (text: string) => void): Uint8Array {
  say('Decoding value:\n');
  const bytes: number[] = [];
  for (const value of values) {
    if (letter === 's') {
      bytes.push(...new TextEncoder().encode(`${value}\0`));
      say(`\tstring: '${value}'\n`);
      continue;
    }
    const number = numberOf(value, letter);
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes.push((number >>> shift) & 0xff);
    say(`\t${size === 1 ? 'byte' : size === 2 ? 'short' : 'int'}: ${number | 0}\n`);
  }
  say(`Value size ${bytes.length}\n`);
  return Uint8Array.from(bytes);
}

/** As scanf reads it: %d and %u decimal, %i with a prefix too, %x hexadecimal. */
function numberOf(text: string, letter: ValueType['letter']): number {
  if (letter === 'x') return parseInt(text, 16) | 0 || 0;
  if (letter === 'i') return looseNumber(text) | 0;
  return parseInt(text, 10) | 0 || 0;
}
