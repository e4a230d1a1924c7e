import { describe, expect, it } from 'vitest';
import { LabConsole } from '../../src/lab/consoles';

const MIB = 1 << 20;

/** What a listener hears that comes now. */
function heard(console: LabConsole): Uint8Array {
  const parts: Uint8Array[] = [];
  console.attach(data => void parts.push(data))();
  return new Uint8Array(Buffer.concat(parts));
}

describe('a console', () => {
  it('tells what it has said before anybody listened, in order, then what follows', () => {
    const console = new LabConsole('uart0', () => {});
    for (let i = 0; i < 100; i++) console.receive(Uint8Array.of(i));
    const parts: number[] = [];
    const leave = console.attach(data => void parts.push(...data));
    console.receive(Uint8Array.of(100, 101));
    leave();
    console.receive(Uint8Array.of(102));
    expect(parts).toEqual(Array.from({ length: 102 }, (_, i) => i));
    expect(heard(console)).toHaveLength(103);
  });

  it('keeps the last mebibyte, whatever the messages are like', () => {
    const console = new LabConsole('uart0', () => {});
    const sizes = [1, 3, 40_000, 16_384, 7];
    const all: number[] = [];
    for (let i = 0; all.length < 3 * MIB; i++) {
      const data = new Uint8Array(sizes[i % sizes.length]!).map((_, at) => i + at);
      for (const byte of data) all.push(byte);
      console.receive(data);
    }
    const kept = heard(console);
    expect(kept.length).toBeGreaterThanOrEqual(MIB);
    expect(kept.length).toBeLessThan(1.05 * MIB);
    expect(Buffer.from(kept).equals(Buffer.from(all.slice(-kept.length)))).toBe(true);
  });
});
