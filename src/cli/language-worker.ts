// Entry of the bundle that the extension starts as a worker thread.
import { serveLanguages } from './language-server';

void serveLanguages();
