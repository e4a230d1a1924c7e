// The committed answers of dtc (fixtures/make.sh) and a reader of files for the compiler.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceReader } from '../../src/dt';

/** A tool that is bundled lies elsewhere; who runs it says where the project is. */
const project = process.env['PROJECT'];
const folder =
  project === undefined ? fileURLToPath(new URL('fixtures/', import.meta.url)) : join(project, 'test/dt/fixtures');

export const path = (...parts: string[]): string => join(folder, ...parts);
export const text = (...parts: string[]): string => readFileSync(path(...parts), 'utf8');
export const bytes = (...parts: string[]): Uint8Array => new Uint8Array(readFileSync(path(...parts)));

/** Names of the files of a folder, without their ending. */
export function names(inside: string, ending: string): string[] {
  const files = readdirSync(path(inside)).filter(name => name.endsWith(ending));
  return files.map(name => name.slice(0, -ending.length)).sort();
}

/** Reads from this machine. */
export const reader: SourceReader = {
  text: file => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
  bytes: file => (existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined),
};

/** A reader of files that are only in memory. */
export function memory(files: Record<string, string>): SourceReader {
  return {
    text: file => files[file],
    bytes: file => (files[file] === undefined ? undefined : new TextEncoder().encode(files[file])),
  };
}
