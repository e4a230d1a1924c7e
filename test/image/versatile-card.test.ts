import { expect, it } from 'vitest';
import { parseCardBoard, parseCardFile, parseCardImages } from '../../src/image';
import { failure, survives } from './fixtures';

const IMAGES = `TITLE: Versatile Express Images Configuration File\r
[IMAGES]\r
TOTALIMAGES: 3                  ;Number of images\r
NOR0UPDATE: AUTO                ;Image Update:NONE/AUTO/FORCE\r
NOR0ADDRESS: BOOT               ;Image Flash Address\r
NOR0FILE: \\SOFTWARE\\bm_v519r.axf ;Image File Name\r
\r
NOR3ADDRESS: 0c000000\r
NOR3FILE: \\SOFTWARE\\Xen\\xen.bin\r
NOR3LOAD: 80200000\r
NOR3ENTRY: 0x80200000\r
`;

const BOARD = `BOARD: HBI0249
[APPLICATION NOTE]
OSC0: 50.0                       ;CPUREFCLK0
OSC8: 33.333
;SCC: 0x018 0x1FFFFFFF           ;commented out
SCC: 0x018 0x00001FFF            ;Reset control
SCC: 0x700 1
`;

it('reads the images of a card', () => {
  expect(parseCardImages(IMAGES, 'images.txt')).toEqual([
    { index: 0, address: 'BOOT', file: 'SOFTWARE/bm_v519r.axf', update: 'AUTO', line: 6 },
    {
      index: 3,
      address: 0x0c000000,
      file: 'SOFTWARE/Xen/xen.bin',
      update: 'NONE',
      load: 0x80200000,
      entry: 0x80200000,
      line: 9,
    },
  ]);
});

it('reads the settings of a daughterboard', () => {
  expect(parseCardBoard(BOARD, 'board.txt')).toEqual({
    scc: [
      { offset: 0x18, value: 0x1fff, line: 6 },
      { offset: 0x700, value: 1, line: 7 },
    ],
    oscillators: [
      { index: 0, frequency: 50_000_000, line: 3 },
      { index: 8, frequency: 33_333_000, line: 4 },
    ],
  });
});

it('keeps sections, and the place of every line', () => {
  expect(parseCardFile('[a b]\nKEY : some value ; comment', 'x')).toEqual([
    { section: 'A B', key: 'KEY', value: 'some value', line: 2 },
  ]);
});

it.each([
  ['NOR1FILE: x', /^images\.txt: line 1: NOR1 has no NOR1ADDRESS$/],
  ['\nNOR1ADDRESS: 0', /line 2: NOR1 has no NOR1FILE/],
  ['NOR1FILE: x\nNOR1ADDRESS: 0xZZ', /line 2: "0xZZ" in NOR1ADDRESS is not a hexadecimal number/],
  ['no colon here', /line 1: "no colon here" is neither a \[SECTION\] nor a KEY: value/],
])('finds what is wrong with %j', async (content, message) => {
  expect((await failure(() => parseCardImages(content, 'images.txt'))).message).toMatch(message);
});

it('refuses frequencies that are none', async () => {
  expect((await failure(() => parseCardBoard('OSC1: fast', 'board.txt'))).message).toContain('no frequency in MHz');
});

it('survives damage', () =>
  survives(
    new TextEncoder().encode(IMAGES + BOARD),
    data => {
      const content = new TextDecoder('latin1').decode(data);
      parseCardImages(content, 'x');
      parseCardBoard(content, 'x');
    },
    300,
  ));
