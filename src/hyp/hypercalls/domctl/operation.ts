// What a sub-operation of domctl or sysctl is made of: its name, the fields of its structure, and what it does.
import { type FieldType, Layout } from '../../abi/layout';
import type { Domain } from '../../domain';
import type { Answer, Call } from '../hypercall';

/** The version that tools and hypervisor have to agree on: that of Xen 4.17. */
export const INTERFACE_VERSION = 0x15;

/** What comes before the structure of the sub-operation. */
export const HEADER = new Layout({ cmd: 'u32', version: 'u32', domain: 'u16' });
const DOMCTL_FIELDS_AT = 16;

export interface Domctl {
  readonly name: string;
  /** The domain that it is about: the one of this id, or the next one from this id on; `none`: there is none yet. */
  readonly subject: 'exact' | 'next' | 'none';
  readonly run: (call: Call, domain: Domain) => Answer;
}

/** @param fields of its structure, in order @param act changes values, which are written back if it succeeds */
export function domctl<N extends string>(
  name: string,
  fields: Readonly<Record<N, FieldType>>,
  act: (call: Call, domain: Domain, values: Record<N, number>) => Answer,
  subject: Domctl['subject'] = 'exact',
): Domctl {
  const layout = new Layout(fields, DOMCTL_FIELDS_AT);
  return { name, subject, run: (call, domain) => call.with(layout, 0, values => act(call, domain, values)) };
}

/** One that Xen on ARM does not have, or that this hypervisor does not. */
export const refused = (name: string, error: number): Domctl => ({ name, subject: 'exact', run: () => -error });
