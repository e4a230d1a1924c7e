// Looks at a machine that says nothing, and makes the card.
import type { LabMachine, OpenedLab } from '../machine-port';
import type { LabCard } from '../protocol';
import { SymbolTable } from '../symbols';
import { silenceCard } from './card';
import { Places } from './places';
import { SilenceWatch, type SilenceLook } from './watch';

/** @returns undefined for a machine that cannot be looked at */
export function watchSilence(opened: OpenedLab, tell: (card: LabCard) => void): SilenceWatch | undefined {
  const { machine, boot, symbols } = opened;
  if (!boot || !machine.condition) return undefined;
  const told = new Set<string>();
  const look = async (look: SilenceLook): Promise<void> => {
    // A file that has changed since the start is no reason to say nothing at all.
    const table = (await symbols?.().catch(() => undefined)) ?? new SymbolTable([]);
    const card = silenceCard({ ...look, boot, ...seen(machine, new Places(table, boot.placement)) }, told);
    if (!card) return;
    told.add(card.code);
    tell(card);
  };
  return new SilenceWatch(machine, look);
}

function seen(machine: LabMachine, places: Places) {
  const translate = (core: number, address: number): number => machine.translate?.(core, address) ?? -1;
  return {
    condition: machine.condition!(),
    ...(machine.virtualCpus && { guests: machine.virtualCpus() }),
    translate,
    read: (address: number, length: number) => machine.read('pa', address, length),
    readVirtual: (core: number, address: number, length: number) => machine.read(`va:${core}`, address, length),
    name: (core: number, pc: number) => places.name(pc, translate(core, pc)),
  };
}
