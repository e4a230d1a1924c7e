// Domains that Xen creates at boot, from configurations for xl ("dom0less"; Xen, docs/features/dom0less.pandoc and
// docs/misc/arm/device-tree/booting.txt).
import { setCells, setString, setWide } from '../../dt/access';
import { isName, type DtNode } from '../../dt/tree';
import { readBootDomain, type BootDomain, type XlProblem } from '../../xl';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { fail, LabFailure } from '../problems';
import type { LabProblem } from '../protocol';
import { withConsole } from './arguments';
import { DOMAIN, ensureCells } from './chosen';

/** Name of a module's domain in Xen's list of command lines: DT_MAX_NAME with the NUL. */
const LONGEST_NAME = 40;
/** A module's command line with the NUL (Xen, BOOTMOD_MAX_CMDLINE). */
export const LONGEST_COMMAND_LINE = 1024;
/** The UART that Xen emulates for such a domain: PL011 as ARM's SBSA has it, ttyAMA0 of Linux. */
const CONSOLE = 'ttyAMA0';

/** A domain of a configuration, with the paths in it resolved. */
export interface ConfiguredDomain extends BootDomain {
  readonly file: string;
}

/** Reads the configurations. @throws LabFailure with every error; `say` hears of what has no effect */
export async function readDomains(
  host: LabHost,
  files: readonly string[],
  say: (problem: LabProblem) => void,
): Promise<ConfiguredDomain[]> {
  const domains: ConfiguredDomain[] = [];
  for (const file of files) {
    const bytes = await readInput(host, file, 'configuration of a domain');
    const { domain, problems } = readBootDomain(new TextDecoder().decode(bytes));
    const told = problems.map(one => labProblem(file, one));
    if (!domain) throw new LabFailure(...told.filter(({ severity }) => severity === 'error'));
    told.forEach(say);
    const twin = domains.find(({ name }) => name === domain.name);
    if (twin) fail('xen.domain', `${file}: there is a domain "${domain.name}" already, of ${twin.file}`, { file });
    domains.push({ ...domain, ...resolved(file, domain), file });
  }
  return domains;
}

/** Paths are relative to the configuration, so that a lab can be moved as a whole. */
function resolved(file: string, { kernel, ramdisk }: BootDomain): Pick<BootDomain, 'kernel' | 'ramdisk'> {
  const folder = /^(.*[\\/])?/.exec(file)?.[1] ?? '';
  const one = (path: string): string => (/^([\\/]|[A-Za-z]:[\\/])/.test(path) ? path : folder + path);
  return { kernel: one(kernel), ramdisk: ramdisk === undefined ? undefined : one(ramdisk) };
}

function labProblem(file: string, { severity, code, message, range: { start } }: XlProblem): LabProblem {
  const { line, column } = start;
  return { severity, code: `xl.${code}`, message: `${file}:${line}:${column}: ${message}`, file, line, column };
}

/** Adds the node of a domain, without its modules. */
export function addDomain(chosen: DtNode, { name, file, memory, vcpus }: ConfiguredDomain): DtNode {
  if (!isName(name, 'node') || name.length > LONGEST_NAME || name.includes('@'))
    fail(
      'xen.domain',
      `${file}: "${name}" cannot be the name of a node in the device tree; use letters, digits, ,._+-`,
      {
        file,
      },
    );
  if (chosen.child(name))
    fail('xen.domain', `${file}: the device tree has a node ${chosen.path}/${name} already; choose another name`, {
      file,
    });
  const node = chosen.add(name);
  setString(node, 'compatible', DOMAIN);
  ensureCells(node);
  setWide(node, 'memory', BigInt(memory) * 1024n);
  setCells(node, 'cpus', vcpus);
  node.set('vpl011');
  return node;
}

/** Command line of the domain's kernel, with a console. */
export const domainCommandLine = ({ cmdline = '' }: BootDomain): string => withConsole(cmdline, CONSOLE);
