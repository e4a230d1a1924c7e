// What a debugger shows of a core: registers by group, and how an address translates. Nothing here changes the core.
import { CPU } from '../codegen/layout';
import { disassembleBytes } from '../isa/disassemble';
import { Translation } from '../mmu/translation';
import type { Trace } from '../mmu/walk';
import type { Core } from './core';
import { BANK, type ModeName } from './modes';
import { describePsr, itOf, PSR } from './psr';
import { BANKED } from './state';
import { SYSTEM_REGISTERS } from './sysregs';
import { FLOATING_POINT } from './sysregs/floating-point';
import { peek, peekWide, type Row } from './sysregs/table';

export interface ShownRegister {
  readonly name: string;
  /** Hexadecimal, as wide as the register. */
  readonly value: string;
  readonly bits: number;
  readonly description?: string;
}

export interface ShownGroup {
  readonly name: string;
  readonly registers: ShownRegister[];
}

export interface ShownInstruction {
  readonly address: number;
  /** Hexadecimal, in the order of memory. */
  readonly bytes: string;
  /** Mnemonic, a space, operands. */
  readonly text: string;
}

const hex = (value: number | bigint, bits = 32): string => `0x${value.toString(16).padStart(bits / 4, '0')}`;
const shown = (name: string, value: number, description?: string): ShownRegister => ({
  name,
  value: hex(value >>> 0),
  bits: 32,
  ...(description !== undefined && { description }),
});

function coreRegisters(core: Core): ShownGroup {
  const registers = Array.from({ length: 13 }, (_, n) => shown(`r${n}`, core.r(n)));
  registers.push(shown('sp', core.r(13)), shown('lr', core.r(14)), shown('pc', core.pc));
  const { cpsr, mode } = core;
  const state = `${describePsr(cpsr)} ${mode.name}, ${core.secure ? 'Secure' : 'Non-secure'}`;
  registers.push(shown('cpsr', cpsr, state));
  if (mode.spsr >= 0) registers.push(shown('spsr', core.spsr, describePsr(core.spsr)));
  return { name: 'Core', registers };
}

const BANK_NAMES: readonly (keyof typeof BANK & ModeName)[] = ['usr', 'svc', 'abt', 'und', 'irq', 'fiq', 'mon', 'hyp'];

function bankedRegisters(core: Core): ShownGroup {
  const registers: ShownRegister[] = [];
  for (const name of BANK_NAMES) {
    const bank = BANK[name];
    if (name === 'fiq') for (let n = 8; n <= 12; n++) registers.push(shown(`r${n}_fiq`, core.bankedHigh(n, true)));
    registers.push(shown(`sp_${name}`, core.bankedSp(bank)));
    if (name !== 'hyp') registers.push(shown(`lr_${name}`, core.bankedLr(bank)));
    if (name !== 'usr') registers.push(shown(`spsr_${name}`, core.banked[BANKED.SPSR + bank]!));
  }
  registers.push(shown('elr_hyp', core.banked[BANKED.ELR_HYP]!));
  return { name: 'Banked', registers };
}

function floatingPoint(core: Core): ShownGroup {
  const registers = Array.from({ length: 32 }, (_, n): ShownRegister => {
    const at = CPU.V + 8 * n;
    return { name: `d${n}`, value: hex((BigInt(core.field(at + 4)) << 32n) | BigInt(core.field(at)), 64), bits: 64 };
  });
  for (const row of FLOATING_POINT) registers.push(shown(row.name.toLowerCase(), row.read(core), row.about));
  return { name: 'Floating point', registers };
}

function systemRegister(core: Core, row: Row): ShownRegister {
  const description = `${row.about} (${row.at})`;
  if (!row.wide) return { name: row.name, value: hex(peek(core, row)), bits: 32, description };
  const low = peekWide(core, row);
  return { name: row.name, value: hex((BigInt(core.high) << 32n) | BigInt(low), 64), bits: 64, description };
}

/** Everything that can be read without an effect; of banked system registers the copy that instructions access. */
export function registerGroups(core: Core): ShownGroup[] {
  const groups = [coreRegisters(core), bankedRegisters(core), floatingPoint(core)];
  const system = new Map<string, ShownRegister[]>();
  for (const row of SYSTEM_REGISTERS.rows) {
    if (row.volatile || row.reserved || row.rights === 'wo') continue;
    const list = system.get(row.group) ?? [];
    list.push(systemRegister(core, row));
    system.set(row.group, list);
  }
  for (const [name, registers] of system) groups.push({ name, registers });
  return groups;
}

/** How the current regime translates an address, step by step. */
export function explainTranslation(core: Core, va: number): { translation: Translation; steps: Trace } {
  const translation = new Translation();
  const steps: Trace = [];
  core.walkAll(core.regime, va, undefined, true, translation, steps);
  return { translation, steps };
}

/** The physical address of a virtual one in the current regime, permissions aside; −1 when it is not mapped. */
export function physicalAddress(core: Core, va: number): number {
  const translation = new Translation();
  return core.walkAll(core.regime, va, undefined, true, translation) ? translation.pa : -1;
}

/** @param read bytes at a virtual address of the core, as far as they are readable */
export function shownInstructions(
  core: Core,
  va: number,
  count: number,
  read: (va: number, length: number) => Uint8Array,
): ShownInstruction[] {
  const { cpsr } = core;
  const thumb = (cpsr & PSR.T) !== 0;
  const start = va >>> 0;
  const code = read(start, 4 * count);
  const out: ShownInstruction[] = [];
  for (const line of disassembleBytes(code, start, thumb ? 't32' : 'a32', start === core.pc >>> 0 ? itOf(cpsr) : 0)) {
    if (out.length >= count) break;
    const at = (line.address - start) >>> 0;
    const bytes = [...code.subarray(at, at + line.length)].map(b => b.toString(16).padStart(2, '0')).join('');
    out.push({ address: line.address, bytes, text: line.text.replace('\t', ' ') });
  }
  return out;
}
