// Registers of a guest as Xen shows them (Xen, arch/arm/traps.c, show_registers_32).
import { BANK, MODE } from '../emu/cpu/modes';
import { PSR } from '../emu/cpu/psr';
import type { GuestContext } from './context';

export const hex = (value: number, digits = 8): string => (value >>> 0).toString(16).padStart(digits, '0');

const NAMES: Readonly<Record<number, string>> = {
  [MODE.usr]: '32-bit Guest USR',
  [MODE.fiq]: '32-bit Guest FIQ',
  [MODE.irq]: '32-bit Guest IRQ',
  [MODE.svc]: '32-bit Guest SVC',
  [MODE.abt]: '32-bit Guest ABT',
  [MODE.und]: '32-bit Guest UND',
  [MODE.sys]: '32-bit Guest SYS',
};

export function dumpRegisters(say: (line: string) => void, cpu: number, context: GuestContext): void {
  const r = (n: number): string => `${`R${n}`.padStart(2)}:${n < 10 ? ' ' : ''}${hex(context.r(n))}`;
  const row = (from: number, to: number): string =>
    `     ${Array.from({ length: to - from + 1 }, (_, i) => r(from + i)).join(' ')}`;
  say(`CPU:    ${cpu}`);
  say(`PC:     ${hex(context.pc)}`);
  say(`CPSR:   ${hex(context.cpsr)} MODE:${NAMES[context.cpsr & PSR.M] ?? 'Unknown'}`);
  for (const [from, to] of [[0, 3], [4, 7], [8, 12]] as const) say(row(from, to)); // prettier-ignore
  say(`USR: SP: ${hex(context.r(13))} LR: ${hex(context.r(14))}`);
  for (const name of ['svc', 'abt', 'und', 'irq', 'fiq'] as const) {
    const { sp, lr, spsr } = context.bank(BANK[name]);
    say(`${name.toUpperCase()}: SP: ${hex(sp)} LR: ${hex(lr)} SPSR:${hex(spsr)}`);
  }
  say(`FIQ: ${[8, 9, 10, 11, 12].map(n => `R${n}:${n < 10 ? ' ' : ''}${hex(context.fiq(n))}`).join(' ')}`);
  say(`     SCTLR: ${hex(context.register('SCTLR'))}`);
  say(`       TCR: ${hex(context.register('TTBCR'))}`);
  for (const name of ['TTBR0', 'TTBR1'] as const)
    say(`     ${name}: ${hex(context.registerHigh(name))}${hex(context.register(name))}`);
  say(`      IFAR: ${hex(context.register('IFAR'))}, IFSR: ${hex(context.register('IFSR'))}`);
  say(`      DFAR: ${hex(context.register('DFAR'))}, DFSR: ${hex(context.register('DFSR'))}`);
}
