// The verbs of the toolstack, as a lab's clients ask for them.
import { readSaveHeader, SaveError, type Toolstack, VerbError } from '../../hyp';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { fail, type LabProblemCode, LabFailure, problem } from '../problems';
import type { DomainRow, DomainVerb } from '../protocol';
import { DOM0_CONSOLE } from '../xen/console-split';
import type { ReadyDomain } from './domains';
import { readOrigin } from './origin';

/** What the verbs need of the lab. */
export interface VerbPorts {
  /** Undefined before the machine has run. */
  readonly toolstack: () => Toolstack | undefined;
  /** Reads a configuration and everything that it names. @param saved as it was when the domain was saved */
  readonly ready: (file: string, saved?: { readonly text: string; readonly name: string }) => Promise<ReadyDomain>;
  readonly host: LabHost;
  /** Resolves when the machine has had time to run, if it runs. */
  readonly turn: () => Promise<void>;
}

/** Turns that the cores have to leave a domain. */
const MOST_TURNS = 1000;

export class BuiltinDomains {
  constructor(private readonly ports: VerbPorts) {}

  list(): DomainRow[] {
    const toolstack = this.ports.toolstack();
    if (!toolstack) return [];
    const own = new Set(toolstack.names);
    return toolstack.list().map(row => {
      const console = row.id === 0 ? DOM0_CONSOLE : own.has(row.name) ? row.name : undefined;
      return { ...row, ...(console !== undefined && { console }) };
    });
  }

  /** @returns the id of the domain @throws LabFailure when nothing was done */
  async perform(verb: DomainVerb): Promise<number> {
    if (verb.verb === 'create') return this.create(verb.file, verb.paused);
    if (verb.verb === 'restore') return this.restore(verb.file, verb.paused);
    if (verb.verb === 'save') return this.save(verb.domain, verb.file);
    const toolstack = this.running;
    const id = idOf(toolstack, verb.domain);
    attempt('domain.verb', '', () => {
      switch (verb.verb) {
        case 'destroy':
          return toolstack.destroy(id);
        case 'pause':
          return toolstack.pause(id);
        case 'unpause':
          return toolstack.unpause(id);
        case 'shutdown':
          return toolstack.shutdown(id);
        case 'reboot':
          return toolstack.shutdown(id, 'reboot');
        case 'rename':
          return toolstack.rename(id, verb.name);
        case 'vcpu-set':
          return toolstack.setVcpus(id, verb.vcpus);
        case 'mem-max':
          return toolstack.setMaxMemory(id, verb.memory);
      }
    });
    return id;
  }

  private async create(file: string, paused = false): Promise<number> {
    // The first look is before the files are read: they may be large.
    void this.running;
    const domain = await this.ports.ready(file);
    return create(this.running, domain, paused);
  }

  private async save(domain: string | number, file: string): Promise<number> {
    const toolstack = this.running;
    const id = idOf(toolstack, domain);
    const origin = attempt('domain.verb', '', () => toolstack.originOf(id));
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const bytes = attempt('domain.verb', '', () => toolstack.save(id, origin));
      if (bytes) {
        const { host } = this.ports;
        await host.writeFile(file, bytes).catch((error: unknown) => {
          const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
          fail('file.unreadable', `${file}: the domain cannot be written: ${why}; it is still there, paused`, { file });
        });
        return id;
      }
      await this.ports.turn();
    }
    return fail('domain.verb', `domain ${id} is still executed by a core; let the machine run, and save it then`);
  }

  private async restore(file: string, paused = false): Promise<number> {
    void this.running;
    const bytes = await readInput(this.ports.host, file, 'saved domain');
    const header = attempt('domain.verb', `${file}: `, () => readSaveHeader(bytes));
    const origin = readOrigin(header.origin) ?? fail('domain.verb', `${file}: it does not say where it comes from; save it anew`, { file }); // prettier-ignore
    const { plan } = await this.ports.ready(origin.file, { text: origin.text, name: header.name });
    return attempt('domain.verb', `${file}: `, () => this.running.restore(bytes, plan, paused));
  }

  private get running(): Toolstack {
    return this.ports.toolstack() ?? fail('lab.state', 'the machine has not run yet; let it run first');
  }
}

/** @throws LabFailure with the place in the configuration */
export function create(toolstack: Toolstack, { plan, place }: ReadyDomain, paused = false): number {
  try {
    return toolstack.create(plan, paused);
  } catch (error) {
    if (!(error instanceof VerbError)) throw error;
    throw new LabFailure(problemAt('domain.create', error.message, place(error.key)));
  }
}

function attempt<T>(code: LabProblemCode, prefix: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof VerbError || error instanceof SaveError)) throw error;
    return fail(code, prefix + error.message);
  }
}

/** A domain by id, by `domN`, or by name. */
function idOf(toolstack: Toolstack, domain: string | number): number {
  if (typeof domain === 'number') return domain;
  const named = toolstack.idOf(domain);
  const digits = /^(?:dom)?(\d{1,5})$/.exec(domain)?.[1];
  const names = toolstack.list().map(({ name }) => name);
  return named ?? (digits === undefined ? fail('domain.verb', `there is no domain "${domain}"; there are ${names.join(', ') || 'none'}`) : Number(digits)); // prettier-ignore
}

/** A problem in a configuration, with the line. */
export function problemAt(code: LabProblemCode, message: string, place: ReturnType<ReadyDomain['place']>) {
  const where = place.line === undefined ? `${place.file}: ` : `${place.file}:${place.line}:${place.column}: `;
  return problem(code, where + message, place);
}
