// What the page of the memory map and the editor say to each other.
import type { LabMemoryMap } from '../../lab/memory-map';

/** From the editor. */
export type ToMemoryMap =
  /** `ended`: the machine is gone, and this is how it was last. */
  | { kind: 'map'; lab: string; state: 'running' | 'paused' | 'ended'; map: LabMemoryMap }
  /** Nothing to show, and why. */
  | { kind: 'nothing'; why: string }
  /** Looks at a domain. */
  | { kind: 'select'; domain: number };

/** From the page. */
export type FromMemoryMap = { kind: 'ready' } | { kind: 'refresh' } | { kind: 'copy'; text: string };
