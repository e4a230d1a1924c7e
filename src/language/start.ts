// Entry of the bundle: a worker of the extension, or a program.
import { startServer } from './server';

startServer();
