// A lab in this thread, behind a real message channel: what a worker is, without one.
import { MessageChannel } from 'node:worker_threads';
import { LabClient } from '../../src/lab/client';
import { nodeHost } from '../../src/lab/node/host';
import type { LabPort } from '../../src/lab/port';
import { serveLab, type OpenLab } from '../../src/lab/worker';

export function localLab(open: OpenLab): { client: LabClient; terminate(): Promise<void> } {
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
