// What the preflight looks at: the files of a lab, as far as they can be read. What cannot be, the boot itself refuses.
import { parseBlob, parseBlobHeader } from '../../dt/blob';
import { FDT_MAGIC } from '../../dt/blob';
import type { DeviceTree } from '../../dt/tree';
import { parseZImage, readXenBinary, type ZImage } from '../../image';
import type { PlanRequest } from '../boot-plan';
import { readTree } from '../device-tree';
import { isEmbedded } from '../embedded-names';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { readDomains } from '../xen/domains';
import { xenFile } from '../xen/plan';
import { kernelConfig, type KernelConfig } from './kernel-config';

export interface PreflightTree {
  readonly file: string;
  readonly tree: DeviceTree;
  /** Of a blob: its format version. */
  readonly version: number | undefined;
  /** Whether it is inside of the Xen binary, where the lab changes nothing. */
  readonly isLinked: boolean;
}

export interface PreflightKernel {
  readonly file: string;
  readonly appended: DeviceTree | undefined;
  readonly config: KernelConfig | undefined;
}

export interface Preflight {
  readonly request: PlanRequest;
  /** Who runs at EL2. */
  readonly mode: 'built-in' | 'xen' | 'native';
  /** The user's own; the board's is known to be good. */
  readonly tree: PreflightTree | undefined;
  readonly xen: { readonly file: string; readonly image: Uint8Array } | undefined;
  /** Of dom0, or of the native boot. */
  readonly kernel: PreflightKernel | undefined;
  /** Of other domains. */
  readonly guests: readonly { readonly domain: string; readonly kernel: PreflightKernel }[];
}

/** What is there when it can be read. */
const attempt = <T>(read: () => Promise<T>): Promise<T | undefined> => read().catch(() => undefined);

async function readKernel(
  { host, configuration }: PlanRequest,
  file: string | undefined,
): Promise<PreflightKernel | undefined> {
  if (file === undefined || isEmbedded(file)) return undefined;
  const zimage = await attempt(async (): Promise<ZImage> => parseZImage(await readInput(host, file, 'kernel'), file));
  if (!zimage) return undefined;
  const { appendedDtb } = zimage;
  return {
    file,
    appended: appendedDtb && (await attempt(() => Promise.resolve().then(() => parseBlob(appendedDtb, file)))),
    config: await attempt(() => kernelConfig(host, file, zimage, configuration.decompress !== 'guest')),
  };
}

async function readOwnTree(host: LabHost, file: string): Promise<PreflightTree> {
  const bytes = await readInput(host, file, 'device tree');
  const isBlob = bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === FDT_MAGIC;
  const version = isBlob ? parseBlobHeader(bytes, file).version : undefined;
  return { file, tree: await readTree(host, file), version, isLinked: false };
}

/** @param isBuiltin whether the lab has a hypervisor of its own */
export async function readPreflight(request: PlanRequest, isBuiltin: boolean): Promise<Preflight> {
  const { host, configuration } = request;
  const { deviceTree, kernel, domains = [] } = configuration;
  const binary = xenFile(configuration);
  const xen =
    binary === undefined
      ? undefined
      : await attempt(async () => readXenBinary(await readInput(host, binary, 'Xen binary'), binary));
  const linked = xen?.linkedTree;
  const tree =
    deviceTree === undefined
      ? undefined
      : deviceTree !== 'none'
        ? await attempt(() => readOwnTree(host, deviceTree))
        : linked &&
          (await attempt(async () => {
            const { version } = parseBlobHeader(linked.bytes, xen.file);
            return Promise.resolve({
              file: xen.file,
              tree: parseBlob(linked.bytes, xen.file),
              version,
              isLinked: true,
            });
          }));
  const configured = (await attempt(() => readDomains(host, domains.filter(one => !isEmbedded(one)), () => undefined))) ?? []; // prettier-ignore
  const guests = await Promise.all(
    configured.map(async ({ name, kernel: file }) => ({ domain: name, kernel: await readKernel(request, file) })),
  );
  return {
    request,
    mode: isBuiltin ? 'built-in' : binary === undefined ? 'native' : 'xen',
    tree,
    xen,
    kernel: await readKernel(request, kernel),
    guests: guests.flatMap(({ domain, kernel: found }) => (found ? [{ domain, kernel: found }] : [])),
  };
}
