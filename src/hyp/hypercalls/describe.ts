// A hypercall as a trace shows it.
import { SLOT } from '../../emu/cpu/sysregs/storage';
import type { HypercallRecord } from '../trace';
import type { Call, Hypercall } from './hypercall';

const WORDS = 16;

/** As many words as can be read. */
function wordsAt(call: Call, at: number): number[] {
  const words: number[] = [];
  for (let i = 0; i < WORDS; i++) {
    const word = call.guest.read32(at + 4 * i);
    if (word === undefined) break;
    words.push(word);
  }
  return words;
}

/** Everything but the result and the time, from before it is handled. */
export function describeCall(
  call: Call,
  number: number,
  found: Hypercall | undefined,
): Omit<HypercallRecord, 'at' | 'timeNs' | 'result'> {
  const operation = found?.operations && (found.operation?.(call) ?? call.arg(0));
  return {
    ...{ kind: 'hypercall', domain: call.domain.id, vcpu: call.vcpu.id, space: call.core.sys[SLOT.TTBR0]! },
    name: found?.name ?? String(number),
    ...(operation !== undefined && { operation: found?.operations?.[operation] ?? operation }),
    args: [...call.args],
    words: found?.operations ? wordsAt(call, call.arg(found.pointer ?? 1)) : [],
  };
}
