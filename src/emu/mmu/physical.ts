// What the MMU asks of the machine behind it. Physical addresses are JavaScript numbers up to 2^40.

/** The memory side of the bus: which physical addresses are plain memory, and where that lies in the one linear memory. */
export interface PhysicalMemory {
  /** Linear-memory address of the byte of plain memory at `pa`; 0 where a device or nothing answers. */
  hostOf(pa: number): number;
  /** Whether stores go straight to the page at linear address `host` (RAM: yes; flash: no). */
  isWritable(host: number): boolean;
  /** Whether predecoded code of the page at linear address `host` exists, so that stores there must be seen. */
  hasCode(host: number): boolean;
}
