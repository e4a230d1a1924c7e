// The verbs of xl without dom0's help: domains from plans, with a store and backends of the hypervisor's own (Xen,
// tools/xl, tools/libs/light).
import { ConsoleBackend } from '../backends/console';
import { BACKEND_DOMAIN } from '../backends/shared-page';
import { type Domain, SHUTDOWN } from '../domain';
import { GUEST, nextDomainId } from '../domain-create';
import { STATE } from '../evtchn/channels';
import type { DomainObserver, Hypervisor } from '../hypervisor';
import { PAGE_SIZE } from '../memory/physical';
import { type Archive, SaveError } from '../save/archive';
import { homeOf, Store, StoreConnection } from '../xenstore';
import { buildGuest, CONSOLE_RING, type Ports, STORE_RING, VUART_RING } from './build';
import { BuildError } from './build-error';
import { Bridges, type Device, makeDevices } from './devices';
import { portsOf, removeDomainNodes, writeAvailability, writeDomainNodes } from './nodes';
import type { Action, DomainPlan } from './plan';
import { loadDomain, readSaveHeader, saveDomain } from './save';
import { VerbError } from './verb-error';

/** Event channels that a domain may have (libxl, event_channels of a configuration). */
const EVENT_PORTS = 1023;
const MIB = 2 ** 20;
const DOM0_NAME = 'Domain-0';

export interface ToolstackPorts {
  /** What a guest says on its console, which has the name of its domain, or on its UART. */
  readonly output: (console: string, bytes: Uint8Array) => void;
  /** Something happened that a person wants to know of. */
  readonly say: (message: string) => void;
  /** The list of domains, or the state of one, has changed. */
  readonly changed: () => void;
}

/** A domain as `xl list` shows it. */
export interface DomainRow {
  readonly id: number;
  readonly name: string;
  /** MiB. */
  readonly memory: number;
  readonly vcpus: number;
  readonly state: 'running' | 'blocked' | 'paused' | 'shutdown' | 'crashed' | 'dying';
  readonly cpuSeconds: number;
}

/** A domain of this toolstack. */
interface Managed {
  readonly domain: Domain;
  plan: DomainPlan;
  readonly console: ConsoleBackend;
  /** Of its UART. */
  readonly vuart: ConsoleBackend | undefined;
  readonly connection: StoreConnection;
  readonly devices: readonly Device[];
  /** What follows when it is gone. */
  next?: DomainPlan;
  /** It has ended by itself, and not because somebody destroyed it. */
  over?: number;
}

/** The console of a domain's UART has the name of the domain and this. */
export const UART_SUFFIX = ':vuart';
export const consolesOf = ({ name, vuart }: Pick<DomainPlan, 'name' | 'vuart'>): string[] =>
  vuart ? [name, name + UART_SUFFIX] : [name];

const CODE_NAMES: Readonly<Record<number, string>> = {
  [SHUTDOWN.POWEROFF]: 'poweroff',
  [SHUTDOWN.REBOOT]: 'reboot',
  [SHUTDOWN.SUSPEND]: 'suspend',
  [SHUTDOWN.CRASH]: 'crash',
  [SHUTDOWN.WATCHDOG]: 'watchdog',
  [SHUTDOWN.SOFT_RESET]: 'soft reset',
};

export class Toolstack implements DomainObserver {
  readonly store = new Store();
  private readonly bridges = new Bridges();
  private readonly managed = new Map<number, Managed>();
  private dom0: StoreConnection | undefined;
  /** Those that have ended by themselves and are not gone yet. */
  private readonly over = new Set<number>();

  constructor(
    private readonly xen: Hypervisor,
    private readonly ports: ToolstackPorts,
  ) {
    xen.observers.add(this);
    xen.stoodFor.add(BACKEND_DOMAIN);
    xen.storeForDom0 = (dom0, page, port) => this.connectDom0(dom0, page, port);
  }

  /** A dom0 without a store of its own uses this one, as the domain that may do everything. */
  private connectDom0(dom0: Domain, page: number, port: number): boolean {
    if (dom0.channels.get(port)?.state !== STATE.UNBOUND || dom0.frame(page / PAGE_SIZE) < 0) return false;
    this.dom0?.close();
    this.store.write(`${homeOf(dom0.id)}/name`, DOM0_NAME);
    this.store.write(`${homeOf(dom0.id)}/domid`, dom0.id);
    this.dom0 = new StoreConnection(dom0, page, port, this.store, this.isIntroduced);
    return true;
  }
  private readonly isIntroduced = (id: number): boolean => id === 0 || this.managed.has(id);

  /** Makes a domain and lets it run. @returns its id @throws VerbError; then nothing is left of it */
  create(plan: DomainPlan, paused = false): number {
    const id = this.make(plan);
    if (!paused) this.unpause(id);
    this.ports.changed();
    return id;
  }

  private make(plan: DomainPlan): number {
    const { xen, store } = this;
    if (this.idOf(plan.name) !== undefined)
      throw new VerbError('name', `there is a domain "${plan.name}" already; give this one another name`);
    const id = nextDomainId(xen);
    if (id < 0) throw new VerbError('name', 'there are as many domains as there can be; destroy one');
    const built = this.build(plan, id);
    const { domain, ports } = built;
    writeDomainNodes(store, domain, plan, ports);
    this.manage(domain, plan, ports, false);
    store.introduced();
    return id;
  }

  /** Backends and the store come to a domain whose nodes are there. @param io what was on its way when it was saved */
  private manage(domain: Domain, plan: DomainPlan, ports: Ports, restored: boolean, io?: Archive): void {
    const { store } = this;
    const { id } = domain;
    const consoleAt = (ring: number, port: number, suffix = ''): ConsoleBackend =>
      new ConsoleBackend(domain, ring, port, bytes => this.said(id, bytes, suffix));
    const managed = {
      ...{ domain, plan },
      console: consoleAt(CONSOLE_RING, ports.console),
      vuart: ports.vuart === undefined ? undefined : consoleAt(VUART_RING, ports.vuart, UART_SUFFIX),
      connection: new StoreConnection(domain, STORE_RING, ports.store, store, this.isIntroduced),
    };
    const devices: Device[] = [];
    this.managed.set(id, { ...managed, devices });
    if (io) for (const part of [managed.connection, managed.console, managed.vuart]) part?.transfer(io);
    devices.push(...makeDevices(store, domain, plan, this.bridges, restored));
  }

  private build(plan: DomainPlan, id: number): ReturnType<typeof buildGuest> {
    const options = { id, handle: plan.uuid, grantFrames: this.xen.xenOptions.grantFrames, ports: EVENT_PORTS };
    try {
      return buildGuest(this.xen, plan, options);
    } catch (error) {
      throw error instanceof BuildError ? new VerbError(error.key, error.message) : error;
    }
  }

  private said(id: number, bytes: Uint8Array, suffix = ''): void {
    const managed = this.managed.get(id);
    if (managed) this.ports.output(managed.plan.name + suffix, bytes);
  }

  /** A domain that was asked for by name or id. @throws VerbError */
  private find(id: number): Managed {
    const found = this.managed.get(id);
    if (!found)
      throw new VerbError(
        'domain',
        `domain ${id} is not of this toolstack: ask the tools that made it, or see the list of domains`,
      );
    return found;
  }
  /** Any domain, also one that dom0's tools have made. @throws VerbError */
  private guest(id: number): Domain {
    const domain = this.xen.domains.get(id);
    if (id === 0 && domain)
      throw new VerbError('domain', 'domain 0 controls the machine: pause or end the lab instead');
    if (!domain) throw new VerbError('domain', `there is no domain ${id}; see the list of domains`);
    return domain;
  }
  idOf(name: string): number | undefined {
    for (const [id, { plan }] of this.managed) if (plan.name === name) return id;
    return undefined;
  }

  get names(): string[] {
    return [...this.managed.values()].map(({ plan }) => plan.name);
  }
  /** Names of the consoles: those of the domains, and of their UARTs. */
  get consoles(): string[] {
    return [...this.managed.values()].flatMap(({ plan }) => consolesOf(plan));
  }

  pause(id: number): void {
    const domain = this.guest(id);
    // However often it is asked for, one unpause ends it.
    if (domain.controllerPauses === 0) domain.pauseByController();
    this.ports.changed();
  }

  unpause(id: number): void {
    const domain = this.guest(id);
    if (domain.controllerPauses === 0) throw new VerbError('domain', `domain ${id} is not paused`);
    while (domain.controllerPauses > 0) domain.unpauseByController();
    this.ports.changed();
  }

  /** Asks the guest to end; it does so in its own time, or not at all. */
  shutdown(id: number, how: 'poweroff' | 'reboot' = 'poweroff'): void {
    const { domain } = this.find(id);
    if (domain.shutdownCode !== undefined) throw new VerbError('domain', `domain ${id} has ended already; destroy it`);
    this.store.write(`${homeOf(id)}/control/shutdown`, how);
  }

  /** Asks the guest to use so many of its virtual CPUs. */
  setVcpus(id: number, count: number): void {
    const { plan } = this.find(id);
    if (!Number.isInteger(count) || count < 1 || count > plan.vcpus)
      throw new VerbError('vcpus', `domain ${id} can have 1 to ${plan.vcpus} virtual CPUs, not ${count}; maxvcpus of its configuration is the most`); // prettier-ignore
    writeAvailability(this.store, id, plan.vcpus, count);
    this.ports.changed();
  }

  /** The most memory that it may have, whatever it asks for. @param mebibytes at least what it has now */
  setMaxMemory(id: number, mebibytes: number): void {
    const domain = this.guest(id);
    const has = domain.pages * PAGE_SIZE;
    const least = Math.ceil((has - GUEST.MAGIC_PAGES * PAGE_SIZE) / MIB);
    if (!Number.isInteger(mebibytes) || mebibytes < least || mebibytes > GUEST.RAM_MOST / MIB)
      throw new VerbError('memory', `mem-max of domain ${id} can be ${least} (what it has) to ${GUEST.RAM_MOST / MIB} MiB, not ${mebibytes}`); // prettier-ignore
    domain.maxPages = (mebibytes * MIB) / PAGE_SIZE + GUEST.MAGIC_PAGES;
    this.ports.changed();
  }

  /** What its plan says of where it comes from. @throws VerbError */
  originOf(id: number): string {
    return this.find(id).plan.origin ?? '';
  }

  /**
   * A domain as it is now, to be restored later; it stays as it is, paused.
   * @param origin is kept for the one who restores it
   * @returns undefined: cores are still in it; let the machine run, and ask again @throws VerbError
   */
  save(id: number, origin: string): Uint8Array | undefined {
    const { domain, plan, console, vuart, connection } = this.find(id);
    this.pause(id);
    if (domain.isRunning) return undefined;
    return refusing(() =>
      saveDomain(domain, this.store, { id, name: plan.name, origin }, io => {
        connection.transfer(io);
        console.transfer(io);
        vuart?.transfer(io);
      }),
    );
  }

  /** A domain goes on from where it was saved, under the id that it had. @throws VerbError; then nothing is left of it */
  restore(bytes: Uint8Array, plan: DomainPlan, paused = false): number {
    const { xen, store } = this;
    const { id, name } = refusing(() => readSaveHeader(bytes));
    if (this.idOf(name) !== undefined) throw new VerbError('name', `there is a domain "${name}" already; destroy or rename it first`); // prettier-ignore
    if (xen.domains.has(id)) throw new VerbError('domain', `the domain was saved as domain ${id}, and there is another one of this id; destroy that first`); // prettier-ignore
    const needed = Math.ceil(plan.memory / PAGE_SIZE);
    if (needed > xen.heap.free) throw new VerbError('memory', `it needs ${plan.memory / MIB} MiB, more than the ${Math.floor((xen.heap.free * PAGE_SIZE) / MIB)} that are free; destroy another domain first`); // prettier-ignore
    const { domain, io } = refusing(() => loadDomain(xen, store, bytes));
    try {
      this.manage(domain, { ...plan, name }, portsOf(store, id), true, io);
    } catch (error) {
      xen.destroyDomain(domain);
      if (error instanceof SaveError) throw new VerbError('domain', error.message);
      throw error;
    }
    store.introduced();
    if (!paused) this.unpause(id);
    this.ports.changed();
    return id;
  }

  rename(id: number, name: string): void {
    const managed = this.find(id);
    const other = this.idOf(name);
    if (other !== undefined && other !== id) throw new VerbError('name', `there is a domain "${name}" already; choose another name`); // prettier-ignore
    managed.plan = { ...managed.plan, name };
    this.store.write(`${homeOf(id)}/name`, name);
    this.ports.changed();
  }

  destroy(id: number): void {
    this.takeDown(this.guest(id));
  }

  /** A key for a console. Keys for one that is not there are lost, as on a terminal that nobody has. @returns false: not now */
  type(console: string, byte: number): boolean {
    for (const { plan, console: main, vuart } of this.managed.values()) {
      if (console === plan.name) return main.type(byte);
      if (vuart && console === plan.name + UART_SUFFIX) return vuart.type(byte);
    }
    return true;
  }

  list(): DomainRow[] {
    const now = this.xen.now();
    return [...this.xen.domains.values()].map(domain => ({
      id: domain.id,
      name: domain.id === 0 ? DOM0_NAME : (this.managed.get(domain.id)?.plan.name ?? `(${domain.id})`),
      memory: Math.round(domain.pages / 256),
      vcpus: domain.vcpus.length,
      state: stateOf(domain),
      cpuSeconds: domain.vcpus.reduce((sum, vcpu) => sum + vcpu.cpuTime(now), 0) / 1e9,
    }));
  }

  private takeDown(domain: Domain): void {
    this.xen.destroyDomain(domain);
    this.ports.changed();
  }

  // DomainObserver.

  /** Backends let go of it, whoever ends it: this toolstack, or dom0's. */
  dying(domain: Domain): void {
    const managed = this.managed.get(domain.id);
    if (!managed) return;
    const { console, vuart, connection, devices } = managed;
    for (const device of devices) device.close();
    console.close();
    vuart?.close();
    connection.close();
  }

  ended(domain: Domain): void {
    const managed = this.managed.get(domain.id);
    if (!managed) return;
    const code = domain.shutdownCode ?? SHUTDOWN.CRASH;
    const { plan } = managed;
    const { poweroff, reboot, crash, watchdog, softReset } = plan.actions;
    // A guest that is to be saved is let alone.
    if (code === SHUTDOWN.SUSPEND) return this.ports.changed();
    const action = [poweroff, reboot, undefined, crash, watchdog, softReset][code] ?? 'destroy';
    managed.over = code;
    this.ports.say(`domain ${domain.id} (${plan.name}) has ended, ${CODE_NAMES[code] ?? `reason ${code}`}: ${action}`);
    this.act(managed, action);
  }

  private act(managed: Managed, action: Action): void {
    if (action === 'preserve') return this.ports.changed();
    if (action === 'rename-restart') {
      // What has ended stays for those who want to look at it.
      const { plan, domain } = managed;
      this.rename(domain.id, `${plan.name}-${domain.id}`);
      this.again(plan);
      return;
    }
    const restarts = action === 'restart' || action === 'coredump-restart' || action === 'soft-reset';
    if (restarts) managed.next = managed.plan;
    this.takeDown(managed.domain);
  }

  private again(plan: DomainPlan): void {
    try {
      this.create(plan);
    } catch (error) {
      if (!(error instanceof VerbError)) throw error;
      this.ports.say(`domain ${plan.name} cannot be started again: ${error.message}`);
    }
  }

  /** Those who have its pages mapped learn from the store that it has gone, and then let go of them. */
  dead(domain: Domain): void {
    const managed = this.managed.get(domain.id);
    if (!managed) return;
    this.managed.delete(domain.id);
    if (managed.over !== undefined) this.over.add(domain.id);
    removeDomainNodes(this.store, domain.id, managed.plan);
    this.store.released();
    if (managed.next) this.again(managed.next);
    this.ports.changed();
  }

  gone(domain: Domain): void {
    // Nobody is left, and nobody wanted it so: the machine has done its work.
    if (this.over.delete(domain.id) && this.xen.domains.size === 0) this.xen.options.over(SHUTDOWN.POWEROFF);
    this.ports.changed();
  }
}

/** What is wrong with a saved domain, or keeps one from being saved, is an answer of the verb. */
function refusing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof SaveError) throw new VerbError('domain', error.message);
    throw error;
  }
}

function stateOf(domain: Domain): DomainRow['state'] {
  if (domain.dying) return 'dying';
  if (domain.shutdownCode !== undefined) return domain.shutdownCode === SHUTDOWN.CRASH ? 'crashed' : 'shutdown';
  if (domain.controllerPauses > 0 || domain.pauseCount > 0) return 'paused';
  return domain.vcpus.some(vcpu => vcpu.runnable) ? 'running' : 'blocked';
}
