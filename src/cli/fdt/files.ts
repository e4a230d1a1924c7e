// Files of the device tree tools; a dash stands for standard input or output.
import { readFileSync, writeFileSync, writeSync } from 'node:fs';

/** Ends a tool: one line on standard error and an exit status. */
export class ToolFailure extends Error {
  constructor(
    message: string,
    readonly status = 1,
  ) {
    super(message);
  }
}

/** @throws ToolFailure when the file cannot be read. */
export function readTool(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    throw new ToolFailure(`cannot read ${file}: ${reason(error)}; correct the name`);
  }
}

/** @throws ToolFailure when the file cannot be written. */
export function writeTool(file: string, content: Uint8Array | string): void {
  try {
    if (file !== '-') writeFileSync(file, content);
    else {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      for (let at = 0; at < bytes.length;) at += writeSome(bytes, at);
    }
  } catch (error) {
    throw new ToolFailure(`cannot write ${file}: ${reason(error)}`);
  }
}

/** A pipe that is full takes nothing for a while. */
function writeSome(bytes: Uint8Array, at: number): number {
  try {
    return writeSync(1, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
