// PL330: the DMA controller. Identification, configuration and faults are real; no channel program is executed.
import type { IrqLine, Log } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

export interface Pl330Ports {
  readonly log: Log;
  readonly abort: IrqLine;
  /** irq[n]; events beyond the last line have none. */
  readonly irqs: readonly IrqLine[];
}

const CHANNELS = 8;
const EVENTS = 4;
const PERIPHERALS = 4;

/** CSR and DSR states (DDI0424, 3.3.12 and 3.3.1). */
const STOPPED = 0;
const FAULTING = 0xf;
/** FTRn and FTRD: the fault of an instruction that the DMAC cannot decode. */
const UNDEF_INSTR = 1 << 0;

const OPCODE = { DMAKILL: 0x01, DMASEV: 0x34, DMAGO: 0xa0, NON_SECURE: 0x02 } as const;

const channels = (at: number, stride: number) => ({ at, count: CHANNELS, stride, access: 'ro' }) as const;

const TABLE = defineRegisters<Pl330>('ignore')({
  DSR: { at: 0x000, access: 'ro', bits: { DMA_status: [3, 0], Wakeup_event: [8, 4], DNS: 9 } },
  DPC: { at: 0x004, access: 'ro' },
  INTEN: { at: 0x020, mask: 2 ** EVENTS - 1 },
  INT_EVENT_RIS: { at: 0x024, access: 'ro' },
  INTMIS: { at: 0x028, access: 'ro', stored: false, read: d => d.interrupts() },
  INTCLR: { at: 0x02c, access: 'wo', stored: false, write: (d, value) => d.clear(value) },
  FSRD: { at: 0x030, access: 'ro', stored: false, read: d => d.managerFaulting() },
  FSRC: { at: 0x034, access: 'ro', stored: false, read: d => d.faulting() },
  FTRD: { at: 0x038, access: 'ro' },
  FTR: { at: 0x040, access: 'ro', count: CHANNELS },
  CSR: { ...channels(0x100, 8), bits: { channel_status: [3, 0], wakeup_number: [8, 4], CNS: 21 } },
  CPC: channels(0x104, 8),
  SAR: channels(0x400, 0x20),
  DAR: channels(0x404, 0x20),
  CCR: { ...channels(0x408, 0x20), reset: 0x00800200 },
  LC0: channels(0x40c, 0x20),
  LC1: channels(0x410, 0x20),
  DBGSTATUS: { at: 0xd00, access: 'const', about: 'idle: an instruction takes no time' },
  DBGCMD: { at: 0xd04, access: 'wo', stored: false, write: (d, value) => d.debug(value) },
  DBGINST0: { at: 0xd08, access: 'wo' },
  DBGINST1: { at: 0xd0c, access: 'wo' },
  CR0: {
    at: 0xe00,
    access: 'const',
    reset: 1 | ((CHANNELS - 1) << 4) | ((PERIPHERALS - 1) << 12) | ((EVENTS - 1) << 17),
    bits: {
      periph_req: 0,
      boot_en: 1,
      mgr_ns_at_rst: 2,
      num_chnls: [6, 4],
      num_periph_req: [16, 12],
      num_events: [21, 17],
    },
  },
  CR1: { at: 0xe04, access: 'const', reset: 0x00000075, about: 'instruction cache: 8 lines of 32 bytes' },
  CR2: { at: 0xe08, access: 'const', about: 'boot address' },
  CR3: { at: 0xe0c, access: 'const', about: 'security of the interrupts' },
  CR4: { at: 0xe10, access: 'const', about: 'security of the peripheral interfaces' },
  CRD: {
    at: 0xe14,
    access: 'const',
    reset: 0x07ff7f73,
    about: '64-bit data, 8 commands each way, queues of 16, 128 lines',
  },
  WD: { at: 0xe80, mask: 1 },
  ...primeCell(0x00341330),
});

const { slot } = TABLE;

/**
 * ARM PrimeCell DMA controller PL330 (DDI0424), eight channels. A channel that is started faults at its first
 * instruction as if it were undefined, raises the abort interrupt and says in the log why.
 */
export class Pl330 extends RegisterDevice {
  constructor(
    name: string,
    private readonly ports: Pl330Ports,
  ) {
    super(name, TABLE, {}, ports.log);
  }

  interrupts(): number {
    return this.values[slot.INT_EVENT_RIS]! & this.values[slot.INTEN]!;
  }

  managerFaulting(): number {
    return this.values[slot.DSR] === FAULTING ? 1 : 0;
  }

  /** FSRC: one bit per channel in the Faulting state. */
  faulting(): number {
    let bits = 0;
    for (let n = 0; n < CHANNELS; n++) if (this.status(n) === FAULTING) bits |= 1 << n;
    return bits;
  }

  clear(value: number): void {
    this.values[slot.INT_EVENT_RIS]! &= ~(value & this.values[slot.INTEN]!);
    this.settleIrq();
  }

  /** DBGCMD 0 runs the instruction of DBGINST0 and 1: on the manager, or on the channel it names. */
  debug(command: number): void {
    if ((command & 3) !== 0) return;
    const inst0 = this.values[slot.DBGINST0]!;
    const opcode = (inst0 >>> 16) & 0xff;
    const operand = inst0 >>> 24;
    if (inst0 & 1) this.onChannel((inst0 >>> 8) & 7, opcode, operand);
    else this.onManager(opcode, operand);
    this.settleIrq();
  }

  private onChannel(n: number, opcode: number, operand: number): void {
    if (opcode === OPCODE.DMAKILL) {
      this.values[slot.CSR + n] = STOPPED;
      this.values[slot.FTR + n] = 0;
    } else if (opcode === OPCODE.DMASEV) this.sendEvent(operand >>> 3);
    else this.note(opcode, `debug instruction 0x${opcode.toString(16)} for channel ${n} ignored: not modelled`);
  }

  private onManager(opcode: number, operand: number): void {
    if ((opcode & ~OPCODE.NON_SECURE) === OPCODE.DMAGO) this.go(operand & 7, opcode & OPCODE.NON_SECURE);
    else if (opcode === OPCODE.DMASEV) this.sendEvent(operand >>> 3);
    else if (opcode === OPCODE.DMAKILL) {
      this.values[slot.DSR] = STOPPED;
      this.values[slot.FTRD] = 0;
    } else {
      this.values[slot.DSR] = FAULTING;
      this.values[slot.FTRD] = UNDEF_INSTR;
    }
  }

  /** DMAGO: DDI0424, 4.3.5. Ignored while the channel is not Stopped. */
  private go(n: number, nonSecure: number): void {
    if (this.status(n) !== STOPPED) return;
    this.values[slot.CPC + n] = this.values[slot.DBGINST1]!;
    this.values[slot.CSR + n] = FAULTING | (nonSecure ? 1 << 21 : 0);
    this.values[slot.FTR + n] = UNDEF_INSTR;
    const at = this.values[slot.DBGINST1]!.toString(16);
    this.note(-1 - n, `channel ${n} faults at its program (0x${at}): DMA programs are not modelled`);
  }

  private sendEvent(event: number): void {
    if (event >= EVENTS) {
      this.values[slot.DSR] = FAULTING;
      this.values[slot.FTRD] = 1 << 1; // operand_invalid
    } else if (this.values[slot.INTEN]! & (1 << event)) this.values[slot.INT_EVENT_RIS]! |= 1 << event;
  }

  private status(n: number): number {
    return this.values[slot.CSR + n]! & 0xf;
  }

  private settleIrq(): void {
    const pending = this.interrupts();
    this.ports.irqs.forEach((irq, n) => irq.set((pending & (1 << n)) !== 0));
    this.ports.abort.set((this.managerFaulting() | this.faulting()) !== 0);
  }

  protected override settle(): void {
    this.settleIrq();
  }
}
