// A sub-operation of sysctl: about the whole machine, and no domain.
import { type FieldType, Layout } from '../../abi/layout';
import type { Answer, Call } from '../hypercall';

const SYSCTL_FIELDS_AT = 8;

export interface Sysctl {
  readonly name: string;
  readonly run: (call: Call) => Answer;
}

/** @param fields of its structure, in order @param act changes values, which are written back if it succeeds */
export function sysctl<N extends string>(
  name: string,
  fields: Readonly<Record<N, FieldType>>,
  act: (call: Call, values: Record<N, number>) => Answer,
): Sysctl {
  const layout = new Layout(fields, SYSCTL_FIELDS_AT);
  return { name, run: call => call.with(layout, 0, values => act(call, values)) };
}

/** One that Xen on ARM does not have. */
export const refused = (name: string, error: number): Sysctl => ({ name, run: () => -error });
