// A stand-in for the machine: just enough behaviour to hold the lab around it to its promises.
import type { LabHost, OpenDisk, Sleep } from '../../src/lab/host';
import type { LabMachine, SliceEnd } from '../../src/lab/machine-port';
import type { RegisterGroup } from '../../src/lab/protocol';
import type { OpenLab } from '../../src/lab/worker';

const text = (line: string): number[] => [...new TextEncoder().encode(line)];

/**
 * Prints a banner, then sleeps in idle periods of 1 ms and answers typed lines: `ping` with `pong`, `off` with power
 * off, `reset` with a reboot, `spin` by staying busy for ever, `bug` with a host exception. Its FIFO holds 4 bytes.
 */
export class FakeMachine implements LabMachine {
  readonly cpus = 2;
  readonly consoles = ['uart0'];
  instructions = 0;
  timeNs = 0;
  skips: number[] = [];
  #pcs = [0x8000, 0x9000];
  #fifo: number[] = [];
  #line = '';
  #output = text('hello\n');
  #busy = false;

  constructor(private readonly sink: { write(byte: number): void }) {}

  run(budget: number): SliceEnd {
    const start = this.instructions;
    while (this.instructions - start < budget) {
      const end = this.#one();
      if (end) return end;
    }
    return { reason: 'budget' };
  }

  #one(): SliceEnd | undefined {
    if (this.#output.length > 0) this.sink.write(this.#output.shift()!);
    else if (this.#fifo.length > 0) {
      const byte = this.#fifo.shift()!;
      if (byte !== 10) this.#line += String.fromCharCode(byte);
      else {
        const command = this.#line;
        this.#line = '';
        this.#execute();
        if (command === 'off') return { reason: 'poweroff' };
        if (command === 'reset') return { reason: 'reboot' };
        if (command === 'ping') this.#output = text('pong\n');
        if (command === 'spin') this.#busy = true;
        if (command === 'bug') throw new TypeError('a fault of the fake');
        return undefined;
      }
    } else if (!this.#busy) return { reason: 'idle', idleUntilNs: this.timeNs + 1e6 };
    this.#execute();
    return undefined;
  }

  #execute(): void {
    this.instructions++;
    this.timeNs++;
    this.#pcs[0]! += 4;
  }

  skipIdle(untilNs = this.timeNs + 1e6): void {
    this.skips.push(untilNs - this.timeNs);
    this.timeNs = untilNs;
  }

  step(cpu: number): void {
    this.instructions++;
    this.timeNs++;
    this.#pcs[cpu]! += 4;
  }

  reboot(): void {
    this.#pcs = [0x8000, 0x9000];
    this.#output = text('hello\n');
  }

  pc(cpu: number): number {
    return this.#pcs[cpu]!;
  }

  registers(cpu: number): RegisterGroup[] {
    const value = `0x${this.pc(cpu).toString(16).padStart(8, '0')}`;
    return [
      {
        name: 'Core',
        registers: [
          { name: 'r0', value: '0x00000001', bits: 32 },
          { name: 'pc', value, bits: 32 },
        ],
      },
      { name: 'CPSR', registers: [{ name: 'N', value: '1', bits: 1, description: 'Negative' }] },
    ];
  }

  read(_space: string, address: number, length: number): Uint8Array {
    const readable = Math.max(0, Math.min(length, 0x1_0000 - address));
    return Uint8Array.from({ length: readable }, (_, i) => (address + i) & 0xff);
  }

  disassemble(_cpu: number, address: number, count: number): { address: number; bytes: string; text: string }[] {
    return Array.from({ length: count }, (_, i) => ({ address: address + 4 * i, bytes: '00f020e3', text: 'nop' }));
  }

  receive(_console: string, byte: number): boolean {
    if (this.#fifo.length >= 4) return false;
    this.#fifo.push(byte);
    return true;
  }
}

export const openFake: OpenLab = (_configuration, _host, ports) => {
  ports.progress('Loading the fake', 1, 2);
  const machine = new FakeMachine(ports.sink('uart0'));
  return Promise.resolve({ board: 'fake', machine, problems: [], placement: [] });
};

/** A host whose clock moves when something sleeps, and by `perLook` ms whenever somebody looks at it. */
export class FakeHost implements LabHost {
  clock = 0;
  slept: number[] = [];
  /** Called at each yield, after messages have come in. */
  onYield: () => void = () => {};
  readonly files = new Map<string, Uint8Array>();

  constructor(private readonly perLook = 0.1) {}

  readFile = (path: string): Promise<Uint8Array> => Promise.resolve(this.files.get(path)!);
  writeFile = (path: string, bytes: Uint8Array): Promise<void> => Promise.resolve(void this.files.set(path, bytes));
  stat = (path: string): Promise<{ size: number; isDirectory: boolean } | undefined> => {
    const file = this.files.get(path);
    return Promise.resolve(file && { size: file.length, isDirectory: false });
  };
  list = (path: string): Promise<string[]> =>
    Promise.resolve([...this.files.keys()].filter(name => name.startsWith(`${path}/`)));
  openDisk = (_path: string, _readOnly: boolean): Promise<OpenDisk> =>
    Promise.reject(new Error('there are no disks here'));
  dateSeconds = (): number => 0;
  now = (): number => (this.clock += this.perLook);
  cpuSeconds = (): number => this.clock / 1000;
  sleep = (ms: number): Sleep => {
    this.slept.push(ms);
    let wake = (): void => {};
    const over = new Promise<void>(resolve => (wake = resolve));
    if (Number.isFinite(ms)) {
      this.clock += ms;
      setImmediate(wake);
    }
    return { over, end: () => wake() };
  };
  yieldNow = async (): Promise<void> => {
    await new Promise(resolve => setImmediate(resolve));
    this.onYield();
  };
}
