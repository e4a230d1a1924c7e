// A machine with a program of a few words, run by the lab's own loop until it ends, sleeps for good or has run long enough.
import { openLab } from '../../src/lab/lab';
import type { LabCard, LabLaunch } from '../../src/lab/protocol';
import { Runner } from '../../src/lab/runner';
import { watchSilence } from '../../src/lab/silence/teller';
import type { SilenceWatch } from '../../src/lab/silence/watch';
import { FakeHost } from './fake-machine';

export const CODE = 0x8000_8000;
/** Where `handlers` puts the vector table: VBAR of programs that write it. */
export const VECTORS = 0x8002_0000;

export const M = 1_000_000;
/** A run is over then in any case. */
const GUEST_SECONDS = 20;

export interface Told extends LabCard {
  /** Instructions executed by then. */
  readonly at: number;
}

const bytes = (words: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);

/**
 * Ends with the first warning.
 * @param handlers words at {@link VECTORS}
 * @returns the cards, and what was printed
 */
export async function runSilently(
  code: readonly number[] | Uint8Array,
  instructions: number,
  more: LabLaunch & { handlers?: readonly number[]; slice?: number; files?: Record<string, Uint8Array> } = {},
): Promise<{ cards: Told[]; printed: string }> {
  const { handlers = [0], slice, files = {}, ...configuration } = more;
  const host = new FakeHost();
  host.files.set('program', code instanceof Uint8Array ? code : bytes(code));
  host.files.set('handlers', bytes(handlers));
  for (const [name, contents] of Object.entries(files)) host.files.set(name, contents);
  const program = {
    load: [
      { file: 'program', address: CODE },
      { file: 'handlers', address: VECTORS },
    ],
    entry: CODE,
  };
  const launch: LabLaunch = {
    ...(configuration.hypervisor === undefined && configuration.kernel === undefined && program),
    ...{ pace: 'fast', memory: 256, ...configuration },
  };
  let printed = '';
  const heard: { watch?: SilenceWatch | undefined } = {};
  const write = (byte: number): void => {
    heard.watch?.heard();
    printed += String.fromCharCode(byte);
  };
  const opened = await openLab(launch, host, {
    sink: () => ({ write }),
    log: () => {},
    problem: () => {},
    domains: () => {},
    progress: () => {},
  });
  const cards: Told[] = [];
  const { machine } = opened;
  heard.watch = watchSilence(opened, card => {
    cards.push({ ...card, at: machine.instructions });
    if (card.severity === 'warning') runner.pause();
  });
  const runner = new Runner(machine, host, {
    ...{ pace: 'fast', maxInstructions: instructions, watch: heard.watch },
    ...(slice !== undefined && { slice }),
    onSlice: () => {
      // Enough of a machine that only waits.
      if (machine.timeNs > GUEST_SECONDS * 1e9) runner.pause();
      return false;
    },
    onReboot: () => {},
  });
  // Nobody types: a machine that only input can wake has come to its end.
  host.sleep = () => {
    runner.pause();
    return { over: Promise.resolve(), end: () => {} };
  };
  await runner.run();
  return { cards, printed };
}
