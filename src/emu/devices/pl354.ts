// PL354: the static memory controller in front of flash, SRAM and peripherals.
import type { IrqLine, Log } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

export interface Pl354Ports {
  readonly log: Log;
  /** smc_int0 and smc_int1: memory interfaces 0 and 1. No memory behind this board raises one. */
  readonly irqs: readonly [IrqLine, IrqLine];
}

/** Chip selects of both memory interfaces: four each. */
const CHIPS = 8;
const LOW_POWER_REQ = 1 << 2;
const INT_ENABLES = 3;

const TABLE = defineRegisters<Pl354>('apb')({
  memc_status: {
    at: 0x000,
    access: 'ro',
    bits: { state: 0, int_en0: 1, int_en1: 2, int_status0: 3, int_status1: 4, raw_int_status0: 5, raw_int_status1: 6 },
    stored: false,
    read: d => (d.state.lowPower ? 1 : 0) | (d.state.enables << 1),
  },
  memif_cfg: {
    at: 0x004,
    access: 'const',
    reset: 0x2d2d, // both interfaces: SRAM, four chips, 32 bits wide
    bits: {
      memory_type0: [1, 0],
      memory_chips0: [3, 2],
      memory_width0: [5, 4],
      memory_type1: [9, 8],
      memory_chips1: [11, 10],
      memory_width1: [13, 12],
      exclusive_monitors: [17, 16],
    },
  },
  mem_cfg_set: { at: 0x008, access: 'wo', stored: false, write: (d, value) => d.configure(value, true) },
  mem_cfg_clr: { at: 0x00c, access: 'wo', stored: false, write: (d, value) => d.configure(value, false) },
  direct_cmd: {
    at: 0x010,
    access: 'wo',
    stored: false,
    bits: { addr: [19, 0], set_cre: 20, cmd_type: [22, 21], chip_nmbr: [25, 23] },
    write: (d, value) => d.command(value),
  },
  set_cycles: { at: 0x014, access: 'wo', mask: 0x007fffff },
  set_opmode: { at: 0x018, access: 'wo', mask: 0xffff },
  refresh_period_0: { at: 0x020, mask: 0xf },
  refresh_period_1: { at: 0x024, mask: 0xf },
  sram_cycles: { at: 0x100, access: 'ro', count: CHIPS, stride: 0x20, reset: 0x0002b3cc },
  opmode: { at: 0x104, access: 'ro', count: CHIPS, stride: 0x20, reset: 0x00000802 },
  user_status: { at: 0x200, access: 'const' },
  user_config: { at: 0x204, access: 'wo', mask: 0xff },
  int_cfg: { at: 0xe00, mask: 1, about: 'integration test' },
  int_inputs: { at: 0xe04, access: 'const' },
  int_outputs: { at: 0xe08, access: 'wo', mask: 7 },
  ...primeCell(0x00041354),
});

/**
 * ARM PrimeCell SMC PL354 (DDI0380). Timing has no meaning here: the registers keep what is written and move it to a
 * chip with an update command, as drivers that read it back expect.
 */
export class Pl354 extends RegisterDevice<{ lowPower: boolean; enables: number }> {
  constructor(
    name: string,
    private readonly ports: Pl354Ports,
  ) {
    super(name, TABLE, { lowPower: false, enables: 0 }, ports.log);
  }

  configure(value: number, set: boolean): void {
    if (value & LOW_POWER_REQ) this.state.lowPower = set;
    const enables = value & INT_ENABLES;
    this.state.enables = set ? this.state.enables | enables : this.state.enables & ~enables;
  }

  /** DDI0380, 3.3.5: UpdateRegs (types 0 and 2) moves the set registers to a chip; 3 also sets its mode register. */
  command(value: number): void {
    const type = (value >>> 21) & 3;
    const chip = (value >>> 23) & 7;
    if (type === 1) return; // ModeReg alone: a cycle to a memory without a mode register
    this.values[TABLE.slot.sram_cycles + chip] = this.values[TABLE.slot.set_cycles]!;
    this.values[TABLE.slot.opmode + chip] = this.values[TABLE.slot.set_opmode]!;
  }

  protected override settle(): void {
    for (const irq of this.ports.irqs) irq.set(false);
  }
}
