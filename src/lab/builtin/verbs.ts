// The verbs of the toolstack, as a lab's clients ask for them.
import { type Toolstack, VerbError } from '../../hyp';
import { fail, type LabProblemCode, LabFailure, problem } from '../problems';
import type { DomainRow, DomainVerb } from '../protocol';
import type { ReadyDomain } from './domains';

/** What the verbs need of the lab. */
export interface VerbPorts {
  /** Undefined before the machine has run. */
  readonly toolstack: () => Toolstack | undefined;
  /** Reads a configuration and everything that it names. */
  readonly ready: (file: string) => Promise<ReadyDomain>;
}

export class BuiltinDomains {
  constructor(private readonly ports: VerbPorts) {}

  list(): DomainRow[] {
    return this.ports.toolstack()?.list() ?? [];
  }

  /** @returns the id of the domain @throws LabFailure when nothing was done */
  async perform(verb: DomainVerb): Promise<number> {
    if (verb.verb === 'create') return this.create(verb.file, verb.paused);
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

function attempt(code: LabProblemCode, prefix: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof VerbError)) throw error;
    fail(code, prefix + error.message);
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
