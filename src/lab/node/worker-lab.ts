// dist/worker-lab.cjs: one lab in a worker thread.
import { parentPort } from 'node:worker_threads';
import { openLab } from '../lab';
import { serveLab } from '../worker';
import { nodeHost } from './host';

if (!parentPort) throw new Error('worker.cjs runs as a worker thread of the lab');
const port = parentPort;
serveLab(
  { post: message => port.postMessage(message), listen: listener => void port.on('message', listener) },
  nodeHost,
  openLab,
);
