// Guests that are part of the program: files for a lab that has none. They go every way that files go.
import dom0 from '../../guests/dom0/dom0.bin';
import configuration from '../../guests/domu/demo.cfg';
import domu from '../../guests/domu/domu.bin';
import { EMBEDDED } from './embedded-names';

const FILES: Readonly<Record<string, () => Uint8Array>> = {
  [EMBEDDED.dom0]: () => dom0,
  [EMBEDDED.domu]: () => domu,
  [EMBEDDED.configuration]: () => new TextEncoder().encode(configuration),
};
export const EMBEDDED_NAMES: readonly string[] = Object.keys(FILES);

/** @returns undefined when there is none of that name */
export const embeddedFile = (name: string): Uint8Array | undefined => FILES[name]?.();
