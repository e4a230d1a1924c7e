// The language server in a web worker: everything, files too, comes from the client.
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { serve } from './serve';

serve(createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self)), undefined);
