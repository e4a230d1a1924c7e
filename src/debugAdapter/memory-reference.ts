// Addresses as the protocol carries them: `cpu1:va:0xc0008000`, `va:0x8000`, `pa:0x80000000`, or a bare `0x8000`, which
// means a virtual address of the core that is looked at. Clients treat them as opaque, people may type them.
import { fail } from '../lab/problems';

export interface MemoryReference {
  /** As `LabRequests.readMemory` wants it. */
  space: string;
  /** The core whose view it is; 0 for physical addresses. */
  cpu: number;
  address: number;
}

const PATTERN = /^(?:(?:cpu(\d{1,3}):)?(va|pa):)?(0x[0-9a-f]{1,13}|\d{1,15})$/i;

export const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

export const virtualReference = (cpu: number, address: number): string => `cpu${cpu}:va:${hex32(address)}`;

/**
 * @param focus the core that a reference without one means
 * @throws LabFailure `lab.address`
 */
export function parseReference(text: string, focus: number): MemoryReference {
  const match = PATTERN.exec(String(text).trim());
  if (!match) fail('lab.address', `"${text}" is no address; write 0x80008000, va:0x80008000 or pa:0x80008000`);
  const [, cpu, space, number] = match;
  const address = Number(number);
  if (space?.toLowerCase() === 'pa') return { space: 'pa', cpu: 0, address };
  const core = cpu === undefined ? focus : Number(cpu);
  return { space: `va:${core}`, cpu: core, address };
}
