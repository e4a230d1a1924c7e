// The PHY inside the LAN9118: management registers of IEEE 802.3 clause 22 and SMSC's own.
import { assignState, cloneState, readState } from './state';

/** Address of the internal PHY on the management bus. */
export const PHY_ADDRESS = 1;

const BMCR = {
  RESET: 1 << 15,
  LOOPBACK: 1 << 14,
  AN_ENABLE: 1 << 12,
  POWER_DOWN: 1 << 11,
  AN_RESTART: 1 << 9,
} as const;
const BMSR = { AN_COMPLETE: 1 << 5, LINK: 1 << 2 } as const;
/** Interrupt source and mask, registers 29 and 30. */
const INT = { ENERGYON: 1 << 7, AN_COMPLETE: 1 << 6 } as const;

/** Registers by number: value after reset, and the bits that a write changes. */
const REGISTERS: Readonly<Record<number, { readonly reset: number; readonly mask: number }>> = {
  0: { reset: 0x3000, mask: 0x7d80 }, // basic control: auto-negotiation, 100 Mbit/s
  1: { reset: 0x7809, mask: 0 }, // basic status: all speeds, auto-negotiation, extended registers
  2: { reset: 0x0007, mask: 0 }, // identifier: SMSC
  3: { reset: 0xc0d1, mask: 0 }, // LAN911x internal PHY
  4: { reset: 0x01e1, mask: 0xbfff }, // advertisement: 10 and 100 Mbit/s, half and full duplex
  5: { reset: 0x0000, mask: 0 }, // link partner ability
  6: { reset: 0x0000, mask: 0 }, // expansion
  17: { reset: 0x0000, mask: 0x2a40 }, // mode control and status
  18: { reset: 0x00e1, mask: 0x00ff }, // special modes: all capable, address 1
  27: { reset: 0x0000, mask: 0xe410 }, // special control and status indications
  30: { reset: 0x0000, mask: 0x00fe }, // interrupt mask
  31: { reset: 0x0040, mask: 0x1040 }, // special control and status
};

const ISR = 29;
const IMR = 30;
/** A partner on a switch: 10 and 100 Mbit/s, full duplex, pause, acknowledged. */
const PARTNER = 0x45e1;
const PARTNER_NEGOTIATES = 1;
const ENERGYON = 1 << 1;
/** Auto-negotiation done; 100 Mbit/s full duplex. */
const SPEED_100_FULL = (1 << 12) | (6 << 2);

/** The internal PHY (LAN9118 data sheet, 5.5). Its link is up exactly when there is a cable and it has power. */
export class Lan9118Phy {
  private readonly state = { registers: new Uint16Array(32) };

  /** @param cable whether something is plugged in. */
  constructor(private readonly cable: boolean) {
    this.reset();
  }

  get link(): boolean {
    return this.cable && !(this.control & BMCR.POWER_DOWN);
  }

  get loopback(): boolean {
    return (this.control & BMCR.LOOPBACK) !== 0;
  }

  /** The level of the interrupt to the MAC. */
  get interrupt(): boolean {
    return (this.state.registers[ISR]! & this.state.registers[IMR]!) !== 0;
  }

  reset(): void {
    this.state.registers.fill(0);
    for (const [n, { reset }] of Object.entries(REGISTERS)) this.state.registers[Number(n)] = reset;
    this.negotiate();
  }

  /** Reading the interrupt source clears it. */
  read(register: number): number {
    const value = this.state.registers[register]!;
    const negotiated = this.link && (this.control & BMCR.AN_ENABLE) !== 0;
    switch (register) {
      case 1:
        return value | (this.link ? BMSR.LINK : 0) | (negotiated ? BMSR.AN_COMPLETE : 0);
      case 5:
        return negotiated ? PARTNER : 0;
      case 6:
        return negotiated ? PARTNER_NEGOTIATES : 0;
      case 17:
        return value | (this.link ? ENERGYON : 0);
      case ISR:
        this.state.registers[ISR] = 0;
        return value;
      case 31:
        return value | (negotiated ? SPEED_100_FULL : 0);
      default:
        return value;
    }
  }

  write(register: number, value: number): void {
    const { registers } = this.state;
    if (register === 0 && value & BMCR.RESET) return this.reset();
    const mask = REGISTERS[register]?.mask ?? 0;
    registers[register] = (registers[register]! & ~mask) | (value & mask);
    if (register === 0 && value & BMCR.AN_RESTART) this.negotiate();
  }

  save(): { registers: Uint16Array } {
    return cloneState(this.state);
  }

  load(owner: string, saved: unknown): void {
    assignState(this.state, readState(owner, this.state, saved));
  }

  private get control(): number {
    return this.state.registers[0]!;
  }

  /** With a partner, negotiation completes at once. */
  private negotiate(): void {
    if (this.link && this.control & BMCR.AN_ENABLE) this.state.registers[ISR]! |= INT.AN_COMPLETE | INT.ENERGYON;
  }
}
