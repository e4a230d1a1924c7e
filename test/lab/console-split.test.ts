// What Xen and dom0 say on one UART, taken apart; and what is typed, led to the one that it is for.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsoleSplit, type SplitName, switchKey } from '../../src/lab/xen/console-split';

const LOG = readFileSync(path.resolve(import.meta.dirname, '..', 'images', 'golden', 'vexpress-a15-xen-dom0-qemu.log'));
const CTRL_A = 1;
const input = (to: string): string => `(XEN) *** Serial input to ${to} (type 'CTRL-a' three times to switch input)\r\n`;

function bench(room = Infinity) {
  const said: { console: SplitName; byte: number }[] = [];
  const typed: number[] = [];
  const versions: string[] = [];
  let left = room;
  const split = new ConsoleSplit({
    output: (console, byte) => void said.push({ console, byte }),
    type: byte => left-- > 0 && typed.push(byte) > 0,
    version: version => void versions.push(version),
  });
  const text = (console?: SplitName): string =>
    String.fromCharCode(...said.filter(one => console === undefined || one.console === console).map(one => one.byte));
  const hear = (line: string): void => Buffer.from(line, 'latin1').forEach(byte => split.write(byte));
  return { split, said, typed, versions, text, hear, refill: (n: number) => (left = n) };
}

describe('output', () => {
  it('of a whole boot goes to one of both, every byte, in order, wherever the guest pauses', () => {
    const whole = LOG.toString('latin1');
    const lines = whole.split(/(?<=\n)/);
    const ofXen = lines.filter(line => line.startsWith('(XEN) '));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: lines.length - 1 }), { maxLength: 20 }), pauses => {
        const { split, text, hear, versions } = bench();
        for (const [n, line] of lines.entries()) {
          hear(line);
          if (pauses.includes(n)) split.settle();
        }
        split.settle();
        expect(text()).toBe(whole);
        expect(text('xen')).toBe(ofXen.join(''));
        expect(text('dom0')).toBe(lines.filter(line => !line.startsWith('(XEN) ')).join(''));
        expect(versions).toEqual(['4.17.5']);
      }),
      { numRuns: 20 },
    );
    expect(ofXen.length).toBe(77);
  });

  it('of any kind loses nothing and adds nothing', () => {
    const piece = fc.constantFrom('(XEN) ', '(XE', '(', '\n', '\r\n', 'text', ' ', '(XEN)');
    fc.assert(
      fc.property(fc.array(fc.option(piece, { nil: undefined })), pieces => {
        const { split, text, hear } = bench();
        for (const one of pieces) {
          if (one === undefined) split.settle();
          else hear(one);
        }
        split.settle();
        expect(text()).toBe(pieces.filter(one => one !== undefined).join(''));
      }),
    );
  });

  it('that could become a line of Xen waits until it is known, or nothing follows', () => {
    const { split, text, hear } = bench();
    hear('lab# echo (XEN)\r\n(');
    expect(text('dom0')).toBe('lab# echo (XEN)\r\n');
    split.settle();
    expect(text('dom0')).toBe('lab# echo (XEN)\r\n(');
    hear('XEN) no more\n((XEN) one\n');
    expect(text('dom0')).toBe('lab# echo (XEN)\r\n(XEN) no more\n(');
    expect(text('xen')).toBe('(XEN) one\n');
  });

  it('of Xen may begin behind a prompt of dom0, which goes on where it was', () => {
    const { text, hear } = bench();
    hear("lab# \x1b[6n(XEN) 'h' pressed\r\nls\r\n");
    expect(text('dom0')).toBe('lab# \x1b[6nls\r\n');
    expect(text('xen')).toBe("(XEN) 'h' pressed\r\n");
  });
});

describe('input', () => {
  it('goes to dom0 as soon as Xen has said that it does', () => {
    const { split, typed, hear } = bench();
    expect(split.type('dom0', 0x6c)).toBe(false);
    expect(typed).toEqual([CTRL_A, CTRL_A, CTRL_A]);
    expect(split.type('dom0', 0x6c)).toBe(false);
    hear(input('DOM0'));
    expect(split.type('dom0', 0x6c)).toBe(true);
    expect(typed).toEqual([CTRL_A, CTRL_A, CTRL_A, 0x6c]);
  });

  it('switches round until it is at Xen, as fast as the UART takes it', () => {
    const { split, typed, hear, refill } = bench(2);
    hear(input('DOM0'));
    expect(split.type('xen', 0x68)).toBe(false);
    expect(typed).toEqual([CTRL_A, CTRL_A]);
    refill(10);
    expect(split.type('xen', 0x68)).toBe(false);
    hear(input('DOM1'));
    expect(split.type('xen', 0x68)).toBe(false);
    hear(input('Xen'));
    expect(split.type('xen', 0x68)).toBe(true);
    expect(typed).toEqual([...Array<number>(6).fill(CTRL_A), 0x68]);
  });

  it('for a domain that does not exist is given up', () => {
    const { split, typed, hear } = bench();
    let offers = 0;
    while (!split.type('dom0', 0x6c) && offers++ < 100) hear(input(offers % 2 === 0 ? 'Xen' : 'DOM1'));
    expect(offers).toBeLessThan(100);
    expect(typed).not.toContain(0x6c);
  });

  it('starts anew with the machine', () => {
    const { split, hear } = bench();
    hear(input('DOM0'));
    split.reset();
    expect(split.type('dom0', 0x6c)).toBe(false);
  });

  it('is switched by the key that the command line of Xen names', () => {
    expect(['', 'conswitch=b', 'x conswitch=Cx', 'noconswitch=d'].map(switchKey)).toEqual([1, 2, 3, 1]);
  });
});
