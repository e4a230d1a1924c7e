// The user's terminal as the console of a guest: raw keys in, bytes out, and a way out: Ctrl-A x, as in QEMU.

const CTRL_A = 0x01;

const HELP = ['Ctrl-A x   end the machine', 'Ctrl-A h   this help', 'Ctrl-A a   send Ctrl-A itself'].join('\n');

/** Takes Ctrl-A commands out of a stream of keys. */
export class EscapeKeys {
  #escaped = false;

  /** @returns the bytes that are the guest's, and the commands found, in order */
  feed(data: Uint8Array): { bytes: Uint8Array; commands: ('quit' | 'help')[] } {
    const bytes: number[] = [];
    const commands: ('quit' | 'help')[] = [];
    for (const byte of data) {
      if (!this.#escaped) {
        if (byte === CTRL_A) this.#escaped = true;
        else bytes.push(byte);
        continue;
      }
      this.#escaped = false;
      const key = String.fromCharCode(byte).toLowerCase();
      if (key === 'x') commands.push('quit');
      else if (key === 'h') commands.push('help');
      else if (key === 'a' || byte === CTRL_A) bytes.push(CTRL_A);
      else bytes.push(CTRL_A, byte);
    }
    return { bytes: Uint8Array.from(bytes), commands };
  }
}

export interface InputEvents {
  data(bytes: Uint8Array): void;
  /** Ctrl-A x. */
  quit(): void;
  /** Standard input is at its end; never on a terminal. */
  end(): void;
}

/** Whether keys come from a person. */
export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

/**
 * Listens to standard input, raw when it is a terminal.
 * @returns what gives the terminal back; also done when the process ends otherwise
 */
export function openInput(events: InputEvents): () => void {
  const { stdin } = process;
  const keys = new EscapeKeys();
  const raw = stdin.isTTY === true;
  const restore = (): void => {
    if (raw) stdin.setRawMode(false);
  };
  if (raw) {
    stdin.setRawMode(true);
    process.on('exit', restore);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => events.quit());
  }
  const onData = (chunk: Uint8Array): void => {
    if (!raw) return events.data(chunk);
    const { bytes, commands } = keys.feed(chunk);
    if (bytes.length > 0) events.data(bytes);
    for (const command of commands) {
      if (command === 'quit') events.quit();
      else process.stderr.write(`\n${HELP}\n`);
    }
  };
  stdin.on('data', onData);
  stdin.on('end', () => events.end());
  stdin.on('error', () => events.end());
  return () => {
    restore();
    process.off('exit', restore);
    stdin.off('data', onData);
    stdin.pause();
  };
}
