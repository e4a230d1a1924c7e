// PL341: the DDR2 memory controller in front of the RAM.
import type { Log } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

/** memc_status.memc_status (DDI0418, 3.3.1). */
const STATE = { config: 0, ready: 1, paused: 2, lowPower: 3 } as const;

/** memc_cmd: the state each command leads to, by the state it is accepted in. */
const COMMANDS: readonly { readonly from: readonly number[]; readonly to: number }[] = [
  { from: [STATE.config, STATE.paused], to: STATE.ready }, // go
  { from: [STATE.paused, STATE.config], to: STATE.lowPower }, // sleep
  { from: [STATE.lowPower], to: STATE.paused }, // wakeup
  { from: [STATE.ready], to: STATE.paused }, // pause
  { from: [STATE.paused], to: STATE.config }, // configure
];

/** Timing registers: name, offset and width in bits. */
const TIMINGS = {
  refresh_prd: [0x10, 15],
  cas_latency: [0x14, 4],
  write_latency: [0x18, 3],
  t_mrd: [0x1c, 7],
  t_ras: [0x20, 5],
  t_rc: [0x24, 5],
  t_rcd: [0x28, 6],
  t_rfc: [0x2c, 15],
  t_rp: [0x30, 6],
  t_rrd: [0x34, 4],
  t_wr: [0x38, 3],
  t_wtr: [0x3c, 3],
  t_xp: [0x40, 8],
  t_xsr: [0x44, 8],
  t_esr: [0x48, 8],
  memory_cfg2: [0x4c, 13],
  memory_cfg3: [0x50, 13],
  t_faw: [0x54, 13],
} as const;

type Timing = keyof typeof TIMINGS;

const timingRows = Object.fromEntries(
  Object.entries(TIMINGS).map(([name, [at, bits]]) => [name, { at, mask: 2 ** bits - 1 }]),
) as { [N in Timing]: { at: number; mask: number } };

const TABLE = defineRegisters<Pl341>('apb')({
  memc_status: {
    at: 0x000,
    access: 'ro',
    bits: { memc_status: [1, 0], memory_width: [3, 2], memory_ddr: [6, 4], memory_chips: [8, 7], memory_banks: 9 },
    stored: false,
    read: d => 0x04 | (5 << 4) | d.state.state, // 32 bits wide, DDR2, one chip
  },
  memc_cmd: {
    at: 0x004,
    access: 'wo',
    stored: false,
    bits: { cmd: [2, 0] },
    write: (d, value) => d.command(value & 7),
  },
  direct_cmd: { at: 0x008, access: 'wo', mask: 0x003fffff, about: 'commands to the memory chips; they need none here' },
  memory_cfg: { at: 0x00c, mask: 0x7fffffff },
  ...timingRows,
  id_cfg: { at: 0x100, count: 16, mask: 0x3ff },
  chip_cfg: { at: 0x200, count: 4, mask: 0x1ffff },
  user_status: { at: 0x300, access: 'const' },
  user_config0: { at: 0x304, access: 'wo', mask: 0xff },
  user_config1: { at: 0x308, access: 'wo', mask: 0xff },
  feature_ctrl: { at: 0x30c, mask: 0x7 },
  int_cfg: { at: 0xe00, mask: 1, about: 'integration test' },
  int_inputs: { at: 0xe04, access: 'const' },
  int_outputs: { at: 0xe08, access: 'wo', mask: 1 },
  ...primeCell(0x00041341),
});

/**
 * ARM PrimeCell DMC PL341 (DDI0418). The board's firmware has set the controller up before the cores leave reset, so
 * it starts in the ready state; timings read 0 until software writes them, and RAM works in every state.
 */
export class Pl341 extends RegisterDevice<{ state: number }> {
  constructor(name: string, ports: { readonly log: Log }) {
    super(name, TABLE, { state: STATE.ready }, ports.log);
  }

  command(index: number): void {
    const command = COMMANDS[index];
    if (command?.from.includes(this.state.state)) this.state.state = command.to;
    else this.note(-1 - index, `memc_cmd ${index} ignored in state ${this.state.state}`);
  }
}
