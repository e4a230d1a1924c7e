// A window of instructions around an address, as the disassembly view asks for it: it may begin before the address.
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { LabRequests } from '../lab/protocol';
import { hex32 } from './memory-reference';

export type Instruction = LabRequests['disassemble'][1][number];

/** Largest window of one request. */
const WINDOW_LIMIT = 2048;
const TOP = 2 ** 32;

export interface Window {
  address: number;
  /** Of the first instruction, relative to the one at `address`; negative before it. */
  instructionOffset: number;
  instructionCount: number;
}

/** Stands for what cannot be read or lies outside the address space; the count of the answer must be as asked. */
const nothing = (address: number): P.DisassembledInstruction => ({
  address: hex32(Math.min(TOP - 1, Math.max(0, address))),
  instruction: '(not readable)',
  presentationHint: 'invalid',
});

const present = ({ address, bytes, text }: Instruction): P.DisassembledInstruction => ({
  address: hex32(address),
  instructionBytes: bytes.replace(/(..)(?=.)/g, '$1 '),
  instruction: text,
});

/**
 * The instructions before `address`. Lengths vary in T32, so candidates for a beginning are tried, farthest first,
 * until decoding from one arrives at `address`.
 */
async function before(
  address: number,
  count: number,
  disassemble: (address: number, count: number) => Promise<Instruction[]>,
): Promise<Instruction[]> {
  for (const begin of [address - 4 * count, address - 4 * count - 2]) {
    const from = Math.max(0, begin);
    const found = await disassemble(from, 2 * count + 2);
    const end = found.findIndex(one => one.address === address);
    if (end >= 0) return found.slice(Math.max(0, end - count), end);
  }
  return [];
}

/** @param disassemble decodes forward; its answer ends early where memory is not readable */
export async function disassembleWindow(
  { address, instructionOffset, instructionCount }: Window,
  disassemble: (address: number, count: number) => Promise<Instruction[]>,
): Promise<P.DisassembledInstruction[]> {
  const count = Math.max(0, Math.min(WINDOW_LIMIT, instructionCount));
  const lead = Math.max(0, Math.min(WINDOW_LIMIT, -instructionOffset));
  const skip = Math.max(0, Math.min(WINDOW_LIMIT, instructionOffset));
  const earlier = lead > 0 ? await before(address, lead, disassemble) : [];
  const first = earlier[0]?.address ?? address;
  const lines = Array.from({ length: lead - earlier.length }, (_, i) =>
    nothing(first - 4 * (lead - earlier.length - i)),
  );
  lines.push(...earlier.map(present));
  const later = Math.max(0, count - lead);
  if (later > 0 || skip > 0) lines.push(...(await disassemble(address, skip + later)).slice(skip).map(present));
  const last = Number(lines.at(-1)?.address ?? address);
  while (lines.length < count) lines.push(nothing(last + 4 * (lines.length + 1)));
  return lines.slice(0, count);
}
