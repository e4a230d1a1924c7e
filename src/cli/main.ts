// `xenlab`: the command line. A table of commands; each reads its own options.
import packageJson from '../../package.json';
import { didYouMean } from '../dt/nearest';
import { describeProblem, LabFailure, problemsOf } from '../lab/problems';
import { describeOptions, UsageError } from './options';
import { say, Status } from './process';

/** What a file of this folder is for main. */
interface Implementation {
  /** The options, described. */
  readonly options?: string;
  readonly run: (words: string[]) => Promise<Status>;
}

interface Command {
  /** Operands and options, as the usage line shows them. */
  readonly synopsis: string;
  readonly help: string;
  /** Its exit statuses, when they are not 0 and 2 alone. */
  readonly statuses?: string;
  /** Reads the file that does it: a command does not pay for the others. */
  readonly load: () => Promise<Implementation>;
}

const CHECK_STATUSES = '0 no error; 1 an error was found; 2 bad usage or input';
/** As the tools have them whose names these are. */
const TOOL_STATUSES = '0 done; 1 refused';

const COMMANDS: Readonly<Record<string, Command>> = {
  boot: {
    synopsis: '[LAB.json] [options]',
    help: 'boot a lab; without a kernel guests of our own run',
    statuses: '0 expectations met, or powered off; 1 not met in time; 2 bad usage or input; 3 the guest crashed',
    load: async () => {
      const [{ bootCommand }, { BOOT_OPTIONS }] = await Promise.all([import('./boot'), import('./boot-options')]);
      return { options: describeOptions(BOOT_OPTIONS), run: bootCommand };
    },
  },
  boards: {
    synopsis: '',
    help: 'list the boards',
    load: async () => ({ run: (await import('./boards')).boardsCommand }),
  },
  bench: {
    synopsis: '[options] [PROGRAM ...]',
    help: 'measure the speed, beside qemu-system-arm with --vs-qemu',
    load: async () => {
      const { BENCH_OPTIONS, benchCommand } = await import('./bench/bench');
      return { options: describeOptions(BENCH_OPTIONS), run: benchCommand };
    },
  },
  images: {
    synopsis: 'get|list [DIR] [options]',
    help: "Debian's kernels, Xen and BusyBox as images that boot",
    load: async () => {
      const { IMAGES_OPTIONS, imagesCommand } = await import('./images');
      const io = { folder: process.cwd(), out: (text: string) => void process.stdout.write(text), say };
      return { options: describeOptions(IMAGES_OPTIONS), run: words => imagesCommand(words, io) };
    },
  },
  'dt-check': {
    synopsis: 'FILE [options]',
    help: "check a device tree, source or blob: dtc's checks, Xen's rules, and against a board",
    statuses: CHECK_STATUSES,
    load: async () => {
      const { DT_CHECK_OPTIONS, dtCheckCommand } = await import('./dt-check');
      return { options: describeOptions(DT_CHECK_OPTIONS), run: dtCheckCommand };
    },
  },
  dtc: {
    synopsis: '[options of dtc] [INPUT]',
    help: 'compile, decompile and convert device trees, with a preprocessor',
    statuses: TOOL_STATUSES,
    load: async () => {
      const { dtcCommand, dtcUsage } = await import('./dtc/command');
      return { options: dtcUsage(), run: dtcCommand };
    },
  },
  fdtget: {
    synopsis: 'FILE [NODE PROPERTY]...',
    help: 'show values of a device tree blob',
    statuses: TOOL_STATUSES,
    load: async () => {
      const { fdtgetCommand, fdtgetUsage } = await import('./fdt/fdtget');
      return { options: fdtgetUsage(), run: fdtgetCommand };
    },
  },
  fdtput: {
    synopsis: 'FILE NODE PROPERTY [VALUE...]',
    help: 'change a device tree blob',
    statuses: TOOL_STATUSES,
    load: async () => {
      const { fdtputCommand, fdtputUsage } = await import('./fdt/fdtput');
      return { options: fdtputUsage(), run: fdtputCommand };
    },
  },
  fdtdump: {
    synopsis: 'FILE',
    help: 'show a device tree blob token by token',
    statuses: TOOL_STATUSES,
    load: async () => {
      const { fdtdumpCommand, fdtdumpUsage } = await import('./fdt/fdtdump');
      return { options: fdtdumpUsage(), run: fdtdumpCommand };
    },
  },
  fdtoverlay: {
    synopsis: '-i FILE -o FILE OVERLAY...',
    help: 'lay overlays over a device tree blob',
    statuses: TOOL_STATUSES,
    load: async () => {
      const { fdtoverlayCommand, fdtoverlayUsage } = await import('./fdt/fdtoverlay');
      return { options: fdtoverlayUsage(), run: fdtoverlayCommand };
    },
  },
  disasm: {
    synopsis: 'FILE --arch a32|t32 [--base ADDRESS] [--count N]',
    help: 'show raw code as instructions',
    load: async () => {
      const { DISASM_OPTIONS, disasmCommand } = await import('./disasm');
      return { options: describeOptions(DISASM_OPTIONS), run: disasmCommand };
    },
  },
  'xl-check': {
    synopsis: 'FILE... [options]',
    help: 'say what is wrong with configurations of domains',
    statuses: CHECK_STATUSES,
    load: async () => {
      const { XL_CHECK_OPTIONS, xlCheckCommand } = await import('./xl-check');
      return { options: describeOptions(XL_CHECK_OPTIONS), run: xlCheckCommand };
    },
  },
  'language-server': {
    synopsis: '[--stdio]',
    help: 'serve the Language Server Protocol for device trees and configurations of domains',
    load: async () => ({ run: (await import('./language-server')).languageServerCommand }),
  },
  dap: {
    synopsis: '[--port N]',
    help: 'serve the Debug Adapter Protocol on stdin and stdout, or on a port',
    load: async () => {
      const { DAP_OPTIONS, dapCommand } = await import('./dap');
      return { options: describeOptions(DAP_OPTIONS), run: dapCommand };
    },
  },
};

async function usage(name?: string): Promise<string> {
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command) {
    const { statuses = '0 done; 2 bad usage or input' } = command;
    const { options } = await command.load();
    return `${`usage: xenlab ${name} ${command.synopsis}`.trimEnd()}\n${command.help}\n${options === undefined ? '' : `\n${options}`}\nexit status: ${statuses}\n`;
  }
  const rows = Object.entries(COMMANDS).map(([key, { help }]) => `  ${key.padEnd(17)}${help}\n`);
  return `${packageJson.displayName} ${packageJson.version}\nusage: xenlab COMMAND ...\n\n${rows.join('')}
xenlab COMMAND --help describes a command; docs/ describes the rest\n`;
}

const HELP = new Set(['--help', '-h', 'help']);

async function main([name, ...words]: string[]): Promise<Status> {
  if (name === undefined) {
    process.stderr.write(await usage());
    return Status.BadInput;
  }
  if (HELP.has(name)) {
    process.stdout.write(await usage(words[0]));
    return Status.Ok;
  }
  if (name === '--version') {
    process.stdout.write(`${packageJson.version}\n`);
    return Status.Ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`there is no command "${name}"${didYouMean(name, Object.keys(COMMANDS))}`);
  if (words.some(word => word === '--help' || word === '-h')) {
    process.stdout.write(await usage(name));
    return Status.Ok;
  }
  const { run } = await command.load();
  return run(words);
}

/** Every refusal is one line; a stack is only for those who ask for it. */
function refuse(error: unknown): Status {
  if (error instanceof UsageError) say(error.message);
  else for (const one of problemsOf(error)) say(describeProblem(one));
  const expected = error instanceof UsageError || error instanceof LabFailure;
  if (!expected && process.env['XENLAB_STACKS'] && error instanceof Error) say(error.stack ?? '');
  return Status.BadInput;
}

const status = await main(process.argv.slice(2)).catch(refuse);
// What is still on its way to a pipe has to arrive before the process ends.
await new Promise<void>(done => process.stdout.write('', () => done()));
process.exit(status);
