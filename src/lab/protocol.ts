// The only door of a lab: plain messages between a client (debug adapter, command line) and the worker it lives in.
// Everything here survives structured clone.
import type { LabMemoryMap } from './memory-map';
import type { LabProfile } from './profile-report';
import type { LabTrees } from './trees';

/** What one launch describes; the attributes of launch.json and of LAB.json (docs/launch.md). Paths are absolute. */
export interface LabConfiguration {
  /** Name of a board in src/emu/boards; default `vexpress-v2p-ca15-tc1`. */
  board?: string;
  /** `.dts` or `.dtb`; default: the board's own tree. */
  deviceTree?: string;
  /** `builtin`, `none` (native boot) or the path of a Xen binary. */
  hypervisor?: string;
  xenArgs?: string;
  kernel?: string;
  initrd?: string;
  /** Kernel command line. */
  args?: string;
  /** Paths of xl.cfg files to create after the boot. */
  domains?: string[];
  /** RAM in MiB. */
  memory?: number;
  cpus?: number;
  drives?: { file: string; readOnly?: boolean }[];
  /** A directory or image file that becomes the SD card. */
  sdcard?: string;
  symbols?: { file: string; space: string }[];
  stopOnEntry?: boolean;
  pace?: 'fast' | 'realtime';
  decompress?: 'host' | 'guest';
  tier?: 'auto' | 'interpreter';
  /** Bare metal: an ELF file, or raw files at addresses, instead of a kernel. */
  elf?: string;
  load?: { file: string; address: number }[];
  entry?: number;
  el?: 1 | 2 | 3;
  maxInstructions?: number;
}

/** What a client wants beside the lab itself. */
export interface LabLaunch extends LabConfiguration {
  /** Counts what is executed, for the request `profile`: slower, and the same for the guest. */
  profile?: boolean;
  /** Keeps records of what the built-in hypervisor does, for the request `trace`. */
  trace?: boolean;
}

/** A line for people, with what a program needs beside it. */
export interface LabProblem {
  severity: 'error' | 'warning' | 'information';
  /** Stable, listed in docs/errors.md; for example `image.truncated`. */
  code: string;
  /** What, where, why and what to do next, in one line. */
  message: string;
  file?: string;
  /** 1-based, for text files. */
  line?: number;
  column?: number;
  /** Byte offset, for binary files. */
  offset?: number;
}

/** What a person should know of a machine that runs, with a next step. The message is one line, like that of a problem. */
export interface LabCard {
  severity: 'warning' | 'information';
  /** Stable, listed in docs/errors.md; for example `boot.notHyp`. */
  code: string;
  message: string;
  /** The particulars, a line each. */
  lines: string[];
}

/** Why a machine is not running. */
export type StopReason = 'entry' | 'pause' | 'step' | 'breakpoint' | 'crash';
/** Why a lab has ended. */
export type ExitReason = 'poweroff' | 'reboot' | 'crash' | 'stopped' | 'max-instructions';

export interface RegisterGroup {
  /** For example `Core`, `CPSR`, `Floating point`. */
  name: string;
  registers: { name: string; value: string; bits: number; description?: string }[];
}

/** One thing in memory when the machine starts. Physical addresses, bytes. */
export interface PlacementRow {
  /** What it is, for example `kernel of dom0`. */
  role: string;
  /** The file as the user named it. */
  name: string;
  address: number;
  size: number;
  /** Behind the memory that it needs to itself. */
  end: number;
  /** Why it lies there, in a few words. */
  why: string;
}

/** What is known once everything is loaded. */
export interface StartedLab {
  cpus: number;
  /** The main one first. */
  consoles: string[];
  /** Other names of consoles: `dom1` of the one that has the name of the domain. */
  aliases?: Readonly<Record<string, string>>;
  board: string;
  /** Warnings and information. */
  problems: LabProblem[];
  /** What lies where, in order of address. */
  placement: PlacementRow[];
  /** Who has Hyp mode (EL2), for people: `Xen`, the name of a program, or `none`; an event `el2` can say more. */
  el2?: string;
  /** The UART that the consoles `xen` and `dom0` are parts of: what it says, one of both says too. */
  whole?: string;
  /** It has the verbs of domains (request `domain`). */
  toolstack?: boolean;
}

/** A domain of the built-in hypervisor, as `xl list` shows it. */
export interface DomainRow {
  id: number;
  name: string;
  /** MiB. */
  memory: number;
  vcpus: number;
  state: 'running' | 'blocked' | 'paused' | 'shutdown' | 'crashed' | 'dying';
  cpuSeconds: number;
  /** Its console in the lab. Without one it is a domain that tools in dom0 have made: they have its console. */
  console?: string;
}

/** Something to be done to a domain; `domain` is its id, its name, or `domN`. */
export type DomainVerb =
  | { verb: 'create'; file: string; paused?: boolean }
  /** Writes a domain, which is paused by that, into a file; and lets it go on from one. */
  | { verb: 'save'; domain: string | number; file: string }
  | { verb: 'restore'; file: string; paused?: boolean }
  | { verb: 'destroy' | 'pause' | 'unpause' | 'shutdown' | 'reboot'; domain: string | number }
  | { verb: 'rename'; domain: string | number; name: string }
  /** So many of its virtual CPUs are to be used. */
  | { verb: 'vcpu-set'; domain: string | number; vcpus: number }
  /** The most memory that it may have, in MiB. */
  | { verb: 'mem-max'; domain: string | number; memory: number };

export interface LabFrame {
  /** Virtual address of the instruction. */
  pc: number;
  /** A symbol, or what else is known of the place. */
  name?: string;
}

/** Requests and their answers: `LabRequests[kind]` is `[argument, result]`. */
export interface LabRequests {
  /** Loads everything and leaves the machine at its first instruction. Rejected with the problems when it cannot. */
  start: [LabLaunch, StartedLab];
  run: [Record<string, never>, void];
  pause: [Record<string, never>, void];
  /** One instruction of one core. */
  step: [{ cpu: number }, void];
  /** Back to power-on, with the same configuration or another; files are read again. */
  restart: [{ configuration?: LabConfiguration }, StartedLab];
  /** Where a core is, innermost frame first. */
  frames: [{ cpu: number }, LabFrame[]];
  registers: [{ cpu: number }, RegisterGroup[]];
  /** `space` is `va:N` for the virtual addresses of core N, or `pa`. Unreadable bytes end the answer. */
  readMemory: [{ space: string; address: number; length: number }, Uint8Array];
  disassemble: [{ cpu: number; address: number; count: number }, { address: number; bytes: string; text: string }[]];
  input: [{ console: string; data: Uint8Array }, void];
  domains: [Record<string, never>, DomainRow[]];
  /** Answered with the id of the domain; rejected when nothing was done. */
  domain: [DomainVerb, number];
  /** What lies where in the machine, and in each domain of the built-in hypervisor. */
  memoryMap: [Record<string, never>, LabMemoryMap];
  /** The device tree that the machine boots with, and those that were made from it. */
  trees: [Record<string, never>, LabTrees];
  statistics: [Record<string, never>, LabStatistics];
  /** What the guests made the machine do since it was started. */
  activity: [Record<string, never>, LabActivity];
  /** Of a lab that was started with `profile`. Waits for the end of the slice that runs. */
  profile: [Record<string, never>, LabProfile];
  /** Of a lab that was started with `trace`: a line for each record, or an array as JSON. */
  trace: [{ json: boolean }, string];
  /** Ends the lab; the worker can be terminated after the answer. */
  stop: [Record<string, never>, void];
}

/** What the translator of hot code did. */
export interface TranslationStatistics {
  /** Share of all instructions that ran in translated code, 0 to 1. */
  share: number;
  /** WebAssembly modules made, and those that are in use now. */
  modules: number;
  live: number;
  /** Guest instructions translated, and the bytes of WebAssembly they became. */
  instructions: number;
  bytes: number;
  compileSeconds: number;
  /** Modules dropped because their code changed, and times that all were dropped to make room. */
  drops: number;
  flushes: number;
  /** Bytes of linear memory: guest memory, decoded code, TLBs. */
  memoryBytes: number;
}

export interface LabStatistics {
  instructions: number;
  wallSeconds: number;
  cpuSeconds: number;
  guestSeconds: number;
  tier1?: TranslationStatistics;
  exitReason?: ExitReason;
}

/** Counts of all cores. Modes have the manual's abbreviations (usr, svc, hyp); `exception` is a name of its own for each. */
export interface LabActivity {
  exceptions: { exception: string; from: string; to: string; count: number }[];
  /** Synchronous exceptions that Hyp mode took, by the value of HSR in hexadecimal. */
  syndromes: { hsr: string; count: number }[];
  /** Accesses to devices, by their windows in the address space. */
  devices: { name: string; base: number; reads: number; writes: number }[];
}

/** What a lab says unasked. */
export type LabEvent =
  | { event: 'output'; console: string; data: Uint8Array }
  | { event: 'running' }
  | { event: 'stopped'; reason: StopReason; cpu: number; pc: number; description?: string }
  | { event: 'exited'; reason: ExitReason; code: number; description?: string }
  | { event: 'problem'; problem: LabProblem }
  | { event: 'card'; card: LabCard }
  | { event: 'el2'; name: string }
  /** The list of domains, or a state in it, has changed. */
  | { event: 'domains'; domains: DomainRow[] }
  | { event: 'log'; message: string }
  | { event: 'progress'; title: string; done: number; total: number };

export type LabRequestKind = keyof LabRequests;
export type LabRequest<K extends LabRequestKind = LabRequestKind> = {
  id: number;
  kind: K;
  argument: LabRequests[K][0];
};
export type LabAnswer<K extends LabRequestKind = LabRequestKind> =
  { id: number; result: LabRequests[K][1] } | { id: number; problems: LabProblem[] };
export type FromWorker = LabAnswer | LabEvent;
