// What is known of a machine that says nothing: how it was started, what it does now, and what its memory holds.
import { FDT_MAGIC, parseBlob } from '../../dt/blob';
import type { DeviceTree } from '../../dt/tree';
import type { Board } from '../../emu/boards';
import type { CoreCondition, MachineCondition } from '../../emu/condition';
import { MODE, MODES, type ModeName } from '../../emu/cpu/modes';
import { PSR } from '../../emu/cpu/psr';
import { identify } from '../../image';
import type { BootPlan } from '../boot-plan';
import type { LabConfiguration, PlacementRow } from '../protocol';
import { xenFile } from '../xen/plan';

/** A domain of the built-in hypervisor as it begins. */
export interface DomainFacts {
  readonly name: string;
  readonly cmdline: string;
  /** Consoles that it has, as Linux calls them. */
  readonly consoles: readonly string[];
}

/** How a boot began. Addresses are physical. */
export interface BootFacts {
  readonly board: Board;
  /** What was started: Xen, also where nobody said that it is Xen; Linux; another program; or domains of the built-in one. */
  readonly kind: 'xen' | 'linux' | 'program' | 'domains';
  /** Of `domains`: what their kernels were told. */
  readonly domains?: readonly DomainFacts[];
  /** Mode and security state of the first instruction. */
  readonly mode: ModeName;
  readonly secure: boolean;
  /** What r2 was, if the boot protocol wants a device tree there. */
  readonly treeAddress: number | undefined;
  /** The tree as it was then; undefined when there was none at that address. */
  readonly tree: DeviceTree | undefined;
  /** The kernel that was started has to unpack itself first. */
  readonly packed: boolean;
  readonly placement: readonly PlacementRow[];
}

/**
 * Why somebody looks. `start`: nothing was said since the start, and many instructions were executed. `idle`: nothing was
 * said, and the machine only waits. `later`: it has said something, and nothing for many instructions since.
 */
export type Occasion = 'start' | 'idle' | 'later';

export interface Evidence {
  readonly occasion: Occasion;
  readonly boot: BootFacts;
  readonly condition: MachineCondition;
  /** Somebody looks early, and only to see whether the machine gets from one exception to the next and no further. */
  readonly early: boolean;
  /** Whether some timer will call, so that the machine does not wait for input alone. */
  readonly appointment: boolean;
  /** Instructions executed without a byte on any console. */
  readonly instructions: number;
  /** Physical memory as it is now. */
  read(address: number, length: number): Uint8Array;
  /** Memory as a core sees it now. */
  readVirtual(core: number, address: number, length: number): Uint8Array;
  /** Where a virtual address of a core leads now, or −1. */
  translate(core: number, address: number): number;
  /** Of the built-in hypervisor: every virtual CPU, a line each. */
  readonly guests?: readonly string[];
  /** An address of code for people: with the symbol or the file that it belongs to. */
  name(core: number, pc: number): string;
}

/** The word at the beginning of some bytes; undefined when there are too few. */
export const word = (bytes: Uint8Array, littleEndian: boolean): number | undefined =>
  bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, littleEndian);

export const isTree = (bytes: Uint8Array): boolean => word(bytes, false) === FDT_MAGIC;

export const allWait = ({ condition }: Evidence): boolean => condition.cores.every(({ waiting }) => waiting);
export const firstCore = ({ condition }: Evidence): CoreCondition => condition.cores[0]!;

/** @param placement the rows of the plan as people read them */
export function bootFacts(
  plan: Pick<BootPlan, 'images' | 'entry'>,
  placement: readonly PlacementRow[],
  configuration: LabConfiguration,
  board: Board,
): BootFacts {
  const { pc = 0, cpsr, secure = true, registers = [] } = plan.entry;
  const at = (address: number): Uint8Array | undefined => {
    const image = plan.images.find(one => address >= one.address && address < one.address + one.bytes.length);
    return image?.bytes.subarray(address - image.address);
  };
  const code = at(pc);
  const kind =
    xenFile(configuration) !== undefined || (code && identify(code) === 'xen-arm32')
      ? 'xen'
      : configuration.kernel !== undefined
        ? 'linux'
        : 'program';
  // A tree that is linked into Xen needs no address.
  const treeAddress = configuration.deviceTree === 'none' ? undefined : registers[2];
  const blob = treeAddress === undefined ? undefined : at(treeAddress);
  return {
    ...{ board, kind, secure, placement, treeAddress },
    mode: MODES[(cpsr ?? MODE.svc) & PSR.M]?.name ?? 'svc',
    tree: blob && isTree(blob) ? parseBlob(blob) : undefined,
    packed: kind === 'linux' && configuration.decompress === 'guest',
  };
}
