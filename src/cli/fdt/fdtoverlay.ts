// `xenlab fdtoverlay`: lays overlays over a blob, one after another.
import { applyOverlay, DtError } from '../../dt';
import { UsageError } from '../options';
import { EditedBlob } from './blob';
import { ToolFailure, writeTool } from './files';
import { describeTool, readWords, type ToolOption } from './getopt';
import { runTool } from './tool';

const OPTIONS: readonly ToolOption[] = [
  { letter: 'i', name: 'input', value: 'FILE', help: 'the blob that lies below' },
  { letter: 'o', name: 'output', value: 'FILE', help: 'where the result goes' },
  { letter: 'v', name: 'verbose', help: 'list the files' },
];

export const fdtoverlayUsage = (): string => describeTool(OPTIONS);

export const fdtoverlayCommand = (words: readonly string[]): Promise<number> =>
  runTool('fdtoverlay', () => {
    const { given, operands } = readWords(OPTIONS, words);
    const last = (name: string): string | undefined => given.findLast(one => one.name === name)?.value;
    const input = last('input');
    const output = last('output');
    if (input === undefined) throw new UsageError('fdtoverlay needs -i FILE');
    if (output === undefined) throw new UsageError('fdtoverlay needs -o FILE');
    if (operands.length === 0) throw new UsageError('fdtoverlay needs an OVERLAY');
    if (last('verbose') !== undefined) {
      const overlays = operands.map((name, at) => `overlay[${at}] = ${name}\n`).join('');
      writeTool('-', `input  = ${input}\noutput = ${output}\n${overlays}`);
    }
    const base = EditedBlob.read(input);
    const overlays = operands.map(file => ({ file, blob: EditedBlob.read(file) }));
    for (const { file, blob } of overlays) {
      try {
        applyOverlay(base.tree, blob.tree);
      } catch (error) {
        if (error instanceof DtError) throw new ToolFailure(`cannot lay ${file} over ${input}: ${error.message}`);
        throw error;
      }
    }
    base.write(output);
  });
