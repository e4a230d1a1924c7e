// What every boot of Xen has in common: Xen itself, what lies at addresses of its own, and the state it is entered in.
import { XEN_VIRTUAL_START, xenRoom, type RamBank, type Taken, type XenBinary } from '../../image';
import type { BootPlan, PlanRequest } from '../boot-plan';
import { readInput } from '../files';
import { flashBanks, readFlash } from './flash';
import { MemoryPlan } from './memory-plan';

const MIB = 1 << 20;
/** r1 of the boot protocol, which Xen ignores: the tree alone describes the board. */
const NO_MACHINE_TYPE = 0xffff_ffff;
/** Hyp mode, A32, asynchronous aborts, IRQ and FIQ masked (ARM DDI 0406C, B1.3.3). */
const HYP = 0x1da;
/** Xen's own addresses: where it runs, and maps what it needs first. An address in them cannot be mapped to itself. */
const XEN_ADDRESSES = { from: XEN_VIRTUAL_START, to: 16 * MIB };

/** How a boot loader leaves the first core; the others wait in the same mode. @param dtb for r2 */
export const xenEntry = (pc: number, dtb: number): BootPlan['entry'] => ({
  pc,
  registers: [0, NO_MACHINE_TYPE, dtb],
  cpsr: HYP,
  secure: false,
});

/** Everything that has an address of its own: files to load, images in flash. */
export async function startMemory(
  { host, board, configuration }: PlanRequest,
  banks: readonly RamBank[],
  taken: readonly Taken[],
): Promise<MemoryPlan> {
  const memory = new MemoryPlan(banks, [...board.memories, ...flashBanks(board)], taken);
  for (const { file, address } of configuration.load ?? []) {
    const bytes = await readInput(host, file, 'file to load');
    memory.at(address, { name: file, role: 'file', bytes, why: '--load' });
  }
  for (const { name, address, bytes } of await readFlash(host, board, configuration.sdcard))
    memory.at(address, { name, role: 'flash image', bytes, why: 'images.txt' });
  return memory;
}

/** @returns its address, which is its entry */
export function placeXen(memory: MemoryPlan, xen: XenBinary): number {
  const why = 'at the top: what is below stays whole for domains';
  return memory.high({
    ...{ name: xen.file, role: 'Xen', bytes: xen.image, room: xenRoom(xen), why },
    avoid: XEN_ADDRESSES,
  });
}
