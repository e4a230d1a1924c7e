// What boots when nothing is said: the built-in hypervisor with two guests of its own.
import type { Board } from '../../emu/boards';
import { EMBEDDED } from '../embedded-names';
import type { LabLaunch } from '../protocol';
import { usesBuiltin } from './open';

/** A boot of something else, or of something that only the bare board can do. */
const OTHERWISE = ['kernel', 'domains', 'elf', 'load', 'entry', 'el', 'profile'] as const;

/**
 * The embedded pair where a configuration names nothing to run and leaves Hyp mode to the built-in hypervisor. A board without
 * the Virtualization Extensions runs the demo by itself.
 */
export function withPair(configuration: LabLaunch, { cpu }: Board): LabLaunch {
  const { hypervisor = 'builtin' } = configuration;
  const other = OTHERWISE.some(name => configuration[name] !== undefined && configuration[name] !== false);
  // Who says `builtin` and gives a tree or a card has a kernel there.
  if (usesBuiltin(configuration)) return configuration;
  if (hypervisor !== 'builtin' || !cpu.virtualization || other) return configuration;
  return { ...configuration, kernel: EMBEDDED.dom0, domains: [EMBEDDED.configuration] };
}
