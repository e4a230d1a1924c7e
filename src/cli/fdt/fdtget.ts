// `xenlab fdtget`: values of a blob, one a line.
import { isPrintable } from '../../dt';
import { UsageError } from '../options';
import { EditedBlob, errorAt } from './blob';
import { ToolFailure, writeTool } from './files';
import { describeTool, readWords, type ToolOption } from './getopt';
import { runTool } from './tool';
import { ANY_TYPE, parseType, TYPE_HELP, type ValueType } from './type';

const OPTIONS: readonly ToolOption[] = [
  { letter: 't', name: 'type', value: 'TYPE', help: TYPE_HELP },
  { letter: 'p', name: 'properties', help: 'list the properties of each NODE' },
  { letter: 'l', name: 'list', help: 'list the children of each NODE' },
  { letter: 'd', name: 'default', value: 'TEXT', help: 'what to say of a property that is not there' },
];

export const fdtgetUsage = (): string => describeTool(OPTIONS);

export const fdtgetCommand = (words: readonly string[]): Promise<number> =>
  runTool('fdtget', () => {
    const { given, operands } = readWords(OPTIONS, words);
    const has = (name: string): boolean => given.some(one => one.name === name);
    const last = (name: string): string | undefined => given.findLast(one => one.name === name)?.value;
    const [file, ...rest] = operands;
    if (file === undefined) throw new UsageError('fdtget needs a FILE');
    const type = parseOptional(last('type'));
    const lists = has('properties') || has('list');
    if (!lists && rest.length % 2 !== 0) throw new UsageError('after FILE come pairs of NODE and PROPERTY');
    if (rest.length === 0) return;
    const blob = EditedBlob.read(file);
    const fallback = last('default');
    for (let at = 0; at < rest.length; at += lists ? 1 : 2) {
      const path = rest[at]!;
      let text: string;
      try {
        const node = blob.node(path);
        // Of the two lists the one that is asked for last.
        const list = given.findLast(one => one.name === 'properties' || one.name === 'list')?.name;
        if (list !== undefined) {
          const names = list === 'list' ? node.children.keys() : node.properties.keys();
          text = [...names].map(name => `${name}\n`).join('');
        } else {
          const name = rest[at + 1]!;
          const property = node.property(name);
          if (!property) throw errorAt(name, 'FDT_ERR_NOTFOUND');
          text = `${show(property.value, type)}\n`;
        }
      } catch (error) {
        if (fallback === undefined || !(error instanceof ToolFailure) || error instanceof Unshowable) throw error;
        text = `${fallback}\n`;
      }
      writeTool('-', text);
    }
  });

const parseOptional = (text: string | undefined): ValueType => (text === undefined ? ANY_TYPE : parseType(text));

/** A value that is there, but not of the type asked for. */
class Unshowable extends ToolFailure {}

function show(value: Uint8Array, { letter, size: wanted }: ValueType): string {
  if (value.length === 0) return '';
  if (letter === 's' || (letter === undefined && isPrintable(value))) {
    if (value.at(-1) !== 0) throw new Unshowable('Unterminated string');
    return new TextDecoder('latin1').decode(value.subarray(0, -1)).replaceAll('\0', ' ');
  }
  const size = wanted ?? (value.length % 4 === 0 ? 4 : 1);
  if (value.length % size !== 0) throw new Unshowable('Property length must be a multiple of selected data size');
  const items: string[] = [];
  for (let at = 0; at < value.length; at += size) {
    let number = 0;
    for (let i = 0; i < size; i++) number = (number << 8) | value[at + i]!;
    if (letter === 'x') items.push((number >>> 0).toString(16));
    else items.push(String(letter === 'u' ? number >>> 0 : number));
  }
  return items.join(' ');
}
