// A lab in this thread, behind a real message channel: so the figures of this process's heap are those of the lab.
import { MessageChannel } from 'node:worker_threads';
import { LabClient } from '../../src/lab/client';
import { openLab } from '../../src/lab/lab';
import { nodeHost } from '../../src/lab/node/host';
import type { LabPort } from '../../src/lab/port';
import type { LabConfiguration, LabStatistics } from '../../src/lab/protocol';
import { serveLab } from '../../src/lab/worker';

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
  const { port1, port2 } = new MessageChannel();
  const side = (port: typeof port1): LabPort => ({
    post: message => port.postMessage(message),
    listen: listener => void port.on('message', listener),
  });
  serveLab(side(port2), nodeHost, openLab);
  const client = new LabClient(side(port1));
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
      void client.request('pause', {}).catch(() => {}).finally(() => port1.close()); // prettier-ignore
    },
  };
}
