// What the lab needs of a machine; src/emu/machine.ts has it, and the lab's own tests bring a small stand-in.
import type { LabMemoryMap } from './memory-map';
import type { LabProfile } from './profile-report';
import type { MachineCondition } from '../emu/condition';
import type { BootFacts } from './silence/evidence';
import type { SymbolTable } from './symbols';
import type { LabTrees } from './trees';
import type {
  DomainRow,
  DomainVerb,
  LabActivity,
  LabProblem,
  PlacementRow,
  RegisterGroup,
  TranslationStatistics,
} from './protocol';

/** How a slice of work ended. */
export interface SliceEnd {
  reason: 'budget' | 'idle' | 'poweroff' | 'reboot' | 'breakpoint' | 'stopRequested' | 'crash';
  /** Of `crash`: what has crashed, and why, for people. */
  description?: string;
  /** Of `idle`: guest time of the next timer event; undefined when only input from outside can wake the machine. */
  idleUntilNs?: number;
}

/** The domains of a machine. Not while `run` is under way. */
export interface LabDomains {
  list(): DomainRow[];
  /** @returns the id of the domain @throws LabFailure when nothing was done */
  perform(verb: DomainVerb): Promise<number>;
}

/** A machine with everything loaded, at its first instruction or later. */
export interface LabMachine {
  readonly cpus: number;
  /** Names of the consoles that take input, the main one first. */
  readonly consoles: readonly string[];
  /** Executed since power-on, by all cores. */
  readonly instructions: number;
  /** Guest time since power-on in nanoseconds. */
  readonly timeNs: number;
  /** Of the translator; undefined when code is interpreted only. */
  readonly translation?: TranslationStatistics | undefined;
  /** A stand-in has none. */
  activity?(): LabActivity;
  /** What was executed where; undefined when it was not counted. */
  profile?(): LabProfile | undefined;
  /** What the built-in hypervisor did; undefined when no records were kept. @param json instead of lines */
  trace?(json: boolean): string | undefined;
  run(instructions: number): SliceEnd;
  /** Advances guest time of an idle machine, to `untilNs` at most or else to the next timer event. */
  skipIdle(untilNs?: number): void;
  step(cpu: number): SliceEnd | void;
  /** A reset as the board does it itself: the loaded images are in place again. */
  reboot(): void;
  pc(cpu: number): number;
  registers(cpu: number): RegisterGroup[];
  /** Exceptions that its cores have taken since the last reset. */
  readonly exceptions?: number;
  /** What it is doing, for people who ask why it says nothing. */
  condition?(): MachineCondition;
  /** Every virtual CPU of the built-in hypervisor: what it does, a line each. */
  virtualCpus?(): string[];
  /** Where a virtual address of a core leads now, or −1. */
  translate?(cpu: number, address: number): number;
  /** As far as it is readable. `space` is `pa` or `va:N`. */
  read(space: string, address: number, length: number): Uint8Array;
  /** As far as memory is readable. */
  disassemble(cpu: number, address: number, count: number): { address: number; bytes: string; text: string }[];
  /** The machine waits: what consoles have held back, to see how it goes on, goes out. */
  settle?(): void;
  /** Domains of the hypervisor; undefined when it is not ours to ask. */
  readonly domains?: LabDomains | undefined;
  /** Lets go of files. The machine does not run any more. */
  close?(): void;
  /** Offers one byte of input to a console. @returns false when its device has no room now. */
  receive(console: string, byte: number): boolean;
}

export interface OpenedLab {
  board: string;
  machine: LabMachine;
  /** Warnings and information; errors keep a lab from opening. */
  problems: LabProblem[];
  /** What lies where, in order of address. */
  placement: PlacementRow[];
  /** Who has Hyp mode (EL2): see StartedLab. */
  el2?: string;
  /** See StartedLab. */
  whole?: string;
  /** What is needed to tell why the machine says nothing. */
  boot?: BootFacts;
  /** What lies where, now. Not while the machine runs a slice. */
  memoryMap?(): LabMemoryMap;
  /** The device trees that are known now. Not while the machine runs a slice. */
  trees?(): LabTrees;
  /** Of the program that it runs; read when somebody asks. */
  symbols?(): Promise<SymbolTable>;
  /** Keeps for later labs what this one learnt. Never rejects. */
  keep?(): Promise<void>;
  /** Consoles on which the hypervisor speaks: that is no word of a guest. */
  notGuests?: readonly string[];
  /** Other names of consoles. */
  aliases?: Readonly<Record<string, string>>;
}
