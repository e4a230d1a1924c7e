// Calls of memory_op that are made again say in bits 31:6 of argument 0 how far they are (Xen, common/memory.c).
import { AGAIN, type Answer, type Call } from '../hypercall';

const START_SHIFT = 6;
const COMMAND_MASK = (1 << START_SHIFT) - 1;

export const commandOf = (call: Call): number => call.arg(0) & COMMAND_MASK;
export const startOf = (call: Call): number => call.arg(0) >>> START_SHIFT;

/** The call goes on with extent `next`. */
export function continued(call: Call, next: number): Answer {
  call.args[0] = (commandOf(call) | (next << START_SHIFT)) >>> 0;
  return AGAIN;
}
