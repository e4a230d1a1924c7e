// `xenlab boards`: what can be booted.
import { BOARDS, DEFAULT_BOARD } from '../emu/boards';
import { parseOptions, UsageError } from './options';
import { Status } from './process';

const MIB = 1 << 20;

export async function boardsCommand(words: readonly string[]): Promise<Status> {
  const [operand] = parseOptions([], words, {});
  if (operand !== undefined) throw new UsageError(`boards takes no operand, but there is "${operand}"`);
  for (const { name, title, cpu, ram } of BOARDS) {
    const standard = name === DEFAULT_BOARD ? ' (default)' : '';
    const cores = cpu.most === 1 ? '1 core' : `1 to ${cpu.most} cores`;
    const memory = `${ram.least / MIB} to ${ram.size / MIB} MiB of RAM, ${ram.fitted / MIB} by default`;
    process.stdout.write(`${name}${standard}\n    ${title}; ${cores}, ${memory}\n`);
  }
  return Promise.resolve(Status.Ok);
}
