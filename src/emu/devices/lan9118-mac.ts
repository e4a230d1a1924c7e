// The MAC inside the LAN9118: its control and status registers, the way to the PHY, and the address filter.
import { Lan9118Phy, PHY_ADDRESS } from './lan9118-phy';
import { frameCheckSequence } from './network';
import { assignState, cloneState, readState } from './state';

/** Indexes of the MAC's registers (LAN9118 data sheet, 5.4). */
const CSR = { MAC_CR: 1, ADDRH: 2, ADDRL: 3, HASHH: 4, HASHL: 5, MII_ACC: 6, MII_DATA: 7, WUFF: 11 } as const;

/** MAC_CR. */
const CR = {
  RXALL: 2 ** 31,
  LOOPBK: 1 << 21,
  FDPX: 1 << 20,
  MCPAS: 1 << 19,
  PRMS: 1 << 18,
  INVFILT: 1 << 17,
  HO: 1 << 15,
  HPFILT: 1 << 13,
  BCAST: 1 << 11,
  PADSTR: 1 << 8,
  TXEN: 1 << 3,
  RXEN: 1 << 2,
} as const;

const MII = { WRITE: 1 << 1 } as const;

/** Value after reset and bits that a write changes, by index; the others do not exist. */
const REGISTERS: Readonly<Record<number, { readonly reset: number; readonly mask: number }>> = {
  1: { reset: 0x00040000, mask: 0x80bfbdec }, // MAC_CR
  2: { reset: 0x0000ffff, mask: 0x0000ffff }, // ADDRH
  3: { reset: 0xffffffff, mask: 0xffffffff }, // ADDRL
  4: { reset: 0, mask: 0xffffffff }, // HASHH
  5: { reset: 0, mask: 0xffffffff }, // HASHL
  6: { reset: 0, mask: 0x0000ffc2 }, // MII_ACC: never busy, the management bus takes no time
  7: { reset: 0, mask: 0x0000ffff }, // MII_DATA
  8: { reset: 0, mask: 0xffff0006 }, // FLOW
  9: { reset: 0x0000ffff, mask: 0x0000ffff }, // VLAN1
  10: { reset: 0x0000ffff, mask: 0x0000ffff }, // VLAN2
  11: { reset: 0, mask: 0 }, // WUFF, write-only
  12: { reset: 0, mask: 0x00000206 }, // WUCSR: nothing wakes this device
};

/** What {@link Lan9118Mac.write} reports to the rest of the chip. */
export interface MacEvents {
  /** The receiver stopped because its enable was taken away. */
  receiverStopped(): void;
  log(message: string): void;
}

/** How the filter takes a frame: whether it passes, and bits of the receive status. */
export interface Reception {
  readonly accepted: boolean;
  readonly status: number;
}

const RX_STATUS = { FILTERING_FAIL: 1 << 30, BROADCAST: 1 << 13, MULTICAST: 1 << 10 } as const;

/** The 10/100 Ethernet MAC, with its internal PHY. */
export class Lan9118Mac {
  readonly phy: Lan9118Phy;
  private readonly state = { registers: new Uint32Array(16) };

  constructor(
    cable: boolean,
    private readonly events: MacEvents,
  ) {
    this.phy = new Lan9118Phy(cable);
    this.reset();
  }

  get transmits(): boolean {
    return (this.control & CR.TXEN) !== 0;
  }

  get receives(): boolean {
    return (this.control & CR.RXEN) !== 0;
  }

  get fullDuplex(): boolean {
    return (this.control & CR.FDPX) !== 0;
  }

  /** Whether transmitted frames come back instead of leaving. */
  get loopback(): boolean {
    return (this.control & CR.LOOPBK) !== 0 || this.phy.loopback;
  }

  /** Soft reset of the MAC; the PHY keeps its state. */
  reset(): void {
    this.state.registers.fill(0);
    for (const [index, { reset }] of Object.entries(REGISTERS)) this.state.registers[Number(index)] = reset;
  }

  /** @param index 0..255; registers that do not exist read 0. */
  read(index: number): number {
    return index < this.state.registers.length ? this.state.registers[index]! : 0;
  }

  write(index: number, value: number): void {
    const { registers } = this.state;
    const register = REGISTERS[index];
    if (!register) return this.events.log(`MAC register ${index} does not exist, write ignored`);
    const old = registers[index]!;
    registers[index] = (old & ~register.mask) | (value & register.mask);
    if (index === CSR.MII_ACC) this.management(value);
    if (index !== CSR.MAC_CR) return;
    if (old & CR.RXEN && !(value & CR.RXEN)) this.events.receiverStopped();
    if (value & CR.PADSTR) this.events.log('automatic pad stripping is not modelled, frames keep their padding');
  }

  /** The address filter (data sheet, 3.4). @param frame at least 14 bytes. */
  filter(frame: Uint8Array): Reception {
    const cr = this.control;
    const broadcast = frame.subarray(0, 6).every(byte => byte === 0xff);
    const multicast = !broadcast && (frame[0]! & 1) === 1;
    const kind = broadcast ? RX_STATUS.BROADCAST : multicast ? RX_STATUS.MULTICAST : 0;
    const passes = (cr & CR.PRMS) !== 0 || this.matches(frame, broadcast, multicast);
    if (passes) return { accepted: true, status: kind };
    const all = (cr & CR.RXALL) !== 0;
    return { accepted: all, status: all ? kind | RX_STATUS.FILTERING_FAIL : 0 };
  }

  save(): { registers: Uint32Array; phy: unknown } {
    return { ...cloneState(this.state), phy: this.phy.save() };
  }

  /** @throws RangeError when the state is not one that `save` gave. */
  load(owner: string, saved: unknown): void {
    if (typeof saved !== 'object' || saved === null) throw new RangeError(`${owner}: the snapshot has no MAC`);
    this.phy.load(`${owner} PHY`, (saved as { phy?: unknown }).phy);
    assignState(this.state, readState(`${owner} MAC`, this.state, saved));
  }

  private get control(): number {
    return this.state.registers[CSR.MAC_CR]!;
  }

  private matches(frame: Uint8Array, broadcast: boolean, multicast: boolean): boolean {
    const cr = this.control;
    if (broadcast) return !(cr & CR.BCAST);
    if (multicast && cr & CR.MCPAS) return true;
    if (cr & CR.INVFILT) return !this.isOwn(frame);
    const byHash = multicast ? cr & (CR.HPFILT | CR.HO) : cr & CR.HO;
    return byHash ? this.inHash(frame) : this.isOwn(frame);
  }

  private isOwn(frame: Uint8Array): boolean {
    const [high, low] = [this.state.registers[CSR.ADDRH]!, this.state.registers[CSR.ADDRL]!];
    for (let n = 0; n < 6; n++) {
      const byte = n < 4 ? low >>> (8 * n) : high >>> (8 * (n - 4));
      if (frame[n] !== (byte & 0xff)) return false;
    }
    return true;
  }

  /** The upper six bits of the CRC of the address choose a bit of HASHH and HASHL. */
  private inHash(frame: Uint8Array): boolean {
    // The FCS is the CRC register complemented and sent in reverse; its low bits are the register's high ones.
    const reversed = ~frameCheckSequence(frame.subarray(0, 6)) & 0x3f;
    let bit = 0;
    for (let n = 0; n < 6; n++) bit |= ((reversed >> n) & 1) << (5 - n);
    const half = this.state.registers[bit & 0x20 ? CSR.HASHH : CSR.HASHL]!;
    return ((half >>> (bit & 0x1f)) & 1) === 1;
  }

  /** One transaction on the management bus; only the internal PHY is on it. */
  private management(access: number): void {
    const { registers } = this.state;
    const register = (access >>> 6) & 0x1f;
    const own = ((access >>> 11) & 0x1f) === PHY_ADDRESS;
    if (!(access & MII.WRITE)) registers[CSR.MII_DATA] = own ? this.phy.read(register) : 0xffff;
    else if (own) this.phy.write(register, registers[CSR.MII_DATA]!);
  }
}
