// `xenlab language-server`: device trees and configurations of domains for any editor that speaks LSP.
import path from 'node:path';
import { nodeHost } from '../lab/node/host';
import { lookAtFiles } from '../lab/xl-files';
import { startServer } from '../language/server';
import { UsageError } from './options';
import type { Status } from './process';

/** Serves until the editor goes, which ends the program. */
export function serveLanguages(): Promise<never> {
  startServer((text, folder) => lookAtFiles(nodeHost, text, file => path.resolve(folder, file)));
  return new Promise(() => {});
}

/** Editors say --stdio to servers that can do more; this one does nothing else. */
export function languageServerCommand(words: readonly string[]): Promise<Status> {
  const other = words.find(word => word !== '--stdio');
  if (other !== undefined) throw new UsageError(`language-server takes no ${other}: it serves on stdin and stdout`);
  return serveLanguages();
}
