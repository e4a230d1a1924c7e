// Files of the client: in a browser, and for file systems that only the editor knows.
import type { Connection } from 'vscode-languageserver';
import { uriOf, type LanguageHost } from './host';
import { listFolderRequest, readFileRequest } from './protocol';

export function clientHost(connection: Connection): LanguageHost {
  return {
    async read(file) {
      const text = await connection.sendRequest(readFileRequest, { uri: uriOf(file) });
      return text === null ? undefined : Uint8Array.from(atob(text), c => c.charCodeAt(0));
    },
    list: folder => connection.sendRequest(listFolderRequest, { uri: uriOf(folder) }),
  };
}
