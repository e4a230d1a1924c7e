// Who may read and write a node: its owner everything, others what the list says (Xen, docs/misc/xenstore.txt).
import { StoreError } from './error';

/** Domain that may do everything: where the toolstack is. */
export const PRIVILEGED = 0;

/** `n`: nothing, `r`, `w`, or `b`: both. */
export type Access = 'n' | 'r' | 'w' | 'b';

export interface Permission {
  readonly access: Access;
  readonly domain: number;
}

/** The first entry names the owner, and what those have that no other entry names. */
export type Permissions = readonly Permission[];

const LARGEST_DOMAIN = 0x7ff0;

export function mayAccess(permissions: Permissions, domain: number, wanted: 'r' | 'w'): boolean {
  const [owner, ...others] = permissions;
  if (domain === PRIVILEGED || owner!.domain === domain) return true;
  const { access } = others.find(one => one.domain === domain) ?? owner!;
  return access === 'b' || access === wanted;
}

export const formatPermission = ({ access, domain }: Permission): string => `${access}${domain}`;

/** @throws StoreError EINVAL */
export function parsePermission(text: string): Permission {
  const [, access, digits] = /^([nrwb])(\d{1,5})$/.exec(text) ?? [];
  const domain = Number(digits);
  if (access === undefined || domain > LARGEST_DOMAIN) throw new StoreError('EINVAL');
  return { access: access as Access, domain };
}
