// What translation learns in a run, kept from lab to lab.
import { Experience } from '../emu/cpu/experience';
import { TRANSLATION } from '../emu/cpu/translator';
import type { Machine, MachineOptions } from '../emu/machine';
import type { LabHost } from './host';
import type { LabLaunch } from './protocol';

/** Where {@link Experience} stays between runs. A cache: to lose it costs time alone. Neither function rejects. */
export interface ExperienceStore {
  load(): Promise<string | undefined>;
  save(text: string): Promise<void>;
}

export interface Translation {
  /** Options of a machine. */
  readonly options: Pick<MachineOptions, 'translation' | 'now'>;
  /** Writes down what was learnt. */
  readonly keep: (machine: Machine) => Promise<void>;
}

/** How the code of a lab is translated: not at all, or as usual. */
export async function translationOf({ tier }: LabLaunch, host: LabHost): Promise<Translation> {
  if (tier === 'interpreter') return { options: {}, keep: () => Promise.resolve() };
  const { experience: store } = host;
  const experience = store && Experience.from(await store.load());
  return {
    options: { translation: { ...TRANSLATION, ...(experience && { experience }) }, now: () => host.now() },
    keep: async machine => {
      machine.learn();
      if (!experience?.changed) return;
      experience.changed = false;
      await store?.save(experience.text());
    },
  };
}
