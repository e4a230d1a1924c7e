// `xenlab bench`: how fast the emulator is, beside qemu-system-arm when that is asked for. Runs alternate, medians count.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseNumber, parseOptions, UsageError, type Option } from '../options';
import { say, Status } from '../process';
import { geometricMean, measure, median, type Measured } from './measure';
import { benchPrograms, bootPrograms, type Program } from './programs';

interface BenchRequest {
  vsQemu?: boolean;
  runs?: number;
  json?: string;
  boot?: string;
  tier?: string;
}

export const BENCH_OPTIONS: readonly Option<BenchRequest>[] = [
  { name: '--vs-qemu', help: 'run each program on qemu-system-arm too, in turn', apply: r => void (r.vsQemu = true) },
  {
    name: '--runs',
    value: 'N',
    help: 'runs of each program, of which the median counts (default 5)',
    apply: (r, value) => void (r.runs = parseNumber('--runs', value, 1, 99)),
  },
  {
    name: '--boot',
    value: 'DIR',
    help: 'also boot the images of `xenlab images get DIR`',
    apply: (r, value) => void (r.boot = value),
  },
  { name: '--json', value: 'FILE', help: 'write the figures as JSON', apply: (r, value) => void (r.json = value) },
  {
    name: '--tier',
    value: 'auto|interpreter',
    help: 'as in `xenlab boot`',
    apply: (r, value) => void (r.tier = value),
  },
];

interface Row {
  readonly name: string;
  readonly instructions: number;
  /** Seconds of user CPU of the whole process, medians. */
  readonly user: number;
  /** Million instructions per second of CPU time while the machine runs: without the start of the process. */
  readonly mips: number;
  readonly qemuUser?: number;
  /** qemu's time divided by ours: above 1 we are faster. */
  readonly ratio?: number;
}

class Bench {
  readonly scratch = mkdtempSync(path.join(os.tmpdir(), 'xenlab-bench-'));

  constructor(private readonly request: BenchRequest) {}

  private async run(command: readonly string[], program: Program, ours: boolean): Promise<Measured> {
    const result = await measure(command, ours ? undefined : program.end);
    if (program.expect.test(result.output)) return result;
    const last = result.output.trim().split('\n').at(-1) ?? '';
    throw new Error(`${program.name}: the console never said ${program.expect}; it ended with "${last}"`);
  }

  async row(program: Program): Promise<Row> {
    const stats = path.join(this.scratch, 'stats.json');
    const tier = this.request.tier === undefined ? [] : ['--tier', this.request.tier];
    const user: number[] = [];
    const mips: number[] = [];
    const qemu: number[] = [];
    let instructions = 0;
    for (let i = 0; i < (this.request.runs ?? 5); i++) {
      user.push((await this.run([...program.ours, '--stats', stats, ...tier], program, true)).user);
      const counted = JSON.parse(readFileSync(stats, 'utf8')) as { instructions: number; cpuSeconds: number };
      instructions = counted.instructions;
      mips.push(instructions / counted.cpuSeconds / 1e6);
      if (this.request.vsQemu) qemu.push((await this.run(program.qemu, program, false)).user);
    }
    const row = { name: program.name, instructions, user: median(user), mips: median(mips) };
    return this.request.vsQemu ? { ...row, qemuUser: median(qemu), ratio: median(qemu) / row.user } : row;
  }

  end(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

const cell = (text: string, width: number): string => text.padStart(width);

function line(row: Row): string {
  const own = `${row.name.padEnd(30)}${cell((row.instructions / 1e6).toFixed(0), 8)}${cell(row.user.toFixed(2), 8)}${cell(row.mips.toFixed(0), 7)}`;
  return row.ratio === undefined ? own : `${own}${cell(row.qemuUser!.toFixed(2), 9)}${cell(row.ratio.toFixed(2), 8)}`;
}

/** `xenlab bench [options] [NAME ...]` */
export async function benchCommand(words: readonly string[]): Promise<Status> {
  const request: BenchRequest = {};
  const names = parseOptions(BENCH_OPTIONS, words, request);
  const self = fileURLToPath(new URL('./xenlab.mjs', import.meta.url));
  const cli = [process.execPath, self];
  const bench = new Bench(request);
  const rows: Row[] = [];
  try {
    const all = [
      ...benchPrograms(path.join(path.dirname(self), '..'), cli),
      ...(request.boot === undefined ? [] : bootPrograms(request.boot, cli, bench.scratch)),
    ];
    const chosen =
      names.length === 0 ? all : all.filter(p => names.some(n => p.name === n || p.name.startsWith(`${n}-`)));
    if (chosen.length === 0) throw new UsageError(`no program is called ${names.join(' or ')}; there are ${all.map(p => p.name).join(', ')}`); // prettier-ignore
    const heading = `${'program'.padEnd(30)}${cell('M instr', 8)}${cell('user s', 8)}${cell('MIPS', 7)}`;
    process.stdout.write(`${heading}${request.vsQemu ? `${cell('qemu s', 9)}${cell('ratio', 8)}` : ''}\n`);
    for (const program of chosen) {
      const row = await bench.row(program);
      rows.push(row);
      process.stdout.write(`${line(row)}\n`);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    say(error instanceof Error ? error.message : String(error));
    return Status.NotMet;
  } finally {
    bench.end();
  }
  const ratios = rows.flatMap(r => (r.ratio === undefined ? [] : [r.ratio]));
  const mean = {
    mips: geometricMean(rows.map(r => r.mips)),
    ratio: ratios.length > 0 ? geometricMean(ratios) : undefined,
  };
  process.stdout.write(`${'geometric mean'.padEnd(46)}${cell(mean.mips.toFixed(0), 7)}${mean.ratio === undefined ? '' : cell(mean.ratio.toFixed(2), 17)}\n`); // prettier-ignore
  if (request.json !== undefined)
    writeFileSync(request.json, JSON.stringify({ node: process.version, rows, mean }, null, 2));
  return Status.Ok;
}
