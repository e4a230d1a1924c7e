// Where packages come from, and what a source of them is told.
import type { Io } from './io';

/** A source of Debian packages. */
export interface PackageSource {
  /** In words, for people: "the system's apt". */
  readonly title: string;
  /**
   * Brings the packages to this machine.
   * @param folder where to put what is downloaded; made when it is needed
   * @returns paths of .deb files: at least one for every wanted package that the source has
   * @throws UsageError or ImageError, in one line
   */
  collect(folder: string, io: Io): Promise<string[]>;
}
