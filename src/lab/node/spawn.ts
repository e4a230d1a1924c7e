// Starts a lab in a worker thread.
import { Worker } from 'node:worker_threads';
import { LabClient } from '../client';

export interface SpawnedLab {
  readonly client: LabClient;
  /** Ends the thread, whatever it is doing. */
  terminate(): Promise<void>;
}

/** @param workerFile the bundle dist/worker.cjs */
export function spawnLab(workerFile: string | URL): SpawnedLab {
  const worker = new Worker(workerFile, { name: 'xenlab', stdin: false });
  const client = new LabClient({
    post: message => worker.postMessage(message),
    listen: listener => void worker.on('message', listener),
  });
  worker.on('error', error => client.close(`the machine's thread failed: ${error.message}`));
  worker.on('exit', code => client.close(`the machine's thread has ended (code ${code})`));
  return {
    client,
    terminate: async () => {
      client.close('the lab has been stopped');
      await worker.terminate();
    },
  };
}
