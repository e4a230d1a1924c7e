// Requests beside those of the protocol (LSP 3.18): what a client can ask of this server, and it of the client.
import { NotificationType, RequestType } from 'vscode-languageserver';
import type { FolderEntry } from './host';

/** The tree that a document belongs to, as text; null when there is none. */
export const previewRequest = new RequestType<{ uri: string; form: 'source' | 'blob' }, string | null, void>(
  'xenlab/preview',
);

/** The blob of the source that a document belongs to, in base64; or what is wrong with it. */
export const compileRequest = new RequestType<
  { uri: string },
  { blob: string | undefined; problems: readonly string[] },
  void
>('xenlab/compile');

/** A blob as source; null when the file is not there. */
export const decompileRequest = new RequestType<{ uri: string }, string | null, void>('xenlab/decompile');

/** A source, or something that it includes, was compiled anew: what shows it is old. */
export const compiledNotification = new NotificationType<{ uris: string[] }>('xenlab/compiled');

/** To the client, when it says in `initializationOptions` that it has the files: base64, or null. */
export const readFileRequest = new RequestType<{ uri: string }, string | null, void>('xenlab/readFile');
export const listFolderRequest = new RequestType<{ uri: string }, FolderEntry[], void>('xenlab/listFolder');

/** What a client may send along with `initialize`. */
export interface InitializationOptions {
  /** Files are asked of the client: it has file systems that the server cannot see. */
  readonly files?: boolean;
  /** As of the section `xenlab` of the editor's settings, for clients that cannot be asked. */
  readonly settings?: unknown;
}
