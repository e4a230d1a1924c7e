// What a machine is doing, as plain data for people who ask why it says nothing. Nothing here changes the machine.
import type { Core } from './cpu/core';
import type { LoggedException } from './cpu/exception-log';
import { physicalAddress } from './cpu/inspect';
import type { ModeName } from './cpu/modes';
import type { Machine } from './machine';

/** One core between two instructions. Addresses are virtual unless they say otherwise. */
export interface CoreCondition {
  readonly mode: ModeName;
  /** Exception level in the words of ARMv8: 0 User mode, 1 the privileged modes, 2 Hyp mode, 3 Secure privileged modes. */
  readonly level: 0 | 1 | 2 | 3;
  readonly secure: boolean;
  readonly pc: number;
  /** Physical address of the instruction at the PC; −1 when it is not mapped. */
  readonly physicalPc: number;
  readonly mmu: boolean;
  /** The instruction at the PC; empty when it cannot be read. */
  readonly instruction: string;
  /** In WFI or WFE, or off. */
  readonly waiting: boolean;
  /** Still where firmware lets secondary cores wait. */
  readonly parked: boolean;
  /** Whether some interrupt that a device could raise is enabled for it, all the way through the interrupt controller. */
  readonly wakeable: boolean;
  /** The last ones, the oldest first. */
  readonly exceptions: readonly LoggedException[];
}

export interface ConsoleCondition {
  readonly name: string;
  /** Physical address of its registers. */
  readonly base: number;
  /** Whether it is switched on to transmit. */
  readonly on: boolean;
  /** Bytes written while it was off. */
  readonly unsent: number;
  /** Whether a byte that somebody types raises its interrupt. */
  readonly listens: boolean;
}

export interface MachineCondition {
  readonly cores: readonly CoreCondition[];
  readonly consoles: readonly ConsoleCondition[];
}

/** On ARMv7 all privileged modes of the Secure state are what became EL3 with AArch64 (ARM DDI 0487, G1.9.1). */
const levelOf = ({ mode, secure }: Core): CoreCondition['level'] =>
  mode.privilege === 1 && secure ? 3 : mode.privilege;

function coreCondition(machine: Machine, core: Core): CoreCondition {
  const { index, mode, secure } = core;
  const waiting = core.waiting || core.off;
  const pc = core.pc >>> 0;
  return {
    ...{ mode: mode.name, secure, waiting, pc },
    level: levelOf(core),
    physicalPc: physicalAddress(core, pc),
    mmu: core.regime.enabled,
    instruction: machine.disassemble(index, pc, 1)[0]?.text ?? '',
    parked: machine.isParked(index),
    wakeable: machine.hardware.gic.canSignal(index),
    exceptions: core.exceptionLog.entries(),
  };
}

/** @returns the condition of a machine that does not run at the moment */
export function conditionOf(machine: Machine): MachineCondition {
  const { board, hardware, cores } = machine;
  return {
    cores: cores.map(core => coreCondition(machine, core)),
    consoles: [...hardware.consoles].map(([name, uart]) => ({
      ...{ name, on: uart.transmitting, unsent: uart.unsent, listens: uart.listens },
      base: board.devices.find(device => device.name === name)!.windows[0]!.base,
    })),
  };
}
