// Register groups as scopes and variables.
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { RegisterGroup } from '../lab/protocol';
import { virtualReference } from './memory-reference';

/** Scopes of one core that a reference has room for. */
const GROUPS_PER_CPU = 256;

/** References are computed, not allocated: the same scope has the same number in every session. */
const scopeReference = (cpu: number, group: number): number => (cpu + 1) * GROUPS_PER_CPU + group;

/** @returns the core and the index of the group that a variables reference stands for */
export function scopeOf(variablesReference: number): { cpu: number; group: number } {
  return {
    cpu: Math.floor(variablesReference / GROUPS_PER_CPU) - 1,
    group: variablesReference % GROUPS_PER_CPU,
  };
}

export function scopesOf(cpu: number, groups: readonly RegisterGroup[]): P.Scope[] {
  return groups.map((group, index) => ({
    name: group.name,
    presentationHint: 'registers',
    variablesReference: scopeReference(cpu, index),
    namedVariables: group.registers.length,
    expensive: false,
  }));
}

type Register = RegisterGroup['registers'][number];

/** Registers that hold 32 bits can point somewhere: the client offers their memory. */
function memoryReference(cpu: number, { bits, value }: Register): { memoryReference?: string } {
  if (bits !== 32 || !/^0x[0-9a-f]+$/i.test(value)) return {};
  return { memoryReference: virtualReference(cpu, Number(value)) };
}

export function variablesOf(cpu: number, group: RegisterGroup): P.Variable[] {
  return group.registers.map(register => ({
    name: register.name,
    value: register.value,
    type: register.description ?? `${register.bits} bits`,
    evaluateName: `$${register.name}`,
    variablesReference: 0,
    ...memoryReference(cpu, register),
  }));
}

/** Finds a register by any of its names, `r13 (sp)` having two; a `$` before it is allowed. */
export function findRegister(groups: readonly RegisterGroup[], expression: string): Register | undefined {
  const wanted = expression.trim().replace(/^\$/, '').toLowerCase();
  const names = (register: Register): string[] => {
    const all = register.name.toLowerCase();
    return [all, ...all.split(/[^a-z0-9_]+/)];
  };
  for (const group of groups) {
    const found = group.registers.find(register => names(register).includes(wanted));
    if (found) return found;
  }
  return undefined;
}
