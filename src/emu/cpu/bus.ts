// What the cores ask of the machine's bus when an access is not plain memory.

export interface Bus {
  /** @param core index of the core that accesses. @returns the value, or −1 where nothing answers (external abort). */
  read(pa: number, width: 1 | 2 | 4, core: number): number;
  /** @returns false where nothing answers. */
  write(pa: number, width: 1 | 2 | 4, value: number, core: number): boolean;
}
