// Streams of code: instruction lengths, IT blocks, what is left at the end.
import { describe, expect, it } from 'vitest';
import { disassemble, disassembleBytes } from '../../src/emu/isa/disassemble';

const bytes = (...halfwords: number[]): Uint8Array => {
  const out = new DataView(new ArrayBuffer(2 * halfwords.length));
  halfwords.forEach((h, i) => out.setUint16(2 * i, h, true));
  return new Uint8Array(out.buffer);
};
const shown = (code: Uint8Array, set: 'a32' | 't32', it = 0): string[] =>
  [...disassembleBytes(code, 0x8000, set, it)].map(l => `${l.address.toString(16)} ${l.length} ${l.text}`);

describe('disassembler', () => {
  it('shows A32 words, labels and what is UNDEFINED', () => {
    expect(disassemble(0xe0812003, 0, 'a32')).toEqual({ text: 'add\tr2, r1, r3', length: 4 });
    expect(disassemble(0xebfffffe, 0x8000, 'a32').text).toBe('bl\t0x8000');
    expect(disassemble(0xe7ffffff, 0, 'a32').text).toBe('udf\t#65535');
    expect(disassemble(0xff000000, 0, 'a32').text).toBe('<UNDEFINED> instruction: 0xff000000');
    expect(disassemble(0xb100 | 0x0c00, 0, 't32').length).toBe(2);
  });

  it('follows IT blocks through instructions of both lengths to their end', () => {
    // ITTE EQ; ADDS/ADD r0, r1, #0; ADD.W; ADD; ADDS
    expect(shown(bytes(0xbf06, 0x1c08, 0xf101, 0x0002, 0x1c08, 0x1c08), 't32')).toEqual([
      '8000 2 itte\teq',
      '8002 2 addeq\tr0, r1, #0',
      '8004 4 addeq.w\tr0, r1, #2',
      '8008 2 addne\tr0, r1, #0',
      '800a 2 adds\tr0, r1, #0',
    ]);
    // Begun within a block: the last instruction of one for NE.
    expect(shown(bytes(0x1c08, 0x1c08), 't32', 0x18)).toEqual(['8000 2 addne\tr0, r1, #0', '8002 2 adds\tr0, r1, #0']);
  });

  it('shows what is too short for an instruction as data', () => {
    expect(shown(bytes(0x4770, 0xf101), 't32')).toEqual(['8000 2 bx\tlr', '8002 2 .short\t0xf101']);
    expect(shown(bytes(0, 0xe1a0, 0x1234).subarray(0, 7), 'a32')).toEqual(['8000 4 nop', '8004 2 .short\t0x1234']);
    expect(shown(bytes(0x4770, 0x1234).subarray(0, 3), 't32')).toEqual(['8000 2 bx\tlr', '8002 1 .byte\t0x34']);
  });
});
