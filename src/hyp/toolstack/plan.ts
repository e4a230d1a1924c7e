// What the verbs need to make a domain: a configuration with everything read that it names.
import type { BlockStore } from '../../emu/devices/device';
import type { GuestImage } from './build';

/** What becomes of a domain that has ended (xl.cfg, on_poweroff and its like). */
export const ACTIONS = [
  'destroy', 'restart', 'rename-restart', 'preserve', 'coredump-destroy', 'coredump-restart', 'soft-reset',
] as const; // prettier-ignore
export type Action = (typeof ACTIONS)[number];

export interface EndActions {
  readonly poweroff: Action;
  readonly reboot: Action;
  readonly crash: Action;
  readonly watchdog: Action;
  readonly softReset: Action;
}
/** What xl does when a configuration does not say. */
export const DEFAULT_ACTIONS: EndActions = {
  poweroff: 'destroy',
  reboot: 'restart',
  crash: 'destroy',
  watchdog: 'destroy',
  softReset: 'soft-reset',
};

export interface DiskPlan {
  /** As in the configuration: what stands in the store as `params`. */
  readonly target: string;
  /** `phy` for devices, `file` for images. */
  readonly type: 'phy' | 'file';
  /** For example `xvda`, and the number that frontends know it by. */
  readonly name: string;
  readonly device: number;
  readonly readOnly: boolean;
  readonly removable: boolean;
  readonly store: BlockStore;
}

export interface NicPlan {
  /** Six bytes; undefined: one is made of the domain's name and the interface's number. */
  readonly mac: Uint8Array | undefined;
  readonly bridge: string;
}

export interface DomainPlan extends GuestImage {
  readonly name: string;
  /** 16 bytes. */
  readonly uuid: Uint8Array;
  readonly actions: EndActions;
  readonly disks: readonly DiskPlan[];
  readonly nics: readonly NicPlan[];
  /** What the one who read it needs to read it again. */
  readonly origin?: string;
  /** Virtual CPUs that it begins with; all without it. */
  readonly online?: number;
}
