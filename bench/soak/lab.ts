// A lab in this thread, behind a real message channel: so the figures of this process's heap are those of the lab.
import { localLab } from '../../src/lab/node/local';
import type { LabConfiguration, LabStatistics } from '../../src/lab/protocol';

export interface RunningLab {
  statistics(): Promise<LabStatistics>;
  /** Whether the machine has powered off or crashed. */
  readonly ended: boolean;
  end(): void;
}

/**
 * Boots a lab and lets it run.
 * @param heard receives what its main console says
 * @throws LabFailure as a rejection, for what is wrong with the configuration
 */
export async function openInThread(
  configuration: LabConfiguration,
  heard: (text: string) => void,
): Promise<RunningLab> {
  const { client, terminate } = localLab();
  let ended = false;
  client.onEvent(event => (ended ||= event.event === 'exited'));
  const { consoles } = await client.request('start', configuration);
  const decoder = new TextDecoder('latin1');
  client.consoles.get(consoles[0]!).attach(data => heard(decoder.decode(data).replaceAll('\r', '')));
  await client.request('run', {});
  return {
    statistics: () => client.request('statistics', {}),
    get ended() {
      return ended;
    },
    end: () => {
      void client
        .request('pause', {})
        .catch(() => {})
        .finally(terminate);
    },
  };
}
