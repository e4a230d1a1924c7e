// Registers of the GICv2 distributor (ARM IHI 0048B section 4.3) as one core sees them from one security state.
import type { Gicv2 } from './gicv2';
import { defineRegisters, type Row } from './registers';
import { RegisterWindow } from './register-device';

/** Arrays have their architectural length; words beyond the INTIDs of a controller are RAZ/WI. */
type Column = 'group' | 'enabled' | 'latched' | 'active';

/** A register per 32 INTIDs, whose written ones set or clear bits of a column. */
const bits = (at: number, about: string, column: Column, set: boolean, fixed = 0): Row<DistributorWindow> => ({
  at,
  count: 32,
  about,
  stored: false,
  read: (d, n) => (column === 'latched' ? d.pending(n) : d.bits(column, n)),
  write: (d, value, n) => d.change(column, n, value & ~(n === 0 ? fixed : 0), set),
});

const SGIS = 0xffff;
const REGISTERS = defineRegisters<DistributorWindow>('ignore')({
  GICD_CTLR: {
    at: 0x000,
    stored: false,
    bits: { EnableGrp0: 0, EnableGrp1: 1 },
    read: d => d.control(),
    write: (d, value) => d.setControl(value),
  },
  GICD_TYPER: { at: 0x004, access: 'ro', stored: false, read: d => d.type() },
  GICD_IIDR: { at: 0x008, access: 'const', reset: 0x0000043b, about: 'ARM' },
  GICD_IGROUPR: {
    at: 0x080,
    count: 32,
    about: 'group, Secure accesses only',
    stored: false,
    read: (d, n) => (d.secure ? d.bits('group', n) : 0),
    write: (d, value, n) => d.setGroups(n, value),
  },
  GICD_ISENABLER: bits(0x100, 'enable', 'enabled', true),
  GICD_ICENABLER: bits(0x180, 'disable', 'enabled', false, SGIS),
  GICD_ISPENDR: bits(0x200, 'set pending', 'latched', true, SGIS),
  GICD_ICPENDR: bits(0x280, 'clear pending', 'latched', false, SGIS),
  GICD_ISACTIVER: bits(0x300, 'set active', 'active', true),
  GICD_ICACTIVER: bits(0x380, 'clear active', 'active', false),
  GICD_IPRIORITYR: {
    at: 0x400,
    count: 255,
    narrow: 'lanes',
    about: 'priority, a byte per INTID',
    stored: false,
    read: (d, n) => d.gather(n, d.priorityOf),
    write: (d, value, n, lanes) => d.scatter(n, value, lanes, d.setPriorityOf),
  },
  GICD_ITARGETSR: {
    at: 0x800,
    count: 255,
    narrow: 'lanes',
    about: 'target cores, a byte per INTID',
    stored: false,
    read: (d, n) => d.gather(n, d.targetsOf),
    write: (d, value, n, lanes) => d.setTargets(n, value, lanes),
  },
  GICD_ICFGR: {
    at: 0xc00,
    count: 64,
    about: 'level (01) or edge (11), two bits per INTID',
    stored: false,
    read: (d, n) => d.configuration(n),
    write: (d, value, n) => d.setConfiguration(n, value),
  },
  GICD_PPISR: {
    at: 0xd00,
    access: 'ro',
    stored: false,
    about: 'inputs 25..31 in bits 9..15',
    read: d => d.inputs(0),
  },
  GICD_SPISR: { at: 0xd04, access: 'ro', count: 7, stored: false, about: 'inputs', read: (d, n) => d.inputs(n + 1) },
  GICD_NSACR: { at: 0xe00, count: 64, access: 'raz', about: 'Non-secure access control is not implemented' },
  GICD_SGIR: {
    at: 0xf00,
    access: 'wo',
    stored: false,
    bits: { TargetListFilter: [25, 24], CPUTargetList: [23, 16], NSATT: 15, SGIINTID: [3, 0] },
    write: (d, value) => d.generate(value),
  },
  GICD_CPENDSGIR: {
    at: 0xf10,
    count: 4,
    narrow: 'lanes',
    about: 'requesting cores to clear, a byte per SGI',
    stored: false,
    read: (d, n) => d.gather(n, d.sourcesOf),
    write: (d, value, n, lanes) => d.scatter(n, value, lanes, d.clearSources),
  },
  GICD_SPENDSGIR: {
    at: 0xf20,
    count: 4,
    narrow: 'lanes',
    about: 'requesting cores to set, a byte per SGI',
    stored: false,
    read: (d, n) => d.gather(n, d.sourcesOf),
    write: (d, value, n, lanes) => d.scatter(n, value, lanes, d.setSources),
  },
  GICD_PIDR4: { at: 0xfd0, count: 4, access: 'const', reset: [0x04, 0, 0, 0], about: 'peripheral identification 4..7' },
  GICD_PIDR0: { at: 0xfe0, count: 4, access: 'const', reset: [0x90, 0xb4, 0x2b, 0x00], about: 'identification 0..3' },
  GICD_CIDR: {
    at: 0xff0,
    count: 4,
    access: 'const',
    reset: [0x0d, 0xf0, 0x05, 0xb1],
    about: 'component identification',
  },
});

export class DistributorWindow extends RegisterWindow {
  constructor(
    private readonly gic: Gicv2,
    private readonly core: number,
    readonly secure: boolean,
  ) {
    super(`${gic.name} distributor`, REGISTERS, gic.log);
  }

  /** Non-secure software sees EnableGrp1 only, as bit 0. */
  control(): number {
    const control = this.gic.state.distributorControl;
    return this.secure ? control : control >>> 1;
  }

  setControl(value: number): void {
    const { state } = this.gic;
    state.distributorControl = this.secure ? value & 3 : (state.distributorControl & 1) | ((value & 1) << 1);
    this.gic.update();
  }

  /** With the Security Extensions: 31 lockable SPIs, and that it has them (DDI 0438I table 8-4). */
  type(): number {
    const { security, cores, words } = this.gic;
    return (security ? (0x1f << 11) | (1 << 10) : 0) | ((cores - 1) << 5) | (words - 1);
  }

  private visible(n: number): number {
    return this.gic.visible(this.core, n, this.secure);
  }

  bits(column: Column, n: number): number {
    const visible = this.visible(n);
    return visible === 0 ? 0 : this.gic.state[column][this.gic.word(this.core, n)]! & visible;
  }

  pending(n: number): number {
    const visible = this.visible(n);
    return visible === 0 ? 0 : this.gic.pending(this.gic.word(this.core, n)) & visible;
  }

  change(column: Column, n: number, value: number, set: boolean): void {
    const mask = value & this.visible(n);
    if (mask === 0) return;
    const words = this.gic.state[column];
    const w = this.gic.word(this.core, n);
    words[w] = set ? words[w]! | mask : words[w]! & ~mask;
    this.gic.update();
  }

  setGroups(n: number, value: number): void {
    if (!this.secure || n >= this.gic.words) return;
    this.gic.state.group[this.gic.word(this.core, n)] = value & this.visible(n);
    this.gic.update();
  }

  /** Reads a register of four byte fields; fields of invisible INTIDs are zero. */
  gather(n: number, field: (intid: number) => number): number {
    const visible = this.visible(n >>> 3) >>> ((n & 7) * 4);
    let value = 0;
    for (let i = 0; i < 4; i++) if ((visible >>> i) & 1) value |= field(n * 4 + i) << (i * 8);
    return value >>> 0;
  }

  /** Writes the byte fields of visible INTIDs that `lanes` covers. */
  scatter(n: number, value: number, lanes: number, field: (intid: number, byte: number) => void): void {
    const visible = this.visible(n >>> 3) >>> ((n & 7) * 4);
    for (let i = 0; i < 4; i++) {
      if ((visible >>> i) & 1 && (lanes >>> (i * 8)) & 0xff) field(n * 4 + i, (value >>> (i * 8)) & 0xff);
    }
    this.gic.update();
  }

  /** Non-secure software sees the lower half of the priorities, 0x80..0xf8, shifted up (IHI 0048B 3.8.1). */
  readonly priorityOf = (intid: number): number => {
    const priority = this.gic.priority(this.core, intid);
    return this.secure ? priority : (priority << 1) & 0xff;
  };

  readonly setPriorityOf = (intid: number, byte: number): void => {
    this.gic.setPriority(this.core, intid, this.secure ? byte : 0x80 | (byte >>> 1));
  };

  /** Private interrupts target the reading core; with a single core the registers are RAZ/WI. */
  readonly targetsOf = (intid: number): number => {
    if (this.gic.cores === 1) return 0;
    return intid < 32 ? 1 << this.core : this.gic.state.targets[intid]!;
  };

  setTargets(n: number, value: number, lanes: number): void {
    if (n < 8 || this.gic.cores === 1) return;
    this.scatter(n, value, lanes, (intid, byte) => {
      this.gic.state.targets[intid] = byte & this.gic.targetable;
    });
    this.gic.route();
    this.gic.update();
  }

  /** SGIs are edges with the 1-N bit clear (10), PPIs levels (01), SPIs 01 or 11 (DDI 0438I, GICD_ICFGR). */
  configuration(n: number): number {
    const visible = this.visible(n >>> 1) >>> ((n & 1) * 16);
    if (n === 0) return spread(visible & 0xffff) << 1;
    const edge = n === 1 ? 0 : this.gic.state.edge[this.gic.word(this.core, n >>> 1)]! >>> ((n & 1) * 16);
    return spread(visible & 0xffff) | (spread(edge & visible & 0xffff) << 1);
  }

  setConfiguration(n: number, value: number): void {
    if (n < 2 || n >>> 1 >= this.gic.words) return;
    const { edge } = this.gic.state;
    const w = this.gic.word(this.core, n >>> 1);
    let wanted = 0;
    for (let i = 0; i < 16; i++) wanted |= ((value >>> (2 * i + 1)) & 1) << i;
    const half = (n & 1) * 16;
    const mask = this.visible(n >>> 1) & (0xffff << half);
    edge[w] = (edge[w]! & ~mask) | ((wanted << half) & mask);
    this.gic.update();
  }

  /** The input lines themselves (DDI 0438I, GICD_PPISR and GICD_SPISR); 1 is asserted. */
  inputs(n: number): number {
    const level = n < this.gic.words ? this.gic.state.level[this.gic.word(this.core, n)]! & this.visible(n) : 0;
    return n === 0 ? level >>> 16 : level;
  }

  /**
   * GICD_SGIR: Non-secure writes and NSATT reach SGIs of Group 1, other Secure writes those of Group 0. Without the
   * Security Extensions the group makes no difference.
   */
  generate(value: number): void {
    const everyone = (1 << this.gic.cores) - 1;
    const me = 1 << this.core;
    const targets = [(value >>> 16) & everyone, everyone & ~me, me, 0][(value >>> 24) & 3]!;
    const sgi = value & 0xf;
    const group1 = !this.secure || (value & 0x8000) !== 0;
    for (let core = 0; core < this.gic.cores; core++) {
      const reached = !this.gic.security || this.gic.isGroup1(core, sgi) === group1;
      if ((targets >>> core) & 1 && reached) this.gic.sendSgi(core, sgi, this.core);
    }
    this.gic.update();
  }

  readonly sourcesOf = (sgi: number): number => this.gic.state.sgiSources[this.core * 16 + sgi]!;

  readonly clearSources = (sgi: number, byte: number): void => this.gic.clearSgi(this.core, sgi, byte);

  readonly setSources = (sgi: number, byte: number): void => {
    for (let source = 0; source < this.gic.cores; source++) {
      if ((byte >>> source) & 1) this.gic.sendSgi(this.core, sgi, source);
    }
  };
}

/** Bit i of 16 to bit 2i. */
function spread(half: number): number {
  let value = 0;
  for (let i = 0; i < 16; i++) value |= ((half >>> i) & 1) << (2 * i);
  return value;
}
