// The door of `xenlab dtc`.
import { version } from '../../../package.json';
import { describeTool } from '../fdt/getopt';
import { runTool } from '../fdt/tool';
import { runDtc } from './dtc';
import { DTC_OPTIONS, readRequest } from './options';

export const dtcUsage = (): string => describeTool(DTC_OPTIONS);

export const dtcCommand = (words: readonly string[]): Promise<number> =>
  runTool('dtc', async say => {
    const request = readRequest(words);
    if (request === 'help') process.stdout.write(`usage: xenlab dtc [options] [INPUT]\n\n${dtcUsage()}`);
    else if (request === 'version') process.stdout.write(`Version: xenlab ${version}, as DTC 1.6.1\n`);
    else runDtc(request, say);
  });
