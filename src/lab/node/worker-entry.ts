// dist/worker.cjs, what runs in the lab's thread: switches the engine's code cache on, where there is one, before the lab
// itself is read.
import nodeModule from 'node:module';

// From Node 22.1 on; what is compiled once is read from a folder in the user's temporary files afterwards.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
nodeModule.createRequire(__filename)('./worker-lab.cjs');
