// What the world gives to a lab: files, a clock, and a way to let messages in. Node's is in node/host.ts.

import type { BlockStore } from '../emu/devices/device';
import type { PayloadStore } from '../image';
import type { ExperienceStore } from './experience';

/** A file as a disk, until it is closed. */
export interface OpenDisk extends BlockStore {
  close(): void;
}

/** A sleep that can be cut short. (With an AbortSignal for each, a wake-up costs Node 450 us of CPU time, and 250 without.) */
export interface Sleep {
  /** Resolves when the sleep is over. */
  readonly over: Promise<void>;
  end(): void;
}

export interface LabHost {
  /** Kernels that were unpacked before. Without one, each boot unpacks its kernel. */
  readonly unpacked?: PayloadStore;
  /** What translation learnt before. Without it, each run learns anew. */
  readonly experience?: ExperienceStore;
  /** Rejects when the file cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** Makes or replaces a file. Rejects when that cannot be. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** @returns undefined when there is nothing at the path */
  stat(path: string): Promise<{ size: number; isDirectory: boolean } | undefined>;
  /** Opens a file to read and write parts of it; whole blocks of 512 bytes count. Rejects when that cannot be. */
  openDisk(path: string, readOnly: boolean): Promise<OpenDisk>;
  /** Names in a directory, sorted. Rejects when there is none, or it cannot be read. */
  list(path: string): Promise<string[]>;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Seconds since 1970, as the wall says. */
  dateSeconds(): number;
  /** Processor time this process has used, in seconds. */
  cpuSeconds(): number;
  /** Begins a sleep of `ms` milliseconds; Infinity: until it is ended. */
  sleep(ms: number): Sleep;
  /** Resolves after messages that wait have been delivered. */
  yieldNow(): Promise<void>;
}
