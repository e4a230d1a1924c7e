// The configuration that a kernel was built with: a file beside it, or the copy that CONFIG_IKCONFIG puts inside.
import { type ZImage, isPacked, unpack, unpackZImage } from '../../image';
import { find } from '../../image/bytes';
import { readInput } from '../files';
import type { LabHost } from '../host';

/** Around the packed copy (Linux, kernel/configs.c). */
const BEGIN = new TextEncoder().encode('IKCFG_ST');
const END = new TextEncoder().encode('IKCFG_ED');
const LARGEST = 4 << 20;

export interface KernelConfig {
  /** Where it was found, as messages say it. */
  readonly file: string;
  /** Major and minor number of the kernel, when the file says it. */
  readonly version: readonly [number, number] | undefined;
  /** `y`, `m` or a value; undefined for what is off or unknown. */
  value(option: string): string | undefined;
  /** Whether the file says that an option, which this kernel has, is off. */
  isOff(option: string): boolean;
}

/** @returns undefined when the text is no configuration of a kernel */
export function parseKernelConfig(text: string, file: string): KernelConfig | undefined {
  const values = new Map<string, string>();
  const off = new Set<string>();
  for (const line of text.split('\n')) {
    const set = /^CONFIG_(\w+)=(.*?)\r?$/.exec(line);
    if (set) values.set(set[1]!, set[2]!);
    const not = /^# CONFIG_(\w+) is not set/.exec(line);
    if (not) off.add(not[1]!);
  }
  if (values.size === 0) return undefined;
  const version = /^# Linux\/\w+ (\d+)\.(\d+)/m.exec(text);
  return {
    file,
    version: version ? [Number(version[1]), Number(version[2])] : undefined,
    value: option => values.get(option),
    isOff: option => off.has(option),
  };
}

/** The copy inside of an unpacked kernel. */
export async function embeddedConfig(kernel: Uint8Array, file: string): Promise<KernelConfig | undefined> {
  const begin = find(kernel, BEGIN);
  const end = begin < 0 ? -1 : find(kernel, END, begin);
  if (end < 0) return undefined;
  const data = kernel.subarray(begin + BEGIN.length, end);
  const text = await unpack('gzip', { data, file, origin: begin + BEGIN.length, limit: LARGEST });
  return parseKernelConfig(new TextDecoder().decode(text), `${file} (IKCONFIG)`);
}

/** Names that a configuration has beside `vmlinuz-6.1.0` or `zImage`. */
function besideOf(file: string): string[] {
  const slash = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1;
  const [folder, name] = [file.slice(0, slash), file.slice(slash)];
  const release = /^\w+-(.+)$/.exec(name)?.[1];
  const names = [...(release === undefined ? [] : [`config-${release}`]), 'config', '.config'];
  return names.map(one => folder + one);
}

/**
 * The configuration of a kernel, if it can be found.
 * @param unpacks whether the boot unpacks the kernel too, so that it costs nothing more
 */
export async function kernelConfig(
  host: LabHost,
  file: string,
  zimage: ZImage,
  unpacks: boolean,
): Promise<KernelConfig | undefined> {
  for (const beside of besideOf(file)) {
    const found = await host.stat(beside).catch(() => undefined);
    if (!found || found.isDirectory || found.size > LARGEST) continue;
    const text = new TextDecoder().decode(await readInput(host, beside, 'configuration of the kernel'));
    const config = parseKernelConfig(text, beside);
    if (config) return config;
  }
  if (!isPacked(zimage)) return embeddedConfig(zimage.data, file);
  // Without a store the boot would unpack the kernel a second time.
  if (!unpacks || !host.unpacked) return undefined;
  return embeddedConfig((await unpackZImage(zimage, host.unpacked)).image, file);
}
