// What the debugger's disassembly view gets from a real machine.
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_BOARD, findBoard } from '../../src/emu/boards';
import { Machine } from '../../src/emu/machine';
import { BoardMachine } from '../../src/lab/board-machine';

const RAM = 0x80000000;
const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

describe('disassembly of a machine', () => {
  let machine: Machine;
  let lab: BoardMachine;
  beforeAll(() => {
    const board = findBoard(DEFAULT_BOARD)!;
    machine = new Machine({
      ...{ board, cpus: 1, memoryBytes: board.ram.least, baseSeconds: 0 },
      output: () => undefined,
      log: () => undefined,
    });
    // ADR r0, T32 + 1; BX r0; then IT EQ; MOVEQ r0, #1; MOVS r0, #2; B .
    const code = words(0xe28f0001, 0xe12fff10, 0x2001bf08, 0xe7fe2002);
    machine.start({ images: [{ address: RAM, bytes: code }], entry: { pc: RAM } });
    lab = new BoardMachine(machine);
  });

  it('shows A32, as many instructions as asked for', () => {
    expect(lab.disassemble(0, RAM, 2)).toEqual([
      { address: RAM, bytes: '01008fe2', text: 'add r0, pc, #1' },
      { address: RAM + 4, bytes: '10ff2fe1', text: 'bx r0' },
    ]);
  });

  it('ends where memory ends', () => {
    const size = machine.board.ram.least;
    expect(lab.disassemble(0, RAM + size - 4, 3)).toHaveLength(1);
    expect(lab.disassemble(0, 0xfffffff8, 4)).toEqual([]);
  });

  it('shows T32 when the core executes it, and continues the IT block it is in', () => {
    for (let i = 0; i < 3; i++) lab.step(0);
    expect(lab.pc(0)).toBe(RAM + 10);
    expect(lab.disassemble(0, RAM + 10, 3).map(one => one.text)).toEqual([
      'moveq r0, #1',
      'movs r0, #2',
      `b.n 0x${(RAM + 14).toString(16)}`,
    ]);
    expect(lab.disassemble(0, RAM + 8, 2)).toEqual([
      { address: RAM + 8, bytes: '08bf', text: 'it eq' },
      { address: RAM + 10, bytes: '0120', text: 'moveq r0, #1' },
    ]);
  });
});
