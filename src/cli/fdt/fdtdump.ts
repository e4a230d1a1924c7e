// `xenlab fdtdump`: a blob token by token.
import { dumpBlob, findBlob, isDumpable } from '../../dt';
import { UsageError } from '../options';
import { readTool, ToolFailure, writeTool } from './files';
import { describeTool, readWords, type ToolOption } from './getopt';
import { runTool } from './tool';

const OPTIONS: readonly ToolOption[] = [
  { letter: 'd', name: 'debug', help: 'show where everything is' },
  { letter: 's', name: 'scan', help: 'look for a blob inside of the file' },
];

export const fdtdumpUsage = (): string => describeTool(OPTIONS);

export const fdtdumpCommand = (words: readonly string[]): Promise<number> =>
  runTool('fdtdump', complain => {
    const { given, operands } = readWords(OPTIONS, words);
    const has = (name: string): boolean => given.some(one => one.name === name);
    const [file, more] = operands;
    if (file === undefined || more !== undefined) throw new UsageError('fdtdump takes one FILE');
    let bytes = readTool(file);
    if (has('scan')) {
      const at = findBlob(bytes);
      if (at < 0) throw new ToolFailure(`${file}: could not locate fdt magic`);
      writeTool('-', `${file}: found fdt at offset ${at === 0 ? '0' : `0x${at.toString(16)}`}\n`);
      bytes = bytes.subarray(at);
    } else if (!isDumpable(bytes)) throw new ToolFailure(`${file}: header is not valid`);
    const { text, failure } = dumpBlob(bytes, has('debug'));
    writeTool('-', text);
    if (failure !== undefined) complain(`fdtdump: ${file}: ${failure}\n`);
  });
