// Machines that say nothing: what the lab tells about them, when, and about which it tells nothing. Real programs on the
// real machine; everything is counted in instructions.
import { describe, expect, it } from 'vitest';
import { buildXen } from '../image/xen-builder';
import { M, runSilently, VECTORS } from './silent-machine';

const WFI = 0xe320f003;
const NOP = 0xe320f000;
const UART0 = 0x1c09_0000;
const UART1 = 0x1c0a_0000;
/** Nothing is there on this board; a UART of another one. */
const ELSEWHERE = 0x7e20_1000;

/** Counts to `count`, prints a byte, and goes on counting. */
const printsAfter = (count: number): number[] => [
  0xe59f0018, // ldr r0, =UART0
  0xe3a01041, // mov r1, #'A'
  0xe59f2014, // ldr r2, =count
  0xe2522001, // subs r2, r2, #1
  0x1afffffd, // bne .-4
  0xe5801000, // str r1, [r0]
  0xe2822001, // add r2, r2, #1
  0xeafffffd, // b .-4
  UART0,
  count,
];
const SPIN = [0xe2800001, 0xeafffffd];
const HALT = [0xe3a00000, 0xeafffffe];
/** A byte to `address`, and then a halt. */
const storesTo = (address: number): number[] => [0xe59f0004, 0xe5c01000, 0xeafffffe, address];
/** Prints a byte, sets VBAR, and goes on. */
const printsAndHandles = (...then: number[]): number[] => [
  0xe59f0010, // ldr r0, =UART0
  0xe3a01041, // mov r1, #'A'
  0xe5801000, // str r1, [r0]
  0xe59f2008, // ldr r2, =VECTORS
  0xee0c2f10, // mcr p15, 0, r2, c12, c0, 0
  0xea000001, // b then
  UART0,
  VECTORS,
  ...then,
];

describe('a program that says nothing', () => {
  it('gets one neutral card after exactly 500 million instructions', async () => {
    const { cards } = await runSilently(SPIN, 1100 * M);
    expect(cards).toMatchObject([{ severity: 'information', code: 'boot.silent', at: 500 * M }]);
    expect(cards[0]!.message).toMatch(
      /^nothing was printed in the first 500 million instructions: nothing that is known/,
    );
    expect(cards[0]!.lines).toEqual([
      expect.stringMatching(
        /^cpu0: EL3 \(Secure svc\), MMU off, executes, PC 0x8000800[04] \(program(\+0x4)?\): (add|b) /,
      ),
    ]);
  });

  it('gets none when it prints in time, and the neutral one when it prints late', async () => {
    expect(await runSilently(printsAfter(200 * M), 1000 * M)).toEqual({ cards: [], printed: 'A' });
    const late = await runSilently(printsAfter(300 * M), 1200 * M);
    expect(late.printed).toBe('A');
    expect(late.cards.map(({ code, severity }) => [code, severity])).toEqual([['boot.silent', 'information']]);
  });

  it('is told of the same way wherever slices end, and interpreted or translated', async () => {
    const runs = [{ slice: 654_321 }, {}, { tier: 'interpreter' as const }].map(more =>
      runSilently(storesTo(ELSEWHERE), 2 * M, more),
    );
    const [first, ...others] = await Promise.all(runs);
    expect(first!.cards).toHaveLength(1);
    for (const other of others) expect(other).toEqual(first);
  });

  it('has its other cores named when they still wait', async () => {
    const { cards } = await runSilently(SPIN, 510 * M, { cpus: 2 });
    expect(cards[0]!.code).toBe('boot.silent');
    expect(cards[0]!.lines[1]).toMatch(/^cpu1: EL3 \(Secure svc\), MMU off, waits in firmware for its start/);
    expect(cards[0]!.lines.at(-1)).toMatch(/^also: cpu1 still waits in firmware.*0x1c010030.*\[boot\.secondary\]$/);
  });
});

describe('what went wrong', () => {
  it('an instruction of Hyp mode in another mode', async () => {
    const hvbar = [0xee8c0f10, 0xeafffffe]; // mcr p15, 4, r0, c12, c0, 0
    const { cards } = await runSilently(hvbar, 2 * M);
    expect(cards).toMatchObject([{ severity: 'warning', code: 'boot.notHyp', at: M }]);
    expect(cards[0]!.message).toMatch(
      /not in Hyp mode, and at 0x80008000 \(program\).*HTTBR|system register of Hyp mode.*--el 2/,
    );
    expect(cards[0]!.lines).toContainEqual(
      expect.stringMatching(/^ {2}Undefined Instruction at 0x80008000 \(program\), svc to und, vector 0x00000004/),
    );
    // In Hyp mode it is fine; what the program does then is its own choice.
    const hyp = await runSilently(hvbar, 510 * M, { el: 2 });
    expect(hyp.cards).toMatchObject([{ code: 'boot.halted' }]);
    expect(hyp.cards[0]!.lines[0]).toMatch(/^cpu0: EL2 \(hyp\)/);
  });

  it('Xen that was started as if it were any program', async () => {
    const xen = buildXen();
    new DataView(xen.buffer).setUint32(0x38, 0xeafffffe, true); // b .
    const { cards } = await runSilently(xen, 510 * M, { el: 1 });
    expect(cards[0]).toMatchObject({ severity: 'warning', code: 'boot.notHyp' });
    expect(cards[0]!.message).toMatch(/what was started is Xen, in svc mode.*start Xen with --hypervisor FILE/);
  });

  it('a UART that the board does not have', async () => {
    const { cards } = await runSilently(storesTo(ELSEWHERE), 2 * M);
    expect(cards).toMatchObject([{ severity: 'warning', code: 'boot.device', at: M }]);
    expect(cards[0]!.message).toMatch(/a device at 0x7e201000 \(from 0x80008004 \(program\+0x4\)\).*uart0 0x1c090000/);
    expect(cards[0]!.lines.join('\n')).toMatch(
      /Data Abort \(external abort at 0x7e201000\) at 0x80008004 \(program\+0x4\), svc to abt, vector 0x00000010, DFSR 0x00000808/,
    );
    expect(cards[0]!.lines.at(-1)).toMatch(
      /^also: cpu0 does not get past an exception.*no handler.*\[boot\.exceptionLoop\]$/,
    );
  });

  it('a UART that nobody has switched on', async () => {
    const { cards } = await runSilently(storesTo(UART1), 510 * M);
    expect(cards[0]).toMatchObject({ severity: 'warning', code: 'boot.uartOff' });
    expect(cards[0]!.message).toMatch(/written to uart1 \(0x1c0a0000\) while it is off/);
  });

  it('a halt', async () => {
    const { cards } = await runSilently(HALT, 510 * M);
    expect(cards).toMatchObject([{ code: 'boot.halted', at: 500 * M }]);
    expect(cards[0]!.message).toContain('an endless loop at 0x80008004 (program+0x4)');
  });

  it('a sleep that nothing can end, at once', async () => {
    const { cards } = await runSilently([WFI, NOP, 0xeafffffc], 510 * M);
    expect(cards).toMatchObject([{ severity: 'warning', code: 'boot.asleep', at: 1 }]);
    expect(cards[0]!.message).toMatch(
      /^nothing was printed, and the machine only waits: the only core waits \(WFI or WFE\)/,
    );
    expect(cards[0]!.lines[0]).toMatch(/waits \(WFI or WFE\), PC 0x80008004/);
  });

  it('a handler that returns to what cannot succeed, after the program has spoken', async () => {
    const faults = printsAndHandles(0xe59f3000, 0xe5931000, ELSEWHERE); // ldr r3, =ELSEWHERE; ldr r1, [r3]
    const handlers = [0, 0, 0, 0, 0xe25ef008]; // subs pc, lr, #8
    const { cards, printed } = await runSilently(faults, 3 * M, { handlers });
    expect(printed).toBe('A');
    expect(cards).toMatchObject([{ severity: 'warning', code: 'boot.exceptionLoop' }]);
    expect(cards[0]!.message).toMatch(
      /^nothing more was printed for [12] million instructions: cpu0 does not get past.*, \d+ times; its handler returns/,
    );
  });

  it('a vector that is no code, so that its exception leads to itself', async () => {
    const undefinedVectors = Array<number>(8).fill(0xe7f000f0);
    const { cards } = await runSilently(printsAndHandles(0xe7f000f0), 3 * M, { handlers: undefinedVectors });
    expect(cards).toMatchObject([{ code: 'boot.exceptionLoop' }]);
    expect(cards[0]!.message).toMatch(
      /at the vector 0x80020004 is no code that can run.*it began with: Undefined Instruction at 0x80008020/,
    );
  });
});

describe('no card', () => {
  it('for a prompt that waits for input', async () => {
    const prompt = [
      0xe59f000c, // ldr r0, =UART0
      0xe3a0103e, // mov r1, #'>'
      0xe5801000, // str r1, [r0]
      WFI,
      0xeafffffd, // b wfi
      UART0,
    ];
    expect(await runSilently(prompt, 600 * M)).toEqual({ cards: [], printed: '>' });
  });

  it('for a program that listens to its UART and has nothing to say', async () => {
    const listens = [
      0xe59f0030, // ldr r0, =UARTIMSC
      0xe3a01010, // mov r1, #0x10
      0xe5801000, // str r1, [r0]
      0xe59f0028, // ldr r0, =GICD
      0xe3a01001, // mov r1, #1
      0xe5801000, // str r1, [r0]
      0xe3a02020, // mov r2, #0x20: that of uart0
      0xe5802104, // str r2, [r0, #0x104]
      0xe59f0018, // ldr r0, =GICC
      0xe5801000, // str r1, [r0]
      0xe3a010ff, // mov r1, #255
      0xe5801004, // str r1, [r0, #4]
      WFI,
      0xeafffffd, // b wfi
      UART0 + 0x38,
      0x2c00_1000,
      0x2c00_2000,
    ];
    expect((await runSilently(listens, 600 * M)).cards).toEqual([]);
    // Without its interrupt in the distributor it hears nothing, however it listens.
    const deaf = listens.with(7, 0xe1a00000);
    expect((await runSilently(deaf, 600 * M)).cards).toMatchObject([{ code: 'boot.halted' }]);
  });

  it('for a program that makes calls all the time', async () => {
    const calls = printsAndHandles(0xef000000, 0xeafffffd); // svc #0; b .-4
    expect((await runSilently(calls, 2 * M, { handlers: [0, 0, 0xe1b0f00e] })).cards).toEqual([]);
  });

  it('for one that emulates an instruction at the same place again and again', async () => {
    const emulates = printsAndHandles(0xe7f000f0, 0xeafffffd); // udf; b .-4
    expect((await runSilently(emulates, 2 * M, { handlers: [0, 0xe1b0f00e] })).cards).toEqual([]);
  });
});
