// What Xen says first: who it is, how it was called, and what of that it does not understand (Xen, common/kernel.c).
import { VERSION } from './hypercalls/xen-version';
import type { Hypervisor } from './hypervisor';
import { readXenOptions } from './options';

export function greet({ console, identity, commandLine }: Hypervisor): void {
  const { extraVersion, by, domain, compiler } = identity;
  console.print(`Xen version ${VERSION.MAJOR}.${VERSION.MINOR}${extraVersion} (${by}@${domain}) (${compiler}) debug=n`);
  console.print(`Command line: ${commandLine}`);
  for (const { kind, name, value } of readXenOptions(commandLine).remarks) {
    if (kind === 'unknown') console.print(`parameter "${name}" unknown!`);
    if (kind === 'invalid') console.print(`parameter "${name}" has invalid value "${value}", rc=-22!`);
  }
}
