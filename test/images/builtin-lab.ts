// A lab with the built-in hypervisor, for tests that talk to several consoles and to the toolstack.
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LabClient } from '../../src/lab/client';
import { localLab } from '../../src/lab/node/local';
import type { DomainRow, LabConfiguration, LabProblem } from '../../src/lab/protocol';
import { image } from './xen-lab';

export const SHELL = 'lab# ';
const WAIT_MS = 60_000;

/** A folder of its own for configurations and disks. */
export const folder = (): string => mkdtempSync(path.join(os.tmpdir(), 'xenlab-'));

/** Writes a configuration of a small guest. @param more further lines */
export function guestConfiguration(at: string, name: string, more = ''): string {
  const file = path.join(at, `${name}.cfg`);
  const lines = [
    `kernel = "${path.resolve(image('zImage-armhf'))}"`,
    `ramdisk = "${path.resolve(image('busybox.cpio.gz'))}"`,
    'extra = "console=hvc0 rdinit=/init cryptomgr.notests"',
    ...['memory = 128', `name = "${name}"`, 'vcpus = 1', more],
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

export class BuiltinLab {
  readonly #lab = localLab();
  readonly #said = new Map<string, string>();
  readonly #read = new Map<string, number>();
  readonly log: string[] = [];
  readonly problems: LabProblem[] = [];
  exited: string | undefined;

  get client(): LabClient {
    return this.#lab.client;
  }

  async start(configuration: LabConfiguration): Promise<void> {
    this.client.onEvent(event => {
      if (event.event === 'output')
        this.#said.set(event.console, this.said(event.console) + Buffer.from(event.data).toString('latin1'));
      if (event.event === 'log') this.log.push(event.message);
      if (event.event === 'problem') this.problems.push(event.problem);
      if (event.event === 'exited') this.exited = event.reason;
    });
    await this.client.request('start', { pace: 'fast', ...configuration });
    await this.client.request('run', {});
  }

  said(console: string): string {
    return this.#said.get(console) ?? '';
  }

  /** Waits until a console says something that was not awaited before. @returns what it said up to there */
  async wait(console: string, what: string | RegExp): Promise<string> {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const from = this.#read.get(console) ?? 0;
      const text = this.said(console).slice(from);
      const found = typeof what === 'string' ? text.indexOf(what) : text.search(what);
      if (found >= 0) {
        const length = found + (typeof what === 'string' ? what.length : what.exec(text)![0].length);
        this.#read.set(console, from + length);
        return text.slice(0, length);
      }
      if (Date.now() > until || this.exited !== undefined)
        throw new Error(
          `${console} does not say ${String(what)} (${this.exited ?? 'still running'}): ${text.slice(-500)}`,
        );
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /** Types a command and waits for the next prompt. @returns what came between */
  async command(console: string, line: string): Promise<string> {
    this.client.consoles.get(console).type(new TextEncoder().encode(`${line}\n`));
    // The line itself is echoed, the prompt ends what it leads to.
    return this.wait(console, /\n[^\n]*lab# /);
  }

  domains(): Promise<DomainRow[]> {
    return this.client.request('domains', {});
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + WAIT_MS;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error('it does not happen');
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    await this.client.request('stop', {}).catch(() => undefined);
    await this.#lab.terminate();
  }
}
