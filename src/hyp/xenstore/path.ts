// Names of nodes: `/` between the parts, of letters, digits and -/_@ (Xen, docs/misc/xenstore.txt).
import { StoreError } from './error';

/** XENSTORE_ABS_PATH_MAX and XENSTORE_REL_PATH_MAX. */
const LONGEST = { absolute: 3072, relative: 2048 } as const;

/** Where the nodes of a domain are, and what its relative paths begin at. */
export const homeOf = (domain: number): string => `/local/domain/${domain}`;

/**
 * The absolute path of what a domain calls a node.
 * @throws StoreError EINVAL for what is no path
 */
export function absolutePath(given: string, domain: number): string {
  const absolute = given.startsWith('/');
  if (given.length > (absolute ? LONGEST.absolute : LONGEST.relative)) throw new StoreError('EINVAL');
  const path = absolute ? given : `${homeOf(domain)}/${given}`;
  if (path === '/') return path;
  if (!/^(\/[A-Za-z0-9_@-]+)+$/.test(path)) throw new StoreError('EINVAL');
  return path;
}

export const partsOf = (path: string): string[] => (path === '/' ? [] : path.slice(1).split('/'));
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
export const isWithin = (path: string, above: string): boolean =>
  path === above || above === '/' || path.startsWith(`${above}/`);
