// Why a region is left, as data: what it answers to the dispatcher, and how a profile calls it.
import { STATUS } from './region';

interface Reason {
  readonly status: keyof typeof STATUS;
  /** For people, in a profile. */
  readonly text: string;
}

const REASONS = {
  budget: { status: 'TAIL', text: 'the slice ends before the next look at the budget' },
  memory: { status: 'SLOW', text: 'an access that is not at hand: TLB miss, device, unaligned, beside code' },
  group: { status: 'SLOW', text: 'the same of accesses that look into the TLB together' },
  helper: { status: 'SLOW', text: 'a value that TypeScript computes' },
  disabled: { status: 'TAIL', text: 'floating point is disabled' },
  exception: { status: 'TAIL', text: 'the instruction takes an exception, or waits' },
  itBlock: { status: 'TAIL', text: 'in the middle of an IT block' },
  shortened: { status: 'TAIL', text: 'a call shortened the slice: a timer was set, an interrupt unmasked' },
  stale: { status: 'TAIL', text: 'a call dropped translated code' },
  bigEndian: { status: 'TAIL', text: 'data is big-endian from here on' },
  aborted: { status: 'LEAVE', text: 'a call ended in an exception' },
  outside: { status: 'GO', text: 'a branch out of the region' },
  indirect: { status: 'GO', text: 'an address in a register that is no entry of the region' },
  moved: { status: 'GO', text: 'the page of the code is mapped differently' },
  elsewhere: { status: 'GO', text: 'a system instruction went elsewhere' },
} as const satisfies Readonly<Record<string, Reason>>;

export type ExitReason = keyof typeof REASONS;
export const EXIT_REASONS: Readonly<Record<ExitReason, Reason>> = REASONS;

type Answering<Status extends keyof typeof STATUS> = {
  [R in ExitReason]: (typeof REASONS)[R]['status'] extends Status ? R : never;
}[ExitReason];
/** The interpreter goes on at an instruction. */
export type StopReason = Answering<'SLOW' | 'TAIL'>;
/** Control goes on elsewhere. */
export type GoReason = Answering<'GO'>;
