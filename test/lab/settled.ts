// A lab without a client: its machine is run until nobody has anything to do, which is the same moment in every run.
import { openLab } from '../../src/lab/lab';
import type { LabMachine } from '../../src/lab/machine-port';
import { nodeHost } from '../../src/lab/node/host';
import type { LabLaunch } from '../../src/lab/protocol';

const SLICE = 1_000_000;
const MOST_SLICES = 2000;

export class SettledLab {
  private readonly texts = new Map<string, string>();
  readonly log: string[] = [];
  machine!: LabMachine;

  async open(configuration: LabLaunch): Promise<this> {
    const sink = (name: string) => ({
      write: (byte: number) => void this.texts.set(name, this.said(name) + String.fromCharCode(byte)),
    });
    const log = (message: string): void => void this.log.push(message);
    const ports = { sink, log, problem: () => {}, domains: () => {}, progress: () => {} };
    const { machine } = await openLab({ pace: 'fast', ...configuration }, nodeHost, ports);
    this.machine = machine;
    return this;
  }

  said(console: string): string {
    return this.texts.get(console) ?? '';
  }

  /** To the next timer. @returns whether there was one */
  skip(untilNs?: number): boolean {
    const before = this.machine.timeNs;
    this.machine.skipIdle(untilNs);
    return this.machine.timeNs > before;
  }

  /** @throws Error when it does not come to rest */
  settle(): void {
    for (let i = 0; i < MOST_SLICES; i++) {
      const { reason } = this.machine.run(SLICE);
      if (reason === 'idle' && !this.skip()) return;
    }
    throw new Error('it does not come to rest');
  }

  /** Types a line. @returns what the console says until all is quiet */
  ask(console: string, line: string): string {
    const from = this.said(console).length;
    for (const byte of new TextEncoder().encode(`${line}\n`)) {
      if (!this.machine.receive(console, byte)) throw new Error(`${console} does not take what is typed`);
      this.settle();
    }
    return this.said(console).slice(from).replaceAll('\r', '');
  }
}
