// `xenlab boot`: a lab without an editor. Its console is the terminal's, or that of a test that expects and sends.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkConfiguration, resolvePaths } from '../lab/configuration';
import { localLab } from '../lab/node/local';
import type { SpawnedLab } from '../lab/node/spawn';
import { placementTable, showsPlacement } from '../lab/placement-table';
import { describeProblem, fail } from '../lab/problems';
import type { LabConfiguration, LabEvent, StartedLab } from '../lab/protocol';
import { BOOT_OPTIONS, newBootRequest, type BootRequest } from './boot-options';
import { Expectations } from './expectations';
import { parseOptions, UsageError } from './options';
import { LinePrefixer } from './output';
import { profileText } from './profile-text';
import { QUIET_SECONDS, QuietWatch } from './quiet';
import { isInteractive, openInput } from './terminal';
import { say, sayMore, Status } from './process';

const DEFAULT_TIMEOUT_SECONDS = 300;

/** Why a run is over, as `--stats` calls it: the lab's own reasons, and those of the command line. */
type Outcome = { reason: string; status: Status; said?: string };

async function readLabFile(file: string): Promise<LabConfiguration> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = missing ? 'there is no such file' : 'it cannot be read';
    return fail(missing ? 'file.missing' : 'file.unreadable', `${file}: ${why}; LAB.json is the first operand`, {
      file,
    });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : '';
    return fail('configuration.json', `${file}: this is not JSON: ${why}`, { file });
  }
  return resolvePaths(checkConfiguration(raw), one => path.resolve(path.dirname(file), one));
}

/** Options win over the lab file; what is not said depends on whether a person sits at the terminal. */
async function configure(words: readonly string[]): Promise<BootRequest> {
  const request = newBootRequest();
  const [file, ...more] = parseOptions(BOOT_OPTIONS, words, request);
  if (more.length > 0) throw new UsageError(`one LAB.json at most, but there is also "${more[0]}"`);
  const base = file === undefined ? {} : await readLabFile(file);
  const given = resolvePaths(request.lab, one => path.resolve(one));
  const interactive = isInteractive() && request.steps.length === 0;
  request.lab = checkConfiguration({ pace: interactive ? 'realtime' : 'fast', ...base, ...given });
  if (request.steps.length > 0) request.timeoutSeconds ??= DEFAULT_TIMEOUT_SECONDS;
  return request;
}

async function write(option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${option} ${file}: ${error instanceof Error ? error.message : 'cannot be written'}`);
  }
}

class Boot {
  readonly #request: BootRequest;
  readonly #lab: SpawnedLab;
  readonly #expectations: Expectations;
  readonly #quiet = new QuietWatch();
  readonly #all = new LinePrefixer(process.stdout);
  readonly #cleanUp: (() => void)[] = [];
  #console = '';
  #over: (outcome: Outcome) => void = () => {};

  constructor(request: BootRequest) {
    this.#request = request;
    this.#lab = localLab();
    this.#expectations = new Expectations(request.steps);
  }

  async run(): Promise<Status> {
    const client = this.#client;
    const over = new Promise<Outcome>(resolve => (this.#over = resolve));
    try {
      client.onEvent(event => this.#onEvent(event));
      const started = await client.request('start', {
        ...this.#request.lab,
        ...(this.#request.profile !== undefined && { profile: true }),
        ...(this.#request.trace !== undefined && { trace: true }),
      });
      this.#showPlacement(started);
      for (const one of started.problems) say(describeProblem(one));
      this.#chooseConsole(started);
      this.#openTerminal(started);
      await client.request('run', {});
      this.#watchClock();
      const outcome = await over;
      await this.#writeStatistics(outcome);
      await this.#writeProfile();
      await this.#writeTrace();
      if (isInteractive()) process.stderr.write('\n');
      if (outcome.said !== undefined) say(outcome.said);
      return outcome.status;
    } finally {
      for (const act of this.#cleanUp) act();
      // A lab that has not started has nothing to end.
      await client.request('stop', {}).catch(() => {});
      await this.#lab.terminate();
    }
  }

  get #client(): SpawnedLab['client'] {
    return this.#lab.client;
  }

  #showPlacement({ placement, board }: StartedLab): void {
    if (placement.length === 0 || !showsPlacement(this.#request.lab)) return;
    say(`${board}: what lies where`);
    sayMore(placementTable(placement));
  }

  #chooseConsole({ consoles, board, whole, aliases = {} }: StartedLab): void {
    const wanted = aliases[this.#request.console] ?? this.#request.console;
    if (wanted !== 'all' && !consoles.includes(wanted))
      fail('configuration.console', `--console ${wanted}: ${board} has ${consoles.join(', ')} and all`);
    this.#console = wanted === 'all' ? consoles[0]! : wanted;
    const heard = (name: string, data: Uint8Array): void => {
      if (wanted === 'all') this.#all.write(name, data);
      else process.stdout.write(data);
      this.#heard(data);
    };
    // What a UART says that is split is said by its parts.
    const all = consoles.filter(name => name !== whole);
    for (const name of wanted === 'all' ? all : [wanted])
      this.#client.consoles.get(name).attach(data => heard(name, data));
  }

  #heard(data: Uint8Array): void {
    this.#quiet.heard();
    for (const line of this.#expectations.feed(data)) this.#type(new TextEncoder().encode(`${line}\n`));
    if (this.#expectations.met && this.#expectations.endsWhenMet) this.#over({ reason: 'expected', status: Status.Ok });
  }

  #type(data: Uint8Array): void {
    this.#client.consoles.get(this.#console).type(data);
  }

  #openTerminal({ board }: StartedLab): void {
    process.stdout.on('error', () => this.#over({ reason: 'stopped', status: Status.Ok }));
    if (isInteractive()) say(`${board}; console ${this.#console}. Ctrl-A x ends the machine, Ctrl-A h helps.`);
    this.#cleanUp.push(
      openInput({
        data: data => this.#type(data),
        quit: () => this.#over({ reason: 'stopped', status: Status.Ok, said: 'ended by Ctrl-A x' }),
        end: () => this.#onInputEnd(),
      }),
    );
  }

  /** Nothing more will be typed. A run with a clock or an instruction count of its own has its end there. */
  #onInputEnd(): void {
    const { timeoutSeconds, lab } = this.#request;
    if (timeoutSeconds !== undefined || lab.maxInstructions !== undefined) return;
    const timer = setInterval(() => {
      const watch = async (): Promise<void> => {
        if (!this.#quiet.tick(await this.#client.request('statistics', {}))) return;
        const said = `standard input has ended and the guest has only waited for ${QUIET_SECONDS} s: ending the machine`;
        this.#over({ reason: 'stopped', status: Status.Ok, said });
      };
      watch().catch(() => clearInterval(timer));
    }, 1000);
    this.#cleanUp.push(() => clearInterval(timer));
  }

  #watchClock(): void {
    const { timeoutSeconds } = this.#request;
    if (timeoutSeconds === undefined) return;
    const timer = setTimeout(
      () => this.#over(this.#atTheEnd('timeout', `after ${timeoutSeconds} s`)),
      timeoutSeconds * 1000,
    );
    this.#cleanUp.push(() => clearTimeout(timer));
  }

  /** What an end means that is not the guest's own: success when everything expected was seen. */
  #atTheEnd(reason: string, when: string): Outcome {
    const { met } = this.#expectations;
    if (met && (reason !== 'timeout' || this.#request.steps.length > 0)) return { reason, status: Status.Ok };
    const what = met ? 'the machine has not powered off' : this.#expectations.describe();
    return { reason, status: Status.NotMet, said: `${when}: ${what}` };
  }

  #onEvent(event: LabEvent): void {
    if (event.event === 'problem') say(describeProblem(event.problem));
    if (event.event === 'card') {
      say(describeProblem(event.card));
      sayMore(event.card.lines);
    }
    // What follows the first line is a stack, for those who ask for it.
    if (event.event === 'log') say(process.env['XENLAB_STACKS'] ? event.message : event.message.split('\n')[0]!);
    if (event.event !== 'exited') return;
    if (event.reason === 'crash')
      this.#over({ reason: 'crash', status: Status.Crashed, said: event.description ?? 'the machine has crashed' });
    else
      this.#over(this.#atTheEnd(event.reason, event.reason === 'poweroff' ? 'power off' : 'at the last instruction'));
  }

  async #writeStatistics({ reason }: Outcome): Promise<void> {
    const file = this.#request.stats;
    this.#all.end();
    if (file === undefined) return;
    const statistics = await this.#client.request('statistics', {});
    const activity = await this.#client.request('activity', {});
    await write('--stats', file, `${JSON.stringify({ ...statistics, exitReason: reason, ...activity }, null, 2)}\n`);
  }

  async #writeProfile(): Promise<void> {
    const file = this.#request.profile;
    if (file === undefined) return;
    const profile = await this.#client.request('profile', {});
    const json = file.toLowerCase().endsWith('.json');
    await write('--profile', file, json ? `${JSON.stringify(profile, null, 2)}\n` : profileText(profile));
  }

  async #writeTrace(): Promise<void> {
    const file = this.#request.trace;
    if (file === undefined) return;
    await write('--trace', file, await this.#client.request('trace', { json: file.toLowerCase().endsWith('.json') }));
  }
}

export async function bootCommand(words: readonly string[]): Promise<Status> {
  const request = await configure(words);
  return new Boot(request).run();
}
