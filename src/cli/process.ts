// What the commands share: exit statuses, the voice on standard error, where the worker's bundle lies.

/** Exit statuses; part of the contract with scripts. */
export enum Status {
  /** Expectations met, or powered off. */
  Ok = 0,
  /** Not met in time; a check found errors. */
  NotMet = 1,
  /** Bad usage or input. */
  BadInput = 2,
  /** The guest or Xen crashed. */
  Crashed = 3,
}

/** One line for people; console output has standard output for itself. */
export function say(line: string): void {
  process.stderr.write(`xenlab: ${line}\n`);
}

/** More lines that belong to one. */
export function sayMore(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`  ${line}\n`);
}

/** dist/worker.cjs, beside dist/xenlab.mjs. */
export const workerFile = (): URL => new URL('./worker.cjs', import.meta.url);
