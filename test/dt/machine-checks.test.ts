// Whether addresses get through, and trees against a machine.
import { describe, expect, it } from 'vitest';
import { compileSource, loadSource, runBoardRules, runTranslationRules } from '../../src/dt';
import { BOARDS, boardNamed, findBoard, machineFacts } from '../../src/emu/boards';

const messages = (source: string): string[] =>
  runTranslationRules(compileSource(`/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; ${source} };`).tree!).map(
    ({ id, path, message }) => `${id} ${path}: ${message}`,
  );

const bus = (ranges: string, inside: string): string =>
  `bus { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges = ${ranges}; ${inside} };`;

describe('addresses', () => {
  it('that every bus maps', () => {
    const inner = bus('<0 0x1000 0x1000>', 'dev@10 { reg = <0x10 0x10>; };');
    expect(messages(bus('<0 0x8000000 0x2000>', inner))).toEqual([]);
  });

  it('that two windows side by side map together', () => {
    const windows = '<0x1000 0x8001000 0x1000>, <0 0x8000000 0x1000>';
    expect(messages(bus(windows, 'dev@800 { reg = <0x800 0x1000>; };'))).toEqual([]);
  });

  it('of a bus that the bus above does not map', () => {
    const inner = bus('<0 0x18000000 0x4000000>', '');
    expect(messages(bus('<0 0x8000000 0x18000000>', inner))).toEqual([
      'ranges-compose /bus/bus: ranges leads to 0x18000000+0x4000000 of /bus, but that bus maps only 0x0+0x18000000: no processor reaches it; correct one of the two',
    ]);
  });

  it('of a device outside of its bus', () => {
    expect(messages(bus('<0 0x8000000 0x1000>', 'dev@800 { reg = <0x800 0x1000>; };'))).toEqual([
      'reg-unmapped /bus/dev@800: reg says 0x800+0x1000, but /bus maps only 0x0+0x1000: no processor reaches all of it; correct reg or the ranges',
    ]);
  });

  it('of buses that map nothing, or have cells of their own, say nothing', () => {
    expect(messages('i2c { #address-cells = <1>; #size-cells = <0>; dev@50 { reg = <0x50>; }; };')).toEqual([]);
    expect(messages('bus { #address-cells = <3>; #size-cells = <2>; ranges = <1 2>; dev { reg = <9>; }; };')).toEqual(
      [],
    );
  });
});

describe('trees against boards', () => {
  it.each(BOARDS.map(board => [board.name, board] as const))("%s's own tree fits it", (_, board) => {
    const tree = loadSource(board.deviceTree.source, { file: board.deviceTree.file });
    expect(runBoardRules(tree, machineFacts(board))).toEqual([]);
  });

  const tc1 = findBoard('vexpress-v2p-ca15-tc1')!;
  const against = (devices: string): string[] => {
    const source = `/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
      gic: gic { compatible = "arm,cortex-a15-gic"; interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };
      ${devices} };`;
    return runBoardRules(loadSource(source), machineFacts(tc1)).map(
      ({ id, path, message }) => `${id} ${path}: ${message}`,
    );
  };

  it('a device that is there, with its interrupt', () => {
    expect(
      against('uart@1c090000 { compatible = "arm,pl011"; reg = <0x1c090000 0x1000>; interrupts = <0 5 4>; };'),
    ).toEqual([]);
  });

  it('a device that is not there', () => {
    const [message, ...more] = against('uart@9000000 { compatible = "arm,pl011"; reg = <0x39000000 0x1000>; };');
    expect(message).toContain(
      'board-device /uart@9000000: vexpress-v2p-ca15-tc1 has nothing at 0x39000000; choose the board',
    );
    expect(more).toEqual([]);
    expect(
      against('uart@9000000 { compatible = "arm,pl011"; reg = <0x39000000 0x1000>; status = "disabled"; };'),
    ).toEqual([]);
  });

  it('another device than the board has there', () => {
    expect(against('rtc@1c090000 { compatible = "arm,pl031"; reg = <0x1c090000 0x1000>; };')[0]).toContain(
      'has serial port 0, PL011 at 0x1c090000',
    );
  });

  it('an interrupt that goes elsewhere', () => {
    expect(
      against('uart@1c090000 { compatible = "arm,pl011"; reg = <0x1c090000 0x1000>; interrupts = <0 6 4>; };'),
    ).toEqual([
      'board-interrupt /uart@1c090000: SPI 6 is not an interrupt of serial port 0, PL011 on vexpress-v2p-ca15-tc1, which has SPI 5; correct the cells',
    ]);
  });

  it('a board is found by its most specific name alone', () => {
    expect(boardNamed(BOARDS, tc1.compatible)).toBe(tc1);
    expect(boardNamed(BOARDS, ['arm,vexpress,v2p-ca5s', 'arm,vexpress'])).toBeUndefined();
  });
});
