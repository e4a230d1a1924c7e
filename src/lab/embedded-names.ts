// Names of the files that are part of the program (embedded.ts). They stand where a path could stand.

/** What they begin with. */
const PREFIX = 'embedded:';
/** A kernel for dom0, a kernel for other domains, and a configuration for xl that makes such a domain. */
export const EMBEDDED = {
  dom0: `${PREFIX}dom0`,
  domu: `${PREFIX}domu`,
  configuration: `${PREFIX}demo.cfg`,
} as const;

export const isEmbedded = (path: string): boolean => path.startsWith(PREFIX);

/** MiB that dom0 is to have with this kernel when nobody says it; undefined: as much as usual. */
export const memoryForDom0 = (kernel: string | undefined): number | undefined =>
  kernel === EMBEDDED.dom0 ? 64 : undefined;
