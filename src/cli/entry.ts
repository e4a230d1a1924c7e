// dist/xenlab.mjs: switches the engine's code cache on, where there is one, before the program proper is read.
import nodeModule from 'node:module';

// From Node 22.1 on; what is compiled once is read from a folder in the user's temporary files afterwards.
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
await import('./main');
