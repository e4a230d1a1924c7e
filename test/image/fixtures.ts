// The fixtures of this folder (fixtures/make-fixtures.sh) and what tests of hostile input share.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { ImageError } from '../../src/image';

export { sample } from './fixtures/sample.mjs';

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

/** Equality that says where the first difference is, and is quick. */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual?.length).toBe(expected.length);
  expect(actual?.findIndex((byte, index) => byte !== expected[index])).toBe(-1);
}

/** What `act` throws (or rejects with). It has to be an ImageError whose message is one line. */
export async function failure(act: () => unknown): Promise<ImageError> {
  try {
    await act();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ImageError);
    const { message } = thrown as ImageError;
    expect(message).not.toMatch(/[\u0000-\u001f]/);
    expect(message.length).toBeGreaterThan(10);
    return thrown as ImageError;
  }
  throw new Error('nothing was thrown');
}

/** `data` with some of its bytes changed, and perhaps cut short: always a copy. */
export function damaged(data: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }));
  return fc
    .tuple(fc.array(change, { maxLength: 6 }), fc.nat(data.length), fc.boolean())
    .map(([changes, length, cut]) => {
      const copy = data.slice(0, cut ? length : data.length);
      for (const [at, bits] of changes) if (at < copy.length) copy[at]! ^= bits;
      return copy;
    });
}

/** Whatever is done to `data`, `act` ends soon, and with nothing worse than an ImageError. */
export async function survives(data: Uint8Array, act: (data: Uint8Array) => unknown, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(damaged(data), async input => {
      const start = performance.now();
      try {
        await act(input);
      } catch (thrown) {
        if (!(thrown instanceof ImageError)) throw thrown;
        expect(thrown.message).not.toContain('\n');
      }
      expect(performance.now() - start).toBeLessThan(2000);
    }),
    { numRuns: runs },
  );
}
