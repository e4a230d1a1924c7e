// Domains of the built-in toolstack, from configurations for xl: everything that they name is read here.
import type { BlockStore } from '../../emu/devices/device';
import { ACTIONS, type Action, type DiskPlan, type DomainPlan, GUEST, MOST_VCPUS } from '../../hyp';
import { type DomainConfiguration, readDomain, type XlProblem, type XlRange } from '../../xl';
import { ImageError } from '../../image';
import { isEmbedded } from '../embedded-names';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { didYouMean } from '../../dt/nearest';
import { LabFailure, problem, problemsOf } from '../problems';
import type { LabConfiguration, LabProblem } from '../protocol';
import { withConsole } from '../xen/arguments';
import { readRamDisk } from '../xen/modules';
import { readGuestKernel } from './kernel';
import { writeOrigin } from './origin';

const MIB = 1 << 20;
const LIMITS = {
  vcpus: MOST_VCPUS,
  memory: GUEST.RAM_MOST / MIB,
  actions: ACTIONS,
  hint: didYouMean,
} as const;

/** A domain that can be made, and the file that describes it. */
export interface ReadyDomain {
  readonly file: string;
  readonly plan: DomainPlan;
  /** Lines of the keys, for what a verb has to say about them. */
  readonly place: (key: string) => Pick<LabProblem, 'file' | 'line' | 'column'>;
}

/** Drives of the lab, as `/dev/loop0` and so on of configurations. */
export type Drives = readonly BlockStore[];

export interface DomainRequest {
  readonly host: LabHost;
  readonly configuration: LabConfiguration;
  readonly drives: Drives;
  /** Opens a file of a configuration as a disk; the same file is the same disk. */
  readonly openImage: (path: string, readOnly: boolean) => Promise<BlockStore>;
  readonly say: (problem: LabProblem) => void;
}

/** @throws LabFailure, ImageError for anything that keeps it from being made */
export async function readyDomain(
  file: string,
  request: DomainRequest,
  /** As it was when the domain was saved; its name may have changed since. */
  saved?: { readonly text: string; readonly name: string },
): Promise<ReadyDomain> {
  const { host, configuration, say } = request;
  const text = saved?.text ?? new TextDecoder().decode(await readInput(host, file, 'configuration of a domain'));
  const { domain, problems, rangeOf } = readDomain(text, LIMITS);
  const told = problems.map(one => labProblem(file, one));
  if (!domain) throw new LabFailure(...told.filter(({ severity }) => severity === 'error'));
  told.forEach(say);
  const place = (key: string) => ({ file, ...startOf(rangeOf(key)) });
  const resolve = (path: string): string => resolved(file, path);
  const kernel = await at(place('kernel'), () =>
    readGuestKernel(host, resolve(domain.kernel), domain.name, configuration.decompress ?? 'host', say),
  );
  const ramdisk =
    domain.ramdisk === undefined
      ? undefined
      : await at(place('ramdisk'), () => readRamDisk(host, resolve(domain.ramdisk!), domain.name));
  const disks: DiskPlan[] = [];
  for (const disk of domain.disks) disks.push(await at(place('disk'), () => readDisk(disk, resolve, request)));
  const plan: DomainPlan = {
    name: saved?.name ?? domain.name,
    origin: writeOrigin(file, text),
    uuid: domain.uuid ?? uuidOf(file, domain.name),
    ...kernel,
    ramdisk: ramdisk?.bytes,
    cmdline: cmdlineOf(domain, kernel.tree !== undefined),
    memory: domain.memory * MIB,
    ...{ vcpus: domain.maxVcpus, online: domain.vcpus },
    actions: endActions(domain),
    disks,
    nics: domain.vifs,
    vuart: domain.vuart,
  };
  return { file, plan, place };
}

/** A tree of its own has a command line, unless the configuration has one. */
const cmdlineOf = ({ cmdline }: DomainConfiguration, ownTree: boolean): string | undefined =>
  cmdline === undefined && ownTree ? undefined : withConsole(cmdline ?? '', 'hvc0');

const startOf = (range: XlRange | undefined) => (range ? { line: range.start.line, column: range.start.column } : {});

/** Lets an error about a file that a configuration names say the line that names it. */
async function at<T>(place: ReturnType<ReadyDomain['place']>, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const known = error instanceof LabFailure || error instanceof ImageError;
    if (!known || place.line === undefined) throw error;
    const where = `${place.file}:${place.line}:${place.column}: `;
    throw new LabFailure(...problemsOf(error).map(one => ({ ...one, ...place, message: where + one.message })));
  }
}

function readDisk(
  disk: DomainConfiguration['disks'][number],
  resolve: (path: string) => string,
  { drives, openImage }: DomainRequest,
): Promise<DiskPlan> {
  const { target, type, vdev: name, device, readOnly, cdrom: removable } = disk;
  const plan = (store: BlockStore): DiskPlan => ({ target, type, name, device, removable, store, readOnly: readOnly || store.readOnly }); // prettier-ignore
  if (!target.startsWith('/dev/')) return openImage(resolve(target), readOnly).then(plan);
  const [, digits] = /^\/dev\/loop(\d{1,4})$/.exec(target) ?? [];
  const store = digits === undefined ? undefined : drives[Number(digits)];
  if (store) return Promise.resolve(plan(store));
  const there = drives.length === 0 ? 'there are none' : `there are /dev/loop0 to /dev/loop${drives.length - 1}`;
  const why = digits === undefined ? 'devices of the lab are /dev/loop0, /dev/loop1, ...' : there;
  throw new LabFailure(
    problem('domain.disk', `${target} is no drive of the lab: ${why}; --drive FILE (or "drives") makes the next one of a file`), // prettier-ignore
  );
}

/** Paths are relative to the configuration, so that a lab can be moved as a whole. */
function resolved(file: string, path: string): string {
  const folder = /^(.*[\\/])?/.exec(file)?.[1] ?? '';
  return isEmbedded(path) || /^([\\/]|[A-Za-z]:[\\/])/.test(path) ? path : folder + path;
}

function endActions({ actions }: DomainConfiguration): DomainPlan['actions'] {
  const one = (name: keyof typeof actions): Action => ACTIONS.find(action => action === actions[name])!;
  return {
    poweroff: one('on_poweroff'),
    reboot: one('on_reboot'),
    crash: one('on_crash'),
    watchdog: one('on_watchdog'),
    softReset: one('on_soft_reset'),
  };
}

/** The same domain of the same file has the same one in every run (RFC 9562, version 8, from an FNV-1a of the names). */
function uuidOf(file: string, name: string): Uint8Array {
  const bytes = new Uint8Array(16);
  let hash = 0x811c9dc5;
  for (let i = 0; i < 16; i++) {
    for (const byte of new TextEncoder().encode(`${i}\n${file}\n${name}`))
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    bytes[i] = hash >>> 24;
  }
  bytes[6] = 0x80 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes;
}

function labProblem(file: string, { severity, code, message, range: { start } }: XlProblem): LabProblem {
  const { line, column } = start;
  return { severity, code: `xl.${code}`, message: `${file}:${line}:${column}: ${message}`, file, line, column };
}
