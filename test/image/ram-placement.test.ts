import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageError, placeHigh, type Span, type Unplaced } from '../../src/image';
import { failure } from './fixtures';

const MIB = 1 << 20;
const RAM = 0x8000_0000;
const wanted = (room: number, more: Partial<Unplaced> = {}): Unplaced => ({
  ...{ name: 'x', role: 'module', size: room, room, alignment: 2 * MIB, why: '' },
  ...more,
});
const places = (all: Unplaced[], taken: Span[] = [], ram = [{ base: RAM, size: 64 * MIB }]): number[] =>
  placeHigh(all, ram, taken).map(({ address }) => address);

describe('placement from the top', () => {
  it('goes down from the end of RAM, in order', () => {
    expect(places([wanted(1), wanted(3 * MIB), wanted(2 * MIB)])).toEqual([
      RAM + 62 * MIB,
      RAM + 58 * MIB,
      RAM + 56 * MIB,
    ]);
  });

  it('goes below what is taken, and into gaps that are large enough', () => {
    const taken = [
      { from: RAM + 60 * MIB, to: RAM + 61 * MIB },
      { from: RAM + 50 * MIB, to: RAM + 57 * MIB },
    ];
    expect(places([wanted(2 * MIB), wanted(2 * MIB), wanted(2 * MIB)], taken)).toEqual([
      RAM + 62 * MIB,
      RAM + 58 * MIB,
      RAM + 48 * MIB,
    ]);
  });

  it('uses every bank, and never two for one thing', () => {
    const ram = [
      { base: 0, size: 4 * MIB },
      { base: 4 * MIB, size: 4 * MIB },
    ];
    expect(places([wanted(4 * MIB), wanted(4 * MIB)], [], ram)).toEqual([4 * MIB, 0]);
    expect(() => placeHigh([wanted(5 * MIB)], ram, [])).toThrow(ImageError);
  });

  it('keeps out of addresses that one thing cannot have', () => {
    const ram = [{ base: 0, size: 16 * MIB }];
    const avoid = { from: 2 * MIB, to: 16 * MIB };
    expect(places([wanted(MIB, { avoid }), wanted(MIB)], [], ram)).toEqual([0, 14 * MIB]);
  });

  it('reaches the end of the address space', () => {
    expect(places([wanted(MIB)], [], [{ base: RAM, size: 0x8000_0000 }])).toEqual([0xffe0_0000]);
  });

  it('says what has no place, and what to do', async () => {
    const { code, message } = await failure(() =>
      places([wanted(65 * MIB, { role: 'kernel of dom0', name: 'zImage' })]),
    );
    expect(code).toBe('image.tooLarge');
    expect(message).toBe(
      'zImage: no room in RAM (64.0 MiB at 0x80000000) for the kernel of dom0: 65.0 MiB in one piece, at a multiple of ' +
        '2.0 MiB; give the board more memory (--memory), or reserve less of it in the device tree',
    );
  });

  it('never overlaps anything', () => {
    const span = fc.tuple(fc.nat(63), fc.nat(8)).map(([at, length]) => ({
      from: RAM + at * MIB,
      to: RAM + (at + length) * MIB,
    }));
    const rooms = fc.array(fc.integer({ min: 1, max: 9 * MIB }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), rooms, (taken, all) => {
        let placed: Span[];
        try {
          placed = placeHigh(
            all.map(room => wanted(room)),
            [{ base: RAM, size: 64 * MIB }],
            taken,
          ).map(({ reserved }) => reserved);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
          return;
        }
        const spans = [...taken.filter(({ from, to }) => to > from), ...placed];
        for (const one of placed) {
          expect(one.from % (2 * MIB)).toBe(0);
          expect(one.from).toBeGreaterThanOrEqual(RAM);
          expect(one.to).toBeLessThanOrEqual(RAM + 64 * MIB);
          for (const other of spans) if (other !== one) expect(other.to <= one.from || other.from >= one.to).toBe(true);
        }
      }),
    );
  });
});
