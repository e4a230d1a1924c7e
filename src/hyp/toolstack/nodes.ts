// What libxl writes into the store for a domain (Xen, tools/libs/light/libxl_create.c, libxl_dom.c, libxl_console.c).
import { own, permissions, type Store } from '../xenstore';
import { BACKEND_DOMAIN } from '../backends/shared-page';
import type { Domain } from '../domain';
import { PAGE_SHIFT } from '../memory/physical';
import { SaveError } from '../save/archive';
import { homeOf } from '../xenstore';
import { CONSOLE_RING, type Ports, STORE_RING, VUART_RING } from './build';
import type { DomainPlan } from './plan';

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');

/** As `xl list -v` shows it. */
export const formatUuid = (bytes: Uint8Array): string =>
  hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Bytes that a guest may leave unread on its console (libxl, LIBXL_XENCONSOLE_LIMIT). */
const CONSOLE_LIMIT = 1048576;

/** Folders that are the guest's to fill. */
const WRITABLE = [
  'control/shutdown', 'control/feature-poweroff', 'control/feature-reboot', 'control/feature-suspend',
  'control/sysrq', 'device/suspend/event-channel', 'data', 'drivers', 'feature', 'attr', 'error',
] as const; // prettier-ignore

const vmPath = (uuid: Uint8Array): string => `/vm/${formatUuid(uuid)}`;

export function writeDomainNodes(store: Store, domain: Domain, plan: DomainPlan, ports: Ports): void {
  const { id } = domain;
  const home = homeOf(id);
  const vm = vmPath(plan.uuid);
  const readable = permissions(BACKEND_DOMAIN, id, 'r');
  const writable = own(id);
  store.mkdir(vm, readable);
  store.mkdir(home, readable);
  for (const [name, value] of [
    ['vm', vm],
    ['name', plan.name],
    ['domid', id],
  ] as const)
    // prettier-ignore
    store.write(`${home}/${name}`, value);
  store.write(`${vm}/name`, plan.name);
  store.write(`${vm}/uuid`, formatUuid(plan.uuid));
  store.write(`${vm}/image/ostype`, 'linux');
  for (const name of ['cpu', 'memory', 'device', 'control']) store.mkdir(`${home}/${name}`, readable);
  for (const name of WRITABLE) store.write(`${home}/${name}`, '', writable);
  store.write(`${home}/control/platform-feature-multiprocessor-suspend`, 1);
  store.write(`${home}/control/platform-feature-xs_reset_watches`, 1);
  const kibibytes = plan.memory / 1024;
  for (const [name, value] of [
    ['static-max', kibibytes],
    ['target', kibibytes],
    ['videoram', 0],
  ] as const)
    // prettier-ignore
    store.write(`${home}/memory/${name}`, value);
  writeAvailability(store, id, plan.vcpus, plan.online ?? plan.vcpus);
  store.write(`${home}/store/port`, ports.store);
  store.write(`${home}/store/ring-ref`, STORE_RING >>> PAGE_SHIFT);
  writeConsoleNodes(store, id, ports);
  if (ports.vuart !== undefined) writeVuartNodes(store, id, ports.vuart);
}

/** Which virtual CPUs the guest is to use: the first `online` ones. It switches them on and off by itself. */
export function writeAvailability(store: Store, id: number, all: number, online: number): void {
  for (let i = 0; i < all; i++) {
    const path = `${homeOf(id)}/cpu/${i}/availability`;
    const value = i < online ? 'online' : 'offline';
    // What is so already is no event for the guest.
    if (store.read(path) !== value) store.write(path, value);
  }
}

function writeConsoleNodes(store: Store, id: number, ports: Ports): void {
  const home = homeOf(id);
  const console = `${home}/console`;
  const backend = `${homeOf(BACKEND_DOMAIN)}/backend/console/${id}/0`;
  store.mkdir(console, permissions(BACKEND_DOMAIN, id, 'r'));
  const nodes: Readonly<Record<string, string | number>> = {
    ...{ backend, 'backend-id': BACKEND_DOMAIN, limit: CONSOLE_LIMIT, type: 'xenconsoled', output: 'pty', tty: '' },
    ...{ port: ports.console, 'ring-ref': CONSOLE_RING >>> PAGE_SHIFT },
  };
  for (const [name, value] of Object.entries(nodes)) store.write(`${console}/${name}`, value);
  const behind: Readonly<Record<string, string | number>> = {
    ...{ frontend: console, 'frontend-id': id, online: 1, state: 1, protocol: 'vt100' },
  };
  for (const [name, value] of Object.entries(behind)) store.write(`${backend}/${name}`, value);
}

/** Those of its UART, beside its console. */
function writeVuartNodes(store: Store, id: number, port: number): void {
  const uart = `${homeOf(id)}/vuart/0`;
  const backend = `${homeOf(BACKEND_DOMAIN)}/backend/vuart/${id}/0`;
  store.mkdir(uart, permissions(BACKEND_DOMAIN, id, 'r'));
  const nodes: Readonly<Record<string, string | number>> = {
    ...{ backend, 'backend-id': BACKEND_DOMAIN, port, 'ring-ref': VUART_RING >>> PAGE_SHIFT },
    ...{ limit: CONSOLE_LIMIT, type: 'xenconsoled' },
  };
  for (const [name, value] of Object.entries(nodes)) store.write(`${uart}/${name}`, value);
  const behind: Readonly<Record<string, string | number>> = {
    ...{ frontend: uart, 'frontend-id': id, online: 1, state: 1, protocol: 'vt100' },
  };
  for (const [name, value] of Object.entries(behind)) store.write(`${backend}/${name}`, value);
}

/** The ports of a domain as its nodes have them. @throws SaveError when they are not there */
export function portsOf(store: Store, id: number): Ports {
  const port = (path: string): number | undefined => {
    const text = store.read(`${homeOf(id)}/${path}/port`) ?? '';
    return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
  };
  const [inStore, onConsole, vuart] = [port('store'), port('console'), port('vuart/0')];
  if (inStore === undefined || onConsole === undefined) throw new SaveError('its nodes in the store name no ports');
  return { store: inStore, console: onConsole, ...(vuart !== undefined && { vuart }) };
}

export function removeDomainNodes(store: Store, id: number, plan: Pick<DomainPlan, 'uuid'>): void {
  store.remove(homeOf(id));
  store.remove(vmPath(plan.uuid));
  for (const kind of store.list(`${homeOf(BACKEND_DOMAIN)}/backend`))
    store.remove(`${homeOf(BACKEND_DOMAIN)}/backend/${kind}/${id}`);
}
