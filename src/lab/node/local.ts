// A lab in this thread, behind a real message channel. Whoever has nothing else to keep responsive saves the start of a
// second thread and a second copy of the program: the command line does.
import { MessageChannel } from 'node:worker_threads';
import { LabClient } from '../client';
import { openLab } from '../lab';
import type { LabPort } from '../port';
import { serveLab, type OpenLab } from '../worker';
import { nodeHost } from './host';
import type { SpawnedLab } from './spawn';

/** @param open how a configuration becomes a machine; tests have their own */
export function localLab(open: OpenLab = openLab): SpawnedLab {
  const { port1, port2 } = new MessageChannel();
  const side = (port: typeof port1): LabPort => ({
    post: message => port.postMessage(message),
    listen: listener => void port.on('message', listener),
  });
  serveLab(side(port2), nodeHost, open);
  const client = new LabClient(side(port1));
  return {
    client,
    terminate: () => {
      client.close('the lab has been stopped');
      port1.close();
      return Promise.resolve();
    },
  };
}
